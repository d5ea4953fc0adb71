"""Cell references: ``U2:U1048576`` to and from rows and columns that count from 1."""

import re
from collections.abc import Iterable
from functools import cache

from sync.snapshot import Area

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_CORNER = re.compile(r"\$?([A-Za-z]{1,3})?\$?([0-9]{1,7})?")


@cache
def letters(column: int) -> str:
    """``A`` for 1, ``AA`` for 27."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@cache
def column_number(name: str) -> int:
    """1 for ``A``, 27 for ``AA``; small letters count the same."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


def cell_name(row: int, column: int) -> str:
    """``B3`` for row 3, column 2."""
    return f"{letters(column)}{row}"


def _corner(text: str) -> tuple[int | None, int | None]:
    match = _CORNER.fullmatch(text)
    if not match or not text:
        raise ValueError(f"{text[:40]!r} is no cell reference")
    column, row = match.groups()
    return (int(row) if row else None, column_number(column) if column else None)


def area_of(reference: str) -> Area:
    """The area that ``A1``, ``$A$1:B3``, ``U:U`` or ``5:5`` names.

    Raises ValueError when it names none.
    """
    first, _, last = reference.strip().partition(":")
    row, column = _corner(first)
    end_row, end_column = _corner(last) if last else (row, column)
    rows = sorted((row or 1, end_row or LAST_ROW))
    columns = sorted((column or 1, end_column or LAST_COLUMN))
    return Area(rows[0], columns[0], rows[1], columns[1])


def area_name(area: Area) -> str:
    """``B3`` for a single cell, else ``B3:C9``."""
    first = cell_name(area.first_row, area.first_column)
    last = cell_name(area.last_row, area.last_column)
    return first if first == last else f"{first}:{last}"


def holds(area: Area, row: int, column: int) -> bool:
    """Whether the cell belongs to the area."""
    return area.first_row <= row <= area.last_row and area.first_column <= column <= area.last_column


def overlap(one: Area, other: Area) -> bool:
    """Whether two areas share a cell."""
    return (
        one.first_row <= other.last_row
        and other.first_row <= one.last_row
        and one.first_column <= other.last_column
        and other.first_column <= one.last_column
    )


def size(area: Area) -> int:
    """How many cells the area has."""
    return (area.last_row - area.first_row + 1) * (area.last_column - area.first_column + 1)


def bounding(areas: Iterable[Area]) -> Area:
    """The smallest area that holds all of them (at least one)."""
    rows, columns, last_rows, last_columns = zip(*areas, strict=True)
    return Area(min(rows), min(columns), max(last_rows), max(last_columns))


def quoted(tab: str) -> str:
    """A tab's name as references write it, in quotes."""
    return "'" + tab.replace("'", "''") + "'"


def absolute_name(area: Area) -> str:
    """``$B$3:$C$9``."""
    corners = (area.first_row, area.first_column), (area.last_row, area.last_column)
    return ":".join(f"${letters(column)}${row}" for row, column in corners)
