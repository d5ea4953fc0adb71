"""The rows of a generated tab that has nothing but cells, written directly: an archive has hundreds of thousands."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from sync.books.excel.measuring import row_heights
from sync.books.excel.references import area_name, letters
from sync.books.excel.values import written
from sync.books.excel.worksheet import Worksheet
from sync.generated import GeneratedTab, TabCell
from sync.snapshot import CellValue

Style = tuple[str, str, bool, bool]
"""What the format of a cell is known by: its look, its number format, whether it links, whether it is a number."""
_SAMPLE = re.compile(rb'<c r="[A-Z]+1"(?: s="([0-9]+)")?/>')
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"')
_DATES: tuple[tuple[type, str], ...] = (
    (datetime, "yyyy-mm-dd hh:mm"),
    (date, "yyyy-mm-dd"),
    (time, "hh:mm"),
    (timedelta, "[h]:mm"),
)


def is_plain(tab: GeneratedTab) -> bool:
    """Whether the tab has no formula, link, merged area or chart, all of which XlsxWriter has to see."""
    cells = (cell for cells in tab.rows for cell in cells if cell)
    return not (tab.merged or tab.charts or any(cell.formula or cell.link for cell in cells))


def samples(tab: GeneratedTab) -> dict[Style, TabCell]:
    """One cell of each style that the tab has, in the order in which they first occur."""
    found: dict[Style, TabCell] = {}
    for cells in tab.rows:
        for cell in cells:
            if cell is not None:
                found.setdefault(style_of(cell), cell)
    return found


def with_rows(sheet: Worksheet, tab: GeneratedTab, *, date1904: bool) -> Worksheet:
    """A worksheet that has the tab's ``samples`` as its only cells, empty and in row 1, with the tab's rows instead.

    Raises RefusalError for a number or date that no cell can hold.
    """
    numbers = [number or b"0" for number in _SAMPLE.findall(sheet.body)]
    body = b"".join((b"<sheetData>", *_rows(tab, numbers, date1904), b"</sheetData>"))
    head = _DIMENSION.sub(f'<dimension ref="{area_name(tab.block)}"'.encode(), sheet.head)
    return replace(sheet, head=head).with_body(body)


def _rows(tab: GeneratedTab, numbers: list[bytes], date1904: bool) -> Iterator[bytes]:
    columns = [letters(column).encode() for column in range(1, tab.block.last_column + 1)]
    styles: dict[Style, bytes] = {}

    @lru_cache(maxsize=4096, typed=True)  # names and days stand in many cells; 1 is not True
    def after_name(cell: TabCell, value: CellValue) -> bytes:
        style = style_of(cell)
        number = styles.get(style) or styles.setdefault(style, numbers[len(styles)])
        kind, content, _ = written(value, date1904)
        typed = b' t="%b"' % kind.encode() if kind else b""
        return b' s="%b"%b>%b</c>' % (number, typed, content)

    for row, (cells, height) in enumerate(zip(tab.rows, row_heights(tab), strict=True), start=1):
        yield b'<row r="%d" ht="%g" customHeight="1">' % (row, height)
        for column, cell in zip(columns, cells, strict=False):
            if cell is not None:
                yield b'<c r="%b%d"%b' % (column, row, after_name(cell, cell.value))
        yield b"</row>"


def style_of(cell: TabCell) -> Style:
    """What the format of a cell is known by."""
    look = "link" if cell.link and cell.look == "text" else cell.look
    shown = "0%" if cell.percent or look == "percent" else _number_format(cell)
    return (look, shown, bool(cell.link), _is_number(cell.value) or shown != "General")


def _is_number(value: CellValue) -> bool:
    return value is not None and not isinstance(value, str | bool)


def _number_format(cell: TabCell) -> str:
    """How a cell shows its number: by its value, or where that is not known yet by its look."""
    value = cell.value
    if isinstance(value, str):
        return "General"
    if isinstance(value, date | time | timedelta):
        return next(shown for kind, shown in _DATES if isinstance(value, kind))
    if isinstance(value, float) and not value.is_integer():
        return "#,##0.0"
    if _is_number(value) or (cell.look == "number" and value is None):
        return "#,##0"
    return "yyyy-mm-dd" if cell.look == "date" and value is None else "General"
