"""How well the cells of a column look like what a column of the template holds: dates, names, statuses. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rules.owners import OwnerKind, read_owner
from rules.typed_dates import Reading, read_date
from rules.wordlists import WordLists, simplified
from sheet_templates import Column, normalise
from sync.snapshot import CellValue

_LATIN_NAME = re.compile(r"[A-Z][\w'’-]+(?: [A-Z][\w'’.-]*){1,3}")
_FEWEST = 2
_SAYS_WHAT = 6  # letters in the middle of what tells a deed from a name or a mark


@dataclass(frozen=True)
class Content:
    """What cells are compared with: word lists, the day that settles dates without a year, and known names."""

    words: WordLists
    today: date
    names: frozenset[str] = frozenset()


def fit(column: Column, cells: Sequence[CellValue], content: Content, *, alone: bool = False) -> float | None:
    """The share of cells that look like the column's; None where they say nothing, being too few or free text.

    ``alone`` asks of free text too: it is told by its length, where nothing but the cells speaks for it.
    """
    looks = _LOOKS.get(column.type)
    if alone and column.key == "description":
        looks = _says_what
    if looks is None or len(cells) < _FEWEST:
        return None
    verdicts = {cell: looks(cell, column, content) for cell in set(cells)}
    return sum(verdicts[cell] for cell in cells) / len(cells)


def _is_date(cell: CellValue, column: Column, content: Content) -> bool:
    if isinstance(cell, datetime | date):
        return True
    if not isinstance(cell, str):
        return False
    return read_date(cell, content.today, past=column.past).reading not in {Reading.UNREADABLE, Reading.EMPTY}


def _is_name(cell: CellValue, _column: Column, content: Content) -> bool:
    owner = read_owner(str(cell), content.words, content.names)
    if owner.kind is OwnerKind.SEVERAL:
        return any(str(cell).startswith(name) for name in content.names)
    if owner.kind is not OwnerKind.PERSON:
        return False
    name = simplified(owner.name)
    han = len(name) in range(2, 5) and not name.isascii() and name.startswith(content.words["surnames"])
    return owner.name in content.names or han or bool(_LATIN_NAME.fullmatch(owner.name))


def _is_choice(cell: CellValue, column: Column, _content: Content) -> bool:
    return normalise(cell) in column.choices


def _says_what(cell: CellValue, _column: Column, _content: Content) -> bool:
    return isinstance(cell, str) and len(cell) >= _SAYS_WHAT


_LOOKS: Mapping[str, Callable[[CellValue, Column, Content], bool]] = {
    "date": _is_date,
    "datetime": _is_date,
    "person": _is_name,
    "choice": _is_choice,
    "yes": _is_choice,
}
