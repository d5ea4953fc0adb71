"""What is proposed for trackers that have grown: the right columns, sure where a reader would be, and found again."""

from datetime import date, datetime

import pytest

from rules.wordlists import word_lists
from sheet_templates import template, words
from sheet_templates.demo import demo
from sync.books.excel import ExcelBook
from sync.finding_tables import TablePlace, find_layouts
from sync.guard import guard
from sync.looking import look
from sync.mapping import Evidence, propose
from sync.new_workbook import Content, write_workbook
from sync.settings import Settings
from sync.snapshot import Area, Snapshot, Tab
from tests.grown_trackers import GROWN, write

TODAY = date(2024, 5, 28)


def proposed(snapshot):
    return propose(snapshot, template(), word_lists(), TODAY)


@pytest.mark.parametrize("name", GROWN)
def test_a_grown_tracker_is_mapped_as_a_reader_would(tmp_path, name):
    grown = GROWN[name]
    snapshot = ExcelBook(write(grown, tmp_path / "ours.xlsx")).read()

    found = proposed(snapshot)

    assert tuple(each.tab for each in found.actions) == (grown.several or (grown.tab,))
    best = found.actions[0]
    assert (best.tab, best.header_row) == (grown.tab, grown.header_row)
    assert {match.key: match.position for match in best.matches} == dict(grown.columns)
    assert {match.key for match in best.matches if not match.sure} == set(grown.asked)


@pytest.mark.parametrize("name", GROWN)
def test_what_is_proposed_is_found_again_by_the_settings(tmp_path, name):
    grown = GROWN[name]
    snapshot = ExcelBook(write(grown, tmp_path / "ours.xlsx")).read()
    best = proposed(snapshot).actions[0]
    headings = {match.key: match.heading for match in best.matches if match.evidence is not Evidence.HEADING}

    layout = find_layouts(snapshot, template(), {"actions": TablePlace(best.tab, best.header_row, headings)})

    assert dict(layout["actions"].columns) == dict(grown.columns)
    assert layout["actions"].header_row == grown.header_row


def test_the_directory_is_found_and_its_names_tell_a_column_of_owners():
    tabs = (
        Tab("人", [["姓名", "部门", "邮箱"], ["艾力", "客服部", "a@b.cn"], ["木拉提", "客服部", "c@b.cn"]]),
        Tab(
            "表",
            [
                ["任务", "落实", "期限", "状态"],
                ["输出流程", "艾力", "6月4日", "进行中"],
                ["盘点", "木拉提", "6月5日", "延期"],
            ],
        ),
    )

    found = proposed(Snapshot(tabs, "f"))

    assert [(each.table, each.tab) for each in found.others] == [("people", "人")]
    owner = next(match for match in found.actions[0].matches if match.key == "owner")
    assert (owner.heading, owner.evidence) == ("落实", Evidence.CONTENT)


def test_a_template_workbook_is_known_in_every_table(tmp_path):
    write_workbook(tmp_path / "t.xlsx", template(), words("zh-CN"), Content(demo().rows))

    found = proposed(ExcelBook(tmp_path / "t.xlsx").read())

    assert [each.tab for each in found.actions] == ["行动项跟踪表"]
    assert {each.table for each in found.others} == {"meetings", "topics", "people", "days"}


def test_a_workbook_about_something_else_holds_nothing():
    tab = Tab(
        "预算",
        [
            ["科目", "金额", "经手人", "日期"],
            ["会议费", 3200, "王芳", "2024-05-01"],
            ["差旅", 80, "李娜", "2024-05-02"],
        ],
    )

    assert proposed(Snapshot((tab,), "f")).actions == ()


GROUPED = Tab(
    "台账",
    [
        ["事项", "计划", None, "实际", None, "责任人", "状态"],
        [None, "开始", "完成时间", "开始", "完成时间", None, None],
        ["输出流程", "5月1日", "6月4日", None, None, "王芳", "进行中"],
    ],
    merged=(Area(1, 1, 2, 1), Area(1, 2, 1, 3), Area(1, 4, 1, 5), Area(1, 6, 2, 6), Area(1, 7, 2, 7)),
)


def test_columns_that_share_a_heading_are_told_apart_by_their_groups():
    layout = find_layouts(Snapshot((GROUPED,), "f"), template(), {})["actions"]

    assert layout.header_row == 2
    assert dict(layout.columns) == {"description": 1, "due": 3, "done": 5, "owner": 6, "status": 7}
    assert layout.headings["due"] == "计划 完成时间"
    assert layout.repeated == {}


def test_a_header_merged_over_two_rows_ends_in_the_second():
    rows = [["事项", "责任人", "期限", "状态"], [None] * 4, ["输出流程", "王芳", "6月4日", "进行中"]]
    merged = tuple(Area(1, column, 2, column) for column in range(1, 5))

    assert (
        find_layouts(Snapshot((Tab("t", rows, merged=merged),), "f"), template(), {})["actions"].header_row
        == 2
    )


def test_a_wide_heading_does_not_make_a_header_of_the_first_row():
    rows = [
        ["序号", "事项", "责任人", "期限", "状态", "配合部门", None],
        [1, *[None] * 6],
        [2, "输出", "王芳", "6月4日", "延期", "技术部", "市场部"],
    ]
    tab = Tab("t", rows, merged=(Area(1, 6, 1, 7),))

    assert find_layouts(Snapshot((tab,), "f"), template(), {})["actions"].header_row == 1


def test_a_pass_over_a_two_row_header_writes_our_columns_and_then_nothing(tmp_path):
    path = write(GROWN["two-row header below a merged title"], tmp_path / "ours.xlsx")
    book, now = ExcelBook(path), datetime(2024, 5, 28, 10)
    first = look(book, Settings(), now)
    guard(first.plan, first.snapshot, template(), {})
    book.apply(first.plan)

    assert {column.row for column in first.plan.columns} == {3}
    assert len(look(book, Settings(), now).plan) == 0
