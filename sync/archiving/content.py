"""What a row of people's says, in a form in which it is copied, and one in which two rows are compared."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from rules.table import Layout
from sheet_templates import TemplateTable
from sync.snapshot import CellValue, Tab
from sync.tables import text_of

Said = Mapping[str, CellValue]
"""A row's values by label, without the empty ones."""
Key = frozenset[tuple[str, object]]
"""What two rows have in common that say the same."""


def labels(header: Sequence[CellValue], width: int) -> list[str]:
    """A name of its own for each of so many columns: its heading, numbered where it stands twice; for a column
    without one its letters in brackets."""
    seen: Counter[str] = Counter()
    found = []
    for position in range(1, width + 1):
        heading = text_of(header[position - 1]) if position <= len(header) else ""
        name = heading or f"[{_letters(position)}]"
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def rows_said(tab: Tab, layout: Layout, table: TemplateTable, rows: Sequence[int]) -> dict[int, Said]:
    """What stands in rows of people's table, beside it too, but for the worker's own columns: they are computed."""
    width = max((len(tab.rows[row - 1]) for row in rows), default=0)
    names = labels(tab.rows[layout.header_row - 1], width)
    ours = {layout.columns[column.key] for column in table.worker_columns if column.key in layout.columns}
    kept = [(place, name) for place, name in enumerate(names) if place + 1 not in ours]
    return {row: said(tab.rows[row - 1], kept) for row in rows}


def said(cells: Sequence[CellValue], places: Sequence[tuple[int, str]]) -> Said:
    """The filled cells by label; ``places`` count from 0."""
    return {
        name: cells[place]
        for place, name in places
        if place < len(cells) and cells[place] is not None and cells[place] != ""
    }


def key_of(row: Said) -> Key:
    """The row as it is compared: what a workbook may change by keeping it makes no difference."""
    return frozenset([(name, form) for name, value in row.items() if (form := _form(value)) is not None])


def _form(value: CellValue) -> object:
    """A value as it comes back from whatever book it was put into: blanks around texts, the type of whole numbers,
    midnights and fractions of a second are not certain to."""
    match value:
        case str():
            text = value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
            return text.strip() or None
        case None:
            return None
        case bool():
            return ("yes" if value else "no",)
        case int() | float():
            return float(f"{value:.15g}" if float(value).is_integer() else f"{value:.12g}")
        case _:
            return _moment(value)


@lru_cache(maxsize=4096)
def _moment(value: date | time | timedelta) -> object:
    match value:
        case datetime():
            return _second(value)
        case date():
            return datetime(value.year, value.month, value.day)
        case time():
            return _second(datetime.combine(date(2000, 1, 1), value)).time()
        case timedelta():
            return timedelta(seconds=round(value.total_seconds()))


def _second(moment: datetime) -> datetime:
    return (moment.replace(tzinfo=None) + timedelta(microseconds=500_000)).replace(microsecond=0)


def _letters(position: int) -> str:
    name = ""
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name
