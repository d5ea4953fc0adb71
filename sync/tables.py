"""Turns raw cells into the typed tables that rules look at. What cannot be read becomes an empty cell and a finding."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rules.table import Layout, Table
from rules.typed_dates import EMPTY, read_date, read_time
from rules.typed_minutes import read_minutes
from rules.wordlists import fold
from sheet_templates import Column, Template, TemplateTable
from sync.choices import choices_meant
from sync.finding_tables import TablePlace, find_layouts
from sync.history import RowState
from sync.snapshot import CellValue, Snapshot, Tab

Cells = list[CellValue]


@dataclass(frozen=True)
class _Years:
    """For each row the days near which dates without a year lie: those that lie ahead, and those of what is over."""

    ahead: Sequence[date]
    past: Sequence[date]


class _Cell(NamedTuple):
    """What stands in a cell, and the day near which a date lies that has no year."""

    value: CellValue
    near: date


_EMPTY = _Cell(None, date.min)


@dataclass(frozen=True)
class _Anchor:
    """What settles the year of a date that is typed without one."""

    today: date
    meetings: Mapping[str, date]
    remembered: Mapping[str, RowState]

    def years(self, cells: Mapping[str, Cells], count: int) -> _Years:
        """A due date lies near its meeting, or the day on which the row was first met; what is over lay before
        the day on which the row was last touched. Without a memory both are today."""
        if not (self.meetings or self.remembered):
            return _Years([self.today] * count, [self.today] * count)
        states = [self.remembered.get(text_of(cell)) for cell in cells.get("id", [None] * count)]
        seen = [state.seen.date() if state else self.today for state in states]
        held = [self.meetings.get(fold(text_of(cell))) for cell in cells.get("meeting_id", [None] * count)]
        ahead = [day or first for day, first in zip(held, seen, strict=True)]
        return _Years(ahead, [state.touched.date() if state else self.today for state in states])


_FOOTNOTE = re.compile(
    r"\s*(?:合\s*计|总\s*计|小\s*计|總\s*計|小計|合計|注\s*[:：]|備?註\s*[:：]|备注\s*[:：]|说明\s*[:：]|說明\s*[:：]|填表人|制表|製表|total\b|notes?\s*:)",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\s*(?:[合总小共總]\s*[计計]|(?:sub|grand )?total)\s*[:：]?\s*", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u00ad"))


def read_tables(
    snapshot: Snapshot,
    template: Template,
    places: Mapping[str, TablePlace],
    today: date,
    remembered: Mapping[str, RowState] | None = None,
) -> dict[str, Table]:
    """All tables of a snapshot by key. Raises WorkbookFault when there is no (or no single) action table.

    ``remembered`` is what the ledger knows of rows by their number: a date without a year keeps the year that
    it had when the row was first met (or, of what is over, last touched), however long ago that is.
    """
    layouts = find_layouts(snapshot, template, places)
    tables: dict[str, Table] = {}
    for key in sorted(layouts, key=lambda key: key == "actions"):  # meetings first: they date the items
        anchor = _Anchor(today, _meeting_dates(tables.get("meetings")), remembered or {})
        tables[key] = _read(snapshot.tab(layouts[key].tab), template.tables[key], layouts[key], anchor)
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
    """The tables with what the ledger knows of each action item: ``touched``, ``postponed`` and ``met``.

    A sheet's own column 最近更新 counts where it is later than what the ledger has seen. ``met`` is the day on
    which a row was typed, as far as that is sure: it was met later than the first rows of the sheet, which may
    have been old by then, and has not changed on another day.
    """
    actions = tables["actions"]
    known = [states[ids[row]] for row in actions.rows]
    touched = pd.Series(pd.to_datetime([state.touched for state in known]), index=actions.rows)
    seen: dict[str, Any] = {
        "touched": pd.concat([touched, actions.touched], axis=1).max(axis=1),
        "postponed": [state.postponed for state in known],
        "met": pd.Series(_days_met(known, states), index=actions.rows, dtype="datetime64[s]"),
    }
    return {**tables, "actions": replace(actions, frame=actions.frame.assign(**seen), given=frozenset(seen))}


def _days_met(known: Sequence[RowState], states: Mapping[str, RowState]) -> list[date | None]:
    first = min((state.seen.date() for state in states.values()), default=date.min)
    days = [(state.seen.date(), state.touched.date()) for state in known]
    return [seen if first < seen == touched else None for seen, touched in days]


def text_of(value: CellValue) -> str:
    """A cell as the text that people see: whole numbers without a point, days without a midnight."""
    match value:
        case None:
            return ""
        case str():
            return value.strip() if value.isprintable() else value.translate(_INVISIBLE).strip()
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.isoformat(" ", "minutes") if value.time() != time() else value.date().isoformat()
        case _:
            return str(value)


def _meeting_dates(meetings: Table | None) -> Mapping[str, date]:
    """The day of each meeting by its number and name; where meetings of different days share one, it has none."""
    if meetings is None:
        return {}
    dated = meetings.frame[meetings.date.notna()]
    days: dict[str, set[date]] = {}
    for names in (dated["name"], dated["id"]):
        for name, day in zip(names, dated["date"], strict=True):
            days.setdefault(fold(name), set()).add(day.date())
    return {name: held.pop() for name, held in days.items() if name and len(held) == 1}


def _read(tab: Tab, table: TemplateTable, layout: Layout, anchor: _Anchor) -> Table:
    kept = kept_rows(tab, table, layout)
    rows = [tab.rows[row - 1] for row in kept]
    cells = {key: _column(rows, position) for key, position in layout.columns.items()}
    years = anchor.years(cells, len(rows))
    columns: dict[str, Any] = {}
    for key, column in table.columns.items():
        read = _READERS.get(column.type, _read_text)
        if key in cells:
            different, which = _different(column, cells[key], years)
            columns |= {name: values[which] for name, values in read(column, different).items()}
        else:
            columns |= {name: values[0] for name, values in read(column, [_EMPTY]).items()}
    frame = pd.DataFrame(columns, index=pd.Index(kept, dtype="int64")).assign(
        **_broken_cells(tab, layout, kept)
    )
    if "updated" not in table.columns:
        return Table(table.key, frame, layout)
    given = frozenset({"touched"} if "updated" in layout.columns else ())
    return Table(table.key, frame.assign(touched=frame["updated"]), layout, given)


def kept_rows(tab: Tab, table: TemplateTable, layout: Layout) -> list[int]:
    """The rows that say something: in their first compulsory column, or in two others that people fill in.

    Blank rows, rows that hold only a number given in advance, totals, notes and repeated headers are
    none; after a blank row it takes three cells, for what stands there is often another table.
    """
    people = [key for key in layout.columns if table.columns[key].owner == "people"]
    headings = {layout.columns[key]: layout.headings[key] for key in people}
    first = layout.columns.get(table.compulsory[0])
    # What a former pass has left in a row that people have emptied makes it no less blank.
    ours = {position for key, position in layout.columns.items() if table.columns[key].owner == "worker"}
    kept: list[int] = []
    after_gap = False
    for row, cells in enumerate(tab.rows[layout.header_row : layout.last_row], start=layout.header_row + 1):
        if _says_something(cells, headings, first, after_gap):
            kept.append(row)
            after_gap = False
        elif not any(cell not in (None, "") for at, cell in enumerate(cells, start=1) if at not in ours):
            after_gap = True
    return kept


def _says_something(
    cells: Sequence[CellValue], headings: Mapping[int, str], first: int | None, after_gap: bool
) -> bool:
    leftmost = next(filter(None, cells), None)
    if isinstance(leftmost, str) and _TOTAL.fullmatch(leftmost):
        return False  # whatever is counted behind it, mostly in a column of numbers that nobody has mapped
    told = cells[first - 1] if first and first <= len(cells) else None
    if not after_gap and isinstance(told, str) and told.strip() not in {"", headings.get(first or 0)}:
        return not _FOOTNOTE.match(told)
    said = {
        position: text
        for position in headings
        if position <= len(cells) and (text := text_of(cells[position - 1]))
    }
    repeated = sum(text == headings[position] for position, text in said.items())
    enough = len(said) > 2 if after_gap else first in said or len(said) > 1
    noted = any(_FOOTNOTE.match(text) for text in said.values()) and len(said) < 4
    return enough and not noted and repeated < max(2, len(said) // 2)


def _column(rows: Sequence[Sequence[CellValue]], position: int) -> Cells:
    return [row[position - 1] if position <= len(row) else None for row in rows]


def _different(column: Column, cells: Cells, years: _Years) -> tuple[list[_Cell], Any]:
    """The different cells of a column, and for each row which of them is its own: columns are long and repeat a few.

    1, 1.0 and TRUE are equal to Python and different here.
    """
    places: dict[Any, int] = {}
    if column.type in _DATES:
        days = years.past if column.past else years.ahead
        which = [
            places.setdefault(
                (cell.__class__, cell, date.min if cell.__class__ in _SURE else day), len(places)
            )
            for cell, day in zip(cells, days, strict=True)
        ]
        return [_Cell(*key[1:]) for key in places], np.array(which, dtype=np.intp)
    which = [
        places.setdefault(cell if cell.__class__ is str else (cell.__class__, cell), len(places))
        for cell in cells
    ]
    different = [_Cell(key if isinstance(key, str) else key[1], date.min) for key in places]
    return different, np.array(which, dtype=np.intp)


def _read_text(column: Column, cells: Sequence[_Cell]) -> dict[str, Any]:
    return {column.key: _strings(text_of(cell.value) for cell in cells)}


def _read_folded(column: Column, cells: Sequence[_Cell]) -> dict[str, Any]:
    """Numbers, names and addresses: full-width forms become usual ones."""
    typed = (text_of(cell.value) for cell in cells)
    return {column.key: _strings(unicodedata.normalize("NFKC", text).strip() for text in typed)}


def _read_choice(column: Column, cells: Sequence[_Cell]) -> dict[str, Any]:
    typed = [text_of(cell.value) for cell in cells]
    meant = choices_meant(typed, column.choices)
    return {column.key: _strings(meant[text] for text in typed), f"{column.key}_typed": _strings(typed)}


def _read_date(column: Column, cells: Sequence[_Cell]) -> dict[str, Any]:
    read = [
        EMPTY if cell.value == "" else read_date(cell.value, cell.near, past=column.past) for cell in cells
    ]
    return {
        column.key: np.array([typed.moment for typed in read], dtype="datetime64[s]"),
        f"{column.key}_reading": _strings(typed.reading.value for typed in read),
        f"{column.key}_typed": _strings(text_of(cell.value) for cell in cells),
    }


def _read_time(column: Column, cells: Sequence[_Cell]) -> dict[str, Any]:
    return {
        column.key: np.array([read_time(cell.value) for cell in cells], dtype=object),
        f"{column.key}_typed": _strings(text_of(cell.value) for cell in cells),
    }


def _read_number(column: Column, cells: Sequence[_Cell]) -> dict[str, Any]:
    typed = _strings(text_of(cell.value) for cell in cells)
    digits = (
        pd.Series(typed, dtype="str")
        .str.normalize("NFKC")
        .str.extract(r"(-?[0-9]+(?:\.[0-9]+)?)", expand=False)
    )
    return {column.key: pd.to_numeric(digits).to_numpy(), f"{column.key}_typed": typed}


def _read_minutes(column: Column, cells: Sequence[_Cell]) -> dict[str, Any]:
    typed = [text_of(cell.value) for cell in cells]
    return {
        column.key: np.array([read_minutes(text) for text in typed]),
        f"{column.key}_typed": _strings(typed),
    }


def _strings(texts: Iterable[str]) -> Any:
    return pd.array(list(texts), dtype="str")


_DATES = frozenset({"date", "datetime"})
_SURE = frozenset({datetime, date, type(None)})
"""What is a date with its year, or none."""

_READERS: Mapping[str, Callable[[Column, Sequence[_Cell]], dict[str, Any]]] = {
    "id": _read_folded,
    "person": _read_folded,
    "choice": _read_choice,
    "yes": _read_choice,
    "date": _read_date,
    "datetime": _read_date,
    "time": _read_time,
    "number": _read_number,
    "minutes": _read_minutes,
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
