"""How high and wide the rows and columns of a generated tab are, so that no text is cut and charts fit."""

from math import ceil
from unicodedata import east_asian_width

from sync.generated import GeneratedTab, TabCell
from sync.snapshot import Area

_LINE, _TITLE = 18.0, 32.0  # points
_WIDTH = 8.43  # characters, of a column that nobody has sized
_ONE_LINE = frozenset({"title", "faint"})
_HIGHEST = 409.0


def row_heights(tab: GeneratedTab) -> list[float]:
    """The height of each row in points: as many lines as its longest text takes in its column."""
    spans = {(area.first_row, area.first_column): area for area in tab.merged}
    return [
        min(_HIGHEST, max([_LINE, *_heights(tab, spans, row, cells)]))
        for row, cells in enumerate(tab.rows, start=1)
    ]


def _heights(
    tab: GeneratedTab, spans: dict[tuple[int, int], Area], row: int, cells: tuple[TabCell | None, ...]
) -> list[float]:
    found = []
    for column, cell in enumerate(cells, start=1):
        if cell is None:
            continue
        if cell.look == "title":
            found.append(_TITLE)
            continue
        if not isinstance(cell.value, str) or cell.look in _ONE_LINE:
            continue
        area = spans.get((row, column))
        if area is None:
            found.append(_LINE * _lines(cell.value, width_of(tab, column)))
        elif area.first_row == area.last_row:
            width = sum(width_of(tab, each) for each in range(area.first_column, area.last_column + 1))
            found.append(_LINE * _lines(cell.value, width))
    return found


def _lines(text: str, width: float) -> int:
    """Lines that a text takes; a Chinese sign is as wide as two Latin ones."""
    if len(text) * 2.1 + 0.5 <= width and "\n" not in text:
        return 1
    return sum(max(1, ceil((_units(part) * 1.05 + 0.5) / width)) for part in text.split("\n"))


def _units(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def width_of(tab: GeneratedTab, column: int) -> float:
    """The width of a column (from 1) in characters."""
    return tab.widths[column - 1] if column <= len(tab.widths) else _WIDTH


def pixels(tab: GeneratedTab, place: Area) -> tuple[int, int]:
    """Width and height of an area on a usual screen."""
    heights = row_heights(tab)
    columns = range(place.first_column, place.last_column + 1)
    rows = range(place.first_row - 1, place.last_row)
    width = sum(int(width_of(tab, column) * 7 + 0.5) + 5 for column in columns)
    return width, sum(int(4 / 3 * (heights[row] if row < len(heights) else 15)) for row in rows)
