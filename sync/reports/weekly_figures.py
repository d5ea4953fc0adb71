"""All figures of the weekly summary, of everything or of one department. Pure: it is laid out elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from rules.wordlists import WordLists
from sync.reports import listing
from sync.reports.counting import Rate, TrendWeek, now_figures, statuses, trend, week_figures, within
from sync.reports.facts import Facts
from sync.reports.grouping import Faults, Group, faults, groups
from sync.reports.listing import Decision, Line, Listing, MeetingLine
from sync.reports.past import Week
from sync.reports.periods import Period, week_of, weeks_until

STATUSES = ("not_started", "in_progress", "blocked", "delayed", "waiting")
"""Statuses of what is not closed, in the order of the pie's slices."""

DEADLINES = ("notice_in_time", "minutes_in_time", "distributed_in_time")
STRIP = 30
"""So many items are drawn against the weeks."""


class Compliance(NamedTuple):
    """One deadline of meetings: kept in this week, in the last, in the last twelve."""

    key: str
    this: Rate
    last: Rate
    twelve: Rate


@dataclass(frozen=True)
class WeeklyFigures:
    """What a weekly summary shows. ``now`` and ``before`` are figures by key; a key that is not known is missing."""

    today: pd.Timestamp
    week: Period
    now: Week
    before: Week
    statuses: tuple[int, ...]
    trend: tuple[TrendWeek, ...]
    departments: tuple[Group, ...]
    owners: tuple[Group, ...]
    late: Listing[Line]
    due_next: Listing[Line]
    blocked: Listing[Line]
    strip: Listing[Line]
    undecided: Listing[Decision]
    held: tuple[int, int, int]
    compliance: tuple[Compliance, ...]
    missed: Listing[MeetingLine]
    faults: tuple[Faults, ...]


def weekly_figures(facts: Facts, words: WordLists, remembered: Mapping[str, Week]) -> WeeklyFigures:
    """All figures; ``remembered`` are those of former weeks by their Monday."""
    week = week_of(facts.today.date())
    last = week_of(week.before)
    return WeeklyFigures(
        facts.today,
        week,
        now_figures(facts),
        week_figures(facts, last, remembered),
        statuses(facts.items, STATUSES),
        trend(facts, remembered),
        groups(facts, "department"),
        groups(facts, "person"),
        listing.late(facts),
        listing.due_next(facts),
        listing.blocked(facts),
        listing.planned(facts, STRIP),
        listing.undecided(facts, words),
        *_meetings(facts, week, last),
        listing.missed_deadlines(facts, last.first),
        faults(facts),
    )


def _meetings(
    facts: Facts, week: Period, last: Period
) -> tuple[tuple[int, int, int], tuple[Compliance, ...]]:
    if not facts.has_meetings:
        return (0, 0, 0), ()
    twelve = Period(weeks_until(facts.today.date(), 12)[0].first, week.last)
    periods = (week, last, twelve)
    held = [facts.meetings[facts.meetings.held & within(facts.meetings.day, each)] for each in periods]
    this_week, last_week, twelve_weeks = map(len, held)
    kept = tuple(Compliance(key, *(_rate(meetings[key]) for meetings in held)) for key in DEADLINES)
    return (this_week, last_week, twelve_weeks), kept


def _rate(answers: "pd.Series[bool]") -> Rate:
    known = answers.dropna()
    return Rate(int(known.sum()), len(known))
