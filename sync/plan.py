"""What a pass wants to write: judged rows become cells of the worker's columns, ids and colour rules."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from rules.findings import Finding, Severity
from rules.judge import Judgement
from rules.table import Layout, Table
from sheet_templates import Column, Template, Words
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
) -> Plan:
    """The changes that make the action table show what was judged; none where it shows it already.

    ``risks`` gives the risk level and ``ids`` the number of each row.
    """
    actions = judgement.book.tables["actions"]
    tab = snapshot.tab(actions.layout.tab)
    added = _new_columns(tab, actions.layout, template, words)
    places = dict(actions.layout.columns) | {column.column: column.position for column in added}
    wanted = _wanted(actions, ids, judgement.findings, risks, template, words)
    cells = sorted([*_cells(tab, wanted, places, ids), *_leftovers(tab, actions, template)])
    return Plan(
        snapshot.fingerprint, added, tuple(cells), _colours(tab, actions.layout, places, template, words)
    )


def _new_columns(tab: Tab, layout: Layout, template: Template, words: Words) -> tuple[AddColumn, ...]:
    """The worker's columns that the sheet lacks (and the number's, if it has none), right of all that is in use."""
    table = template.tables["actions"]
    lacking = [
        column for column in (table.columns["id"], *table.worker_columns) if column.key not in layout.columns
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


def _wanted(
    actions: Table,
    ids: Mapping[int, str],
    findings: Sequence[Finding],
    risks: "pd.Series[str]",
    template: Template,
    words: Words,
) -> dict[str, Mapping[int, CellValue]]:
    """What should stand in each of the worker's columns, by key and row."""
    by_row: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.table == "actions":
            by_row[finding.row].append(finding)
    rows = [int(row) for row in actions.rows]
    said = notes(actions, words)
    messages = {
        row: cell_message(by_row[row], said.get(row, ()), words, template) for row in {*by_row, *said}
    }
    late = actions.late_days.astype(object).where(actions.late_days.notna(), None)
    return {
        "id": ids,
        "computed_status": dict(zip(rows, actions.computed.map(words["status"]), strict=True)),
        "late_days": dict(zip(rows, late, strict=True)),
        "risk": {row: words["risk"].get(level) for row, level in zip(rows, risks, strict=True)},
        "message": {row: messages.get(row) for row in rows},
        "cells_at_fault": {row: _faults(by_row[row]) if row in by_row else None for row in rows},
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


def _cells(
    tab: Tab, wanted: Mapping[str, Mapping[int, CellValue]], places: Mapping[str, int], ids: Mapping[int, str]
) -> Iterator[SetCell]:
    """The cells that do not show yet what they should; an id is only ever put where there is none."""
    for key, values in wanted.items():
        position = places[key]
        for row, now in values.items():
            cells = tab.rows[row - 1]
            was = cells[position - 1] if position <= len(cells) else None
            if not _same(was, now) and (key != "id" or was in (None, "")):
                yield SetCell(tab.name, row, position, key, ids[row], was, now)


def _leftovers(tab: Tab, actions: Table, template: Template) -> Iterator[SetCell]:
    """What former passes wrote into rows that people have emptied since."""
    layout, kept = actions.layout, frozenset(actions.rows)
    for row in range(layout.header_row + 1, layout.last_row + 1):
        if row in kept:
            continue
        for column in _present_worker_columns(layout, template):
            was = _cell(tab, row, layout.columns[column.key])
            if was not in (None, "", column.heads[0], *column.heads):
                yield SetCell(tab.name, row, layout.columns[column.key], column.key, "", was, None)


def _present_worker_columns(layout: Layout, template: Template) -> list[Column]:
    return [column for column in template.tables["actions"].worker_columns if column.key in layout.columns]


def _colours(
    tab: Tab, layout: Layout, places: Mapping[str, int], template: Template, words: Words
) -> tuple[SetColours, ...]:
    wanted = colour_rules(layout.header_row, places, template, words)
    return () if set(wanted) == set(tab.colours) else (SetColours(tab.name, wanted),)


def _cell(tab: Tab, row: int, position: int) -> CellValue:
    cells = tab.rows[row - 1]
    return cells[position - 1] if position <= len(cells) else None


def _same(was: CellValue, now: CellValue) -> bool:
    """Whether a cell shows what it should: empty is empty, and 4.0 is 4."""
    if was in (None, "") or now in (None, ""):
        return was in (None, "") and now in (None, "")
    return was == now and isinstance(was, str) == isinstance(now, str)
