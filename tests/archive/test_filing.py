"""What goes to the archive, and where: which rows are due, their tabs and workbooks, and what stays with its reason."""

from datetime import date, datetime

from archive_tables import (
    EVERY_REPORT,
    ITEMS,
    NOW,
    SETTINGS,
    MemoryShelf,
    archived,
    in_file,
    in_memory,
    item,
    meeting,
    one_pass,
    standing,
    tabs,
    type_into,
)
from openpyxl import load_workbook

from sync.archiving.cabinet import drawers
from sync.looking import look
from sync.settings import settings_from


def test_closed_items_go_to_tabs_of_their_year_and_kind_of_meeting(make, tmp_path):
    book = make(
        tabs(
            [
                item("A1"),
                item("A2", "M2"),
                item("A3", done=date(2023, 12, 29)),
                item("A4", done=None),
                item("A5", ""),
            ],
            [meeting("M1"), meeting("M2", "周会"), meeting("M3")],
        )
    )

    done = one_pass(book, tmp_path)

    assert standing(book) == ["A4"]
    assert archived(book) == {
        ("2024年产品会议", "A1"): 1,
        ("2023年产品会议", "A3"): 1,
        ("2024年常规例会", "A2"): 1,
        ("2024年其他会议", "A5"): 1,
        ("2024年会议登记", "M2"): 1,
    }
    assert standing(book, "会议登记") == ["M1", "M3"]
    assert done.filed.rows == {"actions": 4, "meetings": 1}


def test_values_and_types_are_kept(make, tmp_path):
    row = item(
        "A1",
        "=1+1",
        我们的列=0.1 + 0.2,
        交付成果="第一行\n第二行",
        验收人=True,
        负责人="@王芳",
    )
    book = make(tabs([row, item("A2", done=None)]))
    before = dict(zip(ITEMS, book.read().tab("行动项跟踪表").rows[1], strict=False))

    one_pass(book, tmp_path)

    (kept,) = drawers(book.read())[0].rows
    assert dict(kept.said) == {head: value for head, value in before.items() if value is not None}
    assert {head: type(value) for head, value in kept.said.items()} == {
        head: type(value) for head, value in before.items() if value is not None
    }


def test_meetings_and_topics_follow_when_no_item_of_theirs_is_left(make, tmp_path):
    book = make(
        tabs(
            [item("A1"), item("A2", done=None), item("A3", "M2"), item("A4", "M2规划")],
            [meeting("M1"), meeting("M2"), meeting("M3")],
            [["M1", 1, "进度"], ["M2", 1, "预算"], ["M2", 2, "人手"], ["M2", 2, "人手"], ["M3", 1, "其他"]],
        )
    )

    one_pass(book, tmp_path)

    assert standing(book) == ["A2"]
    assert standing(book, "会议登记") == ["M1", "M3"]
    assert standing(book, "议题") == ["M1", "M3"]
    assert archived(book)["2024年议题", "M2"] == 3


def test_what_is_not_due_stays(make, tmp_path):
    broken = item("A5", 验收结果="不通过")
    twice = item("A6")
    book = make(
        tabs(
            [
                item("A1", done=date(2024, 5, 22)),
                item("A2", done=date(2024, 5, 21)),
                item("A3", done=None),
                broken,
                twice,
                twice,
            ]
        )
    )

    one_pass(book, tmp_path)

    assert standing(book) == ["A1", "A3", "A5", "A6", "A6"]


def test_nothing_is_archived_unless_it_is_asked_for(make, tmp_path):
    book = make(tabs([item("A1")]))

    one_pass(book, tmp_path, settings=settings_from({}, "test"))

    assert standing(book) == ["A1"]
    assert not archived(book)


