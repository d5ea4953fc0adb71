"""What a pass wants to write: judged rows become cells of the worker's columns, ids and colour rules."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from rules.findings import Finding, Severity
from rules.judge import Judgement
from rules.table import Layout, Table
from sheet_templates import Template, TemplateTable, Words
from sync.changes import AddColumn, Plan, SetCell, SetColours
from sync.colours import colour_rules
from sync.sentences import cell_message, notes, worst_first
from sync.snapshot import CellValue, Snapshot, Tab

_SEVERITY_SIGN = {Severity.ERROR: "E", Severity.WARNING: "W"}
_OLD_SIGN = "O"


def make_plan(
    snapshot: Snapshot,
    judgement: Judgement,
    risks: "pd.Series[str]",
    ids: Mapping[int, str],
    template: Template,
    words: Words,
    answered: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> Plan:
    """The changes that make every table with columns of ours show what was judged; none where all show it already.

    ``risks`` gives the risk level and ``ids`` the number of each action item, ``answered`` what was answered by mail
    to the rows of some.
    """
    parts = [
        table_plan(snapshot.tab(shown.table.layout.tab), shown, template, words)
        for shown in _shown(judgement, risks, ids, template, words, answered)
    ]
    return Plan(
        snapshot.fingerprint,
        tuple(column for columns, _, _ in parts for column in columns),
        tuple(sorted(cell for _, cells, _ in parts for cell in cells)),
        tuple(colours for _, _, its in parts for colours in its),
    )


@dataclass(frozen=True)
class Shown:
    """A table, what each of its rows is called, and what should stand in each column of ours, by key and row."""

    table: Table
    template: TemplateTable
    row_ids: Mapping[int, str]
    wanted: Mapping[str, Mapping[int, CellValue]]


def _shown(
    judgement: Judgement,
    risks: "pd.Series[str]",
    ids: Mapping[int, str],
    template: Template,
    words: Words,
    answered: Mapping[int, Sequence[str]],
) -> Iterator[Shown]:
    by_table: defaultdict[str, defaultdict[int, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in judgement.findings:
        by_table[finding.table][finding.row].append(finding)
    for key, table in judgement.book.tables.items():
        if not template.tables[key].worker_columns:
            continue
        said: dict[int, Sequence[str]] = {}
        if key == "actions":
            said |= notes(table, words)
            said |= {row: (*texts, *said.get(row, ())) for row, texts in answered.items()}
        wanted = _results(table, by_table[key], said, template, words)
        if key == "actions":
            wanted = {"id": ids, **_progress(table, risks, words), **wanted}
        row_ids = ids if key == "actions" else dict(zip(table.rows.tolist(), table.row_ids, strict=True))
        yield Shown(table, template.tables[key], row_ids, wanted)


def table_plan(
    tab: Tab, shown: Shown, template: Template, words: Words
) -> tuple[tuple[AddColumn, ...], list[SetCell], tuple[SetColours, ...]]:
    """A table's new columns, cells and colours. One that holds no rows yet is given no columns."""
    layout = shown.table.layout
    added = _new_columns(tab, layout, shown.template, words)
    if added and shown.table.frame.empty:
        return (), [], ()
    places = dict(layout.columns) | {column.column: column.position for column in added}
    cells = [*_cells(tab, shown, places), *_leftovers(tab, shown)]
    wanted = colour_rules(layout.header_row, places, shown.template, template, words)
    return added, cells, () if set(wanted) == set(tab.colours) else (SetColours(tab.name, wanted),)


def _new_columns(tab: Tab, layout: Layout, table: TemplateTable, words: Words) -> tuple[AddColumn, ...]:
    """The worker's columns that the sheet lacks (and the number's, if it has none), right of all that is in use."""
    lacking = [
        column
        for column in table.columns.values()
        if column.owner != "people" and column.key not in layout.columns
    ]
    start = _first_free(tab, layout, len(lacking))
    return tuple(
        AddColumn(
            tab.name,
            layout.header_row,
            start + place,
            column.key,
            column.heads[words.head],
            column.width,
            column.hidden,
        )
        for place, column in enumerate(lacking)
    )


