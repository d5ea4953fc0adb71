"""Removing rows, and an oracle that knows nothing of how it is done: openpyxl reads both workbooks."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
from excel_plans import contents, raw_parts
from openpyxl.formula.tokenizer import Tokenizer
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.formula import ArrayFormula

from sync.books.excel import ExcelBook
from sync.changes import Plan, RemoveRows

LAST = 1_048_576
Mapped = Callable[[int], int | None]


def removing(path: Path, *rows: int, tab: int = 0) -> None:
    """Take rows out of a tab."""
    book = ExcelBook(path)
    snapshot = book.read()
    book.apply(Plan(snapshot.fingerprint, removals=(RemoveRows(snapshot.tabs[tab].name, rows),)))


def obstacles(path: Path, *rows: int, tab: int = 0) -> dict[int, str]:
    """What the book says of rows of a tab."""
    book = ExcelBook(path)
    return dict(book.obstacles(book.read().tabs[tab].name, rows))


def mapping(rows: Iterable[int]) -> Mapped:
    """Old row number to new one, None for a removed row; plain counting."""
    gone = set(rows)
    ordered = sorted(gone)
    return lambda row: None if row in gone else row - sum(other < row for other in ordered)


def _formula(text: Any, row: int, to: int) -> Any:
    """A formula with its own row's number replaced, token by token, by openpyxl's tokenizer."""
    if isinstance(text, ArrayFormula):
        return (
            "array",
            text.ref.replace(str(row), str(to)),
            _formula("=" + (text.text or "").lstrip("="), row, to),
        )
    if not (isinstance(text, str) and text.startswith("=")):
        return text
    tokens = Tokenizer(text)
    for token in tokens.items:
        if token.type == "OPERAND" and token.subtype == "RANGE" and "[" not in token.value:
            sheet, mark, cells = token.value.rpartition("!")
            ends = [_end(end, row, to) for end in cells.split(":")]
            token.value = sheet + mark + ":".join(ends)
    return tokens.render()


def _end(end: str, row: int, to: int) -> str:
    head = end.rstrip("0123456789")
    return head + str(to) if head and end[len(head) :] == str(row) else end


def cells_of(sheet: Any, mapped: Mapped) -> dict[tuple[int, int], tuple[Any, ...]]:
    """Every cell at its new place: value or formula, style, comment, hyperlink."""
    found = {}
    for line in sheet.iter_rows():
        for cell in line:
            to = mapped(cell.row)
            link = cell.hyperlink
            if to is None or (cell.value is None and not cell.has_style and not cell.comment and not link):
                continue
            comment = cell.comment.text if cell.comment else None
            lead = (link.target, _led(link.location, sheet.title, mapped), link.display) if link else None
            found[to, cell.column] = (_formula(cell.value, cell.row, to), cell._style, comment, lead)
    return found


def _led(location: str | None, title: str, mapped: Mapped) -> str | None:
    sheet, mark, cell = (location or "").rpartition("!")
    if not location or sheet.strip("'") not in ("", title) or not cell[-1:].isdigit():
        return location
    head = cell.rstrip("0123456789")
    return f"{sheet}{mark}{head}{mapped(int(cell[len(head) :]))}" if ":" not in cell else location


def covered(sqref: Any, mapped: Mapped, rows: int, columns: int) -> set[tuple[int, int]]:
    """All cells of a list of areas within the sheet's used part, at their new places."""
    found = set()
    for part in str(sqref).split():
        left, top, right, bottom = (
            end or limit for end, limit in zip(range_boundaries(part), (1, 1, columns, rows), strict=True)
        )
        for row in range(top, min(bottom, rows) + 1):
            to = mapped(row)
            if to is not None:
                found |= {(to, column) for column in range(left, min(right, columns) + 1)}
    return found


