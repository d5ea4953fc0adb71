"""Figures of a week: how many items were open, new, closed, late and so on, now and then. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

import pandas as pd

from sync.reports.facts import Facts
from sync.reports.past import Week
from sync.reports.periods import Period, week_of, weeks_until

SOON_DAYS = 7
"""What is due so many days from today on is due next."""

TREND_WEEKS = 12


class Rate(NamedTuple):
    """So many of how many."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.hits / self.of if self.of else None


class TrendWeek(NamedTuple):
    """What one week of the trend shows."""

    week: Period
    open: int
    late: int
    closed: int


def now_figures(facts: Facts) -> Week:
    """The current week's figures as they are today, by key."""
    items, today = facts.items, facts.today
    week = week_of(today.date())
    in_time, due = on_time(items, week)
    return {
        "open": _count(items.open),
        "new": _count(within(items.began, week)),
        "closed": _count(items.closed & within(items.done, week)),
        "late": _count(items.late),
        "at_risk": _count(items.at_risk),
        "blocked": _count(items.blocked),
        "waiting": _count(items.waiting),
        "due_next": _count(is_due_next(items, today)),
        "faulty": _count(items.errors.gt(0)),
        "in_time": in_time,
        "due": due,
    }


def week_figures(facts: Facts, week: Period, remembered: Mapping[str, Week]) -> Week:
    """The figures of a former week at its end: those that the ledger has, and what dates can tell of the others."""
    items = facts.items
    in_time, due = on_time(items, week)
    told = {
        "open": _count(open_at(items, week)),
        "new": _count(within(items.began, week)),
        "closed": _count(items.closed & within(items.done, week)),
        "late": _count(open_at(items, week) & items.due.lt(pd.Timestamp(week.last))),
        "in_time": in_time,
        "due": due,
    }
    kept = remembered.get(week.first.isoformat(), {})
    return {**told, **{key: value for key, value in kept.items() if key not in {"in_time", "due", "new"}}}


def trend(facts: Facts, remembered: Mapping[str, Week]) -> tuple[TrendWeek, ...]:
    """The last twelve weeks, this one included as it is today."""
    *former, this = weeks_until(facts.today.date(), TREND_WEEKS)
    weeks = [(week, week_figures(facts, week, remembered)) for week in former] + [(this, now_figures(facts))]
    return tuple(
        TrendWeek(week, figures["open"], figures["late"], figures["closed"]) for week, figures in weeks
    )


def on_time(items: pd.DataFrame, period: Period) -> Rate:
    """Of the items that were due in a period, how many were done by their due date.

    What is still open counts once its due date has passed; what is not due yet counts when it is done.
    """
    due = settled_due(items, period)
    return Rate(_count(due & items.finished & items.on_time), _count(due))


def settled_due(items: pd.DataFrame, period: Period) -> "pd.Series[bool]":
    """Which items were due in a period and are done or past their due date."""
    return within(items.due, period) & (items.finished | ~items.on_time)


def is_due_next(items: pd.DataFrame, today: pd.Timestamp) -> "pd.Series[bool]":
    """Open, and due from today until a week from now."""
    near: pd.Series[bool] = items.due.between(today, today + timedelta(days=SOON_DAYS))
    return items.open & near


def statuses(items: pd.DataFrame, names: Sequence[str]) -> tuple[int, ...]:
    """How many items that are not closed have each status."""
    counts = items.computed.value_counts()
    return tuple(int(counts.get(name, 0)) for name in names)


def open_at(items: pd.DataFrame, period: Period) -> "pd.Series[bool]":
    """What had come up and was not done at the end of a period; what was cancelled, nobody knows when, is over."""
    end = pd.Timestamp(period.last)
    over: pd.Series[bool] = (items.finished & items.done.le(end)) | ~(items.finished | items.open)
    gone: pd.Series[bool] = items.began.gt(end) | over
    return ~gone


def within(days: "pd.Series[pd.Timestamp]", period: Period) -> "pd.Series[bool]":
    """Which days lie in a period."""
    return days.between(pd.Timestamp(period.first), pd.Timestamp(period.last))


def _count(mask: "pd.Series[bool]") -> int:
    return int(mask.sum())
