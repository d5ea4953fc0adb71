"""What a pass wants to write, the numbers it gives, and the guard that lets nothing of people's be touched."""

from datetime import datetime

import pandas as pd
import pytest

from sheet_templates import template, words
from sync.books.memory import MemoryBook
from sync.changes import AddColumn, Plan, SetCell
from sync.faults import GuardFault
from sync.guard import guard
from sync.history import RowState
from sync.looking import look
from sync.numbering import numbers
from sync.settings import Settings
from sync.snapshot import Snapshot, Tab
from sync.terminal import report

NOW = datetime(2024, 5, 28, 10)
HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态"]
ROW = ["A001", "输出《流程V2.0》", "王芳", "客服部", "2024-06-14", "进行中"]
OURS = ["系统状态", "逾期工作日", "风险等级", "问题字段", "检查结果"]


def planned(*rows, **around) -> Plan:
    book = MemoryBook({"行动项": Tab("行动项", [list(row) for row in rows], **around)})
    return look(book, Settings(), NOW).plan


def applied(*rows) -> list[list]:
    book = MemoryBook({"行动项": Tab("行动项", [list(row) for row in rows])})
    book.apply(look(book, Settings(), NOW).plan)
    return [list(cells) for cells in book.tabs["行动项"].rows]


def test_only_what_differs_is_written():
    rows = applied(HEADER, ROW)

    assert rows[0] == [*HEADER, *OURS]
    assert rows[1][6:9] == ["进行中", 0, "正常"]
    assert planned(*rows).cells == ()
    assert [change.column for change in planned(rows[0], [*rows[1][:6], "已完成", 0, "正常"]).cells] == [
        "computed_status"
    ]


def test_columns_of_ours_that_people_deleted_or_moved_are_found_or_made_again():
    header = ["检查结果", *HEADER, "系统状态", "问题字段"]

    plan = planned(header, [None, *ROW])

    assert [(each.column, each.position) for each in plan.columns] == [("late_days", 10), ("risk", 11)]
    assert {change.position for change in plan.cells if change.column == "computed_status"} == {8}


def test_new_columns_go_beside_what_people_keep_right_of_the_table():
    plan = planned(HEADER, [*ROW, None, None, "李娜的笔记"])

    assert plan.columns[0].position == 10


def test_rows_that_people_have_emptied_lose_what_was_written():
    rows = applied(HEADER, ROW, ["A002", *ROW[1:]])
    rows[2][1:6] = [None] * 5

    cleared = {change.position: change.now for change in planned(*rows).cells if change.row == 3}

    assert cleared == {7: None, 8: None, 9: None}


def test_a_message_holds_the_worst_three_and_a_count():
    row = applied([*HEADER, "交付标准", "负责人确认"], ["A1", "跟进", "相关部门", "", "尽快", "80%", "", ""])[
        1
    ]

    message = row[[*HEADER, "交付标准", "负责人确认", *OURS].index("检查结果")]
    *worst, rest = message.split(" ｜ ")
    assert [text[1:5] for text in worst] == ["A101", "A103", "A106"]
    assert rest == "……另有 3 项"


@pytest.mark.parametrize(
    ("ids", "taken", "given"),
    [
        (["", ""], (), ["A001", "A002"]),
        (["A007", ""], (), ["A008"]),
        (["XD-2024-017", "", "XD-2024-018"], (), ["XD-2024-019"]),
        (["1", "2", "9", ""], (), ["10"]),
        (["甲", ""], (), ["A001"]),
        (["A001", ""], ("A002", "A005", "B9"), ["A006"]),
        (["A099", "", ""], (), ["A100", "A101"]),
    ],
)
def test_new_numbers_continue_peoples_own(ids, taken, given):
    column = pd.Series(ids, index=range(2, 2 + len(ids)), dtype="str")

    before = {text: RowState("another row", NOW, NOW) for text in taken}
    numbered = numbers(column, ["digest"] * len(ids), before)

    assert [numbered[row] for row in column.index if not column[row]] == given
    assert [numbered[row] for row in column.index if column[row]] == [text for text in ids if text]