def facts(sheet: Any, mapped: Mapped, rows: int, columns: int) -> dict[str, Any]:
    """What a reader sees of a worksheet at the places that the mapping gives."""
    rules = []
    for format_ in sheet.conditional_formatting:
        cells = covered(format_.sqref, mapped, rows, columns)
        top = min(bounds[1] or 1 for bounds in map(range_boundaries, str(format_.sqref).split()))
        for rule in format_.rules:
            texts = [_at_top(text, top) for text in rule.formula]
            if cells:
                rules.append((sorted(cells), rule.type, rule.operator, rule.priority, rule.dxfId, texts))
    validations = []
    for rule in sheet.data_validations.dataValidation:
        cells = covered(rule.sqref, mapped, rows, columns)
        top = min(bounds[1] or 1 for bounds in map(range_boundaries, str(rule.sqref).split()))
        if cells:
            validations.append(
                (sorted(cells), rule.type, _at_top(rule.formula1, top), _at_top(rule.formula2, top))
            )
    merged = sorted(
        sorted(covered(area.coord, mapped, LAST, 16384))
        for area in sheet.merged_cells.ranges
        if area.size["columns"] < 100
    )
    heights = {
        mapped(row): (dim.height, dim.hidden, dim.outlineLevel)
        for row, dim in sheet.row_dimensions.items()
        if mapped(row) and row <= rows
    }
    return {
        "cells": cells_of(sheet, mapped),
        "rules": sorted(rules, key=repr),
        "validations": sorted(validations, key=repr),
        "merged": [cells for cells in merged if cells],
        "heights": {row: shown for row, shown in heights.items() if shown != (None, False, 0)},
        "filter": covered(sheet.auto_filter.ref, mapped, rows, columns) if sheet.auto_filter.ref else None,
        "tables": {name: covered(ref, mapped, rows, columns) for name, ref in sheet.tables.items()},
        "widths": {name: dim.width for name, dim in sheet.column_dimensions.items()},
    }


def _at_top(text: Any, top: int) -> Any:
    """A formula relative to the top row, with that row called 0 so that shifted ones compare."""
    if not isinstance(text, str):
        return text
    tokens = Tokenizer("=" + text)
    for token in tokens.items:
        if token.type == "OPERAND" and token.subtype == "RANGE":
            sheet, mark, cells = token.value.rpartition("!")
            token.value = (
                sheet
                + mark
                + ":".join(end if "$" in end.lstrip("$") else _end(end, top, 0) for end in cells.split(":"))
            )
    return tokens.render()


def check_removal(path: Path, rows: tuple[int, ...], tab: int = 0) -> None:
    """Remove rows and assert that all others are as they were, at the places that counting gives."""
    before, raw = contents(path), raw_parts(path)
    snapshot = ExcelBook(path).read()
    name = snapshot.tabs[tab].name
    old = openpyxl.load_workbook(path, rich_text=True)[name]
    height, width = max(old.max_row, len(snapshot.tabs[tab].rows), *rows), max(old.max_column, 1)
    wanted = facts(old, mapping(rows), height, width)
    removing(path, *rows, tab=tab)
    again = ExcelBook(path).read()
    new = openpyxl.load_workbook(path, rich_text=True)[name]
    shown = facts(new, lambda row: row, height - len(rows), width)
    for kind, want in wanted.items():
        assert shown[kind] == want, kind
    kept = [line for row, line in enumerate(snapshot.tabs[tab].rows, 1) if row not in rows]
    assert _trimmed(again.tabs[tab].rows) == _trimmed(kept)
    for one, other in zip(snapshot.tabs, again.tabs, strict=True):
        assert one.name == name or list(one.rows) == list(other.rows)
    after = raw_parts(path)
    changed = {part for part in raw if after.get(part) != raw[part]}
    assert sum("/worksheets/sheet" in part for part in changed) <= 1 or any(
        b"location" in before[part] for part in changed
    )
    allowed = ("sheet", "workbook", "calcChain", "Content_Types", "tables/", "styles")
    assert all(any(word in part for word in allowed) for part in changed), changed
    assert set(raw) - set(after) <= {part for part in raw if "calcChain" in part}


def _trimmed(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    lines = []
    for line in rows:
        cells = list(line)
        while cells and cells[-1] is None:
            cells.pop()
        lines.append(cells)
    while lines and not lines[-1]:
        lines.pop()
    return lines
