"""What a pass shows beside meetings and topics, and what it leaves alone."""

from datetime import datetime

import pytest

from sheet_templates import template
from sync.books.memory import MemoryBook
from sync.changes import AddColumn, Plan, SetCell
from sync.faults import GuardFault
from sync.guard import guard
from sync.looking import look
from sync.settings import Settings
from sync.snapshot import Tab

NOW = datetime(2024, 5, 28, 10)
ACTIONS = [
    ["编号", "行动项描述", "负责人", "计划完成时间", "状态"],
    ["A001", "输出《流程V2.0》", "王芳", "2024-06-14", "进行中"],
]
MEETINGS = [
    ["会议编号", "会议名称", "会议日期", "会议目的"],
    ["M1", "Q3产品规划会", "2024-05-30", ""],
    ["M2", "四月例会", "2024-04-29", ""],
]
TOPICS = [["会议编号", "序号", "议题名称", "预计时长"], ["M1", 1, "排期", 40], ["M1", 2, "预算", 20]]


def book(meetings=MEETINGS, topics=TOPICS) -> MemoryBook:
    tabs = {"行动项": ACTIONS, "会议登记": meetings, "议题": topics}
    return MemoryBook({name: Tab(name, [list(row) for row in rows]) for name, rows in tabs.items() if rows})


def settled(**tabs) -> MemoryBook:
    made = book(**tabs)
    made.apply(look(made, Settings(), NOW).plan)
    return made


def shown(made: MemoryBook, tab: str) -> list[list]:
    return [list(cells) for cells in made.tabs[tab].rows]


def test_meetings_and_topics_show_what_was_found_in_the_last_column():
    made = settled()

    heads, first, past = shown(made, "会议登记")
    assert heads == [*MEETINGS[0], "问题字段", "检查结果"]
    assert first[4] == ";goal:E;"
    assert first[5].startswith("[M101] ")
    assert past[4:] in ([], [None, None])
    heads, long, short = shown(made, "议题")
    assert heads == [*TOPICS[0], "问题字段", "检查结果"]
    assert (long[4], long[5][:6]) == (";planned:W;", "[T101]")
    assert short[4:] in ([], [None, None])


def test_a_second_pass_plans_nothing():
    assert len(look(settled(), Settings(), NOW).plan) == 0


def test_rows_are_called_by_their_meeting_and_number():
    plan = look(book(), Settings(), NOW).plan

    assert {cell.row_id for cell in plan.cells if cell.tab == "议题"} == {"M1/1"}
    assert {cell.row_id for cell in plan.cells if cell.tab == "会议登记"} == {"M1"}


def test_cells_at_fault_are_coloured_in_every_table():
    made = settled()

    assert {rule.formula for rule in made.tabs["会议登记"].colours} >= {
        'ISNUMBER(FIND(":E;",$E2))',
        'ISNUMBER(FIND(";goal:E;",$E2))',
    }
    assert any('";planned:W;"' in rule.formula for rule in made.tabs["议题"].colours)
    assert not any("进行中" in rule.formula for rule in made.tabs["会议登记"].colours)


@pytest.mark.parametrize("empty", ["meetings", "topics"])
def test_a_table_without_rows_is_left_as_it_is(empty):
    rows = {"meetings": MEETINGS, "topics": TOPICS}[empty][:1]
    made = book(**{empty: rows})

    tab = {"meetings": "会议登记", "topics": "议题"}[empty]
    plan = look(made, Settings(reports={"weekly": False, "quarterly": False}), NOW).plan
    assert tab not in {change.tab for change in plan}


def test_a_workbook_of_action_items_alone_gets_nothing_else():
    plan = look(book(meetings=None, topics=None), Settings(), NOW).plan

    assert {column.tab for column in plan.columns} == {"行动项"}


def test_rows_that_people_have_emptied_lose_what_was_written():
    made = settled()
    rows = shown(made, "会议登记")
    rows[1][:4] = [None] * 4
    made.tabs["会议登记"] = Tab("会议登记", rows, colours=made.tabs["会议登记"].colours)

    cleared = [
        (cell.row, cell.column, cell.now)
        for cell in look(made, Settings(), NOW).plan.cells
        if cell.tab == "会议登记"
    ]

    assert cleared == [(2, "cells_at_fault", None), (2, "message", None)]


@pytest.mark.parametrize(
    "change",
    [
        SetCell("会议登记", 2, 4, "goal", "M1", "", "目的"),
        SetCell("会议登记", 2, 4, "message", "M1", "", "目的"),
        SetCell("会议登记", 2, 1, "id", "M1", "M1", "M9"),
        SetCell("会议登记", 2, 5, "risk", "M1", None, "正常"),
        AddColumn("会议登记", 1, 5, "risk", "风险等级", 9, False),
        AddColumn("别处", 1, 1, "message", "检查结果", 60, False),
        SetCell("别处", 2, 1, "message", "M1", None, "正常"),
    ],
)  # fmt: skip
def test_the_guard_stops_what_is_not_ours_there_either(change):
    snapshot = book().read()
    plan = Plan("f", columns=(change,)) if isinstance(change, AddColumn) else Plan("f", cells=(change,))

    with pytest.raises(GuardFault):
        guard(plan, snapshot, template(), {})
