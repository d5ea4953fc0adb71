"""The invitation to a meeting for people's calendars (iCalendar)."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rules.directory import Person
from sheet_templates import Words
from sync.reports.minutes import MeetingMinutes

if TYPE_CHECKING:
    from icalendar import Event

_HOUR = timedelta(hours=1)


def invitation(
    meeting: MeetingMinutes,
    invited: Sequence[Person],
    organizer: str,
    tracker: str,
    now: datetime,
    words: Words,
) -> bytes | None:
    """The meeting as an .ics file; None where its day is not known.

    ``now`` needs a time zone, in which the meeting's times are; ``organizer`` is a mail address. The same
    meeting keeps its UID, and a later file has the higher SEQUENCE, so that a calendar takes a moved time for
    news of the same entry. Without a start it is a whole day, without an end an hour.
    """
    if meeting.held_on is None:
        return None
    from icalendar import Calendar, Event  # slow to import

    event = Event()
    event.add("uid", _uid(meeting, tracker))
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", max(0, int(now.timestamp() // 60) - 26_000_000))
    _add_times(event, meeting, now)
    event.add("summary", meeting.name)
    if meeting.place:
        event.add("location", " ".join(meeting.place.split()))
    event.add("description", _description(meeting, words))
    event.add("class", "PRIVATE" if meeting.confidential else "PUBLIC")
    event.add("organizer", f"mailto:{organizer}")
    for person in invited:
        event.add("attendee", f"mailto:{person.email}", {"CN": person.name, "RSVP": "TRUE"})
    calendar = Calendar()
    calendar.add("prodid", "-//closeloop//closeloop//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made


def _add_times(event: "Event", meeting: MeetingMinutes, now: datetime) -> None:
    if meeting.starts is None:
        event.add("dtstart", meeting.held_on)
        return
    zone = now.tzinfo or ZoneInfo("UTC")
    ends = meeting.ends or meeting.starts + _HOUR
    event.add("dtstart", meeting.starts.replace(tzinfo=zone).astimezone(UTC))
    event.add("dtend", ends.replace(tzinfo=zone).astimezone(UTC))


def _uid(meeting: MeetingMinutes, tracker: str) -> str:
    parts = json.dumps([tracker, "meeting", meeting.id or meeting.name])
    return f"{hashlib.sha256(parts.encode()).hexdigest()[:32]}@closeloop"


def _description(meeting: MeetingMinutes, words: Words) -> str:
    texts = words["minutes"]
    topics = [f"{topic.no}. {topic.title}" for topic in meeting.topics]
    said = {"meeting_goal": meeting.goal, "agenda": "\n".join(topics), "material": meeting.material}
    return "\n\n".join(f"{texts[key]}\n{text}" for key, text in said.items() if text)
