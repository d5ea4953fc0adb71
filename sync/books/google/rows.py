"""What a plan wants of the action table, row by row, each known by its number or, without one, by what it says."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rules.table import Layout
from sheet_templates import template
from sync.books.google.reading import Grid, Part, Sheet
from sync.changes import AddColumn, Plan
from sync.faults import ChangedFault
from sync.snapshot import CellValue
from sync.tables import text_of

_AROUND = 5
"""Rows around the header in which it is looked for when it may have moved."""


class Wanted(NamedTuple):
    """A row of the plan: where it stood, its number ('' without one that tells it apart), what people say in it,
    and what the worker's columns are to show, by key."""

    row: int
    id: str
    says: tuple[CellValue, ...]
    cells: Mapping[str, CellValue]


class Where(NamedTuple):
    """Where the table is now: its header's row, and the position of each column by key."""

    header_row: int
    columns: Mapping[str, int]


@dataclass(frozen=True)
class Task:
    """The plan for one table, and how the table is found again. ``headings`` are the texts of the columns that are
    there and not people's alone, by key; ``texts`` the whole header row; ``theirs`` the positions of people's columns."""

    sheet: Sheet
    layout: Layout
    headings: Mapping[str, str]
    texts: Mapping[int, str]
    theirs: tuple[int, ...]
    added: tuple[AddColumn, ...]
    rows: tuple[Wanted, ...]

    @property
    def unnumbered(self) -> tuple[int, ...]:
        """The rows that are known by what they say alone."""
        return tuple(wanted.row for wanted in self.rows if not wanted.id)


def make_task(plan: Plan, sheet: Sheet, layout: Layout, table: str) -> Task:
    """Sort a plan's cells by row, and find out how each row can be told from all others: by a number that closeloop
    has given or would give, or else by what people say in it."""
    mine = {key for key, column in template().tables[table].columns.items() if column.owner != "people"}
    ours = {position for key, position in layout.columns.items() if key in mine}
    width = max(map(len, sheet.tab.rows), default=0)
    theirs = tuple(position for position in range(1, width + 1) if position not in ours)
    place = layout.columns.get("id") if "id" in mine else None
    numbers = [_number(cells, place) for cells in sheet.tab.rows[layout.header_row :]]
    ids = Counter(numbers)
    wanted: defaultdict[int, dict[str, CellValue]] = defaultdict(dict)
    for cell in plan.cells:
        wanted[cell.row][cell.column] = cell.now
    rows = []
    for row in sorted(wanted):
        cells = sheet.tab.rows[row - 1]
        number = _number(cells, place)
        known = number if ids[number] == 1 else ""
        rows.append(Wanted(row, known, _said(cells, theirs), wanted[row]))
    header = sheet.tab.rows[layout.header_row - 1]
    texts = {at: text_of(cell) for at, cell in enumerate(header, start=1) if cell not in (None, "")}
    headings = {key: texts[position] for key, position in layout.columns.items() if key in mine}
    return Task(sheet, layout, headings, texts, theirs, plan.columns, tuple(rows))


def _number(cells: Sequence[CellValue], place: int | None) -> str:
    return id_of(cells[place - 1]) if place and len(cells) >= place else ""


def id_of(cell: CellValue) -> str:
    """A number as it is compared: full-width signs are usual ones."""
    return unicodedata.normalize("NFKC", text_of(cell)).strip()


def find_table(task: Task, grid: Grid) -> Where:
    """Where header and columns are now; columns that are not there, or twice, are left out."""
    row = _header_row(task, grid)
    shown: defaultdict[str, list[int]] = defaultdict(list)
    for (at, column), value in grid.items():
        if at == row:
            shown[text_of(value)].append(column)
    columns = {}
    for key, text in task.headings.items():
        if len(shown[text]) == 1:
            columns[key] = shown[text][0]
    for new in task.added:
        if len(shown[new.heading]) == 1 and new.column not in columns:
            columns[new.column] = shown[new.heading][0]
    return Where(row, columns)


def heading_rows(task: Task) -> range:
    """The rows in which the header is looked for."""
    return range(1, task.layout.header_row + _AROUND + 1)


def _header_row(task: Task, grid: Grid) -> int:
    hits: Counter[int] = Counter()
    texts = set(task.texts.values())
    rows = heading_rows(task)
    for (row, _), value in grid.items():
        if row in rows and text_of(value) in texts:
            hits[row] += 1
    usual = task.layout.header_row
    best = max(hits, key=lambda row: (hits[row], row == usual), default=usual)
    return usual if hits[usual] == hits[best] else best


def numbers_at(grid: Grid, where: Where) -> dict[int, str]:
    """The numbers below the header, by row."""
    place = where.columns.get("id")
    return {
        row: number
        for (row, column), value in grid.items()
        if column == place and row > where.header_row and (number := id_of(value))
    }


def said_at(grid: Grid, row: int, theirs: Sequence[int]) -> tuple[CellValue, ...]:
    """What people say in a row."""
    return _trimmed(grid.get((row, position)) for position in theirs)


def _said(cells: Sequence[CellValue], theirs: Sequence[int]) -> tuple[CellValue, ...]:
    return _trimmed(cells[position - 1] if position <= len(cells) else None for position in theirs)


def _trimmed(cells: Iterator[CellValue]) -> tuple[CellValue, ...]:
    line = [None if cell == "" else cell for cell in cells]
    while line and line[-1] is None:
        line.pop()
    return tuple(line)


def whole(sheet: Sheet) -> Part:
    """A sheet that was read whole, as a part."""
    grid = {
        (row, column): value
        for row, cells in enumerate(sheet.tab.rows, start=1)
        for column, value in enumerate(cells, start=1)
        if value is not None
    }
    return Part(sheet.tab.name, sheet.size, grid, sheet.tags)


def untouched(task: Task, where: Where) -> bool:
    """Whether header and columns are where they were when the plan was made."""
    there = {key: task.layout.columns[key] for key in task.headings}
    return where.header_row == task.layout.header_row and all(
        where.columns.get(key) == position for key, position in there.items()
    )


def check_headings(task: Task, where: Where, grid: Grid, columns: Collection[int]) -> None:
    """Raise ChangedFault when a column of these does not bear the heading any more that it had."""
    for column in columns:
        if text_of(grid.get((where.header_row, column))) != task.texts.get(column, ""):
            raise ChangedFault("the table's columns have changed since it was read; the next pass writes it")


def check_whole(task: Task, where: Where, columns: Mapping[str, int], missing: Sequence[AddColumn]) -> None:
    """Raise ChangedFault when a column that the plan writes is no longer there, or not as the plan's positions say."""
    needed = {key for wanted in task.rows for key in wanted.cells}
    if not needed <= columns.keys() or (missing and not untouched(task, where)):
        raise ChangedFault("the table's columns have changed since it was read; the next pass writes it")
