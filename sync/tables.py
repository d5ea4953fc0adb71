"""Turns raw cells into the typed tables that rules look at. What cannot be read becomes an empty cell and a finding."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pandas as pd

from rules.table import Layout, Table
from rules.typed_dates import EMPTY, TypedDate, read_date, read_time
from rules.wordlists import fold
from sheet_templates import Column, Template, TemplateTable, normalise
from sync.finding_tables import TablePlace, find_layouts
from sync.history import RowState
from sync.snapshot import CellValue, Snapshot, Tab

Cells = list[CellValue]
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u00ad"))


def read_tables(
    snapshot: Snapshot, template: Template, places: Mapping[str, TablePlace], today: date
) -> dict[str, Table]:
    """All tables of a snapshot by key. Raises WorkbookFault when there is no (or no single) action table."""
    layouts = find_layouts(snapshot, template, places)
    tables: dict[str, Table] = {}
    for key in sorted(layouts, key=lambda key: key == "actions"):  # meetings first: they date the items
        near = _meeting_dates(tables.get("meetings"))
        tables[key] = _read(snapshot.tab(layouts[key].tab), template.tables[key], layouts[key], near, today)
    return {key: tables[key] for key in layouts}


def own_days(tables: Mapping[str, Table]) -> dict[date, bool]:
    """The organisation's own days of its 工作日历 tab: whether people work on them."""
    days = tables.get("days")
    if days is None:
        return {}
    known = days.frame[days.day.notna() & days.kind.ne("")]
    return {day.date(): kind == "work" for day, kind in zip(known.day, known.kind, strict=True)}


def with_history(
    tables: Mapping[str, Table], ids: Mapping[int, str], states: Mapping[str, RowState]
) -> dict[str, Table]:
    """The tables with what the ledger knows of each action item: ``touched`` and ``postponed``.

    A sheet's own column 最近更新 counts where it is later than what the ledger has seen.
    """
    actions = tables["actions"]
    known = [states[ids[row]] for row in actions.rows]
    touched = pd.Series(pd.to_datetime([state.touched for state in known]), index=actions.rows)
    seen: dict[str, Any] = {
        "touched": pd.concat([touched, actions.touched], axis=1).max(axis=1),
        "postponed": [state.postponed for state in known],
    }
    return {**tables, "actions": replace(actions, frame=actions.frame.assign(**seen), given=frozenset(seen))}


def text_of(value: CellValue) -> str:
    """A cell as the text that people see: whole numbers without a point, days without a midnight."""
    match value:
        case None:
            return ""
        case str():
            return value.translate(_INVISIBLE).strip()
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.isoformat(" ", "minutes") if value.time() != time() else value.date().isoformat()
        case _:
            return str(value)


def _meeting_dates(meetings: Table | None) -> Mapping[str, date]:
    if meetings is None:
        return {}
    dated = meetings.frame[meetings.date.notna()]
    return {
        fold(name): day.date()
        for names in (dated["name"], dated["id"])
        for name, day in zip(names, dated["date"], strict=True)
        if name
    }


def _read(tab: Tab, table: TemplateTable, layout: Layout, near: Mapping[str, date], today: date) -> Table:
    kept = [
        row
        for row in range(layout.header_row + 1, layout.last_row + 1)
        if _is_row(tab.rows[row - 1], table, layout)
    ]
    rows = [tab.rows[row - 1] for row in kept]
    cells = {key: _column(rows, layout.columns.get(key)) for key in table.columns}
    years = _years(cells, near, today)
    columns: dict[str, Any] = {}
    for key, column in table.columns.items():
        columns |= _READERS.get(column.type, _read_text)(column, cells[key], years)
    frame = pd.DataFrame(columns, index=pd.Index(kept, dtype="int64")).assign(
        **_broken_cells(tab, layout, kept)
    )
    if "updated" not in table.columns:
        return Table(table.key, frame, layout)
    given = frozenset({"touched"} if "updated" in layout.columns else ())
    return Table(table.key, frame.assign(touched=frame["updated"]), layout, given)


