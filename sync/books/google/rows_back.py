"""Rows that were taken out by mistake, put back where they stood: each value under its heading, wherever that is now."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sync.books.google.address import Json, grid_range
from sync.books.google.reading import Grid
from sync.snapshot import Area
from sync.tables import text_of


@dataclass(frozen=True)
class Vanished:
    """Rows that the hidden tab keeps and that have to come back, and the headings above them, as they were then."""

    rows: tuple[int, ...] = ()
    heads: Mapping[int, str] = field(default_factory=dict)


def heads_at(grid: Grid, row: int) -> dict[int, str]:
    """The texts of a row by column."""
    return {column: text for (at, column), value in grid.items() if at == row and (text := text_of(value))}


def moved_columns(then: Mapping[int, str], now: Mapping[int, str], width: int) -> dict[int, int]:
    """Where each of the first so many columns is now: where its heading is, if there is one such heading alone, or
    else as far from its left neighbour as before. Columns that were deleted are left out."""
    there = _single(now)
    found = {column: there[text] for text, column in _single(then).items() if text in there}
    taken, shift = set(found.values()), 0
    for column in range(1, width + 1):
        if column in found:
            shift = found[column] - column
        elif column + shift >= 1 and column + shift not in taken:
            found[column] = column + shift
            taken.add(column + shift)
    return found


def put_back(
    sheet: int, kept: int, rows: Sequence[int], size: int, columns: Mapping[int, int]
) -> Iterator[Json]:
    """The requests that insert these rows into a sheet of ``size`` rows, from their copies on the hidden tab.
    ``columns`` says where each column of the copies is now."""
    for number, row in enumerate(sorted(rows)):
        at = min(row, size + number + 1)
        place = {"sheetId": sheet, "dimension": "ROWS", "startIndex": at - 1, "endIndex": at}
        yield {"insertDimension": {"range": place, "inheritFromBefore": at > 1}}
        for _, run in groupby(sorted(columns.items()), key=lambda pair: pair[1] - pair[0]):
            stretch = list(run)
            (first, here), (last, there) = stretch[0], stretch[-1]
            yield {
                "copyPaste": {
                    "source": grid_range(kept, Area(row, first, row, last)),
                    "destination": grid_range(sheet, Area(at, here, at, there)),
                    "pasteType": "PASTE_NORMAL",
                }
            }


def _single(heads: Mapping[int, str]) -> dict[str, int]:
    """The columns whose heading is the only one of its kind, by that."""
    counts = Counter(heads.values())
    return {text: column for column, text in heads.items() if counts[text] == 1}
