"""The rows that the reports name: late, due next, blocked, decided without anything that follows. Pure.

What is confidential is counted and never listed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar

import pandas as pd

from rules.wordlists import WordLists, fold
from sync.reports.counting import is_due_next
from sync.reports.facts import Facts

MOST = 200
"""No list is longer; what is left out is counted."""

MEETING_DAYS = 90
"""A decision without anything that follows is named for so many days: then the quarter's review has had it."""

T = TypeVar("T")


class Line(NamedTuple):
    """One action item. ``row`` is that of the sheet."""

    row: int
    id: str
    description: str
    owner: str
    department: str
    due: date | None
    late_days: int
    status: str
    risk: str
    reason: str
    expected: date | None
    began: date | None


class Decision(NamedTuple):
    """One topic on which something was decided that nobody follows up."""

    row: int
    meeting: str
    title: str
    conclusion: str
    day: date


class MeetingLine(NamedTuple):
    """One meeting that missed a deadline; each answer True, False or None where it cannot be said."""

    row: int
    id: str
    name: str
    day: date
    notice: bool | None
    minutes: bool | None
    distributed: bool | None


@dataclass(frozen=True)
class Listing(Generic[T]):
    """The first of many: ``total`` is how many there are, ``secret`` how many of them are confidential."""

    lines: tuple[T, ...]
    total: int
    secret: int = 0

    @property
    def rest(self) -> int:
        """How many more there are that could be shown."""
        return self.total - self.secret - len(self.lines)


def late(facts: Facts) -> Listing[Line]:
    """What is late, most days first."""
    return _lines(facts, facts.items.late, ["late_days", "due"], [False, True])


def due_next(facts: Facts) -> Listing[Line]:
    """What is due from today until a week from now, the earliest first."""
    return _lines(facts, is_due_next(facts.items, facts.today), ["due"], [True])


def blocked(facts: Facts) -> Listing[Line]:
    """What is blocked, the longest late first."""
    return _lines(facts, facts.items.blocked, ["due"], [True])


def planned(facts: Facts, most: int) -> Listing[Line]:
    """What is open and has a date, the earliest first: the strip of weeks."""
    items = facts.items
    return _lines(facts, items.open & items.due.notna(), ["due"], [True], most)


def undecided(facts: Facts, words: WordLists) -> Listing[Decision]:
    """Decisions of held meetings that no action item and nobody follows up, the latest first.

    An item follows a topic when it names it by its title or number; where the items of a meeting name no
    topics at all, any of them follows all.
    """
    topics = facts.topics
    if not len(topics):
        return Listing((), 0)
    oldest = facts.today - pd.Timedelta(days=MEETING_DAYS)
    nothing = topics.conclusion.map(lambda text: not text or words.is_placeholder(text)).astype(bool)
    decided = topics.held & topics.mark.eq("decide") & ~nothing & pd.to_datetime(topics.day).ge(oldest)
    followed = topics.follow_up_by.ne("") | _followed(facts)
    found = topics[decided & ~followed].sort_values(["day", "row"], ascending=[False, True])
    shown = found[~found.confidential].head(MOST)
    lines = tuple(
        Decision(each["row"], each["meeting"], each["title"], each["conclusion"], each["day"].date())
        for each in shown.to_dict("records")
    )
    return Listing(lines, len(found), int(found.confidential.sum()))


def _followed(facts: Facts) -> "pd.Series[bool]":
    """Whether an action item follows each topic."""
    topics, items = facts.topics, facts.items
    meetings = _meeting_keys(facts)
    item_meeting = items.meeting_id.map(fold).map(lambda key: meetings.get(key, key))
    topic_meeting = topics.meeting_id.map(fold).map(lambda key: meetings.get(key, key))
    named = items.topic.map(fold)
    pairs = frozenset(zip(item_meeting, named, strict=True))
    wholly = frozenset(item_meeting) - frozenset(item_meeting[named.ne("")])
    titles, numbers = topics.title.map(fold), topics.no.map(fold)
    return pd.Series(
        [
            meeting in wholly or (meeting, title) in pairs or (number != "" and (meeting, number) in pairs)
            for meeting, title, number in zip(topic_meeting, titles, numbers, strict=True)
        ],
        index=topics.index,
        dtype=bool,
    )


def _meeting_keys(facts: Facts) -> dict[str, str]:
    """A meeting's number by whatever it is called."""
    numbers = facts.meetings.id.map(fold)
    names = dict(zip(facts.meetings["name"].map(fold), numbers, strict=True))
    return {name: number for name, number in names.items() if name and number}


def missed_deadlines(facts: Facts, since: date) -> Listing[MeetingLine]:
    """Meetings held since a day that missed one of their deadlines, the latest first."""
    meetings = facts.meetings
    asked = meetings[["notice_in_time", "minutes_in_time", "distributed_in_time"]]
    missed = meetings.held & meetings.day.ge(pd.Timestamp(since)) & asked.eq(False).fillna(False).any(axis=1)
    found = meetings[missed].sort_values(["day", "row"], ascending=[False, True])
    shown = found[~found.confidential].head(MOST)
    lines = tuple(
        MeetingLine(
            each["row"], each["id"], each["name"], each["day"].date(),
            *(_answer(each[key]) for key in ("notice_in_time", "minutes_in_time", "distributed_in_time")),
        )
        for each in shown.to_dict("records")
    )  # fmt: skip
    return Listing(lines, len(found), int(found.confidential.sum()))


def _lines(
    facts: Facts, mask: "pd.Series[bool]", order: list[str], ascending: list[bool], most: int = MOST
) -> Listing[Line]:
    found = facts.items[mask]
    visible = found[~found.confidential]
    shown = visible.sort_values([*order, "row"], ascending=[*ascending, True]).head(most)
    return Listing(tuple(_line(each) for each in shown.itertuples()), len(found), len(found) - len(visible))


def _line(each: Any) -> Line:
    return Line(
        int(each.row), each.id, each.description, each.owner, each.department, _day(each.due),
        0 if pd.isna(each.late_days) else int(each.late_days), each.computed, each.risk,
        each.reason or each.remark, _day(each.expected), _day(each.began),
    )  # fmt: skip


def _day(moment: Any) -> date | None:
    return None if pd.isna(moment) else moment.date()


def _answer(value: Any) -> bool | None:
    return None if pd.isna(value) else bool(value)
