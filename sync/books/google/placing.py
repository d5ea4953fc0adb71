"""Where each value of a plan goes now, and, after the write, which of them came to stand where they should not."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sync.books.google.address import Json
from sync.books.google.reading import Grid
from sync.books.google.rows import Task, Wanted, Where, id_of, numbers_at, said_at
from sync.books.google.values import entered, same
from sync.faults import ChangedFault
from sync.snapshot import CellValue
from sync.tables import text_of


class Misplaced(NamedTuple):
    """A write that met another cell than the one it was meant for. ``number`` and ``heading`` name the cell that it
    met, ``line`` is what its row shows by column, as far as it was read; ``before`` is what stood there, and
    ``wrote`` what stands there now."""

    row: int
    column: int
    number: str
    heading: str
    line: Mapping[int, CellValue]
    wrote: CellValue
    before: CellValue
    formula: str = ""


class Write(NamedTuple):
    """One cell to be written: where, under which heading, for which row of the plan, and what. What puts something
    back has no such row; it meets what went astray, its ``origin``, or is astray itself."""

    row: int
    column: int
    key: str
    wanted: Wanted | None
    cell: Json
    now: CellValue
    origin: Misplaced | None = None


@dataclass(frozen=True)
class Placed:
    """All writes of an attempt; ``lost`` are rows of the plan that are not to be found as they were."""

    writes: tuple[Write, ...]
    lost: tuple[Wanted, ...] = ()


def place(task: Task, grid: Grid, where: Where, columns: Mapping[str, int], *, complete: bool) -> Placed:
    """Find each row of the plan. With a ``complete`` grid only what does not stand yet is written, and a row without
    a number is looked for everywhere; otherwise it has to be where it was. A numbered row that is gone needs nothing."""
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    numbers = numbers_at(grid, where)
    for at, number in numbers.items():
        rows_of[number].append(at)
    saying = _unnumbered_rows(task, grid, where) if complete else None
    writes: list[Write] = []
    lost: list[Wanted] = []
    for wanted in task.rows:
        row = _row_of(task, wanted, rows_of, grid, saying)
        if row and "id" in wanted.cells and numbers.get(row, "") not in {"", id_of(wanted.cells["id"])}:
            row = None  # somebody has numbered it
        if row is None and not wanted.id:
            lost.append(wanted)
        elif row is not None:
            writes += _writes(wanted, row, columns, grid if complete else None)
    return Placed(tuple(writes), tuple(lost))


def _row_of(
    task: Task,
    wanted: Wanted,
    rows_of: Mapping[str, Sequence[int]],
    grid: Grid,
    saying: Mapping[tuple[CellValue, ...], list[int]] | None,
) -> int | None:
    if wanted.id:
        found = rows_of.get(wanted.id, ())
        if len(found) > 1:
            raise ChangedFault("a row was copied with its number since it was read; the next pass writes it")
        return found[0] if found else None
    given = rows_of.get(id_of(wanted.cells.get("id")), ()) if saying is not None else ()
    if given:  # by an attempt of ours; a copy of that row, or one that was changed since, is another row
        alone = len(given) == 1 and said_at(grid, given[0], task.theirs) == wanted.says
        return given[0] if alone else None
    if saying is None:
        return wanted.row if said_at(grid, wanted.row, task.theirs) == wanted.says else None
    there = saying.get(wanted.says, [])
    if wanted.row in there:
        there.remove(wanted.row)
        return wanted.row
    return there.pop(0) if there else None


def _unnumbered_rows(task: Task, grid: Grid, where: Where) -> dict[tuple[CellValue, ...], list[int]]:
    """Rows without a number of their own, by what people say in them."""
    given = {id_of(wanted.cells["id"]) for wanted in task.rows if not wanted.id and "id" in wanted.cells}
    numbers = numbers_at(grid, where)
    count = Counter(numbers.values())
    found: dict[tuple[CellValue, ...], list[int]] = {}
    for row in sorted({row for row, _ in grid if row > where.header_row}):
        number = numbers.get(row, "")
        if not number or count[number] > 1 or number in given:
            found.setdefault(said_at(grid, row, task.theirs), []).append(row)
    return found


def _writes(wanted: Wanted, row: int, columns: Mapping[str, int], shown: Grid | None) -> Iterator[Write]:
    for key, now in sorted(wanted.cells.items(), key=lambda item: columns[item[0]]):
        column = columns[key]
        if shown is None or not same(shown.get((row, column)), now):
            yield Write(row, column, key, wanted, entered(now), now)


def misplaced(
    task: Task,
    writes: Sequence[Write],
    where: Where,
    grid: Grid,
    before: Grid,
    fresh: frozenset[int],
) -> list[Write]:
    """The writes that met another cell than was meant, by what the sheet shows after the write and what stood in
    the same places before it. ``where`` is the table as it was at the write, ``fresh`` the columns just made."""
    numbers = numbers_at(grid, where)
    return [write for write in writes if not _met(task, write, where, numbers, grid, before, fresh)]


def _met(
    task: Task,
    write: Write,
    where: Where,
    numbers: Mapping[int, str],
    grid: Grid,
    before: Grid,
    fresh: frozenset[int],
) -> bool:
    stood = before.get((write.row, write.column))
    if write.wanted is None:
        return write.origin is not None and same(stood, write.origin.wrote)
    if where.columns.get(write.key) != write.column or write.row <= where.header_row:
        return False
    if write.wanted.id:
        return numbers.get(write.row) == write.wanted.id
    if write.key == "id" and write.column not in fresh and not same(stood, None):
        return same(stood, write.now)
    return said_at(grid, write.row, task.theirs) == write.wanted.says


def describe(
    writes: Sequence[Write], where: Where, grid: Grid, kept: Grid, formulas: Mapping[tuple[int, int], str]
) -> list[Misplaced]:
    """What each misplaced write met, so that it can be found and put back."""
    numbers = numbers_at(grid, where)
    lines: defaultdict[int, dict[int, CellValue]] = defaultdict(dict)
    hit = {write.row for write in writes}
    for (row, column), value in grid.items():
        if row in hit:
            lines[row][column] = value
    return [
        Misplaced(
            write.row,
            write.column,
            numbers.get(write.row, ""),
            text_of(grid.get((where.header_row, write.column))),
            lines[write.row],
            write.now,
            kept.get((write.row, write.column)),
            formulas.get((write.row, write.column), ""),
        )
        for write in writes
    ]


def written_back(
    damaged: Sequence[Misplaced], where: Where, grid: Grid
) -> tuple[list[Write], list[Misplaced]]:
    """The writes that put back what stood there, each where its cell is now; and what does not show there now."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for at, number in numbers_at(grid, where).items():
        rows[number].append(at)
    headed: defaultdict[str, list[int]] = defaultdict(list)
    for (at, column), value in grid.items():
        if at == where.header_row:
            headed[text_of(value)].append(column)
    writes, gone = [], []
    for each in damaged:
        columns = headed.get(each.heading, [])
        column = columns[0] if each.heading and len(columns) == 1 else each.column
        numbered = rows.get(each.number, []) if each.number else []
        row = numbered[0] if len(numbered) == 1 else _likest(each, column, grid)
        if row is None or not same(grid.get((row, column)), each.wrote):
            gone.append(each)
            continue
        cell = {"userEnteredValue": {"formulaValue": each.formula}} if each.formula else entered(each.before)
        writes.append(Write(row, column, "", None, cell, each.before, each))
    return writes, gone


def _likest(astray: Misplaced, column: int, grid: Grid) -> int | None:
    """The row without a number of its own in which something went astray: that which shows what was written, and
    most of what stood beside it; of several the nearest to where it was."""
    if same(astray.wrote, None):
        return astray.row
    alike = {
        row: sum(same(grid.get((row, at)), value) for at, value in astray.line.items())
        for (row, at), value in grid.items()
        if at == column and same(value, astray.wrote)
    }
    return max(alike, key=lambda row: (alike[row], -abs(row - astray.row)), default=None)
