"""Working days: announced holidays with their make-up days, other countries, an organisation's own days, estimates."""

from datetime import date, timedelta

import holidays
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.workdays import calendar, holiday_name

TODAY = date(2024, 5, 28)
CHINA = calendar(today=TODAY)


@pytest.mark.parametrize(
    "day", ["2025-01-26", "2025-02-08", "2025-04-27", "2026-01-04", "2026-02-14", "2026-10-10", "2024-05-11"]
)
def test_make_up_weekends_are_working_days(day):
    assert CHINA.is_working(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2024-05-01", "2024-06-10", "2025-10-01", "2026-02-17", "2024-05-25"])
def test_holidays_and_weekends_are_not(day):
    assert not CHINA.is_working(date.fromisoformat(day))


def test_two_sources_agree_on_every_day_since_2006():
    other = holidays.country_holidays("CN", years=range(2006, 2027))
    days = [
        date(2006, 1, 1) + timedelta(days=n) for n in range((date(2026, 12, 31) - date(2006, 1, 1)).days + 1)
    ]

    assert [day for day in days if CHINA.is_working(day) != other.is_working_day(day)] == []


@pytest.mark.parametrize(
    ("due", "end", "days"),
    [
        ("2024-05-22", "2024-05-28", 4),  # document 001, third row
        ("2024-05-24", "2024-05-25", 0),  # due on Friday, done on Saturday
        ("2024-05-24", "2024-05-24", 0),
        ("2024-05-24", "2024-05-20", 0),
        ("2024-05-10", "2024-05-11", 1),  # a working Saturday
        ("2024-04-30", "2024-05-06", 1),  # over the May holidays
        ("2024-09-30", "2024-10-08", 1),  # over the national holidays
        ("1924-05-24", "1925-05-24", 0),  # outside the calendar
    ],
)
def test_lateness_is_counted_in_working_days(due, end, days):
    assert CHINA.between(date.fromisoformat(due), date.fromisoformat(end)) == days


def test_missing_dates_have_no_lateness():
    due = pd.Series(pd.to_datetime(["2024-05-22", None]), index=[5, 9])

    late = CHINA.late_days(due, pd.Series(pd.Timestamp(TODAY), index=[5, 9]))

    assert late.isna().tolist() == [False, True]


def test_own_days_win():
    own = calendar(
        own={date(2024, 6, 3): False, date(2024, 6, 8): True, date(2024, 10, 1): True}, today=TODAY
    )

    assert [own.is_working(day) for day in (date(2024, 6, 3), date(2024, 6, 8), date(2024, 10, 1))] == [
        False,
        True,
        True,
    ]


def test_a_year_not_announced_yet_is_an_estimate():
    year = max(CHINA.announced) + 1
    soon = calendar(today=date(year - 1, 11, 1))

    due, end = (
        pd.Series(pd.to_datetime(days))
        for days in (["2026-12-20", "2026-03-01"], [f"{year}-01-08", "2026-03-09"])
    )
    assert soon.any_estimated(due, end).tolist() == [True, False]
    assert not soon.is_working(date(year, 1, 1))


def test_other_countries():
    germany, plain = calendar("DE", today=TODAY), calendar("", today=TODAY)

    assert (germany.is_working(date(2024, 10, 3)), germany.is_working(date(2024, 5, 11))) == (False, False)
    assert plain.is_working(date(2024, 5, 1))
    with pytest.raises(LookupError):
        calendar("XX", today=TODAY)


def test_a_holiday_has_a_name():
    names = {
        ("CN", date(2024, 6, 10)): "Dragon Boat Festival",
        ("cn", date(2024, 10, 1)): "National Day",
        ("CN", date(2024, 6, 12)): "",
        ("DE", date(2024, 5, 1)): "Labor Day",
        ("DE", date(2024, 5, 2)): "",
        ("", date(2024, 5, 1)): "",
        ("XX", date(2024, 5, 1)): "",
    }

    assert {asked: holiday_name(*asked) for asked in names} == names
    assert holiday_name("CN", date(max(CHINA.announced) + 1, 1, 1)) == "New Year's Day"


def test_moving_by_working_days():
    assert CHINA.last_working(date(2024, 6, 10)) == date(2024, 6, 7)
    assert CHINA.add(date(2024, 6, 7), 1) == date(2024, 6, 11)
    assert CHINA.add(date(2024, 6, 8), 1) == date(2024, 6, 11)
    assert CHINA.add(date(2024, 6, 11), -1) == date(2024, 6, 7)


DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))


@settings(deadline=None)
@given(DAYS, DAYS)
def test_counting_agrees_with_a_plain_loop(due, end):
    expected = sum(CHINA.is_working(due + timedelta(days=n)) for n in range(1, (end - due).days + 1))

    assert CHINA.between(due, end) == expected


@settings(deadline=None)
@given(DAYS, st.integers(1, 30))
def test_adding_and_counting_are_inverse(day, count):
    assert CHINA.between(day, CHINA.add(day, count)) == count
