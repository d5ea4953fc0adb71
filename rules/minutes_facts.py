"""What is computed of the minutes of every meeting, for the rules and for the reports.

``with_minutes_facts`` adds to the meetings, for each row:

- ``recorded``: it was held, and its minutes are done or ought to be by now
- ``minutes_in_time``, ``distributed_in_time``: whether they were done and sent within the handbook's own times,
  whatever an organisation has tuned; <NA> where that cannot be said, or not yet
- ``overrun_minutes``: by how many minutes its topics took longer than was planned for it; 0 where they did not,
  NaN where the lengths do not say
- ``item_count``, ``decided_count``: its action items, archived or not, and of its topics those decided
- ``important``; ``retrospective``: it looks back at how meetings or a project went; and ``last_retrospective``: the
  day of the last one that was held, archived or not, the same for every row

and to the topics what ``rules.topic_facts`` says. What is missing is judged by the day, what is there by the
minute; a cell that holds only a day has the benefit of the doubt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from rules.cells import each_value, holds
from rules.meetings import important_meetings, meeting_rows
from rules.table import Book, Table
from rules.topic_facts import topic_facts
from rules.workdays import Calendar

MINUTES_HOURS = 24
"""Within how many hours of its end the minutes of a meeting are done (all four documents)."""

DISTRIBUTION_WORKING_DAYS = 1
"""Within how many working days of the approval they go out (001 二(三), 003 三(三))."""

_LAST_SECOND = pd.Timedelta(days=1) - pd.Timedelta(seconds=1)


def with_minutes_facts(book: Book) -> Book:
    """The book with the computed columns beside its meetings and topics, where it has any."""
    meetings, topics = book.get("meetings"), book.get("topics")
    if meetings is not None:
        book = _with(book, "meetings", _times(meetings, book))
    if topics is not None:
        book = _with(book, "topics", topic_facts(topics, book))
    if meetings is not None:
        book = _with(book, "meetings", _contents(book.tables["meetings"], book))
    return book


def _with(book: Book, key: str, facts: Mapping[str, Any]) -> Book:
    table = book.tables[key]
    return replace(book, tables={**book.tables, key: replace(table, frame=table.frame.assign(**facts))})


def minutes_deadline(meetings: Table, hours: float) -> "pd.Series[pd.Timestamp]":
    """Until when the minutes of each meeting are done; of one without an end, counted from the end of its day."""
    end = meetings.ends.fillna(meetings.date.dt.normalize() + _LAST_SECOND)
    return end + pd.Timedelta(hours=hours)


def on_working_days(moments: "pd.Series[pd.Timestamp]", calendar: Calendar) -> "pd.Series[pd.Timestamp]":
    """The moments, those on a day off moved to the same hour of the next working day."""
    days = moments.dt.normalize()

    def moved(day: pd.Timestamp) -> pd.Timestamp:
        off = pd.notna(day) and not calendar.is_working(day.date())
        return pd.Timestamp(calendar.add(day.date(), 1)) if off else day

    return each_value(days, moved) + (moments - days)


def minutes_are_late(meetings: Table, deadline: "pd.Series[pd.Timestamp]") -> "pd.Series[bool]":
    """Where the minutes were done after their deadline."""
    return is_after(meetings.minutes_done, deadline)


def minutes_are_missing(
    meetings: Table, deadline: "pd.Series[pd.Timestamp]", today: pd.Timestamp
) -> "pd.Series[bool]":
    """Where there are no minutes yet, and the day of the deadline is over."""
    return meetings.held & meetings.minutes_done_typed.eq("") & deadline.dt.normalize().lt(today)


def days_until_sent(meetings: Table, book: Book) -> "pd.Series[int]":
    """Working days from the approval to the day on which the minutes went out, or else today; <NA> if not approved."""
    return book.calendar.late_days(meetings.approved, meetings.distributed.fillna(book.today))


def is_after(moments: "pd.Series[pd.Timestamp]", limits: "pd.Series[pd.Timestamp]") -> "pd.Series[bool]":
    """Where a moment lies after its limit; by the day alone where one of them has no time of day."""
    day, last_day = moments.dt.normalize(), limits.dt.normalize()
    by_day = moments.eq(day) | limits.eq(last_day)
    return moments.gt(limits).where(~by_day, day.gt(last_day))


def _times(meetings: Table, book: Book) -> dict[str, "pd.Series[Any]"]:
    deadline = minutes_deadline(meetings, MINUTES_HOURS)
    done, sent = meetings.minutes_done, meetings.distributed
    late = minutes_are_late(meetings, deadline)
    missing = minutes_are_missing(meetings, deadline, book.today) & meetings.has("minutes_done")
    sent_after = days_until_sent(meetings, book)
    unsent = meetings.distributed_typed.eq("") & meetings.has("distributed")
    sent_late = sent_after.gt(DISTRIBUTION_WORKING_DAYS).fillna(False) & (sent.notna() | unsent)
    return {
        "important": important_meetings(meetings, book.words),
        "recorded": meetings.held & (done.notna() | deadline.dt.normalize().lt(book.today)),
        "minutes_in_time": _kept(done.ge(meetings.date.dt.normalize()), late | missing),
        "distributed_in_time": _kept(sent.notna() & sent_after.notna(), sent_late),
    }


def _kept(kept: "pd.Series[bool]", missed: "pd.Series[bool]") -> "pd.Series[bool]":
    """True where a time was kept, False where it was missed, <NA> elsewhere."""
    unknown = pd.Series(pd.NA, index=kept.index, dtype="boolean")
    return unknown.mask(kept, True).mask(missed.astype(bool), False)


def _contents(meetings: Table, book: Book) -> dict[str, "pd.Series[Any]"]:
    return {
        "overrun_minutes": _overrun(meetings, book.get("topics")),
        "item_count": _count(book.get("actions"), meetings) + _count(book.archive.get("actions"), meetings),
        "decided_count": _count(book.get("topics"), meetings, "decided"),
        "retrospective": (looks_back := _looks_back(meetings, book)),
        "last_retrospective": pd.Series(
            _latest([*meetings.date[looks_back & meetings.held], *_archived_retrospectives(book)]),
            index=meetings.rows,
            dtype=meetings.date.dtype,
        ),
    }


def _archived_retrospectives(book: Book) -> "pd.Series[pd.Timestamp]":
    """The days of those that have left the table: what is archived was held."""
    meetings = book.archive.get("meetings")
    if meetings is None:
        return pd.Series(dtype="datetime64[us]")
    return meetings.date[_looks_back(meetings, replace(book, tables=book.archive))].dropna()


def _latest(days: Sequence[pd.Timestamp]) -> Any:
    return max((day for day in days if not pd.isna(day)), default=pd.NaT)


def _count(table: Table | None, meetings: Table, fact: str = "") -> "pd.Series[int]":
    """How many rows of a table each meeting has, of those for which a fact holds."""
    if table is None:
        return pd.Series(0, index=meetings.rows)
    rows = meeting_rows(table, meetings)
    counted = rows[table.frame[fact]] if fact else rows
    return counted.value_counts().reindex(meetings.rows, fill_value=0)


def _overrun(meetings: Table, topics: Table | None) -> "pd.Series[float]":
    """What the topics took beyond the planned length. Where a topic's length is missing the rest may show it all the same."""
    if topics is None:
        return pd.Series(float("nan"), index=meetings.rows)
    of_meeting = topics.actual.groupby(meeting_rows(topics, meetings).to_numpy())
    planned = meetings.planned_minutes.fillna(meetings.topics_planned)
    over = of_meeting.sum().reindex(meetings.rows) - planned
    complete = of_meeting.count().eq(of_meeting.size()).reindex(meetings.rows, fill_value=False)
    return over.where(over.gt(0) | complete).clip(lower=0)


def _looks_back(meetings: Table, book: Book) -> "pd.Series[bool]":
    """By its name, kind or goal, or by one of its topics; a meeting about a problem looks back at that alone."""
    said = meetings.name + "\n" + meetings.type_typed + "\n" + meetings.goal
    looks_back = holds(said, lambda text: book.words.has_any(text, "retrospectives"))
    topics = book.get("topics")
    if topics is not None:
        titled = holds(topics.title, lambda text: book.words.has_any(text, "retrospectives"))
        looks_back |= meetings.rows.isin(meeting_rows(topics, meetings)[titled])
    return looks_back & meetings.type.ne("problem")
