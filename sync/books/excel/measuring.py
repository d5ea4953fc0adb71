"""How high and wide the rows and columns of a generated tab are, so that no text is cut and charts fit."""

from functools import cache
from math import ceil
from unicodedata import east_asian_width

from sync.generated import GeneratedTab, TabCell
from sync.snapshot import Area

_LINE, _TITLE = 18.0, 32.0  # points
_WIDTH = 8.43  # characters, of a column that nobody has sized
_ONE_LINE = frozenset({"title", "faint"})
CENTRED = frozenset({"heading", "date"})
_FULL = 15  # pixels, of a Chinese sign
_PADDING, _INDENT = 5, 9  # pixels
_SLIM = frozenset(" ·,.:;'|!()[]/-ijltfrI")
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
        if area is None or area.first_row == area.last_row:
            wide = across(tab, column, area.last_column if area else column)
            margin = _PADDING if cell.look in CENTRED else _PADDING + _INDENT
            found.append(_LINE * _lines(cell.value, wide - margin))
    return found


def _lines(text: str, room: int) -> int:
    """Lines that a text takes in so many pixels."""
    most = (len(text) + len(text.encode("utf-8", "replace"))) * _FULL / 4  # a Chinese sign has three bytes
    if most <= room and "\n" not in text:
        return 1
    return sum(_wrapped(sum(map(_advance, part)), room) for part in text.split("\n"))


def _wrapped(long: float, room: int) -> int:
    """Lines of so many pixels in all, at each of whose ends a Chinese sign may no longer find room."""
    return 1 if long <= room else ceil(long / max(room - _FULL, _FULL))


@cache
def _advance(sign: str) -> float:
    """The width of a sign in pixels at 11 points, as Excel rounds it up."""
    if east_asian_width(sign) in "WF":
        return _FULL
    return 4 if sign in _SLIM else 7.5


def width_of(tab: GeneratedTab, column: int) -> float:
    """The width of a column (from 1) in characters."""
    return tab.widths[column - 1] if column <= len(tab.widths) else _WIDTH


def across(tab: GeneratedTab, first: int, last: int) -> int:
    """How many pixels columns (from 1) take on a usual screen."""
    return sum(int(width_of(tab, column) * 7 + 0.5) + 5 for column in range(first, last + 1))


def pixels(tab: GeneratedTab, place: Area) -> tuple[int, int]:
    """Width and height of an area on a usual screen."""
    heights = row_heights(tab)
    rows = range(place.first_row - 1, place.last_row)
    height = sum(int(4 / 3 * (heights[row] if row < len(heights) else 15)) for row in rows)
    return across(tab, place.first_column, place.last_column), height
