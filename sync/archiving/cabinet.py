"""The archive's tabs, found in snapshots and made anew: a heading that only they have, then one row for each
row that was archived."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sheet_templates import LANGUAGES, Template, TemplateTable, Words, normalise, words
from sync.archiving.content import Key, Said, key_of, labels, said
from sync.changes import PutTab
from sync.generated import GeneratedTab, Look, TabCell
from sync.snapshot import CellValue, Snapshot, Tab
from sync.tables import text_of

ARCHIVED_TABLES = ("actions", "meetings", "topics")
_DATE_WIDTH, _NARROWEST, _WIDEST, _MARGIN = 12.0, 7.0, 32.0, 3.0  # characters


@dataclass(frozen=True)
class Kept:
    """One archived row: when it was archived (as it stands there), and what it says."""

    archived: CellValue
    said: Said

    @cached_property
    def key(self) -> Key:
        """What it says, for comparison."""
        return key_of(self.said)


@dataclass(frozen=True)
class Drawer:
    """One archive tab: the rows of one table, in the labels' order."""

    tab: str
    table: str
    labels: tuple[str, ...]
    rows: tuple[Kept, ...]


def value_of(row: Said, key: str, table: TemplateTable) -> str:
    """The text of a row's column, whatever its heading says."""
    names = table.columns[key].names
    return next((text_of(value) for label, value in row.items() if normalise(label) in names), "")


def drawers(snapshot: Snapshot) -> tuple[Drawer, ...]:
    """All archive tabs of a workbook."""
    return tuple(drawer for tab in snapshot.tabs if (drawer := drawer_of(tab)))


def drawer_of(tab: Tab) -> Drawer | None:
    """A tab as one of the archive; None for every other, generated or people's."""
    area = tab.generated
    if area is None or area.first_row > len(tab.rows):
        return None
    header = tab.rows[area.first_row - 1]
    table = (
        _headings().get(text_of(header[area.first_column - 1])) if len(header) >= area.first_column else None
    )
    if table is None:
        return None
    names = labels(header[: area.last_column], area.last_column)
    first = area.first_column
    places = list(enumerate(names))[first:]
    rows = tuple(
        Kept(cells[first - 1] if len(cells) >= first else None, row)
        for cells in tab.rows[area.first_row : area.last_row]
        if (row := said(cells, places))
    )
    return Drawer(tab.name, table, tuple(name for _, name in places), rows)


def _headings() -> Mapping[str, str]:
    """The table by the heading of an archive tab's first column, in every language."""
    return {
        words(language)["archive"][f"archived_{table}"]: table
        for language in LANGUAGES
        for table in ARCHIVED_TABLES
    }


def with_rows(drawer: Drawer, new: Sequence[Kept]) -> Drawer:
    """The drawer with rows more, and the columns that these need."""
    wanted = dict.fromkeys([*drawer.labels, *(label for row in new for label in row.said)])
    return Drawer(drawer.tab, drawer.table, tuple(wanted), (*drawer.rows, *new))


def without(drawer: Drawer, gone: Sequence[Kept], words: Words) -> PutTab:
    """The drawer to be written without some of its rows; alike ones are counted."""
    leaving = Counter(row.key for row in gone)
    rows = []
    for row in drawer.rows:
        if leaving[row.key]:
            leaving[row.key] -= 1
        else:
            rows.append(row)
    kept = Drawer(drawer.tab, drawer.table, drawer.labels, tuple(rows))
    return PutTab(shown(kept, words["archive"][f"archived_{drawer.table}"]))


def shown(drawer: Drawer, heading: str) -> GeneratedTab:
    """The drawer as a tab to be put into a workbook; ``heading`` is that of its first column."""
    head = [TabCell(text, "heading") for text in (heading, *drawer.labels)]
    rows = [tuple(_cells(row, drawer.labels)) for row in drawer.rows]
    widths = (_DATE_WIDTH, *(_width(label, drawer.rows) for label in drawer.labels))
    return GeneratedTab(drawer.tab, (tuple(head), *rows), widths, frozen_rows=1, landscape=True)


def _cells(row: Kept, names: Sequence[str]) -> Iterator[TabCell]:
    yield TabCell(row.archived, "date")
    for name in names:
        value = row.said.get(name)
        yield TabCell(value, _look(value))


def _look(value: CellValue) -> Look:
    if isinstance(value, date):
        return "date"
    return "text" if value is None or isinstance(value, str | bool) else "number"


def _width(label: str, rows: Sequence[Kept]) -> float:
    """As wide as the column's longest text, within limits; its heading may take two lines."""
    longest = max((_units(text_of(value)) for value in {row.said.get(label) for row in rows}), default=0)
    return min(_WIDEST, max(_NARROWEST, longest + _MARGIN, _units(label) / 2 + _MARGIN))


def _units(text: str) -> float:
    """How many digits are as wide as a text: a letter has 7.5 pixels, a digit 7; a Chinese sign, which has three bytes,
    is as wide as two letters."""
    return (len(text) + len(text.encode("utf-8", "replace"))) / 2 * 7.5 / 7


def keys(found: Sequence[Drawer]) -> Counter[tuple[str, Key]]:
    """How often each row stands in the archive, by table and what it says."""
    return Counter((drawer.table, row.key) for drawer in found for row in drawer.rows)


def numbers_of(found: Sequence[Drawer], template: Template) -> frozenset[str]:
    """The numbers of all archived items."""
    table = template.tables["actions"]
    rows = (row.said for drawer in found if drawer.table == "actions" for row in drawer.rows)
    return frozenset(value_of(row, "id", table) for row in rows) - {""}


def archived_on(row: Kept) -> date | None:
    """The day on which a row was archived, where it can still be read."""
    if isinstance(row.archived, datetime):
        return row.archived.date()
    return row.archived if isinstance(row.archived, date) else None
