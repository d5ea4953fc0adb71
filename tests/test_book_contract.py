"""The contract of a book, run over every back-end: read, apply all or nothing, refuse what changed meanwhile."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from openpyxl import Workbook, load_workbook

from sheet_templates import template
from sync.books.excel import ExcelBook
from sync.books.google.book import GoogleBook
from sync.books.memory import MemoryBook
from sync.changes import AddColumn, AppendRow, Plan, PutTab, RemoveRows, SetCell, SetColours
from sync.faults import BusyFault, WorkbookFault
from sync.finding_tables import find_layouts
from sync.generated import GeneratedTab, TabCell
from sync.snapshot import Area, CellValue, ColourRule, Snapshot, Tab
from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID, open_desk, sheet_of
from tests.sheets_server.desk import Desk as ServerDesk
from tests.sheets_server.grid import entered

TAB = "行动项"
ROWS: list[list[CellValue]] = [
    ["标题", None, None],
    ["行动项描述", "负责人", "状态"],
    ["输出流程", "王芳", "进行中"],
    ["部署", None, None],
]
RED = ColourRule(Area(3, 4, 1_048_576, 4), '$D3="延期"', "#F8CBAD", "#7B2C00")
INK = ColourRule(Area(3, 2, 1_048_576, 2), 'ISNUMBER(FIND(";owner:E;",$E3))', "", "#9C0006")


class Desk(Protocol):
    """A book, and somebody who edits it meanwhile."""

    book: MemoryBook | ExcelBook | GoogleBook

    def type(self, row: int, position: int, text: str, tab: str = TAB) -> None: ...


class MemoryDesk:
    def __init__(self, _folder: Path) -> None:
        self.book = MemoryBook({TAB: Tab(TAB, [list(row) for row in ROWS]), "备注": Tab("备注", [["别动"]])})

    def type(self, row: int, position: int, text: str, tab: str = TAB) -> None:
        rows = [list(cells) for cells in self.book.tabs[tab].rows]
        rows += [[] for _ in range(row - len(rows))]
        rows[row - 1] += [None] * (position - len(rows[row - 1]))
        rows[row - 1][position - 1] = text
        self.book.tabs[tab] = replace(self.book.tabs[tab], rows=rows)


class ExcelDesk:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "tracker.xlsx"
        made = Workbook()
        made.active.title = TAB
        for number, row in enumerate(ROWS, start=1):
            for position, value in enumerate(row, start=1):
                made.active.cell(number, position, value)
        made.create_sheet("备注").append(["别动"])
        made.save(self.path)
        self.book = ExcelBook(self.path)

    def type(self, row: int, position: int, text: str, tab: str = TAB) -> None:
        edited = load_workbook(self.path)
        edited[tab].cell(row, position, text)
        edited.save(self.path)


class GoogleDesk:
    def __init__(self, _folder: Path, server: ServerDesk) -> None:
        self.server, self.book = server, server.book()

    def type(self, row: int, position: int, text: str, tab: str = TAB) -> None:
        def typed(book: Spreadsheet) -> None:
            book.sheet(tab).put(row - 1, position - 1, entered(text))

        self.server.service.edit(ID, typed)


@pytest.fixture(params=["memory", "excel", "google"])
def desk(request, tmp_path) -> Iterator[Desk]:
    if request.param != "google":
        made: dict[str, Callable[[Path], Desk]] = {"memory": MemoryDesk, "excel": ExcelDesk}
        yield made[request.param](tmp_path)
        return
    sheets = [sheet_of(0, TAB, ROWS), sheet_of(7, "备注", [["别动"]])]
    with open_desk(Spreadsheet(ID, sheets=sheets)) as server:
        yield GoogleDesk(tmp_path, server)


def cells(snapshot: Snapshot, tab: str = TAB) -> list[list[CellValue]]:
    width = max(len(row) for row in snapshot.tab(tab).rows)
    return [
        [None if v == "" else v for v in [*row, *[None] * (width - len(row))]]
        for row in snapshot.tab(tab).rows
    ]


def full_plan(snapshot: Snapshot) -> Plan:
    return Plan(
        snapshot.fingerprint,
        columns=(
            AddColumn(TAB, 2, 4, "computed_status", "系统状态", 11, False),
            AddColumn(TAB, 2, 5, "cells_at_fault", "问题字段", 12, True),
        ),
        cells=(
            SetCell(TAB, 3, 4, "computed_status", "A1", None, "=延期\n第二行 <&>"),
            SetCell(TAB, 4, 4, "computed_status", "A2", None, 4),
            SetCell(TAB, 4, 5, "cells_at_fault", "A2", None, ";owner:E;"),
        ),
        colours=(SetColours(TAB, (RED, INK)),),
    )


def test_a_book_reads_back_what_was_applied(desk):
    desk.book.apply(full_plan(desk.book.read()))

    after = desk.book.read()
    assert cells(after) == [
        ["标题", None, None, None, None],
        ["行动项描述", "负责人", "状态", "系统状态", "问题字段"],
        ["输出流程", "王芳", "进行中", "=延期\n第二行 <&>", None],
        ["部署", None, None, 4, ";owner:E;"],
    ]
    assert cells(after, "备注") == [["别动"]]
    assert set(after.tab(TAB).colours) == {RED, INK}


def test_an_empty_plan_leaves_the_fingerprint(desk):
    before = desk.book.read()

    desk.book.apply(Plan(before.fingerprint))

    assert desk.book.read().fingerprint == before.fingerprint


def test_colours_are_replaced_and_never_pile_up(desk):
    for _ in range(3):
        desk.book.apply(Plan(desk.book.read().fingerprint, colours=(SetColours(TAB, (RED, INK)),)))
    desk.book.apply(Plan(desk.book.read().fingerprint, colours=(SetColours(TAB, (INK,)),)))

    assert desk.book.read().tab(TAB).colours == (INK,)


def test_a_cell_can_be_emptied(desk):
    desk.book.apply(full_plan(desk.book.read()))
    desk.book.apply(
        Plan(desk.book.read().fingerprint, cells=(SetCell(TAB, 4, 4, "computed_status", "A2", 4, None),))
    )

    assert cells(desk.book.read())[3] == ["部署", None, None, None, ";owner:E;"]


def test_what_changed_meanwhile_is_refused_whole(desk):
    plan = full_plan(desk.book.read())
    desk.type(4, 2, "李雷")
    edited = desk.book.read()

    with pytest.raises(BusyFault):
        desk.book.apply(plan)

    assert desk.book.read().fingerprint == edited.fingerprint
    assert cells(desk.book.read())[3][1] == "李雷"


def numbered(desk: Desk) -> None:
    for row, text in ((2, "编号"), (3, "A1"), (4, "A2")):
        desk.type(row, 4, text)


def test_rows_are_added_below_the_table(desk):
    numbered(desk)
    values = ((1, "=回来"), (3, "进行中"), (4, "A7"))
    rows = (AppendRow(TAB, 5, "A7", values), AppendRow(TAB, 6, "A8", ((1, "也回来"), (4, "A8"))))

    left = desk.book.apply(Plan(desk.book.read().fingerprint, rows=rows))

    after = desk.book.read()
    assert after.fingerprint == left
    assert cells(after)[3:] == [
        ["部署", None, None, "A2"],
        ["=回来", None, "进行中", "A7"],
        ["也回来", None, None, "A8"],
    ]


def test_rows_are_taken_out_and_those_below_move_up(desk):
    numbered(desk)
    desk.type(5, 1, "验收")
    desk.type(5, 4, "A3")
    snapshot = desk.book.read()
    assert not desk.book.obstacles(TAB, (3, 5))

    left = desk.book.apply(Plan(snapshot.fingerprint, removals=(RemoveRows(TAB, (3, 5)),)))

    after = desk.book.read()
    assert after.fingerprint == left
    assert cells(after)[1:] == [["行动项描述", "负责人", "状态", "编号"], ["部署", None, None, "A2"]]


SUMMARY = GeneratedTab(
    "每周汇总",
    (
        (TabCell("每周汇总", "title"),),
        (TabCell("部门", "heading"), TabCell("未完成", "heading")),
        (TabCell("=客服部", "label"), TabCell(3, "number", link="行动项!A3")),
        (TabCell("合计", "label"), TabCell(3, "number", formula="SUM(B3:B3)")),
    ),
    merged=(Area(1, 1, 1, 2),),
    colours=(ColourRule(Area(3, 2, 3, 2), "B3>2", "#F8CBAD", "#7B2C00"),),
    frozen_rows=2,
)
LONGER = replace(
    SUMMARY, rows=(*SUMMARY.rows, (TabCell("产品部"), TabCell(1)), (TabCell("市场部"), TabCell(2)))
)


def put(desk: Desk, *tabs: GeneratedTab) -> None:
    desk.book.apply(Plan(desk.book.read().fingerprint, tabs=tuple(PutTab(tab) for tab in tabs)))


def test_a_generated_tab_comes_last_and_is_known_again(desk):
    put(desk, SUMMARY)

    after = desk.book.read()
    assert [tab.name for tab in after.tabs] == [TAB, "备注", "每周汇总"]
    assert [tab.generated for tab in after.tabs] == [None, None, Area(1, 1, 4, 2)]
    assert cells(after, "每周汇总") == [["每周汇总", None], ["部门", "未完成"], ["=客服部", 3], ["合计", 3]]
    shown = after.tab("每周汇总")
    assert (shown.merged, shown.colours) == (SUMMARY.merged, SUMMARY.colours)
    assert shown.formulas == {(4, 2)}


def test_the_same_generated_tab_changes_nothing(desk):
    put(desk, SUMMARY)
    before = desk.book.read().fingerprint

    put(desk, SUMMARY)

    assert desk.book.read().fingerprint == before


def test_a_generated_tab_shrinks_and_grows(desk):
    for content in (SUMMARY, LONGER, SUMMARY):
        put(desk, content)
        assert len(cells(desk.book.read(), "每周汇总")) == len(content.rows)
        assert desk.book.read().tab("每周汇总").generated == content.block


def test_what_people_write_beside_the_block_stays(desk):
    put(desk, SUMMARY)
    desk.type(2, 4, "我的备注", "每周汇总")
    desk.type(6, 1, "下面的备注", "每周汇总")

    put(desk, SUMMARY)
    assert cells(desk.book.read(), "每周汇总")[5][0] == "下面的备注"
    put(desk, LONGER)

    shown = cells(desk.book.read(), "每周汇总")
    assert shown[1][3] == "我的备注"
    assert shown[5][:2] == ["市场部", 2]
    assert [row[0] for row in shown[6:] if row[0]] == ["下面的备注"]


def test_a_tab_of_people_is_never_taken_for_a_generated_one(desk):
    before = desk.book.read()

    with pytest.raises(WorkbookFault, match="备注"):
        put(desk, SUMMARY, replace(SUMMARY, name="备注"))

    assert desk.book.read().fingerprint == before.fingerprint


def test_the_action_table_is_not_looked_for_on_a_generated_tab(desk):
    rows = (tuple(TabCell(text, "heading") for text in ("行动项描述", "负责人", "状态", "计划完成时间")),)
    put(desk, GeneratedTab("行动项汇总", rows))

    assert find_layouts(desk.book.read(), template(), {})["actions"].tab == TAB
