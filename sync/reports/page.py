"""What every report's tab shows beside its figures, and the small things that they share."""

from dataclasses import dataclass
from datetime import date

from sheet_templates import Template, Words
from sync.generated import Series, TabCell
from sync.reports.counting import Rate
from sync.reports.grid import COLUMNS, Grid, cells, heads, shown
from sync.reports.past import Note
from sync.snapshot import Area


@dataclass(frozen=True)
class Places:
    """Where links lead: of each table its tab, its header's row and the column that names a row best."""

    tabs: dict[str, str]
    columns: dict[str, int]
    header_row: int


@dataclass(frozen=True)
class Page:
    """``department`` is '' for what is about everything; ``silent_days`` without a pass turn the heartbeat red."""

    name: str
    words: Words
    template: Template
    places: Places
    silent_days: int = 2
    department: str = ""
    notes: tuple[Note, ...] = ()


def section(grid: Grid, page: Page, key: str, spans: tuple[int, ...], *columns: str) -> int:
    """Begin a section: its name, a hint where there is one, and headings; gives the first of its rows."""
    first = grid.add([(COLUMNS, TabCell(page.words["summary_sections"][key], "title"))])
    if hint := page.words["summary_hints"].get(key):
        grid.add([(COLUMNS, TabCell(hint, "faint"))])
    if columns:
        grid.add(heads(spans, [page.words["summary_heads"][column] for column in columns]))
    return first


def remainder(grid: Grid, page: Page, rest: int, secret: int) -> None:
    """Say what a list leaves out."""
    texts = page.words["summary"]
    if rest > 0:
        tab = page.places.tabs["actions"]
        grid.add([(COLUMNS, TabCell(texts["rest"].format(count=rest, tab=shown(tab)), "faint"))])
    if secret > 0:
        grid.add([(COLUMNS, TabCell(texts["secret"].format(count=secret), "faint"))])


def share(rate: Rate, page: Page) -> TabCell:
    """A rate as a percentage; what nothing is known of is a dash."""
    return dash(page) if rate.share is None else TabCell(rate.share, "percent")


def dash(page: Page) -> TabCell:
    """What nothing is known of."""
    return TabCell(page.words["summary"]["unknown"], "date")


def day_text(day: date, page: Page) -> str:
    """A day without its year."""
    return page.words["summary"]["day"].format(month=day.month, day=day.day)


def series(
    heads_row: int, first: int, last: int, columns: tuple[int, ...], colours: tuple[str, ...]
) -> tuple[Series, ...]:
    """Series that stand below each other's heading in columns."""
    return tuple(
        Series(Area(heads_row, column, heads_row, column), Area(first, column, last, column), colour)
        for column, colour in zip(columns, colours, strict=True)
    )


def add_notes(grid: Grid, page: Page) -> None:
    """What people wrote inside the block."""
    if not page.notes:
        return
    grid.skip()
    spans = (2, 11, 3)
    section(grid, page, "notes", spans, "cell", "note", "found")
    for note in page.notes:
        grid.add(cells(spans, [TabCell(note.cell), TabCell(note.text), TabCell(note.day)]))
