"""Writes a workbook of the template's tabs, empty to start from or filled for the demonstration.

openpyxl is fine here, and only here: it writes files that nobody else has touched yet.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, time
from math import ceil
from pathlib import Path
from typing import IO, Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sheet_templates import Column, Template, TemplateTable, Words, normalise
from sync.books.excel.values import escaped, tidy_text

Rows = Sequence[Mapping[str, Any]]
"""Rows of a table by column key."""


@dataclass(frozen=True)
class Content:
    """What to fill in, by table key: rows, merged ranges (``N20:N21``), columns to leave out, and columns that only
    people know."""

    rows: Mapping[str, Rows] = field(default_factory=dict)
    merged: Mapping[str, Sequence[str]] = field(default_factory=dict)
    without: Mapping[str, Sequence[str]] = field(default_factory=dict)
    own: Mapping[str, Sequence[Column]] = field(default_factory=dict)


_FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "time": "hh:mm"}
_SHOWN = {"date": date, "datetime": date, "time": time}
"""What these formats show; whatever else people wrote there would look like another value."""
_LINE = Side(style="thin", color="BFBFBF")
_FIRST_ROW = 2
_LINE_HEIGHT = 18  # points
_OFFERED_ROWS = 2000
"""Drop-downs reach so far down."""


def write_workbook(
    path: Path | IO[bytes], template: Template, words: Words, content: Content | None = None
) -> None:
    """Write all tabs of the template in a language. Raises OSError when the file cannot be written."""
    given = content or Content()
    book = Workbook()
    book.remove(book.worksheets[0])
    for key, table in template.tables.items():
        sheet = book.create_sheet(table.heads[words.head])
        rows = given.rows.get(key, ())
        columns = _with_own(_columns(table, rows, given.without.get(key, ())), given.own.get(key, ()))
        _write_tab(sheet, columns, rows, template, words)
        for area in given.merged.get(key, ()):
            sheet.merge_cells(area)
        _print_setup(sheet, table)
    book.save(path)


def _columns(table: TemplateTable, rows: Rows, dropped: Sequence[str]) -> list[Column]:
    """The table's columns; optional ones only where a row fills them."""
    used = {key for row in rows for key in row}
    return [
        each
        for each in table.columns.values()
        if each.key not in dropped and (not each.optional or each.key in used)
    ]


def _with_own(columns: Sequence[Column], own: Sequence[Column]) -> list[Column]:
    """Columns that only people know come after those that they share, and before the worker's, whose message runs on to
    the right. Of two headings that mean the same the left one counts: one that means a worker's comes after it."""
    ours = [column for column in columns if column.owner == "worker"]
    names = frozenset[str]().union(*(column.names for column in ours))
    last = [column for column in own if normalise(column.heads[0]) in names]
    return [
        *(column for column in columns if column not in ours),
        *(column for column in own if column not in last),
        *ours,
        *last,
    ]


def _write_tab(
    sheet: Worksheet, columns: Sequence[Column], rows: Rows, template: Template, words: Words
) -> None:
    for position, column in enumerate(columns, start=1):
        _head(sheet, position, column, template, words)
        _offer_choices(sheet, position, column, words)
    for number, row in enumerate(rows, start=_FIRST_ROW):
        for position, column in enumerate(columns, start=1):
            _fill(sheet, number, position, column, row.get(column.key))
        sheet.row_dimensions[number].height = _LINE_HEIGHT * max(_lines(column, row) for column in columns)
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 32
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(len(rows) + 1, 2)}"


def _head(sheet: Worksheet, position: int, column: Column, template: Template, words: Words) -> None:
    fill, ink = template.colours["header"]["worker" if column.owner == "worker" else "people"]
    cell = _cell(sheet, 1, position, column.heads[words.head])
    cell.font = Font(bold=True, color=ink.removeprefix("#"))
    cell.fill = PatternFill("solid", fgColor=fill.removeprefix("#"))
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
    if column.owner == "worker" and not column.hidden:
        cell.comment = Comment(words["sheet"]["ours"], "closeloop", width=220, height=60)
    dimension = sheet.column_dimensions[get_column_letter(position)]
    dimension.width, dimension.hidden = column.width + 2, column.hidden
    dimension.alignment = _alignment(column)
    dimension.number_format = _FORMATS.get(column.type, "General")


def _offer_choices(sheet: Worksheet, position: int, column: Column, words: Words) -> None:
    """A drop-down that offers and does not insist: people may type their own word."""
    if not column.shown_choices or column.owner == "worker":
        return
    offered = ",".join(choice[words.head] for choice in column.shown_choices)
    validation = DataValidation(
        type="list", formula1=f'"{offered}"', allow_blank=True, showErrorMessage=False
    )
    letter = get_column_letter(position)
    validation.add(f"{letter}2:{letter}{_OFFERED_ROWS}")
    sheet.add_data_validation(validation)


def _fill(sheet: Worksheet, number: int, position: int, column: Column, value: Any) -> None:
    cell = _cell(sheet, number, position, value)
    fits = value is None or isinstance(value, _SHOWN.get(column.type, ()))
    number_format = _FORMATS.get(column.type, cell.number_format) if fits else cell.number_format
    if number == _FIRST_ROW:
        cell.alignment = _alignment(column)
        cell.border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
    else:  # looking a style up takes ten times as long as writing the cell
        first = sheet.cell(_FIRST_ROW, position)
        cell._style = copy(first._style)  # type: ignore[attr-defined, union-attr]
    cell.number_format = number_format


def _cell(sheet: Worksheet, number: int, position: int, value: Any) -> Cell:
    """The cell with its value; a text that begins with = stays a text, one that reads like an error (#REF!) is
    one, as where people type it."""
    cell: Cell = sheet.cell(number, position, escaped(tidy_text(value)) if isinstance(value, str) else value)
    if cell.data_type == "f":
        cell.data_type = "s"
    return cell


def _alignment(column: Column) -> Alignment:
    """Text is wrapped where people write; what the worker writes stays on one line, the short things centred."""
    if column.owner == "worker":
        return Alignment(vertical="center", horizontal=None if column.key == "message" else "center")
    short = column.type in {"id", "date", "datetime", "time", "minutes", "number", "yes", "choice", "person"}
    return Alignment(
        vertical="center", horizontal="center" if short and column.key != "email" else None, wrap_text=True
    )


def _lines(column: Column, row: Mapping[str, Any]) -> int:
    """Lines that a text takes in its column; a Chinese sign is as wide as two Latin ones."""
    text = str(row.get(column.key, ""))
    wide = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
    return max(1, ceil(wide / (column.width + 3))) if column.type == "text" else 1


def _print_setup(sheet: Worksheet, table: TemplateTable) -> None:
    sheet.page_setup.orientation = "landscape" if len(table.columns) > 8 else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_title_rows = "1:1"
