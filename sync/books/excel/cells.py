"""Where rows and cells stand in a worksheet's bytes; both may leave their numbers out."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sync.books.excel.references import LAST_COLUMN, LAST_ROW, column_number
from sync.books.excel.refusal import RefusalError
from sync.books.excel.worksheet import Worksheet

_ATTRIBUTES = rb"""((?:\s[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*)?/?)>"""
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{0,3})([0-9]{1,7})\s*["']""")
_PLAIN_NUMBER = re.compile(rb' r="([0-9]{1,7})"')
_ANY_REFERENCE = re.compile(rb"\sr\s*=")


class Row(NamedTuple):
    """A row element: tag from ``start`` to ``inner``, cells up to ``close``, all of it up to ``end``."""

    number: int
    start: int
    inner: int
    close: int
    end: int


class Cell(NamedTuple):
    """A cell element: tag from ``start`` to ``inner``, all of it up to ``end``."""

    row: int
    column: int
    start: int
    inner: int
    end: int


@cache
def _pattern(prefix: str, name: str) -> re.Pattern[bytes]:
    return re.compile(b"<" + re.escape(f"{prefix}{name}".encode()) + _ATTRIBUTES)


@cache
def _closing(prefix: str, name: str) -> re.Pattern[bytes]:
    return re.compile(b"</" + re.escape(f"{prefix}{name}".encode()) + rb"\s*>")


@cache
def _irregular(prefix: str) -> re.Pattern[bytes]:
    return re.compile(rb'<%sc(?! r="[A-Z])[\s/>]' % re.escape(prefix.encode()))


def regular(sheet: Worksheet) -> bool:
    """Whether every cell begins ``<c r="``, as nearly every program writes it; then text search is exact."""
    return _irregular(sheet.prefix).search(sheet.view) is None


def rows(sheet: Worksheet, after: int = 0) -> Iterator[Row]:
    """All row elements in order. Raises RefusalError when their numbers do not rise, from above ``after`` on."""
    number = after
    closing = f"</{sheet.prefix}row".encode()
    for match in _pattern(sheet.prefix, "row").finditer(sheet.view):
        given = _row_number(match[1]) or number + 1
        if given <= number:
            raise RefusalError(
                "has rows out of order (row {row} after {former}); save it anew in Excel",
                row=given,
                former=number,
            )
        number = given
        if number > LAST_ROW:
            raise RefusalError("has a row {row}, past Excel's last; save it anew in Excel", row=number)
        inner = match.end()
        if match[1].endswith(b"/"):
            yield Row(number, match.start(), inner, inner, inner)
            continue
        close = sheet.view.find(closing, inner)
        yield Row(number, match.start(), inner, close, sheet.view.index(b">", close) + 1)


def cells(sheet: Worksheet, row: Row) -> Iterator[Cell]:
    """All cells of a row in order. Raises RefusalError when they are out of order or of another row."""
    column = 0
    for match in _pattern(sheet.prefix, "c").finditer(sheet.view, row.inner, row.close):
        given = _reference(match[1])
        if given and (given[0] <= column or given[1] != row.number or given[0] > LAST_COLUMN):
            raise RefusalError("has cells out of order in row {row}; save it anew in Excel", row=row.number)
        column = given[0] if given else column + 1
        end = match.end()
        if not match[1].endswith(b"/"):
            closing = _closing(sheet.prefix, "c").search(sheet.view, end, row.close)
            if not closing:
                raise RefusalError("has a damaged cell in row {row}; save it anew in Excel", row=row.number)
            end = closing.end()
        yield Cell(row.number, column, match.start(), match.end(), end)


def _row_number(attributes: bytes) -> int:
    plain = _PLAIN_NUMBER.match(attributes)
    if plain:
        return int(plain[1])
    given = _reference(attributes)
    return given[1] if given else 0


def _reference(attributes: bytes) -> tuple[int, int] | None:
    """Column (0 when not given) and row that an ``r`` attribute names; None without one."""
    match = _REFERENCE.search(attributes)
    if match:
        return column_number(match[1].decode()), int(match[2])
    if _ANY_REFERENCE.search(attributes):
        raise RefusalError("has a cell or row with an unreadable number; save it anew in Excel")
    return None


def all_cells(sheet: Worksheet) -> Iterator[Cell]:
    """Every cell of the worksheet in order."""
    for row in rows(sheet):
        yield from cells(sheet, row)
