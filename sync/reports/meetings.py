"""The meetings as the reports count them. All that rests on the rules' own facts of meetings stands here.

``meeting_frame`` has, for each meeting: ``row id name day held confidential rating improvement``,
``notice_days`` (working days from the notice to the meeting) and ``notice_in_time``, ``minutes_in_time``,
``distributed_in_time`` (boolean, <NA> where that cannot be said, or not yet), ``overrun_minutes``.
"""

from datetime import time, timedelta
from typing import Any

import pandas as pd

from rules.table import Book, Table
from rules.wordlists import fold

NOTICE_WORKING_DAYS = 2
MINUTES_HOURS = 24
DISTRIBUTION_WORKING_DAYS = 1

NO_MEETINGS = pd.DataFrame(
    {
        "row": pd.Series(dtype="int64"),
        **{name: pd.Series(dtype="str") for name in ("id", "name", "improvement")},
        "day": pd.Series(dtype="datetime64[s]"),
        **{name: pd.Series(dtype="bool") for name in ("held", "confidential")},
        **{name: pd.Series(dtype="float64") for name in ("rating", "notice_days", "overrun_minutes")},
        **{
            name: pd.Series(dtype="boolean")
            for name in ("notice_in_time", "minutes_in_time", "distributed_in_time")
        },
    }
)


def meeting_frame(book: Book) -> pd.DataFrame:
    """All meetings; an empty frame where the workbook registers none."""
    meetings = book.get("meetings")
    if meetings is None or not len(meetings.rows):
        return NO_MEETINGS
    day = meetings.date.dt.normalize()
    held = day.lt(book.today)
    notice_days = book.calendar.late_days(meetings.notice_sent, meetings.date).astype("float64")
    return pd.DataFrame(
        {
            "row": meetings.rows,
            "id": meetings.id,
            "name": meetings.frame["name"],
            "day": day,
            "held": held,
            "confidential": meetings.confidential.eq("yes"),
            "rating": meetings.rating,
            "improvement": meetings.improvement,
            "notice_days": notice_days,
            "notice_in_time": _notice(meetings, notice_days, held),
            "minutes_in_time": _minutes(meetings, book, held),
            "distributed_in_time": _distributed(meetings, book, held),
            "overrun_minutes": _overrun(meetings, book.get("topics")),
        },
        index=meetings.rows,
    )


def _notice(meetings: Table, lead: "pd.Series[float]", held: "pd.Series[bool]") -> "pd.Series[Any]":
    """An emergency meeting needs none (002 三(六)1)."""
    asked = held & meetings.emergency.ne("yes") & meetings.has("notice_sent")
    return _known(lead.ge(NOTICE_WORKING_DAYS), asked)


def _minutes(meetings: Table, book: Book, held: "pd.Series[bool]") -> "pd.Series[Any]":
    if "minutes_in_time" in meetings.frame:
        return meetings.minutes_in_time
    deadline = _ends(meetings) + pd.Timedelta(hours=MINUTES_HOURS)
    done = meetings.minutes_done
    only_day = done.eq(done.dt.normalize())
    in_time = done.le(deadline) | (only_day & done.le(deadline.dt.normalize()))
    settled = done.notna() | deadline.dt.normalize().lt(book.today)
    return _known(in_time, held & settled & meetings.has("minutes_done"))


def _distributed(meetings: Table, book: Book, held: "pd.Series[bool]") -> "pd.Series[Any]":
    if "distributed_in_time" in meetings.frame:
        return meetings.distributed_in_time
    taken = book.calendar.late_days(meetings.approved, meetings.distributed.fillna(book.today))
    late = taken.gt(DISTRIBUTION_WORKING_DAYS).fillna(False).astype(bool)
    settled = meetings.distributed.notna() | late
    return _known(~late, held & settled & meetings.approved.notna())


def _known(value: "pd.Series[bool]", asked: "pd.Series[bool]") -> "pd.Series[Any]":
    """The answer where it is asked for, else <NA>."""
    return value.astype("boolean").where(asked)


def _ends(meetings: Table) -> "pd.Series[Any]":
    """When each meeting ended; the end of its day where no time is known."""
    ends = meetings.ends if "ends" in meetings.frame else _moments(meetings, "end")
    return ends.fillna(meetings.date.dt.normalize() + pd.Timedelta(hours=24))


def _moments(meetings: Table, column: str) -> "pd.Series[Any]":
    since = [
        timedelta(hours=at.hour, minutes=at.minute) if isinstance(at, time) else None
        for at in meetings.frame[column].tolist()
    ]
    after_midnight = pd.Series(since, index=meetings.rows, dtype="timedelta64[ns]")
    moments: pd.Series[Any] = meetings.date.dt.normalize() + after_midnight
    return moments


def _overrun(meetings: Table, topics: Table | None) -> "pd.Series[Any]":
    """By how many minutes the topics took longer than was planned for the meeting; NaN where that is not known."""
    if "overrun_minutes" in meetings.frame:
        return meetings.overrun_minutes
    planned = (_moments(meetings, "end") - _moments(meetings, "start")).dt.total_seconds() / 60
    if topics is None:
        return planned.where(planned.isna())
    by_meeting = topics.actual.groupby(topics.meeting_id.map(fold))
    taken = by_meeting.sum().where(by_meeting.count().eq(by_meeting.size()))
    actual = taken.reindex(meetings.id.map(fold)).set_axis(meetings.rows)
    return (actual - planned.where(planned.gt(0))).clip(lower=0)
