"""Proves of a plan, independently of who made it, that it touches nothing of people's (DESIGN §2)."""

from collections.abc import Mapping

from sheet_templates import Template, normalise
from sync.changes import AddColumn, Plan, SetCell
from sync.faults import GuardFault
from sync.finding_tables import TablePlace, find_layouts
from sync.snapshot import CellValue, Snapshot, Tab

_EMPTY: tuple[CellValue, ...] = (None, "")


def guard(plan: Plan, snapshot: Snapshot, template: Template, places: Mapping[str, TablePlace]) -> None:
    """Let a plan pass, or raise GuardFault.

    Of each cell to be written the heading is looked up in the snapshot itself: it has to be one of
    the worker's columns or, where the cell is empty, that of the number. Each cell is written once,
    and new columns go where nothing stands.
    """
    header_rows = {
        layout.tab: layout.header_row for layout in find_layouts(snapshot, template, places).values()
    }
    new = {(column.tab, column.position): column.column for column in plan.columns}
    for column in plan.columns:
        _free(column, snapshot.tab(column.tab))
    seen: set[tuple[str, int, int]] = set()
    for cell in plan.cells:
        place = (cell.tab, cell.row, cell.position)
        if place in seen:
            raise GuardFault(f"the plan writes {_where(cell)} twice; nothing was written")
        seen.add(place)
        _ours(cell, snapshot.tab(cell.tab), header_rows[cell.tab], new, template, places)


def _free(column: AddColumn, tab: Tab) -> None:
    below = (
        cells[column.position - 1] for cells in tab.rows[column.row - 1 :] if column.position <= len(cells)
    )
    first = next(below, None)
    if first not in _EMPTY:
        raise GuardFault(f"the plan would put “{column.heading}” where “{first}” stands; nothing was written")


def _ours(
    cell: SetCell,
    tab: Tab,
    header_row: int,
    new: Mapping[tuple[str, int], str],
    template: Template,
    places: Mapping[str, TablePlace],
) -> None:
    header = tab.rows[header_row - 1]
    heading = header[cell.position - 1] if cell.position <= len(header) else None
    column = template.tables["actions"].columns[cell.column]
    mapped = places["actions"].columns.get(cell.column) if "actions" in places else None
    named = normalise(heading) in column.names | ({normalise(mapped)} if mapped else set())
    is_its_own = new.get((cell.tab, cell.position)) == cell.column or named
    cells = tab.rows[cell.row - 1]
    stands = cells[cell.position - 1] if cell.position <= len(cells) else None
    may_write = column.owner == "worker" or (column.owner == "shared" and stands in _EMPTY)
    if not is_its_own or not may_write or cell.row <= header_row:
        raise GuardFault(f"the plan would write {_where(cell)}, which belongs to people; nothing was written")


def _where(cell: SetCell) -> str:
    return f"“{cell.tab}” row {cell.row}, column {cell.position} ({cell.column})"
