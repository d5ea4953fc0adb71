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


def undo(written: Sequence[Written], snapshot: Snapshot, tables: Mapping[str, Table]) -> Undo:
    """What puts back ``written`` in the workbook as it is now. A row is found by its number, wherever it stands."""
    places = {table.layout.tab: _Places(table) for table in tables.values()}
    numbers = tuple(each for each in written if each.column == _NUMBER)
    found, gone = _found([each for each in written if each.column != _NUMBER], places)
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
    written: Sequence[Written], places: Mapping[str, "_Places"]
) -> tuple[list[tuple[Written, int, int]], list[Written]]:
    """What was written with the row and column where it stands now, and what cannot be found. Rows that share a
    number are told apart by their order, as long as each of them was written."""
    by_cell: defaultdict[tuple[str, str, str], list[Written]] = defaultdict(list)
    for each in written:
        by_cell[each.tab, each.row_id, each.column].append(each)
    found: list[tuple[Written, int, int]] = []
    gone: list[Written] = []
    for (tab, row_id, column), its in by_cell.items():
        rows = places[tab].rows.get(row_id, []) if tab in places and row_id else []
        position = places[tab].columns.get(column) if tab in places else None
        if position is None or len(rows) != len(its):
            gone += its
        else:
            found += [(each, row, position) for each, row in zip(its, rows, strict=True)]
    return found, gone


class _Places:
    """Where the rows and columns of a table are now."""

    def __init__(self, table: Table) -> None:
        self.columns = table.layout.columns
        self.rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, row_id in zip(table.rows.tolist(), table.row_ids.tolist(), strict=True):
            self.rows[row_id].append(row)


def _cell(snapshot: Snapshot, tab: str, row: int, position: int) -> CellValue:
    cells = snapshot.tab(tab).rows[row - 1]
    return cells[position - 1] if position <= len(cells) else None
