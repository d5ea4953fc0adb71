"""Spreadsheets as the server keeps them: cells as CellData, and what moves when rows and columns do.

A cell is a dict that is never changed, only replaced, so that a copy of a spreadsheet copies lists of
cells and not the cells themselves. Rows and columns count from 0 and ranges are half open, as in the API.
"""

import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Json = dict[str, Any]
Cell = Json | None


class Bounds(NamedTuple):
    """A rectangle of a sheet with all ends known."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Sheet:
    """One tab. ``rows`` holds as much of the grid as is filled."""

    id: int
    title: str
    row_count: int = 1000
    column_count: int = 26
    hidden: bool = False
    frozen_rows: int = 0
    rows: list[list[Cell]] = field(default_factory=list)
    columns: list[Json] = field(default_factory=list)
    merges: list[Json] = field(default_factory=list)
    conditional: list[Json] = field(default_factory=list)
    protected: list[Json] = field(default_factory=list)
    metadata: list[Json] = field(default_factory=list)
    charts: list[Json] = field(default_factory=list)
    filter_views: list[Json] = field(default_factory=list)
    tables: list[Json] = field(default_factory=list)
    basic_filter: Json | None = None

    def copy(self) -> "Sheet":
        """A copy that can be changed; cells are shared."""
        new = copy.copy(self)
        new.rows = [list(row) for row in self.rows]
        for name in ("columns", "merges", "conditional", "protected", "metadata", "charts", "filter_views", "tables", "basic_filter"):  # fmt: skip
            setattr(new, name, copy.deepcopy(getattr(self, name)))
        return new

    def cell(self, row: int, column: int) -> Cell:
        return self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else None

    def put(self, row: int, column: int, cell: Cell) -> None:
        while len(self.rows) <= row:
            self.rows.append([])
        cells = self.rows[row]
        cells += [None] * (column + 1 - len(cells))
        cells[column] = cell or None

    def column(self, position: int) -> Json:
        """The properties of a column, to be changed."""
        while len(self.columns) <= position:
            self.columns.append({})
        return self.columns[position]

    def bounds(self, place: Json) -> Bounds:
        """A GridRange with its open ends closed."""
        return Bounds(
            place.get("startRowIndex", 0),
            place.get("startColumnIndex", 0),
            place.get("endRowIndex", self.row_count),
            place.get("endColumnIndex", self.column_count),
        )

    def insert(self, dimension: str, at: int, count: int) -> None:
        """Put empty rows or columns before one; ranges move and grow with them."""
        if dimension == "ROWS":
            if at < len(self.rows):
                self.rows[at:at] = [[] for _ in range(count)]
            self.row_count += count
        else:
            for cells in self.rows:
                if at < len(cells):
                    cells[at:at] = [None] * count
            if at < len(self.columns):
                self.columns[at:at] = [{} for _ in range(count)]
            self.column_count += count
        self._each_place(lambda place: _opened(place, dimension, at, count))

    def delete(self, dimension: str, start: int, end: int) -> None:
        """Take rows or columns out; what lay on them alone goes with them."""
        if dimension == "ROWS":
            del self.rows[start:end]
            self.row_count -= end - start
        else:
            for cells in self.rows:
                del cells[start:end]
            del self.columns[start:end]
            self.column_count -= end - start
        self._each_place(lambda place: _closed(place, dimension, start, end))

    def move(self, dimension: str, start: int, end: int, to: int) -> None:
        """Move whole rows or columns before another one, as it was counted before."""
        order = list(range(self.row_count if dimension == "ROWS" else self.column_count))
        moved, rest = order[start:end], order[:start] + order[end:]
        at = to if to <= start else to - (end - start)
        order = rest[:at] + moved + rest[at:]
        if dimension == "ROWS":
            self.rows = [self.rows[row] if row < len(self.rows) else [] for row in order]
            self._trim()
        else:
            self.rows = [
                [cells[column] if column < len(cells) else None for column in order] for cells in self.rows
            ]
            self.columns = [self.columns[column] if column < len(self.columns) else {} for column in order]

    def block(self, place: Bounds) -> list[list[Cell]]:
        return [[self.cell(row, column) for column in range(place.left, place.right)] for row in range(place.top, place.bottom)]  # fmt: skip

    def put_block(self, top: int, left: int, cells: list[list[Cell]]) -> None:
        for row, line in enumerate(cells, start=top):
            for column, cell in enumerate(line, start=left):
                if cell or self.cell(row, column):
                    self.put(row, column, cell)

    def sort(self, place: Bounds, key: Callable[[list[Cell]], Any]) -> None:
        """Sort the rows of a rectangle; ``key`` is given a row's cells within it. Cells outside it stay."""
        last = max((row + 1 for row in range(place.top, min(place.bottom, len(self.rows))) if any(self.rows[row])), default=place.top)  # fmt: skip
        lines = self.block(place._replace(bottom=last))
        self.put_block(place.top, place.left, sorted(lines, key=key))

    def _trim(self) -> None:
        while self.rows and not any(self.rows[-1]):
            self.rows.pop()

    def _each_place(self, moved: Callable[[Json], Json | None]) -> None:
        """Move everything that lies somewhere; what has no place left is gone."""
        self.merges = [place for each in self.merges if (place := moved(each))]
        for rule in self.conditional:
            rule["ranges"] = [place for each in rule["ranges"] if (place := moved(each))]
        self.conditional = [rule for rule in self.conditional if rule["ranges"]]
        for name in ("protected", "filter_views", "tables"):
            kept = []
            for each in getattr(self, name):
                place = moved(each.get("range", {}))
                if place is not None:
                    kept.append(each | {"range": place})
            setattr(self, name, kept)
        if self.basic_filter:
            place = moved(self.basic_filter["range"])
            self.basic_filter = self.basic_filter | {"range": place} if place else None


