"""One meeting out of the judged tables: its row, and those of its topics and action items."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from rules.meetings import meeting_rows
from rules.table import Book, Table
from rules.wordlists import fold
from sync.faults import UsageFault
from sync.reports.document import readable

Row = Mapping[str, Any]


@dataclass(frozen=True)
class MeetingRows:
    """The row of a meeting and those of its topics and action items, in the sheet's order; texts as they are read."""

    meeting: Row
    topics: tuple[Row, ...]
    items: tuple[Row, ...]

    @property
    def held_on(self) -> date | None:
        """The day of the meeting; None where it is not known."""
        day = self.meeting["date"]
        return None if pd.isna(day) else day.to_pydatetime().date()


def rows_of(book: Book, meeting: str) -> MeetingRows:
    """The rows of a meeting, named by its number or name.

    Raises UsageFault where there is no such meeting, or several.
    """
    meetings = book.get("meetings")
    if meetings is None:
        raise UsageFault("the workbook has no register of meetings; “closeloop init --into” adds one")
    wanted = fold(meeting)
    found = meetings.rows[(meetings.id.map(fold) == wanted).to_numpy(dtype=bool)]
    if not len(found):
        found = meetings.rows[(meetings.name.map(fold) == wanted).to_numpy(dtype=bool)]
    if wanted and len(found) > 1:
        raise UsageFault("several meetings are called {given!r}; name one by its number", given=meeting)
    if not wanted or not len(found):
        raise UsageFault(
            "there is no meeting {given!r}; name one by its number in the register", given=meeting
        )
    return Register(meetings, book).rows_at(found[0])


@dataclass(frozen=True)
class Register:
    """The meetings of a book, with what belongs to each of them looked up once for all."""

    meetings: Table
    book: Book

    def rows_at(self, row: int) -> MeetingRows:
        """The rows of the meeting that stands in a row of the sheet."""
        topics, actions = (self._belonging[key].get(row, pd.Index([])) for key in ("topics", "actions"))
        return MeetingRows(
            _records(self.meetings, pd.Index([row]))[0],
            _records(self.book.tables["topics"], topics) if len(topics) else (),
            _records(self.book.tables["actions"], actions) if len(actions) else (),
        )

    @cached_property
    def _belonging(self) -> Mapping[str, Mapping[int, pd.Index]]:
        """By table, the rows of each meeting."""
        tables = {key: self.book.get(key) for key in ("topics", "actions")}
        return {key: _by_meeting(table, self.meetings) if table else {} for key, table in tables.items()}


def _by_meeting(table: Table, meetings: Table) -> Mapping[int, pd.Index]:
    rows: defaultdict[int, list[int]] = defaultdict(list)
    named = meeting_rows(table, meetings).dropna()
    for row, meeting in zip(named.index.tolist(), named.tolist(), strict=True):
        rows[int(meeting)].append(row)
    return {meeting: pd.Index(belonging) for meeting, belonging in rows.items()}


def _records(table: Table, rows: pd.Index) -> tuple[Row, ...]:
    found = table.frame.loc[rows].to_dict("records")
    return tuple({str(key): _value(value) for key, value in row.items()} for row in found)


def _value(value: Any) -> Any:
    return readable(value) if isinstance(value, str) else value
