"""Weeks and quarters, as days from first to last."""

from datetime import date, timedelta
from typing import NamedTuple


class Period(NamedTuple):
    """A week or a quarter; both ends belong to it."""

    first: date
    last: date

    @property
    def before(self) -> date:
        """The last day before it."""
        return self.first - timedelta(days=1)


def week_of(day: date) -> Period:
    """The week, Monday to Sunday, of a day."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def weeks_until(day: date, count: int) -> tuple[Period, ...]:
    """So many weeks, the earliest first; the last is that of the day."""
    monday = week_of(day).first
    return tuple(week_of(monday - timedelta(weeks=back)) for back in range(count - 1, -1, -1))


def quarter_of(day: date) -> Period:
    """The quarter of a day."""
    month = 3 * ((day.month - 1) // 3) + 1
    first = date(day.year, month, 1)
    return Period(first, (first + timedelta(days=95)).replace(day=1) - timedelta(days=1))


def quarter_number(quarter: Period) -> int:
    """1 to 4."""
    return (quarter.first.month + 2) // 3


def months_of(quarter: Period) -> tuple[Period, ...]:
    """The three months of a quarter."""
    firsts = [quarter.first.replace(month=quarter.first.month + number) for number in range(3)]
    ends = [*(first - timedelta(days=1) for first in firsts[1:]), quarter.last]
    return tuple(map(Period, firsts, ends))
