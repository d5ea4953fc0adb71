"""Where the printed pages of a generated tab begin: never right below the title of what follows."""

from collections.abc import Iterator

from sync.books.excel.measuring import across, row_heights
from sync.books.excel.plain import is_plain
from sync.generated import GeneratedTab

A4 = 9
MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6}  # inches
_SHORT, _LONG = 595.3 / 72, 841.9 / 72  # inches, of an A4 page
_POINTS, _PIXELS = 72, 96  # an inch
_LINE = 18.0  # points, of the empty row between two parts
_TOGETHER = 6
"""So many rows of a long part stay together: its title, a hint, the headings and some of what they head."""
_LITTLE = 1.2
"""A tab that is longer than a page by no more than this is printed that much smaller, on one page."""


def on_one_page(tab: GeneratedTab) -> bool:
    """Whether a tab is to be made as high as a page, and not only as wide."""
    room = _room(tab)
    return not is_plain(tab) and room < sum(row_heights(tab)) <= room * _LITTLE


def page_breaks(tab: GeneratedTab) -> tuple[int, ...]:
    """Rows (from 1) above which a new page is to begin. Parts of a tab are divided by empty rows; one that does not
    surely begin on the page of the former ones, a short one whole, begins the next page.

    How much goes on a page depends on the font that a program has: the wider its digits, the wider the columns, the
    smaller all is printed. Nothing is relied on but that those of Calibri, for which widths are meant, are slim.
    """
    if on_one_page(tab):
        return ()
    heights = row_heights(tab)
    room = _room(tab)
    repeated = sum(heights[: tab.frozen_rows])
    breaks = []
    used = 0.0
    for first, last in _parts(tab):
        whole = sum(heights[first - 1 : last])
        together = whole if whole <= room / 2 else sum(heights[first - 1 : first - 1 + _TOGETHER])
        if used and used + together > room:
            breaks.append(first)
            used = repeated
        used += whole + _LINE
    return tuple(breaks)


def _room(tab: GeneratedTab) -> float:
    """What goes on a page in points, at the scale that makes the tab as wide as the page."""
    wide, high = (_LONG, _SHORT) if tab.landscape else (_SHORT, _LONG)
    width = across(tab, 1, len(tab.widths)) / _PIXELS
    scale = min(1.0, (wide - MARGINS["left"] - MARGINS["right"]) / width) if width else 1.0
    return (high - MARGINS["top"] - MARGINS["bottom"]) * _POINTS / scale


def _parts(tab: GeneratedTab) -> Iterator[tuple[int, int]]:
    """The first and last row of each part; what a chart covers is filled."""
    filled = {row for row, cells in enumerate(tab.rows, start=1) if any(cells)}
    for chart in tab.charts:
        filled.update(range(chart.place.first_row, chart.place.last_row + 1))
    firsts = sorted(row for row in filled if row - 1 not in filled)
    lasts = sorted(row for row in filled if row + 1 not in filled)
    return zip(firsts, lasts, strict=True)
