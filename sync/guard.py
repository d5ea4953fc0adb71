"""Proves of a plan, independently of who made it, that it touches nothing of people's (DESIGN §2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sheet_templates import Template, TemplateTable, normalise
from sync.archiving.proving import Archive, prove_rows, prove_tabs
from sync.changes import AddColumn, Plan, SetCell
from sync.faults import GuardFault
from sync.finding_tables import TablePlace, find_layouts
from sync.header_rows import headings
from sync.snapshot import CellValue, Snapshot, Tab

_EMPTY: tuple[CellValue, ...] = (None, "")


_NO_ARCHIVE = Archive()


def guard(
    plan: Plan,
    snapshot: Snapshot,
    template: Template,
    places: Mapping[str, TablePlace],
    archive: Archive = _NO_ARCHIVE,
) -> None:
    """Let a plan pass, or raise GuardFault.

    Of each cell to be written the heading is looked up in the snapshot itself: it has to be one of
    the worker's columns or, where the cell is empty, that of the number. Each cell is written once,
    and new columns go where nothing stands. A generated tab takes the place of one of ours, or of none, and one
    of the archive keeps its rows; people's rows leave only when they stand in the archive.
    """
    layouts = find_layouts(snapshot, template, places)
    prove_tabs(plan.tabs, snapshot, archive)
    prove_rows(plan, snapshot, layouts, template, archive)
    known = {
        layout.tab: _Known(layout.header_row, template.tables[key], places.get(key, TablePlace()).columns)
        for key, layout in layouts.items()
    }
    new = {(column.tab, column.position): column.column for column in plan.columns}
    for column in plan.columns:
        _is_a_new_column_of_ours(column, known.get(column.tab))
        _free(column, snapshot.tab(column.tab))
    ours = {
        triple
        for triple in {(cell.tab, cell.position, cell.column) for cell in plan.cells}
        if new.get(triple[:2]) == triple[2] or _is_headed(*triple, snapshot, known)
    }
    former: tuple[object, ...] = ()
    for cell in plan.cells:
        place = cell[:3]
        if place <= former:
            raise GuardFault(
                "the plan writes row {row}, column {position} ({column}) of “{tab}” twice, or out of order; "
                "nothing was written",
                **_where(cell),
            )
        former = place
        is_ours = (cell.tab, cell.position, cell.column) in ours and cell.row > known[cell.tab].header_row
        if not is_ours or not _may_write(cell, snapshot, known[cell.tab]):
            raise GuardFault(
                "the plan would write row {row}, column {position} ({column}) of “{tab}”, which belongs to people; "
                "nothing was written",
                **_where(cell),
            )


@dataclass(frozen=True)
class _Known:
    """A table of the snapshot: its header's row, its columns, and the headings that the settings give them."""

    header_row: int
    table: TemplateTable
    mapped: Mapping[str, str]


def _is_a_new_column_of_ours(column: AddColumn, known: _Known | None) -> None:
    ours = known.table.columns.get(column.column) if known else None
    if ours is None or ours.owner == "people" or column.heading not in ours.heads:
        raise GuardFault(
            "the plan would add a column “{heading}”, which is not the worker's; nothing was written",
            heading=column.heading,
        )


def _free(column: AddColumn, tab: Tab) -> None:
    below = (
        cells[column.position - 1] for cells in tab.rows[column.row - 1 :] if column.position <= len(cells)
    )
    first = next(below, None)
    if first not in _EMPTY:
        raise GuardFault(
            "the plan would put “{heading}” where “{stands}” stands; nothing was written",
            heading=column.heading,
            stands=first,
        )


def _is_headed(tab: str, position: int, key: str, snapshot: Snapshot, tables: Mapping[str, _Known]) -> bool:
    """Whether the heading over a column is one of those by which the template or the settings know it."""
    known = tables.get(tab)
    if known is None or key not in known.table.columns:
        return False
    header = headings(snapshot.tab(tab), known.header_row)
    names = header[position - 1].names if position <= len(header) else ()
    mapped = known.mapped.get(key)
    ours = known.table.columns[key].names | ({normalise(mapped)} if mapped else set())
    return not ours.isdisjoint(map(normalise, names))


def _may_write(cell: SetCell, snapshot: Snapshot, known: _Known) -> bool:
    """The worker's own columns always, the shared ones where nothing stands."""
    owner = known.table.columns[cell.column].owner
    if owner != "shared":
        return owner == "worker"
    cells = snapshot.tab(cell.tab).rows[cell.row - 1]
    return cell.position > len(cells) or cells[cell.position - 1] in _EMPTY


def _where(cell: SetCell) -> dict[str, object]:
    return {"tab": cell.tab, "row": cell.row, "position": cell.position, "column": cell.column}
