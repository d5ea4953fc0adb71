"""All figures of a quarter's review, beside those of the quarter before. Pure: it is laid out elsewhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pandas as pd

from rules.wordlists import fold
from sync.reports.counting import Rate, on_time, open_at, settled_due, within
from sync.reports.facts import Facts
from sync.reports.grouping import shown_names
from sync.reports.listing import Listing
from sync.reports.periods import Period, months_of, quarter_of

LOW_RATING = 3
"""A rating below asks for an improvement plan (rule M206)."""

_MOST = 20

_COUNTED = ["any", "closed", "late", "hits", "of", "hits_before", "of_before"]

Value = Rate | float | int | None
"""A rate, a number, or None where nothing is known."""


class Month(NamedTuple):
    """Items due in a month: how many were done in time, and how many not."""

    first: date
    on_time: int
    not_on_time: int


class DepartmentQuarter(NamedTuple):
    """A department in a quarter and the one before; '' is what has no name, or only one that is confidential."""

    name: str
    on_time: Rate
    before: Rate
    closed: int
    late: int


class RepeatedTopic(NamedTuple):
    """A topic that came up in several meetings."""

    title: str
    times: int


class LowRating(NamedTuple):
    """A meeting rated low that has no improvement plan."""

    row: int
    name: str
    day: date
    rating: float


@dataclass(frozen=True)
class QuarterlyFigures:
    """What a review shows; ``now`` and ``before`` are figures by key."""

    quarter: Period
    now: Mapping[str, Value]
    before: Mapping[str, Value]
    months: tuple[Month, ...]
    departments: tuple[DepartmentQuarter, ...]
    repeated: Listing[RepeatedTopic]
    low: Listing[LowRating]


def quarterly_figures(facts: Facts, quarter: Period, reopened: Sequence[date]) -> QuarterlyFigures:
    """All figures of a quarter; ``reopened`` are the days on which closed items were opened again."""
    last = quarter_of(quarter.before)
    return QuarterlyFigures(
        quarter,
        _figures(facts, quarter, reopened) | _present(facts, quarter),
        _figures(facts, last, reopened),
        tuple(_month(facts, month) for month in (*months_of(last), *months_of(quarter))),
        _departments(facts, quarter, last),
        _repeated(facts, quarter),
        _low(facts, quarter),
    )


def _figures(facts: Facts, quarter: Period, reopened: Sequence[date]) -> dict[str, Value]:
    items = facts.items
    ended = items.closed & within(items.done, quarter)
    late = items.finished & within(items.done, quarter) & ~items.on_time
    stuck = open_at(items, quarter) & items.due.lt(pd.Timestamp(min(quarter.last, facts.today.date())))
    touched = within(items.due, quarter) | within(items.done, quarter)
    figures: dict[str, Value] = {
        "on_time": on_time(items, quarter),
        "closed": int(ended.sum()),
        "late_days": _number(items.late_days[late].dropna().astype(float).median()),
        "still_late": int(stuck.sum()),
        "carried": int((touched & items.carried.gt(0)).sum()),
        "reopened": sum(quarter.first <= day <= quarter.last for day in reopened),
    }
    return figures | (_meetings(facts, quarter) if facts.has_meetings else {})


def _meetings(facts: Facts, quarter: Period) -> dict[str, Value]:
    meetings = facts.meetings[facts.meetings.held & within(facts.meetings.day, quarter)]
    low = meetings.rating.lt(LOW_RATING)
    return {
        "held": len(meetings),
        "notice": _kept(meetings.notice_in_time),
        "notice_days": _number(meetings.notice_days.median()),
        "minutes": _kept(meetings.minutes_in_time),
        "distributed": _kept(meetings.distributed_in_time),
        "overrun": _number(meetings.overrun_minutes.mean()),
        "repeated": _repeats(facts, quarter),
        "rating": _number(meetings.rating.mean()),
        "no_plan": int((low & meetings.improvement.eq("")).sum()),
    }


def _present(facts: Facts, quarter: Period) -> dict[str, Value]:
    """What is known of the rows as they stand now or went to the archive, and of no former day."""
    items = facts.items
    due = within(items.due, quarter)
    present: dict[str, Value] = {"complete": _kept(items.complete[due])}
    return present | ({"waived": int(items.waived.sum())} if facts.has_waivers else {})


def _kept(answers: "pd.Series[bool]") -> Rate:
    known = answers.dropna()
    return Rate(int(known.sum()), len(known))


def _number(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 1)


def _month(facts: Facts, month: Period) -> Month:
    hits, of = on_time(facts.items, month)
    return Month(month.first, hits, of - hits)


def _departments(facts: Facts, quarter: Period, last: Period) -> tuple[DepartmentQuarter, ...]:
    names = shown_names(facts.items, "department")
    ended = facts.items.closed & within(facts.items.done, quarter)
    late = facts.items.late
    asked = within(facts.items.due, quarter) | ended | late
    rates = [_settled(facts.items, each) for each in (quarter, last)]
    counted = pd.concat([asked, ended, late, *rates[0], *rates[1]], axis=1).set_axis(_COUNTED, axis=1)
    sums = counted.astype("int64").groupby(names.to_numpy()).sum()
    found = [
        DepartmentQuarter(str(name), Rate(hits, of), Rate(former, all_former), closed, still_late)
        for name, any_, closed, still_late, hits, of, former, all_former in sums.itertuples(name=None)
        if any_
    ]
    return tuple(
        sorted(found, key=lambda each: (each.on_time.share is None, each.on_time.share or 0, each.name))
    )


def _settled(items: pd.DataFrame, quarter: Period) -> tuple["pd.Series[bool]", "pd.Series[bool]"]:
    """What was done in time of what was due in a quarter, and what was due."""
    due = settled_due(items, quarter)
    return due & items.finished & items.on_time, due


def _titles(facts: Facts, quarter: Period) -> pd.DataFrame:
    """The topics of a quarter's held meetings, each title once a meeting, folded to what it says."""
    topics = facts.topics
    if not len(topics):
        return topics.assign(folded="")
    topics = topics[topics.held & within(pd.to_datetime(topics.day), quarter)]
    folded = topics.title.map(lambda title: re.sub(r"[\W_]+", "", fold(title))).astype(str)
    return topics.assign(folded=folded)[folded.ne("")].drop_duplicates(["meeting_id", "folded"])


