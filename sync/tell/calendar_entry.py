"""An action item as an entry for a person's calendar: all of its due day, known again when the date moves. Pure.

``METHOD:PUBLISH``: an entry to take over. ``REQUEST`` would be an invitation, and declining it would answer the
coordinator and change nothing in the tracker. An event, not a to-do, because most calendars take no to-dos; one
a file, because of several some take only the first.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sheet_templates.wording import Words
from sync.history import RowState
from sync.tell.digest import one_line
from sync.tell.letter import Attached
from sync.tell.notice import CALENDAR, Item, Kind, Notice, Recipient

_EPOCH = datetime(2020, 1, 1)
_SUMMARY, _LINE = 120, 300
_MOST = 20  # files that a mail brings; more come with the next one


def entries(notices: Iterable[Notice], today: date) -> tuple[Notice, ...]:
    """Which items of a person's mail belong into their calendar: what they have to do and is not past its day. Each
    item is one for each date that it has, whatever tells of it: so says the key."""
    own = (notice for notice in notices if notice.kind is Kind.DUE_SOON and not notice.copy)
    keyed = {
        f"{CALENDAR}:{notice.subject.id}:{notice.subject.due}:{notice.recipient.email.lower()}": notice
        for notice in own
        if notice.subject.due and notice.subject.due >= today
    }
    return tuple(replace(notice, key=key) for key, notice in list(keyed.items())[:_MOST])


def attachments(
    notices: Iterable[Notice], states: Mapping[str, RowState], tracker: str, now: datetime, words: Words
) -> tuple[Attached, ...]:
    """The files of such entries. ``states`` is what is remembered of each row, by its number."""
    return tuple(
        calendar_entry(item, notice.recipient, tracker, states[item.id].touched, now, words)
        for notice in notices
        if isinstance(item := notice.subject, Item) and item.due and item.id in states
    )


def calendar_entry(
    item: Item, recipient: Recipient, tracker: str, touched: datetime, now: datetime, words: Words
) -> Attached:
    """The entry of one item for one person. Raises ValueError where it has no due date.

    ``touched`` is when the row last changed (as the ledger has it): the later, the higher SEQUENCE, so that a
    calendar takes a moved date for news of the same entry. ``now`` needs a time zone.
    """
    if item.due is None:
        raise ValueError("an entry of a calendar needs a day")
    from icalendar import Calendar, Event  # slow to import

    texts = words["calendar"]
    event = Event()
    event.add("uid", _uid(item, recipient, tracker))
    event.add("sequence", _sequence(touched))
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", item.due)
    event.add("dtend", item.due + timedelta(days=1))
    event.add(
        "summary", one_line(texts["summary"].format(id=item.id, description=item.description), _SUMMARY)
    )
    event.add("description", "\n".join(_lines(item, tracker, words)))
    event.add("transp", "TRANSPARENT")  # a day with a due date is not a day without time
    event.add("class", "PRIVATE" if item.confidential else "PUBLIC")
    calendar = Calendar()
    calendar.add("prodid", "-//closeloop//closeloop//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return Attached("closeloop.ics", "calendar", calendar.to_ical().decode(), (("method", "PUBLISH"),))


def _uid(item: Item, recipient: Recipient, tracker: str) -> str:
    """The same as long as item and person are; two people's entries do not meet in a shared calendar."""
    parts = json.dumps([tracker, item.id, recipient.email.casefold()])
    return f"{hashlib.sha256(parts.encode()).hexdigest()[:32]}@closeloop"


def _sequence(touched: datetime) -> int:
    """Minutes from 2020 on: it only grows, also where the ledger was lost in between."""
    return max(0, int((touched - _EPOCH).total_seconds() // 60))


def _lines(item: Item, tracker: str, words: Words) -> list[str]:
    texts = words["mail_item"]
    shown = {"meeting": item.meeting, "owner": item.owner, "place": f"{tracker} {item.place}"}
    return [
        texts["label"].format(label=texts[key]) + one_line(text, _LINE) for key, text in shown.items() if text
    ]
