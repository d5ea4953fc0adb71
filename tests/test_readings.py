"""Lengths, votes, times and names are read from single cells as a person reads them (readings.yml)."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.owners import NamedOwner, OwnerKind, looks_like_name, read_owner
from rules.relative_dates import meant_day
from rules.same_person import may_be_same
from rules.spelling import differ_by_one, look_alike
from rules.typed_dates import read_date, read_time
from rules.typed_minutes import read_minutes
from rules.votes import read_votes
from rules.waivers import read_waivers
from rules.wordlists import word_lists
from rules.workdays import calendar

READ: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "readings.yml").read_text("utf-8"))


@pytest.mark.parametrize("text", READ["minutes"])
def test_minutes(text) -> None:
    read = read_minutes(text)

    assert (None if math.isnan(read) else read) == READ["minutes"][text]


@pytest.mark.parametrize("text", READ["votes"])
def test_votes(text) -> None:
    read = read_votes(text)

    assert (read and list(read)) == READ["votes"][text]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind in ("dates", "past") for text in READ[kind]]
)
def test_dates(kind, text) -> None:
    near = date(2024, 5, 28)
    read = read_date(text, near, past=True) if kind == "past" else read_date(text, near)

    assert (read.reading == "exact") == (read.moment is not None)
    assert (f"{read.moment:%Y-%m-%d %H:%M}" if read.moment else read.reading) == str(READ[kind][text])


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind in ("meant", "meant_in_november") for text in READ[kind]]
)
def test_the_day_that_words_mean(kind, text) -> None:
    said_on = date(2024, 5, 20) if kind == "meant" else date(2024, 11, 20)

    assert str(meant_day(text, said_on, said_on, calendar(today=said_on))) == str(READ[kind][text])


@pytest.mark.parametrize("text", READ["meant_whenever"])
def test_the_day_that_words_mean_whenever_they_were_said(text) -> None:
    meant = meant_day(text, None, None, calendar(today=date(2024, 5, 20)))

    assert str(meant) == str(READ["meant_whenever"][text])


def test_in_the_last_days_of_a_month_or_a_year_its_end_may_be_the_next_ones() -> None:
    may = [
        meant_day("月底", date(2024, 5, day), None, calendar(today=date(2024, 5, day))) for day in (26, 27)
    ]
    assert may == [date(2024, 5, 31), None]
    for words, said_on in (("年底", date(2024, 12, 2)), ("二季度末", date(2024, 6, 30))):
        assert meant_day(words, said_on, None, calendar(today=said_on)) is None


def test_numbers_are_days_since_1900_or_a_month_and_a_day() -> None:
    read = {
        number: read_date(number, date(2024, 5, 28))
        for number in (45458, 45458.75, 18264, 73050, 20240615, 5.27, 5.4)
    }

    assert [f"{each.moment:%Y-%m-%d %H:%M}" for each in read.values()] == [
        "2024-06-15 00:00", "2024-06-15 18:00", "1950-01-01 00:00", "2099-12-31 00:00", "2024-06-15 00:00",
        "2024-05-27 00:00", "2024-05-04 00:00",
    ]  # fmt: skip
    none = [
        read_date(number, date(2024, 5, 28)).reading
        for number in (5.2, 5.1, 1.3, 12.3, 13.1, 18263, 73051, math.nan, math.inf)
    ]
    assert none == [
        *["ambiguous"] * 4,
        "impossible",
        "unreadable",
        "unreadable",
        "unreadable",
        "unreadable",
    ]


@pytest.mark.parametrize("text", READ["times"])
def test_times_of_day(text) -> None:
    meant = READ["times"][text]

    assert read_time(text) == (meant and time.fromisoformat(meant))


def test_what_a_spreadsheet_takes_for_a_time() -> None:
    read = {0.0: time(), 0.5: time(12), 0.75: time(18), 0.40001: time(9, 36), 1.0: None, -0.25: None, 9: None}
    spans = {
        timedelta(hours=9): time(9),
        timedelta(): time(),
        timedelta(days=1): None,
        timedelta(hours=-1): None,
    }
    others = {
        timedelta(days=1, hours=9): None,
        time(9, 30): time(9, 30),
        datetime(2024, 5, 28, 14): time(14),
        None: None,
    }

    for value, meant in {**read, **spans, **others}.items():
        assert read_time(value) == meant, value


def test_what_a_spreadsheet_takes_for_a_date() -> None:
    read = [
        read_date(value, date(2024, 5, 28))
        for value in (date(2024, 6, 15), datetime(2024, 6, 15, 9, tzinfo=UTC), None, True)
    ]

    assert [each.moment for each in read] == [datetime(2024, 6, 15), datetime(2024, 6, 15, 9), None, None]
    assert [each.reading for each in read] == ["exact", "exact", "empty", "unreadable"]


@pytest.mark.parametrize(("same", "kind"), [(True, "same"), (False, "others")])
def test_whether_two_cells_may_name_one_person(same, kind) -> None:
    for one, other in READ[kind]:
        assert may_be_same(one, other, word_lists()) is same, (one, other)
        assert may_be_same(other, one, word_lists()) is same, (other, one)


@pytest.mark.parametrize("slip", ["dane", "doe", "done1", "donee", "odne", "doen", "xdone", "dond", "one"])
def test_one_slip_of_the_keyboard(slip) -> None:
    assert differ_by_one("done", slip)
    assert differ_by_one(slip, "done")


@pytest.mark.parametrize("other", ["done", "do", "dnoe1", "dnao", "deno", "edon", "1done1", "dxxe", "d"])
def test_none_or_more_than_one(other) -> None:
    assert not differ_by_one("done", other)
    assert not differ_by_one(other, "done")


@pytest.mark.parametrize(("typed", "meant"), READ["alike"])
def test_signs_that_look_alike(typed, meant) -> None:
    assert look_alike(typed) == look_alike(meant) != look_alike("已取消")


NAMES = frozenset({"卓玛", "Ann Chan", "Fiona", "王芳"})
DEPARTMENTS = frozenset({"产品中心一室", "Growth"})


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind in ("owners", "owners_listed") for text in READ[kind]]
)
def test_whom_an_owner_cell_names(kind, text) -> None:
    directory = (NAMES, DEPARTMENTS) if kind == "owners_listed" else ()
    owner = read_owner(text, word_lists(), *directory)

    said = READ[kind][text]
    meant = [said] if isinstance(said, str) else said
    assert owner == NamedOwner(OwnerKind(meant[0]), *meant[1:])


@pytest.mark.parametrize(("like", "kind"), [(True, "name_like"), (False, "no_name")])
def test_what_looks_like_a_name(like, kind) -> None:
    assert {text: looks_like_name(text, word_lists()) for text in READ[kind]} == dict.fromkeys(
        READ[kind], like
    )


@pytest.mark.parametrize("text", READ["waivers"])
def test_waivers(text) -> None:
    read = [(list(one.codes), one.until, one.reason, one.flaw) for one in read_waivers(text)]

    assert read == [
        (codes, until, reason, *(flaw or [None])) for codes, until, reason, *flaw in READ["waivers"][text]
    ]
