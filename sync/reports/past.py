"""What the ledger remembers for the reports: figures of former weeks, what has left the sheet, what tabs showed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

Grid = list[list[str]]
"""Cells as plain texts, row by row."""

Week = Mapping[str, int]
"""The figures of a week by key."""


class Note(NamedTuple):
    """What somebody wrote inside a generated tab: the cell where it stood, its text, the day on which it was met."""

    cell: str
    text: str
    day: str


@dataclass(frozen=True)
class Shown:
    """What a generated tab shows: its name, a digest of all of it, its cells, and the notes of people.

    ``former`` are the cells that stood there before: a pass that is cut short leaves either.
    """

    name: str
    digest: str
    cells: Grid
    former: Grid = field(default_factory=list)
    notes: tuple[Note, ...] = ()


class Closed(NamedTuple):
    """An item that is closed, for the time when its row has gone to the archive; ``errors`` are the findings in it,
    None where they were not kept yet."""

    row_id: str
    department: str
    due: str
    done: str
    late_days: int
    errors: int | None = None


@dataclass(frozen=True)
class Past:
    """All that the reports remember.

    ``weeks`` are figures by scope ('' is everything, else a department) and by the week's Monday (ISO);
    ``reopened`` the days on which an item that was closed was open again.
    """

    weeks: Mapping[str, Mapping[str, Week]] = field(default_factory=dict)
    shown: Mapping[str, Shown] = field(default_factory=dict)
    closed: tuple[Closed, ...] = ()
    reopened: tuple[date, ...] = ()
