"""Read a worksheet that was just written for what its values do not show: well-formed and in order."""

import re
from itertools import pairwise

from sync.books.excel.cells import all_cells, rows
from sync.books.excel.markup import check
from sync.books.excel.references import column_number
from sync.books.excel.worksheet import parse_worksheet

_NAMED = b' r="'


def proofread(part: bytes) -> None:
    """Raise unless a worksheet part is well-formed, and its rows and the cells of each row rise."""
    check(part)
    sheet = parse_worksheet(part)
    for _ in rows(sheet):  # it raises by itself
        pass
    if not columns_rise(sheet.view, sheet.prefix):
        for _ in all_cells(sheet):  # it raises, and knows the row
            pass


def columns_rise(cells: bytes, prefix: str = "") -> bool:
    """Whether every cell begins with its name, as nearly every program writes it, and in each row their columns rise.

    One look at all cells: rows mostly repeat a few patterns of columns, so that few have to be looked at.
    """
    before = re.escape(prefix.encode())
    found = re.findall(rb'<%s(?:c( r="[A-Z]+|[\s/>])|row[\s/>])' % before, cells)
    for row in set(b",".join(found).split(b",,")):
        names = [name for name in row.split(b",") if name]
        if not all(name.startswith(_NAMED) for name in names):
            return False
        columns = [column_number(name.removeprefix(_NAMED).decode()) for name in names]
        if any(left >= right for left, right in pairwise(columns)):
            return False
    return True
