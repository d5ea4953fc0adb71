"""Read a worksheet that was just written for what its values do not show: well-formed and in order."""

import re
from collections.abc import Iterator
from itertools import pairwise

from sync.books.excel.cells import all_cells, regular, rows
from sync.books.excel.markup import check, checked
from sync.books.excel.package import Package
from sync.books.excel.references import column_number
from sync.books.excel.worksheet import Worksheet, parse_worksheet

_LARGE = 8 << 20
_CELLS = re.compile(rb"<sheetData\s*>")
_CLOSE = b"</row>"


def proofread(package: Package, name: str) -> None:
    """Raise unless a worksheet part is well-formed, and its rows and the cells of each row rise.

    A large one is not held whole, if it is written as nearly every program does.
    """
    if package.size(name) > _LARGE and _check_in_pieces(package, name):
        return
    part = package.part(name)
    check(part)
    worksheet = parse_worksheet(part)
    del part
    _check_order(worksheet)


def _check_in_pieces(package: Package, name: str) -> bool:
    """Whether the part could be checked so; False leaves it to the look at the whole."""
    last = 0
    for piece in _pieces(package, name):
        if piece is None:
            return False
        last = _check_order(piece, last)
    return True


def _pieces(package: Package, name: str) -> Iterator[Worksheet | None]:
    """The cells of a part some rows at a time, its XML being checked as it comes; None where it has anything
    but plain rows."""
    rest = b""
    begun = False
    for piece, plain in checked(package.pieces(name)):
        text = rest + piece
        if not begun:
            start = _CELLS.search(text)
            if not start:
                break
            text, begun = text[start.start() :], True
        if not plain:
            break
        end = text.rfind(_CLOSE) + len(_CLOSE)
        yield _of_rows(text[:end])
        rest = text[end:]
    else:
        if begun and b"<row" not in rest:
            return
    yield None


def _of_rows(cells: bytes) -> Worksheet:
    return Worksheet(head=b"", body=cells, view=cells, tail=b"", prefix="", root=b"")


def _check_order(sheet: Worksheet, after: int = 0) -> int:
    """Rows rise everywhere, and so do the cells of each row. Gives the last row's number."""
    if not regular(sheet):
        for _ in all_cells(sheet):  # it raises by itself
            pass
    last = after
    for row in rows(sheet, after):
        last = row.number
    # One look at all cells: rows mostly repeat a few patterns of columns, so that few have to be looked at.
    prefix = re.escape(sheet.prefix.encode())
    names = re.findall(rb'<%sc r="([A-Z]+)|<%srow[\s/>]' % (prefix, prefix), sheet.view)
    for columns in set(b",".join(names).split(b",,")):
        numbers = [column_number(name.decode()) for name in columns.split(b",") if name]
        if any(left >= right for left, right in pairwise(numbers)):
            for _ in all_cells(sheet):  # it raises, and knows the row
                pass
    return last
