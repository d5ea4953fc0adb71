"""Several tables of a Google Sheet: one look and one write for all."""

from contextlib import suppress

import pytest

from sync.faults import ChangedFault
from sync.looking import look
from sync.memory import Memory
from sync.settings import Settings
from tests.books.google_table import NOW, ROWS, SETTINGS, TAB, at_write, one_pass, small_table, written
from tests.sheets_server import Fault as LineFault
from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID, Desk, sheet_of
from tests.sheets_server.grid import shown


@pytest.fixture
def desk():
    with small_table() as desk:
        yield desk


MEETINGS: list[list[object]] = [
    ["会议编号", "会议名称", "会议日期", "开始时间", "结束时间", "主持人"],
    ["M01", "Q3产品规划会", "2024-05-20", "9:30", "9:00", "王芳"],
    ["M02", "周会", "5.27", "14:00", None, ""],
]
TOPICS: list[list[object]] = [
    ["会议编号", "序号", "议题名称", "汇报人", "预计时长"],
    ["M01", 1, "预算", "张三", 20],
    ["M09", 2, "", "李雷", "久"],
]


@pytest.fixture
def three(desk):
    rows = [[None if cell == "A003" else cell for cell in line] for line in ROWS]
    tables = [sheet_of(0, TAB, rows), sheet_of(5, "会议登记", MEETINGS), sheet_of(6, "议题", TOPICS)]
    desk.service.books[ID] = Spreadsheet(ID, sheets=tables)
    return desk


def type_into_all(desk: Desk) -> None:
    """Somebody changes a row of each table so that its results change."""
    tables = desk.spreadsheet.sheets
    for sheet, row, column in ((tables[0], 2, 2), (tables[1], 1, 5), (tables[2], 1, 3)):
        sheet.put(row, column, None)


def test_all_tables_and_tabs_take_one_look_and_one_write(three):
    book = three.book()
    book.apply(look(book, Settings(), NOW, Memory({})).plan)
    assert written(three) == ["token", "get", "batchUpdate", "batchUpdate"]
    assert len(look(three.book(), Settings(), NOW, Memory({})).plan) == 0
    type_into_all(three)
    written(three)

    book = three.book()
    plan = look(book, Settings(), NOW, Memory({})).plan
    assert {cell.tab for cell in plan.cells} == {TAB, "会议登记", "议题"}
    assert plan.tabs
    book.apply(plan)

    assert written(three) == ["get", "getByDataFilter", "batchUpdate"]
    assert len(look(three.book(), Settings(), NOW, Memory({})).plan) == 0


@pytest.mark.parametrize("kind", [503, "drop", "html", 429])
@pytest.mark.parametrize("after", [False, True])
def test_a_fault_in_the_write_of_all_tables_doubles_nothing(three, kind, after):
    one_pass(three)
    type_into_all(three)
    left = [LineFault(kind, after=after)]
    three.service.fault = lambda name: left.pop() if name == "batchUpdate" and left else None

    one_pass(three)

    assert len(look(three.book(), SETTINGS, NOW, Memory({})).plan) == 0
    titles = sorted(sheet.title for sheet in three.spreadsheet.sheets)
    assert titles == sorted(["_closeloop", "_closeloop_5", "_closeloop_6", TAB, "会议登记", "议题"])


@pytest.mark.parametrize("table", [0, 1, 2])
@pytest.mark.parametrize("dimension", ["ROWS", "COLUMNS"])
@pytest.mark.parametrize("lenient", [False, True])
def test_what_moves_in_one_table_hurts_none(three, table, dimension, lenient):
    three.spreadsheet.lenient = lenient
    one_pass(three)
    type_into_all(three)
    at_write(three, lambda book: book.sheets[table].insert(dimension, 1, 1))

    for _ in range(2):
        with suppress(ChangedFault):
            one_pass(three)

    assert len(look(three.book(), SETTINGS, NOW, Memory({})).plan) == 0
    said = [
        {shown(cell) for line in sheet.rows for cell in line if cell} for sheet in three.spreadsheet.sheets
    ]
    assert {"A001", "A002", "A004", "A005", "A006", "A007", *(f"事项{row}" for row in range(1, 7))} <= said[0]
    assert {"M01", "Q3产品规划会", "9:30", "9:00", "M02", "周会", "5.27", "14:00"} <= said[1]
    assert {"M01", 1, "预算", 20, "M09", 2, "李雷", "久"} <= said[2]
