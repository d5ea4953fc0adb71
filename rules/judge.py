"""Applies the catalogue to a book: which rule catches which row, and which rules have to keep silent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pandas as pd

from rules.catalogue import Rule
from rules.facts import with_facts, with_progress
from rules.findings import Finding
from rules.meeting_facts import with_meeting_facts
from rules.minutes_facts import with_minutes_facts
from rules.table import Book, Table
from rules.tuning import Tuning
from rules.waivers import RULE as WAIVERS
from rules.waivers import part_waived, with_waivers

_DATES = ("due", "done", "expected")

Broken = set[tuple[str, int, str]]
"""Cells that cannot be relied on: (table, row, column)."""


class Silence(NamedTuple):
    """A rule that cannot be applied to a table, and the columns or tables that it lacks."""

    code: str
    table: str
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class Judgement:
    """The book with what was computed, all findings (by table, row, then worst first), what was silent, and
    what would have been found but for a waiver."""

    book: Book
    findings: tuple[Finding, ...]
    silent: tuple[Silence, ...]
    waived: tuple[Finding, ...] = ()


def judge(book: Book, catalogue: Iterable[Rule], tuning: Tuning) -> Judgement:
    """Judge every row of every table. The order of the catalogue does not matter.

    What breaks cells comes first, and of that the rules of the sheet itself, so that a formula error
    is not taken for an empty cell. A date that turns out to be broken counts as empty from there on.
    """
    known = tuple(catalogue)
    applied = sorted((rule for rule in known if tuning.is_on(rule)), key=_turn)
    look = _Look(tuning)
    read = with_minutes_facts(with_facts(with_meeting_facts(with_waivers(book, known))))
    look.apply((rule for rule in applied if rule.breaks), read)
    judged = _without_broken_dates(read, look.broken) or read
    look.apply((rule for rule in applied if not rule.breaks), judged)
    order = {key: place for place, key in enumerate(book.tables)}
    look.findings.sort(key=lambda each: (order[each.table], each.row, each.severity.rank, each.code))
    stands, waived = part_waived(look.findings, judged, _longest_waiver(known, tuning))
    return Judgement(judged, tuple(stands), tuple(look.silent), waived)


def _longest_waiver(catalogue: Iterable[Rule], tuning: Tuning) -> int:
    """How many days ahead a waiver may reach: a parameter of the rule that looks at waivers, on or off."""
    return next((tuning.parameters(rule)["longest_days"] for rule in catalogue if rule.code == WAIVERS), 0)


def _turn(rule: Rule) -> tuple[bool, bool, str]:
    return not rule.breaks, rule.on != "*", rule.code


@dataclass
class _Look:
    """What has been found so far, and which cells cannot be relied on any more."""

    tuning: Tuning
    broken: Broken = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    silent: list[Silence] = field(default_factory=list)

    def apply(self, rules: Iterable[Rule], book: Book) -> None:
        """Apply rules one after the other to each table that they are for; most look at what is not over yet."""
        left = {fact: _only(book, fact) for fact in ("live", "recent", "ahead")}
        for rule in rules:
            for table in _tables(rule, left[scope] if (scope := _scope(rule)) else book):
                if lacks := _lacks(rule, table, book):
                    self.silent.append(Silence(rule.code, table.key, lacks))
                    continue
                found = _apply(rule, table, book, self.tuning, self.broken)
                self.findings.extend(found)
                if rule.breaks:
                    self.broken.update(
                        (table.key, each.row, column) for each in found for column in each.columns
                    )


def _without_broken_dates(book: Book, broken: Broken) -> Book | None:
    """The book with its facts where broken dates of action items are empty; None where none is broken."""
    rows = {
        column: [row for table, row, at in broken if (table, at) == ("actions", column)] for column in _DATES
    }
    if not any(rows.values()):
        return None
    actions = book.tables["actions"]
    emptied = {
        column: actions.frame[column].mask(actions.rows.isin(its)) for column, its in rows.items() if its
    }
    frame = actions.frame.assign(**emptied)
    mended = replace(book, tables={**book.tables, "actions": replace(actions, frame=frame)})
    touched = pd.Index(sorted({row for its in rows.values() for row in its}))
    return with_minutes_facts(with_progress(mended, touched))


def _only(book: Book, fact: str) -> Book:
    """The book without the rows that are over in that sense: action items that are closed, meetings long past."""
    left = {
        key: replace(table, frame=table.frame[table.frame[fact].to_numpy(dtype=bool)])
        for key, table in book.tables.items()
        if fact in table.frame
    }
    return replace(book, tables={**book.tables, **left})


def _scope(rule: Rule) -> str:
    """The fact that holds for the rows that a rule looks at; '' where it looks at all of them."""
    if rule.closed:
        return ""
    return "ahead" if rule.ahead else "recent" if rule.recent else "live"


def _tables(rule: Rule, book: Book) -> Iterator[Table]:
    for key, table in book.tables.items():
        if rule.on in {key, "*"}:
            yield table


def _lacks(rule: Rule, table: Table, book: Book) -> tuple[str, ...]:
    columns = tuple(column for column in rule.needs if not table.has(column))
    tables = tuple(key for key in rule.needs_table if book.get(key) is None)
    return columns + tables


def _apply(rule: Rule, table: Table, book: Book, tuning: Tuning, broken: Broken) -> list[Finding]:
    if table.frame.empty and rule.on != "*":  # rules of every sheet look at its headings too
        return []
    caught = rule.catch(table, book, tuning.parameters(rule))
    fields = (
        caught
        if isinstance(caught, pd.DataFrame)
        else pd.DataFrame(index=table.rows[caught.to_numpy(dtype=bool)])
    )
    if fields.empty and len(fields.index) == 0:
        return []
    severity = tuning.severity(rule)
    relied = frozenset(rule.columns) | frozenset(rule.reads)
    rows = fields.index.tolist()
    columns = fields.pop("columns").tolist() if "columns" in fields else [rule.columns] * len(rows)
    ids = table.row_ids.reindex(rows, fill_value="").tolist()
    more = _records(fields if "value" in fields else fields.assign(value=_typed(table, rows, columns)))
    return [
        Finding(rule.code, severity, table.key, row_id, row, at_fault, its)
        for row, row_id, at_fault, its in zip(rows, ids, columns, more, strict=True)
        if not any((table.key, row, column) in broken for column in relied.union(at_fault))
    ]


def _typed(table: Table, rows: list[int], columns: Sequence[tuple[str, ...]]) -> list[str]:
    """What stands in the first cell at fault of each row, as it was typed; '' where no cell is at fault."""
    first = [keys[0] if keys else "" for keys in columns]
    texts = {key: _as_typed(table, key).reindex(rows, fill_value="").tolist() for key in set(first) - {""}}
    return [texts[key][place] if key else "" for place, key in enumerate(first)]


def _as_typed(table: Table, key: str) -> "pd.Series[Any]":
    typed = f"{key}_typed"
    return table.frame[typed if typed in table.frame else key]


def _records(fields: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name) for name in fields.columns]
    values = zip(*(fields[name].tolist() for name in fields.columns), strict=True)
    return [dict(zip(names, row, strict=True)) for row in values]
