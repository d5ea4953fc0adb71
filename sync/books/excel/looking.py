"""One look at a worksheet's bytes for what values do not tell: formulas, errors, how far cells reach."""

import html
import re
from functools import cache

from sync.books.excel.cells import Row, all_cells, cells, regular
from sync.books.excel.references import area_of, column_number
from sync.books.excel.refusal import RefusalError
from sync.books.excel.worksheet import Worksheet
from sync.snapshot import Area

Place = tuple[int, int]
"""Row and column of a cell, from 1."""

MOST_CELLS = 20_000_000
"""The reader holds a whole rectangle in memory, empty cells too."""
_MOST_IN_ARRAYS = 200_000
_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_GROUP = re.compile(rb"""\st\s*=\s*["'](?:array|dataTable)["']""")
_REF = re.compile(rb"""\sref\s*=\s*["']([^"']*)["']""")
_PREFIXED = re.compile(rb":(?:c|row)")
_HELD = re.compile(rb"<(?:[^\s<>/:]+:)?(?:v|is|f)[\s>/]")


@cache
def _patterns(prefix: str) -> dict[str, re.Pattern[bytes]]:
    p = re.escape(prefix.encode())
    sources = {
        "formula": rb"<%sf(?=[\s/>])([^>]*)" % p,
        "formula cell": rb'<%sc r="([A-Z]+)([0-9]+)"[^>]*>\s*<%sf[\s/>]' % (p, p),
        "error cell": rb'<%sc r="([A-Z]+)([0-9]+)"[^>]*?\st=["\']e["\'](?:[^>]*[^>/])?>(.*?)</%sc>' % (p, p),
        "content": rb'<%sc r="([A-Z]+)[^>]*?(?:/>|>(.*?)</%sc>)' % (p, p),
        "beginning": rb'<%sc r="([A-Z]+)[^>]*?(/>|><%s(?:v|is|f)[\s>/]|>)' % (p, p),
        "value": rb"<%sv(?:\s[^>]*)?>(.*?)</%sv" % (p, p),
        "columns": rb'<%sc r="([A-Z]{2,3})' % p,
        "row": rb"""<%srow\s(?:[^>]*?\s)?r\s*=\s*["']([0-9]+)""" % p,
        "foreign": rb"<(?!%s(?:row|c)[\s/>])(?:[^\s<>/:\"']+:)?(?:row|c)[\s/>]" % p,
    }
    return {name: re.compile(source, re.DOTALL) for name, source in sources.items()}


def has_formulas(sheet: Worksheet) -> bool:
    """Whether any cell holds a formula."""
    return _patterns(sheet.prefix)["formula"].search(sheet.view) is not None


def array_areas(sheet: Worksheet) -> tuple[Area, ...]:
    """The areas of array formulas and data tables, of which no single cell may be written."""
    if b"array" not in sheet.view and b"dataTable" not in sheet.view:
        return ()
    tags = (match[1] for match in _patterns(sheet.prefix)["formula"].finditer(sheet.view))
    found = (_REF.search(tag) for tag in tags if _GROUP.search(tag))
    return tuple(area_of(match[1].decode()) for match in found if match)


def formula_cells(sheet: Worksheet) -> frozenset[Place]:
    """All cells that hold a formula, those that an array formula fills included."""
    patterns = _patterns(sheet.prefix)
    if not has_formulas(sheet):
        return frozenset()
    if regular(sheet):
        found = patterns["formula cell"].findall(sheet.view)
        places = {(int(row), column_number(column.decode())) for column, row in found}
    else:
        places = {
            (cell.row, cell.column)
            for cell in all_cells(sheet)
            if patterns["formula"].search(sheet.view, cell.inner, cell.end)
        }
    for area in array_areas(sheet):
        places |= _cells_of(area)
    return frozenset(places)


def _cells_of(area: Area) -> set[Place]:
    rows = range(area.first_row, area.last_row + 1)
    columns = range(area.first_column, area.last_column + 1)
    if len(rows) * len(columns) > _MOST_IN_ARRAYS:
        return {(area.first_row, area.first_column)}
    return {(row, column) for row in rows for column in columns}


