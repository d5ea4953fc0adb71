"""What stands in the archive as typed tables, for the reports: a meeting counts in its quarter wherever it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from rules.table import Table
from sheet_templates import Template, normalise
from sync.archiving.cabinet import ARCHIVED_TABLES, Drawer
from sync.finding_tables import TablePlace
from sync.snapshot import CellValue, Snapshot, Tab
from sync.tables import read_tables

_OF_ITEMS = ("id", "meeting_id", "topic", "description", "owner")
"""The columns of items that are read: their figures are remembered by the ledger."""


def archived_tables(
    kept: Sequence[Drawer], template: Template, places: Mapping[str, TablePlace], today: date
) -> dict[str, Table]:
    """The tables of archived rows, of items no more than number, meeting, topic, description and owner."""
    held = {key: [drawer for drawer in kept if drawer.table == key] for key in ARCHIVED_TABLES}
    if not held["actions"]:
        return {}
    place = places.get("actions", TablePlace())
    columns = [template.tables["actions"].columns[key] for key in _OF_ITEMS]
    names = {name for column in columns for name in column.names}
    names |= {normalise(place.columns[key]) for key in _OF_ITEMS if key in place.columns}
    tabs = [
        _tab(key, drawers, names if key == "actions" else frozenset())
        for key, drawers in held.items()
        if drawers
    ]
    anywhere = {key: replace(each, tab=None, header_row=None) for key, each in places.items()}
    tables = read_tables(Snapshot(tuple(tabs), ""), template, anywhere, today)
    closed = tables["actions"].frame.assign(computed="done", open=False, on_time=True)
    return {**tables, "actions": replace(tables["actions"], frame=closed)}


def _tab(name: str, drawers: Sequence[Drawer], wanted: frozenset[str] | set[str]) -> Tab:
    """The rows of all these drawers under one header; of the ``wanted`` columns alone, where any are named."""
    labels = dict.fromkeys(label for drawer in drawers for label in drawer.labels)
    head = [label for label in labels if not wanted or normalise(label) in wanted]
    rows: list[list[CellValue]] = [
        [row.said.get(label) for label in head] for drawer in drawers for row in drawer.rows
    ]
    return Tab(name, [list(head), *rows])
