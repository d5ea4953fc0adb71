"""Calendar entries, read again: stable, all-day, in short lines, and nothing in a cell can break them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from tell_samples import CLOSELOOP, LETTER, NOW, ZHANG, item, parsed

from sheet_templates import LANGUAGES, words
from sync.tell.calendar_entry import calendar_entry
from sync.tell.letter import message
from sync.tell.notice import Recipient

TOUCHED = datetime(2026, 11, 18, 9, 17)
HOSTILE = '会议\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:AUDIO; , \\ " 🚀'


def entry(
    language: str = "zh-CN", touched: datetime = TOUCHED, to: Recipient = ZHANG, now: datetime = NOW, **fields
) -> str:
    return calendar_entry(item(**fields), to, "跟踪表", touched, now, words(language)).content


def event(text: str):
    (found,) = Calendar.from_ical(text).walk("VEVENT")
    return found


def test_what_it_says():
    read = Calendar.from_ical(entry())
    assert (read["version"], read["method"]) == ("2.0", "PUBLISH")
    found = event(entry())
    assert (found["dtstart"].dt, found["dtend"].dt) == (date(2026, 11, 19), date(2026, 11, 20))
    assert found["dtstamp"].dt == NOW.astimezone(UTC)
    assert found["summary"] == "到期：提交需求确认单（A-1）"
    assert found["description"] == "会议：产品规划会\n负责人：张三\n位置：跟踪表 行动项跟踪表!D1"
    assert (found["transp"], found["class"]) == ("TRANSPARENT", "PUBLIC")
    assert "attendee" not in found
    assert "organizer" not in found


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language(language):
    assert "A-1" in event(entry(language))["summary"]


def test_a_moved_date_is_the_same_entry_with_a_higher_sequence():
    first, moved = (
        event(entry()),
        event(entry(due=date(2026, 11, 12), touched=TOUCHED + timedelta(minutes=60))),
    )
    assert first["uid"] == moved["uid"]
    assert moved["sequence"] == first["sequence"] + 60


def test_the_same_state_gives_the_same_bytes_and_another_zone_the_same_moment():
    assert entry() == entry()
    assert entry() == entry(now=NOW.astimezone(ZoneInfo("Europe/Berlin")))


def test_each_person_and_item_has_an_entry_of_its_own():
    shouting = Recipient("张三", "ZhangSan@Example.com")
    li = Recipient("李四", "lisi@example.com")
    assert event(entry(to=shouting))["uid"] == event(entry())["uid"]
    assert len({event(entry(**fields))["uid"] for fields in [{}, {"to": li}, {"id": "A-2"}]}) == 3


def test_a_date_long_gone_has_no_negative_sequence():
    assert event(entry(touched=datetime(1999, 1, 1)))["sequence"] == 0


def test_what_is_confidential_is_marked():
    assert event(entry(confidential=True))["class"] == "PRIVATE"


TEXT = st.text(max_size=300) | st.just(HOSTILE) | st.just("长" * 300) | st.just("🚀" * 300)


@given(description=TEXT, meeting=TEXT, owner=TEXT, number=TEXT)
@settings(deadline=None, max_examples=150)
def test_whatever_a_cell_holds_stays_in_its_line(description, meeting, owner, number):
    text = entry(description=description, meeting=meeting, owner=owner, id=number)
    lines = text.encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in text.encode().replace(b"\r\n", b"")
    (only,) = Calendar.from_ical(text).walk("VEVENT")
    assert Calendar.from_ical(text).walk("VALARM") == []
    assert sorted(only) == sorted(
        ["UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "TRANSP", "CLASS"]
    )


def test_it_comes_with_the_mail():
    made = calendar_entry(item(description=HOSTILE), ZHANG, "跟踪表", TOUCHED, NOW, words("zh-CN"))
    read = parsed(message(LETTER, ZHANG, CLOSELOOP, ("k",), NOW, attached=[made, made]).as_bytes())
    assert read.get_content_type() == "multipart/mixed"
    bodies, *files = read.iter_parts()
    assert [part.get_content_type() for part in bodies.iter_parts()] == ["text/plain", "text/html"]
    for part in files:
        assert part.get_content_type() == "text/calendar"
        assert part.get_param("method") == "PUBLISH"
        assert part.get_filename() == "closeloop.ics"
        assert event(part.get_content())["uid"] == event(made.content)["uid"]