def _first_free(tab: Tab, layout: Layout, count: int) -> int:
    """The first column after the header's last where so many columns are empty beside the table."""
    used = {
        position
        for cells in tab.rows[layout.header_row - 1 : layout.last_row]
        for position, cell in enumerate(cells[layout.width :], start=layout.width + 1)
        if cell not in (None, "")
    }
    start = layout.width + 1
    while used.intersection(range(start, start + count)):
        start += 1
    return start


def _results(
    table: Table,
    by_row: Mapping[int, list[Finding]],
    said: Mapping[int, Sequence[str]],
    template: Template,
    words: Words,
) -> dict[str, Mapping[int, CellValue]]:
    """What was found in each row of a table: the message, with what else is to be said of it, and the cells at fault."""
    rows = [int(row) for row in table.rows]
    messages = {
        row: cell_message(by_row.get(row, ()), said.get(row, ()), words, template) for row in {*by_row, *said}
    }
    return {
        "message": {row: messages.get(row) for row in rows},
        "cells_at_fault": {row: _faults(by_row[row]) if row in by_row else None for row in rows},
    }


def _progress(actions: Table, risks: "pd.Series[str]", words: Words) -> dict[str, Mapping[int, CellValue]]:
    """How each action item stands."""
    rows = [int(row) for row in actions.rows]
    late = actions.late_days.astype(object).where(actions.late_days.notna(), None)
    return {
        "computed_status": dict(zip(rows, actions.computed.map(words["status"]), strict=True)),
        "late_days": dict(zip(rows, late, strict=True)),
        "risk": {row: words["risk"].get(level) for row, level in zip(rows, risks, strict=True)},
    }


def _faults(findings: Sequence[Finding]) -> str | None:
    """The keys of the cells at fault, each with the sign of the worst, as the colour rules look for them:
    ;due:W;owner:E;remark:O; (O for what stood already when the tracker was adopted)."""
    worst: dict[str, str] = {}
    for finding in worst_first(findings):
        if finding.severity in _SEVERITY_SIGN:
            for column in finding.columns:
                worst.setdefault(column, _OLD_SIGN if finding.old else _SEVERITY_SIGN[finding.severity])
    signs = [f"{key}:{sign};" for key, sign in worst.items()]
    return ";" + "".join(sorted(signs)) if signs else None


def _cells(tab: Tab, shown: Shown, places: Mapping[str, int]) -> Iterator[SetCell]:
    """The cells that do not show yet what they should; an id is only ever put where there is none."""
    for key, values in shown.wanted.items():
        position = places[key]
        for row, now in values.items():
            cells = tab.rows[row - 1]
            was = cells[position - 1] if position <= len(cells) else None
            if was is not now and not same_value(was, now) and (key != "id" or was in (None, "")):
                yield SetCell(tab.name, row, position, key, shown.row_ids[row], was, now)


def _leftovers(tab: Tab, shown: Shown) -> Iterator[SetCell]:
    """What former passes wrote into rows that people have emptied since."""
    layout, kept = shown.table.layout, frozenset(shown.table.rows)
    present = [column for column in shown.template.worker_columns if column.key in layout.columns]
    for row in range(layout.header_row + 1, layout.last_row + 1):
        if row in kept:
            continue
        for column in present:
            was = _cell(tab, row, layout.columns[column.key])
            if was not in (None, "", *column.heads):
                yield SetCell(tab.name, row, layout.columns[column.key], column.key, "", was, None)


def _cell(tab: Tab, row: int, position: int) -> CellValue:
    cells = tab.rows[row - 1]
    return cells[position - 1] if position <= len(cells) else None


def same_value(was: CellValue, now: CellValue) -> bool:
    """Whether a cell shows what it should: empty is empty, and 4.0 is 4."""
    if was in (None, "") or now in (None, ""):
        return was in (None, "") and now in (None, "")
    return was == now and isinstance(was, str) == isinstance(now, str)
