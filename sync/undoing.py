"""What puts back the cells that a run wrote, and leaves what was written there since: a plan as any other."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from rules.table import Table
from sync.changes import Plan, SetCell
from sync.ledger.recalling import Written
from sync.plan import same_value
from sync.snapshot import CellValue, Snapshot

_NUMBER = "id"


@dataclass(frozen=True)
class Undo:
    """The plan, and what it leaves as it is: cells ``edited`` since, cells whose row or column is ``gone`` (or no
    longer known for certain), and the numbers that were given, by which people may have called their rows since."""

    plan: Plan
    edited: tuple[Written, ...]
    gone: tuple[Written, ...]
    numbers: tuple[Written, ...]


def undo(written: Sequence[Written], snapshot: Snapshot, tables: Mapping[str, Table], left: str = "") -> Undo:
    """What puts back ``written`` in the workbook as it is now.

    A row is found by its number, wherever it stands. One that has none, or shares it, is known for certain only
    while the workbook is as the run ``left`` it (its fingerprint): it is where it was.
    """
    numbers = tuple(each for each in written if each.column == _NUMBER)
    untouched = left == snapshot.fingerprint
    found, gone = _found([each for each in written if each.column != _NUMBER], tables, untouched=untouched)
    cells: list[SetCell] = []
    edited: list[Written] = []
    for each, row, position in found:
        stands = _cell(snapshot, each.tab, row, position)
        if same_value(stands, each.was):
            continue
        if same_value(stands, each.now):
            cells.append(SetCell(each.tab, row, position, each.column, each.row_id, stands, each.was))
        else:
            edited.append(each)
    plan = Plan(snapshot.fingerprint, cells=tuple(sorted(cells, key=itemgetter(slice(3)))))
    return Undo(plan, tuple(edited), tuple(gone), numbers)


def _found(
    written: Sequence[Written], tables: Mapping[str, Table], *, untouched: bool
) -> tuple[list[tuple[Written, int, int]], list[Written]]:
    """What was written with the row and column where it stands now, and what cannot be found."""
    places = {table.layout.tab: _Places(table) for table in tables.values()}
    by_number: defaultdict[tuple[str, str], list[Written]] = defaultdict(list)
    for each in written:
        by_number[each.tab, each.row_id].append(each)
    one = {number for number, its in by_number.items() if number[1] and _is_one_row(its)}
    found: list[tuple[Written, int, int]] = []
    gone: list[Written] = []
    for each in written:
        place = places.get(each.tab)
        position = place.columns.get(each.column) if place else None
        row = each.row if untouched else None
        if place and (each.tab, each.row_id) in one:
            row = place.only_row(each.row_id) or row
        if position and row:
            found.append((each, row, position))
        else:
            gone.append(each)
    return found, gone


class _Places:
    """Where the rows and columns of a table are now."""

    def __init__(self, table: Table) -> None:
        self.columns = table.layout.columns
        self._rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, row_id in zip(table.rows.tolist(), table.row_ids.tolist(), strict=True):
            self._rows[row_id].append(row)

    def only_row(self, row_id: str) -> int | None:
        """The row with a number; None where there is none, or several have it."""
        rows = self._rows[row_id]
        return rows[0] if len(rows) == 1 else None


def _is_one_row(cells: Sequence[Written]) -> bool:
    """Whether cells of one number are those of one row. An earlier version did not write down which row it was."""
    return len({cell.row for cell in cells}) == 1 and len({cell.column for cell in cells}) == len(cells)


def _cell(snapshot: Snapshot, tab: str, row: int, position: int) -> CellValue:
    rows = snapshot.tab(tab).rows
    cells = rows[row - 1] if row <= len(rows) else ()
    return cells[position - 1] if position <= len(cells) else None
