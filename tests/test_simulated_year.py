"""A simulated year: nobody is told twice, nothing is missed, nothing goes out at night or on a day off."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import takewhile

import pytest

from tests.simulated_year import (
    FIRST,
    LAST,
    OF_ITEMS,
    TEXTS,
    TIMELINE,
    expected,
    gatherings,
    hourly,
    is_working,
    lives,
    one_of_each,
    simulate,
    timeline,
    working_days,
    yearly_items,
)

ITEMS = lives(40, 7)


def moments(seed: int) -> Iterator[datetime]:
    """A pass a day at nine and some at any hour, of which some are missing and between which the clock jumps.

    A working day keeps one pass inside the sending window: what is told each day cannot be told on no day.
    """
    chance, day = random.Random(seed), FIRST
    while day <= LAST:
        first = 9 + chance.random() * 8
        late = first + chance.choice([-3, -1, 0, 2]) if chance.random() < 0.05 else first
        any_hour = [chance.random() * 23 for _ in range(chance.choice([0, 0, 1]))]
        spare = 9 + chance.random() * 8
        hours = [hour for hour in [late, *any_hour] if chance.random() > 0.05]
        hours += [spare] if is_working(day) or not hours else []
        chance.shuffle(hours)  # the clock runs backwards now and then
        yield from (datetime.combine(day, time()) + timedelta(hours=max(hour, 0)) for hour in hours)
        day += timedelta(days=1)


@pytest.mark.slow
def test_each_rung_is_told_once_at_the_right_time_and_none_is_missed():
    """Whatever passes are missing; ``make year`` passes each hour of the year in order."""
    year, wanted = simulate(ITEMS, moments(1)), expected(ITEMS, working_days())

    assert len(wanted) > 300
    assert {rung[0] for rung in wanted} == OF_ITEMS
    assert year.rungs - wanted == set()
    assert wanted - year.rungs == set()
    assert [rung for rung, count in Counter(rung for _, rung in year.told).items() if count > 1] == []
    assert all(
        is_working(moment.date()) and time(8, 30) <= moment.time() <= time(18) for moment, _ in year.told
    )


@pytest.mark.slow
def test_the_mails_of_some_weeks_are_as_they_were_reviewed():
    third_monday = datetime(2026, 1, 19)
    moments = takewhile(lambda moment: moment < third_monday, hourly())

    mails = simulate(yearly_items(), moments, gatherings(12, 3)).mails

    lines, texts = "".join(timeline(mails)), "".join(one_of_each(mails))
    assert len(mails) > 15
    assert TIMELINE.read_text("utf-8").startswith(lines + "2026-01-19"), "read them, then: make year-mails"
    assert TEXTS.read_text("utf-8").startswith(texts), "read them, then: make year-mails"
