"""What stands in a workbook where a report is shown: which tab that is, and what people wrote inside its block."""

import hashlib
import re
from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from itertools import chain, count

from sync.colours import letters
from sync.generated import GeneratedTab
from sync.reports.grid import shown
from sync.reports.past import Grid, Note, Shown
from sync.snapshot import CellValue, Snapshot, Tab
from sync.tab_names import ending_in, is_legal, legal

_ALIKE = 0.5
"""A tab that shows so much of what a report last showed is that report, whatever it is called now."""

_SHIFTED = 0.3
"""Where more of the cells differ, rows were moved: a text is then people's when it is nowhere in what was shown."""

HEARTBEAT = (2, 11)
"""Row and column of the day of the last pass."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOST_NOTES = 100
_LONGEST_NOTE = 300


def home(
    snapshot: Snapshot, names: Collection[str], former: Shown | None, taken: Collection[str]
) -> Tab | None:
    """The generated tab that shows a report: by one of its names, or by what it last showed; ``taken`` are others'."""
    ours = [tab for tab in snapshot.tabs if tab.generated and tab.name not in taken]
    folded = {name.casefold() for name in names} | ({former.name.casefold()} if former else set())
    named = next((tab for tab in ours if tab.name.casefold() in folded), None)
    if named or not former:
        return named
    known = _texts(former.cells) | _texts(former.former)
    likeness = {tab.name: _share(_texts(standing_cells(tab)), known) for tab in ours}
    best = max(ours, key=lambda tab: likeness[tab.name], default=None)
    return best if best and likeness[best.name] >= _ALIKE else None


def free_name(wanted: str, spare: str, taken: Iterable[str]) -> str:
    """A name that a new tab can have: the wanted one, or where people's sheet bears it the spare one, numbered."""
    folded = {name.casefold() for name in taken}
    numbered = (ending_in(legal(spare), f" {number}" if number > 1 else "") for number in count(1))
    names = chain([ending_in(legal(wanted), "")], numbered)
    return next(name for name in names if is_legal(name) and name.casefold() not in folded)


def standing_cells(tab: Tab) -> Grid:
    """What stands in a tab's block as plain texts; what formulas give is left out, for it changes by itself."""
    if tab.generated is None:
        return []
    block = tab.generated
    return [
        [
            ""
            if (row, column) in tab.formulas
            else as_text(cells[column - 1] if column <= len(cells) else None)
            for column in range(block.first_column, block.last_column + 1)
        ]
        for row, cells in (
            (row, tab.rows[row - 1] if row <= len(tab.rows) else ())
            for row in range(block.first_row, block.last_row + 1)
        )
    ]


def wanted_cells(tab: GeneratedTab) -> Grid:
    """What a tab is going to show, in the same way."""
    width = tab.block.last_column
    rows = [[as_text(cell.value) if cell and not cell.formula else "" for cell in row] for row in tab.rows]
    return [row + [""] * (width - len(row)) for row in rows]


def as_text(value: CellValue) -> str:
    """A cell as a text by which it is compared, however a program has written it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case int() | float():
            return f"{value:.9g}"
        case datetime():
            return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case _:
            return " ".join(str(value).split())


def digest(tab: GeneratedTab) -> str:
    """A hash of all that a tab shows, links and charts too."""
    return hashlib.sha256(repr(tab).encode()).hexdigest()


def is_shown(tab: Tab | None, content: GeneratedTab, former: Shown | None) -> bool:
    """Whether a tab shows this content already."""
    if tab is None or tab.generated != content.block or (former and former.digest != digest(content)):
        return False
    formulas = {
        (row, column)
        for row, cells in enumerate(content.rows, 1)
        for column, cell in enumerate(cells, 1)
        if cell and cell.formula
    }
    inside = {place for place in tab.formulas if content.block.holds(*place)}
    return (
        standing_cells(tab) == wanted_cells(content)
        and inside == formulas
        and {area for area in tab.merged if content.block.holds(area.first_row, area.first_column)}
        == set(content.merged)
        and set(tab.colours) == set(content.colours)
    )


def is_older(tab: Tab | None, former: Shown | None) -> bool:
    """Whether a tab shows the heartbeat of another pass than the last ones: the workbook was put back from a copy."""
    if tab is None or former is None:
        return False
    row, column = HEARTBEAT
    day = _at(standing_cells(tab), row - 1, column - 1)
    known = {_at(cells, row - 1, column - 1) for cells in (former.cells, former.former)}
    return bool(_DAY.fullmatch(day)) and day not in known


def kept_notes(tab: Tab | None, former: Shown | None, today: date, *, older: bool) -> tuple[Note, ...]:
    """People's texts inside the block: those noted before that nobody has taken away, and those found now.

    In a workbook that is ``older`` than what is remembered, nobody can tell what of it is people's.
    """
    if former is None:
        return ()
    if tab is None or older:  # the tab is gone or an older one, and with it what was noted there
        return former.notes
    standing = standing_cells(tab)
    texts = _texts(standing)
    kept = [note for note in former.notes if as_text(note.text) in texts]
    return tuple(
        [*kept, *_written(standing, former, today, {as_text(note.text) for note in former.notes})][
            :_MOST_NOTES
        ]
    )


def _written(standing: Grid, former: Shown, today: date, noted: Collection[str]) -> Iterable[Note]:
    """What stands in the block and was never shown there by us."""
    ours = _texts(former.cells) | _texts(former.former) | set(noted)
    moved = _differing(standing, former) > _SHIFTED
    for row, cells in enumerate(standing):
        for column, text in enumerate(cells):
            if not text or _at(former.cells, row, column) == text or _at(former.former, row, column) == text:
                continue
            if text in noted or (moved and text in ours):
                continue
            yield Note(f"{letters(column + 1)}{row + 1}", shown(text, _LONGEST_NOTE), today.isoformat())


def _differing(standing: Grid, former: Shown) -> float:
    """The smaller share of cells in which what stands differs from what we showed, last or before."""
    return min(_differs(standing, shown_) for shown_ in (former.cells, former.former or former.cells))


def _differs(standing: Grid, cells: Grid) -> float:
    places = [(row, column) for row, line in enumerate(cells) for column, text in enumerate(line) if text]
    return sum(_at(standing, *each) != _at(cells, *each) for each in places) / max(len(places), 1)


def _at(cells: Grid, row: int, column: int) -> str:
    return cells[row][column] if row < len(cells) and column < len(cells[row]) else ""


def _texts(cells: Grid) -> set[str]:
    return {text for row in cells for text in row} - {""}


def _share(found: set[str], known: set[str]) -> float:
    return len(found & known) / max(len(known), 1)
