"""Read a worksheet that was just written for what its values do not show: well-formed, in order, within bounds."""

import re
from collections.abc import Iterator
from itertools import pairwise

from sync.books.excel.cells import all_cells, regular, rows
from sync.books.excel.looking import check_extent
from sync.books.excel.markup import check, checked
from sync.books.excel.package import Package
from sync.books.excel.references import column_number
from sync.books.excel.refusal import RefusalError
from sync.books.excel.worksheet import Worksheet, parse_worksheet

_LARGE = 8 << 20
_CELLS = re.compile(rb"<sheetData\s*>")
_CLOSE = b"</row>"


def proofread(package: Package, name: str) -> None:
    """Raise unless a worksheet part is well-formed, its rows and cells rise, and no cell lies absurdly far away.

    A large one is not held whole, if it is written as nearly every program does.
    """
    if package.size(name) > _LARGE and _check_in_pieces(package, name):
        return
    part = package.part(name)
    check(part)
    worksheet = parse_worksheet(part)
    del part
    _check_order(worksheet)
    check_extent(worksheet)


def _check_in_pieces(package: Package, name: str) -> bool:
    """Whether the part could be checked so; False leaves it to the look at the whole."""
    last = 0
    for piece in _pieces(package, name):
        if piece is None:
            return False
        last = _check_order(piece, last)
        check_extent(piece)
    return True


def _pieces(package: Package, name: str) -> Iterator[Worksheet | None]:
    """The cells of a part some rows at a time, its XML being checked as it comes; None where it has anything
    but plain rows."""
    rest = b""
    begun = False
    for piece in checked(package.pieces(name)):
        text = rest + piece
        if not begun:
            start = _CELLS.search(text)
            if not start:
                break
            text, begun = text[start.start() :], True
        if b"<!" in text or b"<?" in text:
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
    last = after
    by_text = regular(sheet)
    pattern = re.compile(rb'<%sc r="([A-Z]+)' % re.escape(sheet.prefix.encode()))
    rising: set[tuple[bytes, ...]] = set()
    for row in rows(sheet, after):
        last = row.number
        names = tuple(pattern.findall(sheet.view, row.inner, row.close)) if by_text else ()
        if names not in rising:  # rows mostly repeat a few patterns of columns
            numbers = [column_number(name.decode()) for name in names]
            if any(left >= right for left, right in pairwise(numbers)):
                raise RefusalError(
                    "has cells out of order in row {row}; save it anew in Excel", row=row.number
                )
            rising.add(names)
    if not by_text:
        for _ in all_cells(sheet):  # it raises by itself
            pass
    return last