def test_confidential_items_go_to_a_workbook_of_their_own(make, tmp_path):
    shelf = MemoryShelf()
    secret = item("A1", "M9", 行动项描述="输出《收购方案V1》")
    book = make(
        tabs(
            [secret, item("A2"), item("A3", done=None)],
            [meeting("M9", secret="是"), meeting("M1")],
            [["M9", 1, "收购"]],
        )
    )

    one_pass(book, tmp_path, shelf)

    assert standing(book) == ["A3"]
    assert standing(book, "会议登记") == ["M1"]
    assert "收购" not in repr([tab.rows for tab in book.read().tabs])
    assert set(archived(shelf.books["secret"])) == {
        ("2024年产品会议", "A1"),
        ("2024年会议登记", "M9"),
        ("2024年议题", "M9"),
    }


def test_a_department_that_only_confidential_items_name_is_in_no_report_after_it_has_left(make, tmp_path):
    shelf = MemoryShelf()
    secret = item("A1", "M9", 所属部门="海棠部", 计划完成时间=date(2024, 5, 8), 实际完成时间=date(2024, 5, 9))
    register = [meeting("M9", secret="是", day=date(2024, 5, 6))]
    book = make(tabs([secret, item("A2", done=None, 所属部门="客服部")], register))

    for _ in range(2):
        one_pass(book, tmp_path, shelf, settings=EVERY_REPORT)

    assert standing(book) == ["A2"]
    assert "海棠" not in repr([tab.rows for tab in book.read().tabs])
    assert [tab.name for tab in book.read().tabs if "周报" in tab.name] == ["客服部周报"]


def test_a_workbook_a_year(make, tmp_path):
    shelf = MemoryShelf("归档{year}.xlsx")
    book = make(tabs([item("A1"), item("A2", done=date(2023, 5, 5)), item("A3", done=None)]))

    one_pass(book, tmp_path, shelf)

    assert standing(book) == ["A3"]
    assert not archived(book)
    assert set(archived(shelf.books["归档2024.xlsx"])) == {("2024年其他会议", "A1")}
    assert set(archived(shelf.books["归档2023.xlsx"])) == {("2023年其他会议", "A2")}


def test_a_number_in_the_archive_is_not_given_again(make, tmp_path):
    book = make(tabs([item("A1"), item("A7"), item("A2", done=None)]))
    one_pass(book, tmp_path)
    type_into(book, "行动项跟踪表", 3, 3, "新的行动项")

    plan = look(book, SETTINGS, NOW, shelf=MemoryShelf()).plan

    assert [cell.now for cell in plan.cells if cell.column == "id"] == ["A8"]


def test_a_number_that_the_archive_has_on_another_item_stays_and_is_told(make, tmp_path):
    book = make(tabs([item("A1"), item("A2", done=None)]))
    one_pass(book, tmp_path)
    for position, value in enumerate(item("A1", 行动项描述="另一件事"), start=1):
        type_into(book, "行动项跟踪表", 3, position, value)

    done = one_pass(book, tmp_path)

    assert [each.reason for each in done.judged.filing.staying] == [
        "its number stands in the archive already, on a row that says something else"
    ]
    assert archived(book) == {("2024年其他会议", "A1"): 1}


def test_rows_with_obstacles_stay_and_say_why(tmp_path):
    path = tmp_path / "t.xlsx"
    book = in_file(tabs([item("A1"), item("A2"), item("A3", done=None)]), path)
    edited = load_workbook(path)
    edited.create_sheet("统计")["A1"] = "=行动项跟踪表!C2"
    edited.save(path)

    done = one_pass(book, tmp_path)

    assert standing(book) == ["A1", "A3"]
    assert archived(book) == {("2024年其他会议", "A2"): 1}
    assert [(each.row, each.reason) for each in done.judged.filing.staying] == [
        (2, "a formula refers to this row or to rows below it")
    ]


def test_archived_items_remind_nobody(tmp_path):
    book = in_memory(tabs([item("A1"), item("A2", done=None)]))
    one_pass(book, tmp_path)

    later = one_pass(book, tmp_path, now=datetime(2024, 6, 20, 20))

    assert "A1" not in {notice.item.id for notice in later.judged.notices}
