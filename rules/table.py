"""The typed tables that rules look at, and where each row and column of them sits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import pandas as pd

from rules.wordlists import WordLists
from rules.workdays import Calendar


@dataclass(frozen=True)
class Layout:
    """Where a table sits on its tab. Rows and columns count from 1.

    ``columns`` maps template keys to columns, ``headings`` to what stands in the header there;
    ``missing`` are compulsory keys without a column; ``repeated`` maps a heading that stands more
    than once to the columns where it does. ``last_row`` is the last row of the table that holds
    anything, ``width`` the last column in use on the header's row.
    """

    tab: str
    header_row: int
    columns: Mapping[str, int]
    headings: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    repeated: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    last_row: int = 0
    width: int = 0


@dataclass(frozen=True)
class Table:
    """One table: a frame with the 1-based sheet row as index and a column for every template key.

    Text columns hold stripped strings ('' where empty), date columns datetime64 with how they read
    and what was typed beside them (``due``, ``due_reading``, ``due_typed``), number columns floats,
    yes columns 'yes', 'no' or ''. Columns that the sheet does not have are all empty, and not in
    ``layout.columns``; ``given`` names columns that come from elsewhere, such as the ledger's record of
    when a row was ``touched``. ``table.due`` is ``table.frame["due"]``.
    """

    key: str
    frame: pd.DataFrame
    layout: Layout
    given: frozenset[str] = frozenset()

    def __getattr__(self, column: str) -> "pd.Series[Any]":
        if column.startswith("__"):
            raise AttributeError(column)
        try:
            return self.frame[column]
        except KeyError:
            raise AttributeError(column) from None

    def has(self, column: str) -> bool:
        """Whether the sheet, or the ledger, has that column."""
        return column in self.layout.columns or column in self.given

    @property
    def rows(self) -> pd.Index:
        """The sheet rows, 1-based."""
        return self.frame.index

    @property
    def row_ids(self) -> "pd.Series[str]":
        """What each row is called: its number; a topic's are those of meeting and topic (M3/2); '' where neither is."""
        if "id" in self.frame:
            return self.id
        if {"meeting_id", "no"} <= set(self.frame):
            return (self.meeting_id + "/" + self.no).str.strip("/")
        return pd.Series("", index=self.rows, dtype="str")

    def none(self) -> "pd.Series[bool]":
        """A mask of this table's rows that catches nothing."""
        return pd.Series(False, index=self.frame.index)


@dataclass(frozen=True)
class Book:
    """All that a rule may look at: the tables by key, the moment of the pass, working days and word lists, and the
    tables of what has gone to the ``archive``, as far as that is read."""

    tables: Mapping[str, Table]
    now: datetime
    calendar: Calendar
    words: WordLists
    archive: Mapping[str, Table] = field(default_factory=dict)

    def get(self, key: str) -> Table | None:
        """A table by key, None where the workbook has none."""
        return self.tables.get(key)

    @cached_property
    def today(self) -> pd.Timestamp:
        """The day of the pass at midnight."""
        return pd.Timestamp(self.now).normalize()