def _is_row(cells: Sequence[CellValue], table: TemplateTable, layout: Layout) -> bool:
    """Whether a row says something: its first compulsory column, or two others that people fill in.

    Blank rows, rows that hold only a number given in advance, notes below the table and repeated
    headers are none.
    """
    filled = [
        key
        for key, position in layout.columns.items()
        if position <= len(cells)
        and table.columns[key].owner == "people"
        and cells[position - 1] not in (None, "")
    ]
    if not filled:
        return False
    said = [key for key in filled if text_of(cells[layout.columns[key] - 1])]
    repeated = sum(
        normalise(cells[layout.columns[key] - 1]) == normalise(layout.headings[key]) for key in said
    )
    return (table.compulsory[0] in said or len(said) > 1) and repeated < max(2, len(said) // 2)


def _column(rows: Sequence[Sequence[CellValue]], position: int | None) -> Cells:
    if position is None:
        return [None] * len(rows)
    return [row[position - 1] if position <= len(row) else None for row in rows]


def _years(cells: Mapping[str, Cells], near: Mapping[str, date], today: date) -> list[date]:
    """For each row the day near which a date without a year lies: its meeting's, or else today."""
    if not near or "meeting_id" not in cells:
        return [today] * len(next(iter(cells.values())))
    return [near.get(fold(text_of(meeting)), today) for meeting in cells["meeting_id"]]


def _read_text(column: Column, cells: Cells, _near: Iterable[date]) -> dict[str, Any]:
    return {column.key: _strings(map(text_of, cells))}


def _read_folded(column: Column, cells: Cells, _near: Iterable[date]) -> dict[str, Any]:
    """Numbers, names and addresses: full-width forms become usual ones."""
    folded = {text: unicodedata.normalize("NFKC", text).strip() for text in set(map(text_of, cells))}
    return {column.key: _strings(folded[text_of(cell)] for cell in cells)}


def _read_choice(column: Column, cells: Cells, _near: Iterable[date]) -> dict[str, Any]:
    typed = [text_of(cell) for cell in cells]
    known = {text: column.choices.get(normalise(text), "") if text else "" for text in set(typed)}
    return {column.key: _strings(known[text] for text in typed), f"{column.key}_typed": _strings(typed)}


def _read_date(column: Column, cells: Cells, near: Iterable[date]) -> dict[str, Any]:
    seen: dict[tuple[type, CellValue, date], TypedDate] = {}
    read = []
    for cell, day in zip(cells, near, strict=True):
        if cell is None or cell == "":
            read.append(EMPTY)
            continue
        key = (type(cell), cell, day)
        if key not in seen:
            seen[key] = read_date(cell, day)
        read.append(seen[key])
    moments = np.array([typed.moment for typed in read], dtype="datetime64[s]")
    return {
        column.key: moments,
        f"{column.key}_reading": _strings(typed.reading.value for typed in read),
        f"{column.key}_typed": _strings(map(text_of, cells)),
    }


def _read_time(column: Column, cells: Cells, _near: Iterable[date]) -> dict[str, Any]:
    return {
        column.key: [read_time(cell) for cell in cells],
        f"{column.key}_typed": _strings(map(text_of, cells)),
    }


def _read_number(column: Column, cells: Cells, _near: Iterable[date]) -> dict[str, Any]:
    typed = _strings(map(text_of, cells))
    digits = (
        pd.Series(typed, dtype="str").str.normalize("NFKC").str.extract(r"(-?\d+(?:\.\d+)?)", expand=False)
    )
    return {column.key: pd.to_numeric(digits).to_numpy(), f"{column.key}_typed": typed}


def _strings(texts: Iterable[str]) -> Any:
    return pd.array(list(texts), dtype="str")


_READERS: Mapping[str, Callable[[Column, Cells, Iterable[date]], dict[str, Any]]] = {
    "id": _read_folded,
    "person": _read_folded,
    "choice": _read_choice,
    "yes": _read_choice,
    "date": _read_date,
    "datetime": _read_date,
    "time": _read_time,
    "number": _read_number,
    "minutes": _read_number,
}


def _broken_cells(tab: Tab, layout: Layout, kept: Sequence[int]) -> dict[str, Any]:
    """For each row the keys of cells that show a formula error (and the first error), or that a merge has emptied."""
    key_at = {position: key for key, position in layout.columns.items()}
    errors: dict[int, list[tuple[str, str]]] = {}
    for (row, position), shown in sorted(tab.errors.items()):
        if position in key_at:
            errors.setdefault(row, []).append((key_at[position], shown))
    emptied: dict[int, list[str]] = {}
    for area in tab.merged:
        for row in range(max(area.first_row, layout.header_row + 1), min(area.last_row, layout.last_row) + 1):
            hidden = range(area.first_column + (row == area.first_row), area.last_column + 1)
            emptied.setdefault(row, []).extend(key_at[position] for position in hidden if position in key_at)
    return {
        "error_columns": [tuple(key for key, _ in errors.get(row, ())) for row in kept],
        "error_value": _strings(errors[row][0][1] if row in errors else "" for row in kept),
        "merged_columns": [tuple(emptied.get(row, ())) for row in kept],
    }