@dataclass
class Spreadsheet:
    """A file: its tabs in order, and who may open it."""

    id: str
    title: str = "Untitled spreadsheet"
    locale: str = "en_US"
    zone: str = "Etc/GMT"
    sheets: list[Sheet] = field(default_factory=lambda: [Sheet(0, "Sheet1")])
    readers: frozenset[str] | None = None
    writers: frozenset[str] | None = None
    lenient: bool = False
    """Whether a lookup of metadata that matches nothing passes."""

    def copy(self) -> "Spreadsheet":
        new = copy.copy(self)
        new.sheets = [sheet.copy() for sheet in self.sheets]
        return new

    def sheet(self, title: str) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.title == title)

    def by_id(self, number: int) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.id == number), None)

    def unused_id(self) -> int:
        used = {sheet.id for sheet in self.sheets}
        return next(number for number in itertools.count(1) if number not in used)


def entered(value: Any) -> Cell:
    """A cell into which a Python value is typed."""
    match value:
        case None | "":
            return None
        case bool():
            return {"userEnteredValue": {"boolValue": value}}
        case int() | float():
            return {"userEnteredValue": {"numberValue": value}}
        case str() if value.startswith("="):
            return {"userEnteredValue": {"formulaValue": value}}
        case str():
            return {"userEnteredValue": {"stringValue": value}}
        case dict():
            return value
    raise TypeError(value)


def shown(cell: Cell) -> Any:
    """What was typed into a cell, as a Python value."""
    return next(iter((cell or {}).get("userEnteredValue", {}).values()), None)


def _ends(dimension: str) -> tuple[str, str]:
    name = "Row" if dimension == "ROWS" else "Column"
    return f"start{name}Index", f"end{name}Index"


def _opened(place: Json, dimension: str, at: int, count: int) -> Json:
    start, end = _ends(dimension)
    new = dict(place)
    if place.get(start, 0) >= at and start in place:
        new[start] = place[start] + count
    if end in place and place[end] > at:
        new[end] = place[end] + count
    return new


def _closed(place: Json, dimension: str, first: int, last: int) -> Json | None:
    start, end = _ends(dimension)
    new = dict(place)
    for name in (start, end):
        if name in place:
            new[name] = place[name] - max(0, min(place[name], last) - first)
    return None if end in new and new[end] <= new.get(start, 0) else new


def filled(sheet: Sheet) -> Iterator[tuple[int, int, Json]]:
    """Every cell that holds something."""
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            if cell:
                yield row, column, cell
