"""The same figures by department and by owner. Names of confidential items are never among the groups."""

from typing import NamedTuple

import pandas as pd

from sync.reports.counting import TREND_WEEKS, Rate, is_due_next, settled_due, within
from sync.reports.facts import Facts
from sync.reports.periods import Period, week_of, weeks_until


class Group(NamedTuple):
    """One department or owner. ``normal``, ``due_next``, ``late`` and ``at_risk`` add up to what is ``open``.

    ``on_time`` is that of the last twelve weeks. '' is what has no name, or only one that is confidential.
    """

    name: str
    open: int
    normal: int
    due_next: int
    late: int
    at_risk: int
    blocked: int
    waiting: int
    closed: int
    on_time: Rate


class Faults(NamedTuple):
    """The rows of one department that break a rule, and the code that most of them break."""

    name: str
    rows: int
    errors: int
    warnings: int
    most: str


def groups(facts: Facts, by: str) -> tuple[Group, ...]:
    """Figures by ``department`` or ``person``, most late and most open first; those with nothing to do left out."""
    items, today = facts.items, facts.today
    weeks = weeks_until(today.date(), TREND_WEEKS)
    settled = settled_due(items, Period(weeks[0].first, weeks[-1].last))
    late, raised = items.late, items.at_risk
    soon = is_due_next(items, today) & ~late
    counted = pd.DataFrame(
        {
            "open": items.open,
            "normal": items.open & ~late & ~soon & ~raised,
            "due_next": soon & ~raised,
            "late": late & ~raised,
            "at_risk": raised,
            "blocked": items.blocked,
            "waiting": items.waiting,
            "closed": items.closed & within(items.done, week_of(today.date())),
            "in_time": settled & items.finished & items.on_time,
            "settled": settled,
        }
    ).astype("int64")
    sums = counted.groupby(shown_names(items, by).to_numpy()).sum()
    sums["urgent"] = sums.late + sums.at_risk
    busy = sums[(sums.open + sums.waiting + sums.closed).gt(0)]
    ordered = busy.rename_axis("name").reset_index()
    ordered = ordered.sort_values(
        ["urgent", "open", "waiting", "name"], ascending=[False, False, False, True]
    )
    return tuple(
        Group(
            on_time=Rate(each["in_time"], each["settled"]), **{key: each[key] for key in Group._fields[:-1]}
        )
        for each in ordered.to_dict("records")
    )


def shown_names(items: pd.DataFrame, by: str) -> "pd.Series[str]":
    """The group of each item; '' for names that only confidential items have."""
    names = items[by]
    if not items.confidential.any():
        return names
    visible = frozenset(names[~items.confidential])
    return names.where(names.isin(visible), "")


def faults(facts: Facts) -> tuple[Faults, ...]:
    """Departments by the rows that break a rule, most errors first."""
    items = facts.items[facts.items.errors.gt(0) | facts.items.warnings.gt(0)]
    if not len(items):
        return ()
    names = shown_names(items, "department").to_numpy()
    found = items.groupby(names).agg(
        rows=("row", "size"), errors=("errors", "sum"), warnings=("warnings", "sum")
    )
    most = items.groupby(names)["worst"].agg(lambda codes: codes.mode().iloc[0])
    ordered = found.assign(most=most).rename_axis("group").reset_index()
    ordered = ordered.sort_values(["errors", "rows", "group"], ascending=[False, False, True])
    return tuple(
        Faults(each["group"], each["rows"], each["errors"], each["warnings"], each["most"])
        for each in ordered.to_dict("records")
    )
