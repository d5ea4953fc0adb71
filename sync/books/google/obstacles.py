"""Rows that cannot be taken out without harm, and for each the reason in a few words."""

import re
from collections.abc import Iterator, Mapping, Sequence

from sync.books.google.reading import File

_SENTENCES: Mapping[str, str] = {
    "merged": "this row is merged with its neighbour",
    "formula": "a formula refers to this row or to rows below it",
}
_CELL = re.compile(r"(?<![\w$])\$?[A-Z]{1,3}\$?(\d+)(?![\w(])")


def find_obstacles(file: File, tab: str, rows: Sequence[int]) -> dict[int, str]:
    """The rows that have to stay. A formula anywhere that names a cell of such a row number counts, whatever its tab:
    Google would leave #REF! in it."""
    named = frozenset(_named_rows(file))
    merged = [area for area in file.sheets[tab].tab.merged if area.first_row < area.last_row]
    found = {}
    for row in rows:
        if any(area.first_row <= row <= area.last_row for area in merged):
            found[row] = _SENTENCES["merged"]
        elif row in named:
            found[row] = _SENTENCES["formula"]
    return found


def _named_rows(file: File) -> Iterator[int]:
    """The row numbers of all cells that people's formulas name; ours are within the blocks of generated tabs."""
    for sheet in file.sheets.values():
        for place, formula in sheet.formulas.items():
            block = sheet.tab.generated
            if block is None or not block.holds(*place):
                yield from map(int, _CELL.findall(formula))
