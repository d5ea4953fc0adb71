"""Proves of a plan, from the workbooks as they were read, that nothing is lost on its way into or out of the archive."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.table import Layout
from sheet_templates import Template
from sync.archiving.cabinet import ARCHIVED_TABLES, Drawer, drawer_of, drawers, keys, value_of
from sync.archiving.content import Key, key_of, rows_said
from sync.changes import AppendRow, Plan, PutTab, RemoveRows
from sync.faults import GuardFault
from sync.snapshot import Snapshot, Tab


@dataclass(frozen=True)
class Archive:
    """What a proof rests on beside the workbook itself: the archive's tabs in other workbooks, and the archived
    rows (table, what they say) that somebody has asked to take out."""

    elsewhere: tuple[Drawer, ...] = ()
    released: frozenset[tuple[str, Key]] = frozenset()


def prove_tabs(tabs: Sequence[PutTab], snapshot: Snapshot, archive: Archive) -> None:
    """A tab of people's is never written over, no tab is written twice, and one of the archive keeps its rows."""
    peoples = {tab.name.casefold() for tab in snapshot.tabs if tab.generated is None}
    names = {tab.content.name.casefold() for tab in tabs}
    written_anew = (tab for tab in snapshot.tabs if tab.name.casefold() in names)
    archived = {drawer.tab.casefold(): drawer for tab in written_anew if (drawer := drawer_of(tab))}
    put: set[str] = set()
    for tab in tabs:
        name = tab.content.name.casefold()
        if name in peoples:
            raise GuardFault(
                "the plan would write over the sheet “{tab}”, which belongs to people; nothing was written",
                tab=tab.content.name,
            )
        if name in put:
            raise GuardFault(
                "the plan writes the sheet “{tab}” twice; nothing was written", tab=tab.content.name
            )
        put.add(name)
        if name in archived:
            _keeps(archived[name], tab, archive)


def _keeps(former: Drawer, tab: PutTab, archive: Archive) -> None:
    content = tab.content
    values = [[cell and cell.value for cell in row] for row in content.rows]
    new = drawer_of(Tab(content.name, values, generated=content.block))
    lost = keys([former]) - (keys([new]) if new else Counter())
    if any(row not in archive.released for row in lost):
        raise GuardFault(
            "the plan would lose archived rows of the sheet “{tab}”; nothing was written", tab=former.tab
        )


def prove_rows(
    plan: Plan, snapshot: Snapshot, layouts: Mapping[str, Layout], template: Template, archive: Archive
) -> None:
    """Rows leave people's tables only when each stands in the archive as it stands there, and come back only from
    there, below the table's last row."""
    if not (plan.removals or plan.rows):
        return
    kept = (*drawers(snapshot), *archive.elsewhere)
    tables = {layouts[key].tab: key for key in ARCHIVED_TABLES if key in layouts}
    there = keys(kept)
    for removal in plan.removals:
        if not _stands(removal, snapshot, layouts, tables, template, there):
            raise GuardFault(
                "the plan would remove rows of “{tab}” that do not stand in the archive; nothing was written",
                tab=removal.tab,
            )
    known = {
        (drawer.table, value_of(row.said, _NAMED[drawer.table], template.tables[drawer.table]))
        for drawer in kept
        for row in drawer.rows
    } if plan.rows else set()  # fmt: skip
    for row in plan.rows:
        _comes_from_the_archive(row, layouts, tables, template, known)


_NAMED = {"actions": "id", "meetings": "id", "topics": "meeting_id"}


def _stands(
    removal: RemoveRows,
    snapshot: Snapshot,
    layouts: Mapping[str, Layout],
    tables: Mapping[str, str],
    template: Template,
    there: Counter[tuple[str, Key]],
) -> bool:
    key, rows = tables.get(removal.tab), removal.rows
    if key is None or not rows or list(rows) != sorted(set(rows)):
        return False
    layout, tab = layouts[key], snapshot.tab(removal.tab)
    if rows[0] <= layout.header_row or rows[-1] > len(tab.rows):
        return False
    said = rows_said(tab, layout, template.tables[key], rows)
    asked = Counter((key, key_of(said[row])) for row in rows)
    return all(key and there[key, its] >= count for (key, its), count in asked.items())


def _comes_from_the_archive(
    change: AppendRow,
    layouts: Mapping[str, Layout],
    tables: Mapping[str, str],
    template: Template,
    known: set[tuple[str, str]],
) -> None:
    key = tables.get(change.tab)
    layout = layouts[key] if key else None
    if layout is None or (key, change.row_id) not in known or change.row <= layout.last_row:
        raise GuardFault(
            "the plan would add a row to “{tab}” that does not come from the archive; nothing was written",
            tab=change.tab,
        )
    owners = {
        layout.columns[each.key]
        for each in template.tables[key or ""].worker_columns
        if each.key in layout.columns
    }
    if any(position in owners for position, _ in change.values):
        raise GuardFault(
            "the plan would add a row to “{tab}” with values in the worker's columns; nothing was written",
            tab=change.tab,
        )
