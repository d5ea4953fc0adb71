"""Rows that are to leave a table for the archive, known by what they say wherever they are by then."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sync.books.google.reading import Grid
from sync.books.google.rows import Task, said_at, whole
from sync.snapshot import CellValue

Said = tuple[CellValue, ...]


class LeavingRows(NamedTuple):
    """Rows that are to be taken out, each with what it says in ``columns``; formulas, which may show something else
    elsewhere, are not among these."""

    rows: Mapping[int, Said]
    columns: tuple[int, ...]

    def said(self, grid: Grid, row: int) -> Said:
        """What a row says."""
        return said_at(grid, row, self.columns)

    def unmoved(self, grid: Grid) -> dict[int, Said] | None:
        """The rows with what they say; None where one of them stands elsewhere now, or nowhere."""
        found = {row: says for row, says in self.rows.items() if self.said(grid, row) == says}
        return found if len(found) == len(self.rows) else None

    def found(self, grid: Grid, header_row: int) -> dict[int, Said]:
        """The rows with what they say, wherever they are in the whole of a table: of rows that say the same any is as
        good. A row that is nowhere any more needs nothing."""
        left = Counter(self.rows.values())
        found = {}
        below = {row for row, _ in grid if row > header_row}
        for row in sorted(below, key=lambda row: row not in self.rows):
            says = self.said(grid, row)
            if left[says]:
                left[says] -= 1
                found[row] = says
        return found

    def without(self, taken: Iterable[Said]) -> "LeavingRows":
        """What is left to be taken out: a copy that people have made meanwhile is theirs."""
        rows, done = dict(self.rows), Counter(taken)
        for row, says in self.rows.items():
            if done[says]:
                done[says] -= 1
                del rows[row]
        return LeavingRows(rows, self.columns)


def leaving(task: Task, rows: Sequence[int]) -> LeavingRows:
    """These rows as they were read."""
    computed = {column for row, column in task.sheet.formulas if row in rows}
    numbers = (task.layout.columns[key] for key in ("id",) if key in task.layout.columns)
    columns = tuple(sorted({*task.theirs, *numbers} - computed))
    grid = whole(task.sheet).grid if rows else {}
    return LeavingRows({row: said_at(grid, row, columns) for row in rows}, columns)
