"""Lays a generated tab out on narrow columns of one width: lines of cells that each take several of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sync.colours import letters
from sync.generated import Chart, GeneratedTab, Look, TabCell
from sync.snapshot import Area, CellValue, ColourRule

COLUMNS = 16
WIDTH = 7.1
"""Sixteen columns of so many characters fill an upright A4 page at about eight tenths of their size; two of them hold
a name and a department of three signs each."""

_LONGEST = 80

Piece = tuple[int, TabCell | None]
"""How many columns a cell takes, and the cell; None leaves them empty."""


@dataclass
class Grid:
    """A tab in the making: rows are added one after the other."""

    rows: list[list[TabCell | None]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    colours: list[ColourRule] = field(default_factory=list)

    @property
    def next_row(self) -> int:
        """The number of the row that is added next."""
        return len(self.rows) + 1

    def add(self, pieces: Iterable[Piece]) -> int:
        """Add a row; gives its number."""
        cells: list[TabCell | None] = []
        for span, cell in pieces:
            if span > 1 and cell is not None:
                first = len(cells) + 1
                self.merged.append(Area(self.next_row, first, self.next_row, first + span - 1))
            cells += [cell, *[None] * (span - 1)]
        self.rows.append(cells)
        return len(self.rows)

    def skip(self, count: int = 1) -> None:
        """Leave rows empty."""
        self.rows += [[] for _ in range(count)]

    def lead(self, row: int, column: int, place: str) -> None:
        """Make the number in a cell lead to a place."""
        cell = self.rows[row - 1][column - 1]
        if cell is not None:
            self.rows[row - 1][column - 1] = cell._replace(link=place)

    def tab(self, name: str, frozen_rows: int) -> GeneratedTab:
        """The tab as it is by now."""
        return GeneratedTab(
            name,
            tuple(map(tuple, self.rows)),
            (WIDTH,) * COLUMNS,
            tuple(self.merged),
            tuple(self.charts),
            tuple(self.colours),
            frozen_rows,
        )


def heads(spans: Sequence[int], texts: Sequence[str]) -> list[Piece]:
    """A row of headings."""
    return [(span, TabCell(text, "heading")) for span, text in zip(spans, texts, strict=True)]


def cells(spans: Sequence[int], values: Sequence[TabCell | CellValue]) -> list[Piece]:
    """A row of cells; what is not one already becomes one, by its kind."""
    return [
        (span, value if isinstance(value, TabCell) else plain(value))
        for span, value in zip(spans, values, strict=True)
    ]


def plain(value: CellValue, look: Look | None = None) -> TabCell:
    """A cell that looks like its value."""
    if isinstance(value, str) or value is None:
        return TabCell(shown(value or ""), look or "text")
    if isinstance(value, int | float):
        return TabCell(value, look or "number")
    return TabCell(value, look or "date")


def shown(text: str, longest: int = _LONGEST) -> str:
    """A text of people's on one line, without what could not be read, cut where it is too long."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def place(tab: str, row: int, column: int = 1) -> str:
    """Where a link leads."""
    return f"{tab}!{letters(column)}{row}"
