"""Action items in tables: those of the four documents, of Word, Markdown or the clipboard, in any order of columns."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sheet_templates import normalise
from sync.importing.items import FoundItem
from sync.importing.labels import KEYS, label_keys
from sync.importing.text import TextReader, is_task_heading

_HEADER_ROWS = 3
"""A title may stand above the headings."""


class FoundTable(NamedTuple):
    """A table as it was read: the text of its cells, row by row."""

    rows: tuple[tuple[str, ...], ...]


def table_items(table: FoundTable, reader: TextReader) -> Iterator[FoundItem]:
    """The action items of a table: a row each where its headings are those of action items, else what its cells say.

    A table of two columns (项目, 内容) has its list of tasks in the cell beside 待办任务.
    """
    for place, header in enumerate(table.rows[:_HEADER_ROWS]):
        columns = _columns(header)
        if {"description"} < set(columns) and {"owner", "due", "department"} & set(columns):
            yield from _of_rows(table.rows[place + 1 :], columns)
            return
    for row in table.rows:
        cells = list(dict.fromkeys(cell for cell in row if cell.strip()))  # merged cells say the same
        if len(cells) > 1 and is_task_heading(cells[0]):
            yield from reader.items(_entries(cells[1:]), listed=True)
        elif len(cells) > 1:
            yield from reader.items(line for cell in cells[1:] for line in cell.splitlines())


def _columns(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, heading in enumerate(header):
        key = label_keys().get(normalise(heading)) if heading.strip() else None
        if key:
            found.setdefault(key, position)
    return found


def _of_rows(rows: Sequence[Sequence[str]], columns: dict[str, int]) -> Iterator[FoundItem]:
    for row in rows:
        said = {key: row[place].strip() for key, place in columns.items() if place < len(row)}
        if said.get("description") and len(set(filter(None, said.values()))) > 1:
            texts = {key: "" if _is_dash(said.get(key, "")) else said.get(key, "") for key in KEYS}
            yield FoundItem(**texts, source=" | ".join(filter(None, map(str.strip, row))))


def _is_dash(text: str) -> bool:
    return text in {"-", "--", "—", "——", "/", "\\"}


def _entries(cells: Sequence[str]) -> list[str]:
    """The entries of a list of tasks in a cell: by line, or by semicolon."""
    return [
        entry for cell in cells for line in cell.splitlines() for entry in line.replace("；", ";").split(";")
    ]