def test_a_number_that_was_lost_comes_back_to_its_own_row():
    before = {
        "A001": RowState("one", NOW, NOW),
        "A002": RowState("two", NOW, NOW),
        "A003": RowState("two", NOW, NOW),
    }
    ids = pd.Series(["", "A003", "", ""], index=[2, 3, 4, 5], dtype="str")

    numbered = numbers(ids, ["two", "three", "two", "one"], before)

    assert numbered == {2: "A002", 3: "A003", 4: "A004", 5: "A001"}


SNAPSHOT = Snapshot(
    (Tab("行动项", [[*HEADER, *OURS], [*ROW], [None, *ROW[1:]], [*ROW, "x"]]), Tab("备注", [["别动"]])),
    "f",
)
FINE = SetCell("行动项", 2, 7, "computed_status", "A001", None, "进行中")


@pytest.mark.parametrize(
    "cell",
    [
        FINE._replace(position=3),  # people's column under a worker's key
        FINE._replace(position=3, column="owner"),  # people's column
        FINE._replace(position=8),  # another of the worker's columns
        FINE._replace(position=12),  # beyond the header
        FINE._replace(row=1),  # the header
        SetCell("行动项", 2, 1, "id", "A002", "A001", "A002"),  # a number that is there
    ],
)
def test_the_guard_stops_what_is_not_ours(cell):
    with pytest.raises(GuardFault, match="nothing was written"):
        guard(Plan("f", cells=(cell,)), SNAPSHOT, template(), {})


def test_the_guard_stops_columns_on_top_of_something_and_cells_written_twice():
    occupied = AddColumn("行动项", 1, 7, "risk", "风险等级", 9, False)

    with pytest.raises(GuardFault):
        guard(Plan("f", columns=(occupied,)), SNAPSHOT, template(), {})
    with pytest.raises(GuardFault):
        guard(Plan("f", cells=(FINE, replace_value(FINE))), SNAPSHOT, template(), {})


def replace_value(cell: SetCell) -> SetCell:
    return cell._replace(now="延期")


def test_the_guard_lets_our_own_pass():
    empty_number = SetCell("行动项", 3, 1, "id", "A002", None, "A002")
    new = AddColumn("行动项", 1, 12, "risk", "风险等级", 9, False)

    guard(Plan("f", columns=(new,), cells=(FINE, empty_number)), SNAPSHOT, template(), {})


@pytest.mark.parametrize(
    ("column", "heading"),
    [("owner", "负责人"), ("updated", "最近更新"), ("risk", "负责人"), ("other", "新列")],
)
def test_the_guard_stops_new_columns_that_are_not_ours(column, heading):
    with pytest.raises(GuardFault):
        guard(
            Plan("f", columns=(AddColumn("行动项", 1, 12, column, heading, 9, False),)),
            SNAPSHOT,
            template(),
            {},
        )


def test_the_guard_passes_every_language(monkeypatch):
    for language in ("zh-CN", "zh-TW", "en"):
        book = MemoryBook({"t": Tab("t", [HEADER, ROW])})
        settings = Settings(language=language)
        judged = look(book, settings, NOW)
        book.apply(judged.plan)

        assert (
            book.tabs["t"].rows[0][6]
            == template().tables["actions"].columns["computed_status"].heads[words(language).head]
        )
        assert len(look(book, settings, NOW).plan) == 0


@pytest.mark.parametrize(("language", "comma"), [("zh-CN", "、"), ("en", ", ")])
def test_the_terminal_lists_as_its_language_does(language, comma, capsys):
    plan = look(MemoryBook({"t": Tab("t", [HEADER, ROW])}), Settings(language=language), NOW).plan

    report.console().print(report.plan_section(plan, words(language), template(), done=False))

    said = "".join(capsys.readouterr().out.split())
    assert comma.strip().join(column.heading.replace(" ", "") for column in plan.columns) in said
