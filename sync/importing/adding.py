"""Rows to be added below the action table, as a plan, and the proof that it touches nothing that stands there."""

from collections.abc import Sequence

from rules.table import Layout
from sheet_templates import TemplateTable
from sync.changes import AppendRow, Plan
from sync.faults import GuardFault, UsageFault
from sync.importing.completing import NewRow
from sync.snapshot import CellValue, Snapshot

_BLANK: tuple[CellValue, ...] = (None, "")
_KEYS = ("description", "owner", "department", "assisting", "due", "standard")


def rows_plan(snapshot: Snapshot, layout: Layout, meeting: str, rows: Sequence[NewRow]) -> Plan:
    """The plan that adds rows of a meeting right below the table.

    Raises UsageFault where the table has no column for what is to be done.
    """
    if "description" not in layout.columns:
        raise UsageFault("the action table has no column for what is to be done; add 行动项描述")
    first = layout.last_row + 1
    return Plan(
        snapshot.fingerprint,
        rows=tuple(
            AppendRow(layout.tab, number, "", _values(row, meeting, layout))
            for number, row in enumerate(rows, start=first)
        ),
    )


def _values(row: NewRow, meeting: str, layout: Layout) -> tuple[tuple[int, CellValue], ...]:
    said: dict[str, CellValue] = {key: getattr(row, key) for key in _KEYS}
    said |= {"meeting_id": meeting, "due": row.due_day or row.due}
    places = ((layout.columns[key], value) for key, value in said.items() if key in layout.columns and value)
    return tuple(sorted(places, key=lambda each: each[0]))


def guard_rows(plan: Plan, snapshot: Snapshot, layout: Layout, table: TemplateTable) -> None:
    """Let a plan that adds rows pass, or raise GuardFault.

    It has rows alone, one below the other, the first right below all that the tab holds, and of those only cells
    of columns that people fill in.
    """
    theirs = {position for key, position in layout.columns.items() if table.columns[key].owner == "people"}
    cells = snapshot.tab(layout.tab).rows
    expected = range(layout.last_row + 1, layout.last_row + 1 + len(plan.rows))
    sound = (
        len(plan) == len(plan.rows)
        and [row.row for row in plan.rows] == list(expected)
        and all(row.tab == layout.tab and {place for place, _ in row.values} <= theirs for row in plan.rows)
        and all(cell in _BLANK for row in cells[layout.last_row :] for cell in row)
    )
    if not sound:
        raise GuardFault("the rows to be added would touch what stands in the table; nothing was written")
