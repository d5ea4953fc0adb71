"""What a pass wants to change in a workbook, as plain sorted values: a plan is a tuple of changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sync.generated import GeneratedTab
from sync.snapshot import CellValue, ColourRule


class AddColumn(NamedTuple):
    """Put a new heading into an empty column beside the table; sorts and filters of the table take it in.

    ``row`` is the header's row, ``position`` the column, both from 1. ``width`` in characters.
    """

    tab: str
    row: int
    position: int
    column: str
    heading: str
    width: float
    hidden: bool


class SetCell(NamedTuple):
    """Write one cell. ``column`` is the template's key, ``row`` and ``position`` count from 1.

    ``was`` is what the snapshot showed there; ``row_id`` names the row whatever its position.
    """

    tab: str
    row: int
    position: int
    column: str
    row_id: str
    was: CellValue
    now: CellValue


class SetColours(NamedTuple):
    """Make these the only conditional formats of ours on a tab; those of people stay as they are."""

    tab: str
    rules: tuple[ColourRule, ...]


class AppendRow(NamedTuple):
    """Add a row below a table of people's; a table object that ends above it takes it in.

    ``values`` are (column, value) pairs, columns from 1. ``row_id`` names the row. Only what comes back from
    the archive is ever added.
    """

    tab: str
    row: int
    row_id: str
    values: tuple[tuple[int, CellValue], ...]


class RemoveRows(NamedTuple):
    """Take whole rows out of a tab, those below moving up; ``rows`` count from 1 and ascend.

    Only rows for which ``Book.obstacles`` names none may be planned. Positions of all other changes
    of the plan are those before the removal, which is carried out last.
    """

    tab: str
    rows: tuple[int, ...]


class PutTab(NamedTuple):
    """Make a generated tab show this content: add the tab last, or replace its content in place."""

    content: GeneratedTab


Change = AddColumn | SetCell | AppendRow | SetColours | PutTab | RemoveRows


@dataclass(frozen=True)
class Plan:
    """All changes of one pass, and the fingerprint of the workbook that they were made for."""

    fingerprint: str
    columns: tuple[AddColumn, ...] = ()
    cells: tuple[SetCell, ...] = ()
    colours: tuple[SetColours, ...] = ()
    tabs: tuple[PutTab, ...] = ()
    removals: tuple[RemoveRows, ...] = ()
    rows: tuple[AppendRow, ...] = ()

    def __iter__(self) -> Iterator[Change]:
        yield from self.columns
        yield from self.cells
        yield from self.rows
        yield from self.colours
        yield from self.tabs
        yield from self.removals

    def __len__(self) -> int:
        parts = (self.columns, self.cells, self.rows, self.colours, self.tabs, self.removals)
        return sum(map(len, parts))
