"""What is computed of every meeting and topic before any rule looks at it.

``with_meeting_facts`` adds to the meetings, for each row:

- ``starts``, ``ends``: day and time of day as one moment; NaT where either is unknown, ``ends`` too where it
  does not lie after the start
- ``planned_minutes``: from start to end; NaN where unknown
- ``held``: its day lies before today (by day alone: no rule may look at the time of day); ``ahead``: not so
- ``called``: its notice is out or ought to be: the meeting is three working days away or less, or over; or
  nobody has said when it is. What is still missing of an earlier plan is nobody's fault yet
- ``recent``, ``live``: see below
- ``topic_count``, ``topics_planned``: its topics, and their planned minutes together (NaN where any is unknown)

and to the topics ``meeting_row``, ``meeting_known``, ``meeting_date``, ``meeting_minutes`` (what is planned for
the meeting), ``meeting_held``, ``called``, ``ahead``, ``recent`` and ``live``, all of their meeting.

A register is a diary, and nobody is to be reminded for ever of what is over. Rules look at the meetings that are
``live``, which is up to 90 days after the day of the meeting: then the quarter's review has had it. Those whose
faults cannot be mended once the meeting has been held (``Rule.recent``: what of its preparation is put on record)
look at ``recent`` ones, up to 14 days after it, which is long enough for two weekly summaries. What tells people
to plan otherwise (``Rule.ahead``: fewer topics, a shorter one) is silent from the day after the meeting on. A rule
that is ``closed`` looks at all of them.
"""

import re
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pandas as pd

from rules.meetings import meeting_rows
from rules.table import Book, Table
from rules.typed_dates import read_time

RECENT_DAYS, LIVE_DAYS = 14, 90
_CALLED_WORKING_DAYS = 3
_NO_MEETINGS = pd.DataFrame(
    {
        "date": pd.Series(dtype="datetime64[s]"),
        "planned_minutes": pd.Series(dtype="float64"),
        **{fact: pd.Series(dtype="bool") for fact in ("held", "ahead", "called", "recent", "live")},
    }
)


def with_meeting_facts(book: Book) -> Book:
    """The book with the computed columns beside its meetings and topics, where it has any."""
    meetings, topics = book.get("meetings"), book.get("topics")
    tables = dict(book.tables)
    if meetings is not None:
        facts = _times(meetings, book) | _agenda(meetings, topics)
        meetings = tables["meetings"] = replace(meetings, frame=meetings.frame.assign(**facts))
    if topics is not None:
        tables["topics"] = replace(topics, frame=topics.frame.assign(**_of_their_meeting(topics, meetings)))
    return replace(book, tables=tables)


def _times(meetings: Table, book: Book) -> dict[str, "pd.Series[Any]"]:
    day = meetings.date.dt.normalize()
    starts = _moments(meetings, "start").fillna(meetings.date.where(meetings.date.gt(day)))
    ends = _moments(meetings, "end")
    ends = ends.where(ends.gt(starts))
    days_over = (book.today - day).dt.days
    soon = pd.Timestamp(book.calendar.add(book.today.date(), _CALLED_WORKING_DAYS))
    return {
        "starts": starts,
        "ends": ends,
        "planned_minutes": (ends - starts).dt.total_seconds() / 60,
        "held": days_over.gt(0),
        "ahead": ~days_over.gt(0),
        "called": ~day.gt(soon) | meetings.notice_sent_typed.ne(""),
        "recent": ~days_over.gt(RECENT_DAYS),
        "live": ~days_over.gt(LIVE_DAYS),
    }


def _moments(meetings: Table, column: str) -> "pd.Series[Any]":
    """The day of each meeting at a time of its own; NaT where either is unknown."""
    times = pd.Series(_clock_times(meetings, column), index=meetings.rows, dtype=object)
    moments: pd.Series[Any] = meetings.date.dt.normalize() + pd.to_timedelta(times.map(_since_midnight))
    return moments


def _clock_times(meetings: Table, column: str) -> list[time | None]:
    """The times of a column; an end that has no cell of its own is looked for in the start's: 14:00-15:30."""
    typed: list[time | None] = meetings.frame[column].tolist()
    if column == "start":
        return typed
    ranges = {text: _end_of_range(text) for text in meetings.start_typed.unique()}
    return [end or ranges[text] for end, text in zip(typed, meetings.start_typed, strict=True)]


def _end_of_range(text: str) -> time | None:
    first, stroke, last = map(str.strip, re.split(r"([-–—~～－至到]|\bto\b|$)", text, maxsplit=1))
    start, end = read_time(first), read_time(last)
    if not stroke or start is None or end is None:
        return None
    afternoon = end <= start and end.hour < 12  # 下午2:00-3:30
    return end.replace(hour=end.hour + 12) if afternoon else end


def _since_midnight(at: time | None) -> timedelta | None:
    return None if at is None else timedelta(hours=at.hour, minutes=at.minute)


def _agenda(meetings: Table, topics: Table | None) -> dict[str, "pd.Series[Any]"]:
    """How many topics each meeting has, and how long they are to take together."""
    if topics is None:
        none = pd.Series(0, index=meetings.rows)
        return {"topic_count": none, "topics_planned": none.where(none.ne(0))}
    of_meeting = topics.planned.groupby(meeting_rows(topics, meetings).to_numpy())
    planned = of_meeting.sum().where(of_meeting.count().eq(of_meeting.size()))
    return {
        "topic_count": of_meeting.size().reindex(meetings.rows, fill_value=0),
        "topics_planned": planned.reindex(meetings.rows),
    }


def _of_their_meeting(topics: Table, meetings: Table | None) -> dict[str, "pd.Series[Any]"]:
    """What a topic takes from its meeting; of one that is not registered nothing is over, and all is asked for."""
    facts = _NO_MEETINGS if meetings is None else meetings.frame
    nowhere = pd.Series(float("nan"), index=topics.rows)
    row = nowhere if meetings is None else meeting_rows(topics, meetings)
    taken = {column: facts[column].reindex(row).set_axis(topics.rows) for column in _NO_MEETINGS}
    return {
        "meeting_row": row,
        "meeting_known": row.notna(),
        "meeting_date": taken["date"],
        "meeting_minutes": taken["planned_minutes"],
        "meeting_held": taken["held"].eq(True),
        **{fact: taken[fact].ne(False) for fact in ("ahead", "called", "recent", "live")},
    }
