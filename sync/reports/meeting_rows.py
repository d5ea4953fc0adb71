"""One meeting out of the judged tables: its row, and those of its topics and action items."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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
    row = found[0]
    return MeetingRows(
        _records(meetings, found)[0],
        _records(topics, _of(topics, meetings, row)) if (topics := book.get("topics")) else (),
        _records(actions, _of(actions, meetings, row)) if (actions := book.get("actions")) else (),
    )


def _of(table: Table, meetings: Table, row: int) -> pd.Index:
    return table.rows[meeting_rows(table, meetings).eq(row).to_numpy(dtype=bool)]


def _records(table: Table, rows: pd.Index) -> tuple[Row, ...]:
    found = table.frame.loc[rows].to_dict("records")
    return tuple({str(key): _value(value) for key, value in row.items()} for row in found)


def _value(value: Any) -> Any:
    return readable(value) if isinstance(value, str) else value
