"""A workbook in memory: the reference that other books are compared with, and what tests edit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from sync.changes import AddColumn, AppendRow, Change, Plan, PutTab, RemoveRows, SetCell, SetColours
from sync.faults import ChangedFault, WorkbookFault
from sync.generated import GeneratedTab
from sync.snapshot import CellValue, Snapshot, Tab


@dataclass
class MemoryBook:
    """Tabs that can be read, planned for and changed; ``tabs`` may be edited freely between passes."""

    tabs: dict[str, Tab] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """What changes whenever a tab does."""
        return self.read().fingerprint

    def read(self) -> Snapshot:
        """All tabs as they are now."""
        shown = repr(
            [
                (tab.name, tab.rows, tab.merged, sorted(tab.errors.items()), tab.colours)
                for tab in self.tabs.values()
            ]
        )
        return Snapshot(tuple(self.tabs.values()), sha256(shown.encode()).hexdigest())

    def check_writable(self) -> tuple[str, ...]:
        """Always."""
        return ()

    def apply(self, plan: Plan) -> str:
        """Carry out a plan, all or nothing. Raises ChangedFault when the tabs are not those it was made for."""
        if not len(plan):
            return plan.fingerprint
        if self.read().fingerprint != plan.fingerprint:
            raise ChangedFault("the workbook has changed since it was read; the next pass writes it")
        tabs = dict(self.tabs)
        for change in plan:
            name = change.content.name if isinstance(change, PutTab) else change.tab
            tabs[name] = _changed(tabs.get(name, Tab(name, [])), change)
        self.tabs = tabs
        return self.read().fingerprint

    def obstacles(self, _tab: str, _rows: Sequence[int]) -> Mapping[int, str]:
        """None: nothing in memory points at rows but what moves with them."""
        return {}


def _changed(tab: Tab, change: Change) -> Tab:
    match change:
        case SetColours():
            return replace(tab, colours=change.rules)
        case AddColumn():
            return _with_cell(tab, change.row, change.position, change.heading)
        case SetCell():
            return _with_cell(tab, change.row, change.position, change.now)
        case AppendRow():
            return _with_row(tab, change)
        case PutTab():
            return _put(tab, change.content)
        case RemoveRows():
            kept = [cells for row, cells in enumerate(tab.rows, start=1) if row not in change.rows]
            return replace(tab, rows=kept)


def _with_row(tab: Tab, change: AppendRow) -> Tab:
    missing = change.row - len(tab.rows)
    tab = replace(tab, rows=[*tab.rows, *[[] for _ in range(missing)]])
    for position, value in change.values:
        tab = _with_cell(tab, change.row, position, value)
    return tab


def _put(tab: Tab, content: GeneratedTab) -> Tab:
    """The tab with its block shown anew: what people wrote beside it stays, and gives way where it grows."""
    if tab.rows and tab.generated is None:
        raise WorkbookFault(
            "{name} has a sheet {tab!r} that closeloop has not made, where it would put its own; rename yours",
            name="the workbook",
            tab=tab.name,
        )
    former, new = tab.generated or content.block, content.block
    theirs = {
        (row, column): value
        for row, cells in enumerate(tab.rows, start=1)
        for column, value in enumerate(cells, start=1)
        if value not in (None, "") and not former.holds(row, column)
    }
    met = [place for place in theirs if new.holds(*place)]
    last = max([former.last_row, new.last_row, *(row for row, _ in theirs)])
    shift = last + 2 - min((row for row, _ in met), default=0)
    for row, column in met:
        theirs[row + shift, column] = theirs.pop((row, column))
    shown = replace(tab, rows=[[cell and cell.value for cell in row] for row in content.rows])
    for (row, column), value in sorted(theirs.items()):
        shown = replace(shown, rows=[*shown.rows, *[[] for _ in range(row - len(shown.rows))]])
        shown = _with_cell(shown, row, column, value)
    formulas = frozenset(
        (row, column)
        for row, cells in enumerate(content.rows, start=1)
        for column, cell in enumerate(cells, start=1)
        if cell and cell.formula
    )
    return replace(shown, merged=content.merged, formulas=formulas, colours=content.colours, generated=new)


def _with_cell(tab: Tab, row: int, position: int, value: CellValue) -> Tab:
    rows = list(tab.rows)
    cells = list(rows[row - 1])
    cells += [None] * (position - len(cells))
    cells[position - 1] = value
    rows[row - 1] = cells
    return replace(tab, rows=rows)
