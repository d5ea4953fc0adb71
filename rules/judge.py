"""Applies the catalogue to a book: which rule catches which row, and which rules have to keep silent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pandas as pd

from rules.catalogue import Rule
from rules.facts import with_facts
from rules.findings import Finding
from rules.table import Book, Table
from rules.tuning import Tuning

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
    """The book with what was computed, all findings (by table, row, then worst first), and what was silent."""

    book: Book
    findings: tuple[Finding, ...]
    silent: tuple[Silence, ...]


def judge(book: Book, catalogue: Iterable[Rule], tuning: Tuning) -> Judgement:
    """Judge every row of every table. The order of the catalogue does not matter.

    What breaks cells comes first, and of that the rules of the sheet itself, so that a formula error
    is not taken for an empty cell. A date that turns out to be broken counts as empty from there on.
    """
    applied = sorted((rule for rule in catalogue if tuning.is_on(rule)), key=_turn)
    look = _Look(tuning)
    read = with_facts(book)
    look.apply((rule for rule in applied if rule.breaks), read)
    judged = _without_broken_dates(book, look.broken) or read
    look.apply((rule for rule in applied if not rule.breaks), judged)
    order = {key: place for place, key in enumerate(book.tables)}
    look.findings.sort(key=lambda each: (order[each.table], each.row, each.severity.rank, each.code))
    return Judgement(judged, tuple(look.findings), tuple(look.silent))


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
        """Apply rules one after the other to each table that they are for."""
        for rule in rules:
            for table in _tables(rule, book):
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
    frame = actions.frame.copy()
    for column, its in rows.items():
        frame.loc[its, column] = pd.NaT
    return with_facts(replace(book, tables={**book.tables, "actions": replace(actions, frame=frame)}))


def _tables(rule: Rule, book: Book) -> Iterator[Table]:
    for key, table in book.tables.items():
        if rule.on in {key, "*"}:
            yield table


def _lacks(rule: Rule, table: Table, book: Book) -> tuple[str, ...]:
    columns = tuple(column for column in rule.needs if not table.has(column))
    tables = tuple(key for key in rule.needs_table if book.get(key) is None)
    return columns + tables


def _apply(rule: Rule, table: Table, book: Book, tuning: Tuning, broken: Broken) -> list[Finding]:
    caught = rule.catch(table, book, tuning.parameters(rule))
    fields = (
        caught
        if isinstance(caught, pd.DataFrame)
        else pd.DataFrame(index=table.rows[caught.to_numpy(dtype=bool)])
    )
    if fields.empty and len(fields.index) == 0:
        return []
    if "finished" in table.frame and not rule.closed:
        over = table.rows[table.frame["computed"].eq("done").to_numpy()]
        fields = fields[~fields.index.isin(over)]
    severity = tuning.severity(rule)
    relied = frozenset(rule.columns) | frozenset(rule.reads)
    ids = table.frame.get("id")
    return [
        Finding(
            rule.code,
            severity,
            table.key,
            _row_id(ids, row),
            row,
            columns,
            _with_value(table, row, columns, more),
        )
        for row, columns, more in _caught_rows(rule, fields)
        if not any((table.key, row, column) in broken for column in relied | set(columns))
    ]


def _caught_rows(rule: Rule, fields: pd.DataFrame) -> Iterator[tuple[int, tuple[str, ...], dict[str, Any]]]:
    for row, more in zip(fields.index.tolist(), fields.to_dict("records"), strict=True):
        columns = more.pop("columns", rule.columns)
        yield int(row), columns, {str(name): value for name, value in more.items()}


def _row_id(ids: "pd.Series[str] | None", row: int) -> str:
    return str(ids.get(row, "")) if ids is not None else ""


def _with_value(
    table: Table, row: int, columns: tuple[str, ...], more: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The fields with what stands in the first cell at fault, as it was typed."""
    if "value" in more or not columns or row not in table.frame.index:
        return more
    typed = f"{columns[0]}_typed"
    return {**more, "value": table.frame.at[row, typed if typed in table.frame else columns[0]]}
