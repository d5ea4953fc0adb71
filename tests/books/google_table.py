"""A small table on the local Sheets server, for the tests of what happens around it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sync.changes import Plan
from sync.looking import look
from sync.memory import Memory
from sync.settings import Settings
from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID, Desk, open_desk, sheet_of, tagged
from tests.sheets_server.grid import shown

NOW = datetime(2024, 5, 28, 10)
SETTINGS = Settings(reports={"weekly": False, "quarterly": False})
"""Without the reports' tabs, which have tests of their own."""
TAB = "行动项"
ROWS: list[list[object]] = [
    ["编号", "行动项描述", "负责人", "状态"],
    *([f"A{number:03d}", f"事项{number}", "王芳", "进行中"] for number in range(1, 7)),
]


@contextmanager
def small_table() -> Iterator[Desk]:
    """A running server whose only table is this one."""
    with open_desk(Spreadsheet(ID, sheets=[tagged(sheet_of(0, TAB, ROWS), id=0)])) as desk:
        yield desk


def column(desk: Desk, at: int = 0) -> list[object]:
    """What the cells of a column show."""
    sheet = desk.spreadsheet.sheets[0]
    return [shown(sheet.cell(row, at)) for row in range(len(sheet.rows))]


def one_pass(desk: Desk) -> Plan:
    """Judge and write once; the plan that was written."""
    book = desk.book()
    plan = look(book, SETTINGS, NOW, Memory({})).plan
    book.apply(plan)
    return plan


def at_write(desk: Desk, edit, name: str = "batchUpdate") -> None:
    """Somebody edits just before the write."""
    left = [edit]
    desk.service.before = lambda asked: left.pop()(desk.spreadsheet) if asked == name and left else None


def written(desk: Desk) -> list[str]:
    """The names of the requests since they were asked for last."""
    names = [call.name for call in desk.service.calls]
    desk.service.calls.clear()
    return names
