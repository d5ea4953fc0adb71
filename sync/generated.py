"""A tab that closeloop writes by itself, described without saying how a book stores it."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from sync.snapshot import Area, CellValue, ColourRule

Look = Literal[
    "title", "heading", "label", "text", "number", "percent", "date", "bad", "good", "faint", "link"
]
"""How a cell looks; what each look is stands in the template's colours and fonts, one for all books."""


class TabCell(NamedTuple):
    """One cell of a generated tab. ``formula`` (without =) wins over ``value``; ``link`` leads to a place
    such as ``行动项跟踪表!B12`` (names with blanks or signs need no quotes). ``percent`` shows a number so
    in any look."""

    value: CellValue
    look: Look = "text"
    formula: str = ""
    link: str = ""
    percent: bool = False


class Series(NamedTuple):
    """One series of a chart: the cell that names it, and the cells that hold its values.

    ``colour`` (#RRGGBB) is that of the series, ``points`` those of a pie's slices; without them the
    template's colours for charts are taken in turn.
    """

    name: Area
    values: Area
    colour: str = ""
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A chart of the tab's own cells; ``place`` is the area that it covers. Bars lie, columns stand."""

    kind: Literal["pie", "bar", "stacked_bar", "column", "stacked_column", "line"]
    title: str
    categories: Area
    series: tuple[Series, ...]
    place: Area


@dataclass(frozen=True)
class GeneratedTab:
    """Everything on a generated tab. ``rows[0]`` is row 1 and ``rows[r][0]`` column A; None is an empty cell.

    ``widths`` are those of the columns in characters. ``frozen_rows`` stay in sight when scrolling, and
    are printed on each page. Printed on A4, as wide as the page, in the orientation given.
    """

    name: str
    rows: tuple[tuple[TabCell | None, ...], ...]
    widths: tuple[float, ...] = ()
    merged: tuple[Area, ...] = ()
    charts: tuple[Chart, ...] = ()
    colours: tuple[ColourRule, ...] = ()
    frozen_rows: int = 0
    landscape: bool = False

    @property
    def block(self) -> Area:
        """The rectangle from A1 that is ours: all rows, and what is merged there."""
        width = max([1, *map(len, self.rows), *(area.last_column for area in self.merged)])
        height = max([1, len(self.rows), *(area.last_row for area in self.merged)])
        return Area(1, 1, height, width)