def _repeats(facts: Facts, quarter: Period) -> Rate:
    titles = _titles(facts, quarter)
    return Rate(int(titles.folded.duplicated(keep=False).sum()), len(titles))


def _repeated(facts: Facts, quarter: Period) -> Listing[RepeatedTopic]:
    titles = _titles(facts, quarter)
    again = titles[titles.folded.duplicated(keep=False)]
    if not len(again):
        return Listing((), 0)
    secret = again.groupby("folded").confidential.any()
    counts = again.groupby("folded").agg(title=("title", "first"), times=("title", "size"))
    shown = counts[~secret].sort_values(["times", "title"], ascending=[False, True]).head(_MOST)
    lines = tuple(RepeatedTopic(each["title"], each["times"]) for each in shown.to_dict("records"))
    return Listing(lines, len(counts), int(secret.sum()))


def _low(facts: Facts, quarter: Period) -> Listing[LowRating]:
    meetings = facts.meetings
    asked = meetings.held & within(meetings.day, quarter) & meetings.rating.lt(LOW_RATING)
    found = meetings[asked & meetings.improvement.eq("")].sort_values(["day", "row"])
    shown = found[~found.confidential].head(_MOST)
    lines = tuple(
        LowRating(each["row"], each["name"], each["day"].date(), each["rating"])
        for each in shown.to_dict("records")
    )
    return Listing(lines, len(found), int(found.confidential.sum()))
