"""Working days: announced Chinese public holidays with their make-up days, other countries, and an organisation's own days.

Sources, the later wins: Monday to Friday; the public holidays of the country (for China the State
Council's yearly notice, 调休 included, from chinesecalendar); the organisation's own 工作日历 tab.
A Chinese year without a notice yet is *estimated*: Monday to Friday less the statutory holidays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)
"""Days outside are counted as if they were the nearest of these (rule A107 reports them)."""

_DAY = "datetime64[D]"


@dataclass(frozen=True)
class Calendar:
    """Which days are working days. ``announced`` are the years whose holidays are published."""

    week: np.busdaycalendar
    announced: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        return bool(np.is_busday(_clamped(day), busdaycal=self.week))

    def last_working(self, day: date) -> date:
        """The day itself, or else the nearest working day before it."""
        return self._roll(day, 0, "backward")

    def add(self, day: date, working_days: int) -> date:
        """The day that comes ``working_days`` working days after ``day`` (before it, if negative)."""
        return self._roll(day, working_days, "backward" if working_days >= 0 else "forward")

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; 0 if end is not later."""
        return int(self.late_days(pd.Series([pd.Timestamp(start)]), pd.Series([pd.Timestamp(end)])).iloc[0])

    def late_days(self, due: "pd.Series[pd.Timestamp]", end: "pd.Series[pd.Timestamp]") -> "pd.Series[int]":
        """Working days after each due date up to and including each end; 0 where not late (handbook §3).

        Both are datetime64 of one length; where either is missing the answer is <NA> (Int64).
        """
        known = (due.notna() & end.notna()).to_numpy()
        counted = np.zeros(len(due), dtype=np.int64)
        first = _bounded(due.to_numpy()[known]) + 1
        last = _bounded(end.to_numpy()[known]) + 1
        counted[known] = np.maximum(np.busday_count(first, last, busdaycal=self.week), 0)
        return pd.Series(counted, index=due.index, dtype="Int64").where(pd.Series(known, index=due.index))

    def any_estimated(
        self, due: "pd.Series[pd.Timestamp]", end: "pd.Series[pd.Timestamp]"
    ) -> "pd.Series[bool]":
        """Where the days from due to end touch a year that is not announced; False where either is missing."""
        first, last = due.dt.year, end.dt.year
        return ~(first.isin(self.announced) & last.isin(self.announced)) & due.notna() & (end > due)

    def _roll(self, day: date, offset: int, roll: str) -> date:
        moved = np.busday_offset(_clamped(day), offset, roll=roll, busdaycal=self.week)  # type: ignore[call-overload]
        return pd.Timestamp(moved).date()


def calendar(country: str = "CN", own: Mapping[date, bool] | None = None, *, today: date) -> Calendar:
    """The calendar of a country (ISO code; "" for Monday to Friday) under an organisation's own days.

    ``own`` says of single days whether people work (True) or not. Statutory holidays of years that
    are not announced are estimated from the year before ``today`` to three years after it.
    """
    off, announced = _public(country.upper(), today.year)
    days_off = dict.fromkeys(off, True) | {day: not working for day, working in (own or {}).items()}
    holidays = np.array([day for day, is_off in days_off.items() if is_off], dtype=_DAY)
    return Calendar(np.busdaycalendar(weekmask="1111111", holidays=holidays), announced)


def holiday_name(country: str, day: date) -> str:
    """The English name of the public holiday that a day belongs to, make-up days included; '' if to none."""
    if not country:
        return ""
    if country.upper() == "CN" and day.year in announced_years():
        import chinese_calendar

        return str(chinese_calendar.get_holiday_detail(day)[1] or "")
    import holidays

    try:
        return str(holidays.country_holidays(country.upper(), years=day.year, language="en_US").get(day, ""))
    except NotImplementedError:
        return ""


@cache
def _public(country: str, year: int) -> tuple[frozenset[date], frozenset[int]]:
    if country == "CN":
        return _china(year)
    every = frozenset(range(FIRST.year, LAST.year + 1))
    return (_weekends() | _statutory(country, year - 5, year + 5) if country else _weekends()), every


def _china(year: int) -> tuple[frozenset[date], frozenset[int]]:
    import chinese_calendar

    announced = frozenset(announced_years())
    off = _weekends() - chinese_calendar.workdays.keys() | chinese_calendar.holidays.keys()
    last = date(max(announced), 12, 31)
    return frozenset({*off, *(day for day in _statutory("CN", year - 1, year + 3) if day > last)}), announced


@cache
def announced_years() -> tuple[int, ...]:
    """The years whose Chinese public holidays are published, as far as chinesecalendar knows."""
    import chinese_calendar

    def known(year: int) -> bool:
        try:
            chinese_calendar.is_workday(date(year, 1, 1))
        except NotImplementedError:
            return False
        return True

    return tuple(year for year in range(2000, LAST.year) if known(year))


@cache
def _weekends() -> frozenset[date]:
    days = np.arange(np.datetime64(FIRST), np.datetime64(LAST) + 1, dtype=_DAY)
    return frozenset(days[~np.is_busday(days)].astype(object))


def _statutory(country: str, first: int, last: int) -> frozenset[date]:
    """Public holidays of a country; LookupError for a code that is not known."""
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=range(first, last + 1)))
    except NotImplementedError as unknown:
        raise LookupError(country) from unknown


def _clamped(day: date) -> "np.datetime64":
    return np.datetime64(min(max(day, FIRST), LAST - timedelta(days=1)))


def _bounded(days: "npt.NDArray[np.datetime64]") -> "npt.NDArray[np.datetime64]":
    first, last = np.datetime64(FIRST), np.datetime64(LAST - timedelta(days=1))
    bounded: npt.NDArray[np.datetime64] = np.minimum(np.maximum(days.astype(_DAY), first), last)
    return bounded
