"""What a workbook held at one moment, as it was read: raw cells, and what stands around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

CellValue = str | float | int | bool | datetime | date | time | timedelta | None


class Area(NamedTuple):
    """A rectangle of cells; rows and columns count from 1 and both ends belong to it."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell belongs to it."""
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column


class ColourRule(NamedTuple):
    """A conditional format of ours: the cells, a formula relative to the first of them, fill and ink (#RRGGBB).

    ``fill`` and ``ink`` may be empty for "leave as it is".
    """

    area: Area
    formula: str
    fill: str
    ink: str


@dataclass(frozen=True)
class Tab:
    """One worksheet.

    ``rows[0]`` is the sheet's row 1 and ``rows[r][0]`` its column A; rows may differ in length; an
    empty cell is None or ''. ``formulas`` and ``errors`` are keyed by (row, column), both from 1:
    cells that hold a formula, and the error text (``#N/A``) of those that show one. ``colours`` are
    the conditional formats that a former pass has set (those of people are not listed). ``generated``
    is the block that closeloop writes by itself on a tab of its own, None on people's tabs.
    """

    name: str
    rows: Sequence[Sequence[CellValue]]
    merged: tuple[Area, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    colours: tuple[ColourRule, ...] = ()
    generated: Area | None = None


@dataclass(frozen=True)
class Snapshot:
    """All worksheets of a workbook and a fingerprint that changes whenever the workbook does."""

    tabs: tuple[Tab, ...]
    fingerprint: str

    def tab(self, name: str) -> Tab:
        """The worksheet of that name; KeyError if there is none."""
        for tab in self.tabs:
            if tab.name == name:
                return tab
        raise KeyError(name)
