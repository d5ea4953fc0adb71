"""A workbook in memory: the reference that other books are compared with, and what tests edit."""

from dataclasses import dataclass, field, replace
from hashlib import sha256

from sync.changes import AddColumn, Plan, SetCell, SetColours
from sync.faults import BusyFault
from sync.snapshot import CellValue, Snapshot, Tab


@dataclass
class MemoryBook:
    """Tabs that can be read, planned for and changed; ``tabs`` may be edited freely between passes."""

    tabs: dict[str, Tab] = field(default_factory=dict)

    def read(self) -> Snapshot:
        """All tabs as they are now."""
        shown = repr(
            [
                (tab.name, tab.rows, tab.merged, sorted(tab.errors.items()), tab.colours)
                for tab in self.tabs.values()
            ]
        )
        return Snapshot(tuple(self.tabs.values()), sha256(shown.encode()).hexdigest())

    def apply(self, plan: Plan) -> None:
        """Carry out a plan, all or nothing. Raises BusyFault when the tabs are not those it was made for."""
        if not len(plan):
            return
        if self.read().fingerprint != plan.fingerprint:
            raise BusyFault("the workbook has changed since it was read; the next pass writes it")
        tabs = dict(self.tabs)
        for change in plan:
            tabs[change.tab] = _changed(tabs[change.tab], change)
        self.tabs = tabs


def _changed(tab: Tab, change: AddColumn | SetCell | SetColours) -> Tab:
    match change:
        case SetColours():
            return replace(tab, colours=change.rules)
        case AddColumn():
            return _with_cell(tab, change.row, change.position, change.heading)
        case SetCell():
            return _with_cell(tab, change.row, change.position, change.now)


def _with_cell(tab: Tab, row: int, position: int, value: CellValue) -> Tab:
    rows = list(tab.rows)
    cells = list(rows[row - 1])
    cells += [None] * (position - len(cells))
    cells[position - 1] = value
    rows[row - 1] = cells
    return replace(tab, rows=rows)