def filled_columns(sheet: Worksheet, row: Row, *, by_text: bool) -> frozenset[int]:
    """The columns in which a row's cells hold something; ``by_text`` where the worksheet is ``regular``."""
    if not by_text:
        return frozenset(
            cell.column for cell in cells(sheet, row) if _HELD.search(sheet.view, cell.inner, cell.end)
        )
    begun = _patterns(sheet.prefix)["beginning"].findall(sheet.view, row.inner, row.close)
    if all(tag != b">" for _, tag in begun):  # a value comes first in its cell, or the cell is empty
        return frozenset([_column(name) for name, tag in begun if tag != b"/>"])
    found = _patterns(sheet.prefix)["content"].findall(sheet.view, row.inner, row.close)
    return frozenset([_column(name) for name, content in found if _HELD.search(content)])


@cache
def _column(name: bytes) -> int:
    return column_number(name.decode())


def error_cells(sheet: Worksheet) -> dict[Place, str]:
    """The text of all cells that show an error, ``#N/A`` and the like."""
    if not any(value in sheet.view for value in (b'"e"', b"'e'")) or not _ERROR.search(sheet.view):
        return {}
    patterns = _patterns(sheet.prefix)
    if regular(sheet):
        found = patterns["error cell"].findall(sheet.view)
        shown = {(int(row), column_number(column.decode())): content for column, row, content in found}
    else:
        shown = {
            (cell.row, cell.column): sheet.body[cell.inner : cell.end]
            for cell in all_cells(sheet)
            if _ERROR.search(sheet.view, cell.start, cell.inner)
        }
    values = ((place, patterns["value"].search(content)) for place, content in shown.items())
    return {place: html.unescape(match[1].decode()).strip() if match else "" for place, match in values}


def check_extent(sheet: Worksheet) -> None:
    """Raise RefusalError when the cells span more than can be held, before anybody tries to hold them."""
    patterns = _patterns(sheet.prefix)
    if (sheet.prefix or _PREFIXED.search(sheet.view)) and patterns["foreign"].search(sheet.view):
        raise RefusalError("mixes XML prefixes in a worksheet; save it anew in Excel")
    last_row = _last_row(sheet)
    if not _far_cell(sheet.prefix, "[A-Z]", min(last_row, MOST_CELLS // 26)).search(sheet.view):
        return
    width = max(column_number(name.decode()) for name in {b"Z", *patterns["columns"].findall(sheet.view)})
    if _far_cell(sheet.prefix, "[A-Z]{1,3}", min(last_row, MOST_CELLS // width)).search(sheet.view):
        _check_held(sheet)


def _last_row(sheet: Worksheet) -> int:
    """The number of the last row element, 0 where it gives none."""
    start = sheet.view.rfind(f"<{sheet.prefix}row ".encode())
    number = _patterns(sheet.prefix)["row"].match(sheet.view, max(start, 0))
    return int(number[1][:8]) if number else 0


def _far_cell(prefix: str, column: str, last_row: int) -> re.Pattern[bytes]:
    """Finds a cell whose reference names a later row or another column, or is not written as nearly always."""
    digits = str(last_row)
    rows = [f"[0-9]{{1,{len(digits) - 1}}}"] if last_row > 9 else []
    rows += [
        f"{digits[:place]}[0-{int(digit) - 1}][0-9]{{{len(digits) - place - 1}}}"
        for place, digit in enumerate(digits)
        if digit != "0"
    ]
    within = "|".join([*rows, digits])
    return re.compile(f'<{re.escape(prefix)}c(?! r="{column}(?:{within})")[\\s/>]'.encode())


def _check_held(sheet: Worksheet) -> None:
    """The exact look: only cells with a value count."""
    rows: list[int] = [0, 0]
    width = 0
    for cell in all_cells(sheet):
        if _HELD.search(sheet.view, cell.inner, cell.end):
            rows = [rows[0] or cell.row, cell.row]
            width = max(width, cell.column)
    check_span(rows[1], width)


def check_span(rows: int, columns: int) -> None:
    """Raise RefusalError when so many rows and columns are more than can be held."""
    if rows * columns > MOST_CELLS:
        raise RefusalError(
            "has cells spread over {rows} rows and {columns} columns; "
            "delete the stray value far from the table",
            rows=rows,
            columns=columns,
        )
