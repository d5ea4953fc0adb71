"""The meetings as the reports count them. The book is one with the rules' own facts of meetings.

``meeting_frame`` has, for each meeting: ``row id name day held confidential rating improvement``,
``notice_days`` (working days from the notice to the meeting) and ``notice_in_time``, ``minutes_in_time``,
``distributed_in_time`` (boolean, <NA> where that cannot be said, or not yet), ``overrun_minutes``.
"""

from typing import Any

import pandas as pd

from rules.table import Book, Table

NOTICE_WORKING_DAYS = 2
_FACTS = ("minutes_in_time", "distributed_in_time", "overrun_minutes")
"""What ``rules.minutes_facts`` has computed."""

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
    held = meetings.held
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
            **{fact: meetings.frame[fact] for fact in _FACTS},
        },
        index=meetings.rows,
    )


def _notice(meetings: Table, lead: "pd.Series[float]", held: "pd.Series[bool]") -> "pd.Series[Any]":
    """An emergency meeting needs none (002 三(六)1)."""
    asked = held & meetings.emergency.ne("yes") & meetings.has("notice_sent")
    return _known(lead.ge(NOTICE_WORKING_DAYS), asked)


def _known(value: "pd.Series[bool]", asked: "pd.Series[bool]") -> "pd.Series[Any]":
    """The answer where it is asked for, else <NA>."""
    return value.astype("boolean").where(asked)
