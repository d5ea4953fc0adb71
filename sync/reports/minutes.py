"""The minutes of a meeting from its rows (001 §二(三) 模板2, 000 §三(二)): what they say, not yet how they look."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from rules.conclusions import UNRESOLVED, read_conclusion
from rules.table import Book
from sync.reports.meeting_rows import MeetingRows, Row, rows_of


@dataclass(frozen=True)
class MeetingTopic:
    """One topic: what was said of it, what came of it and why. ``open`` is one that has to come back."""

    no: str
    title: str
    presenter: str
    description: str
    planned: int | None
    discussion: str
    conclusion: str
    grounds: str
    votes: str
    follow_up_by: str
    follow_up_due: str
    open: bool


@dataclass(frozen=True)
class MeetingItem:
    """One action item. ``due`` is an ISO day, or what was typed where that names none."""

    id: str
    description: str
    owner: str
    department: str
    assisting: str
    due: str
    standard: str


@dataclass(frozen=True)
class MeetingMinutes:
    """All that the minutes of a meeting say; texts may be empty, and those of cells have their lines.

    ``starts`` and ``ends`` are moments in local time, ``held_on`` the day where only that is known.
    ``approved`` is whether the host has approved them; until then they are a draft.
    """

    id: str
    name: str
    type: str
    held_on: date | None
    starts: datetime | None
    ends: datetime | None
    when_typed: str
    place: str
    host: str
    recorder: str
    attendees: str
    absentees: str
    delegates: str
    goal: str
    material: str
    topics: tuple[MeetingTopic, ...]
    items: tuple[MeetingItem, ...]
    next_meeting: str
    reviewer: str
    confirm_by: str
    confidential: bool
    approved: bool


def minutes_of(book: Book, meeting: str) -> MeetingMinutes:
    """The minutes of a meeting of judged tables (with the facts of meetings), named by its number or name.

    Raises UsageFault where there is no such meeting, or several.
    """
    return minutes_from(rows_of(book, meeting), book)


def minutes_from(rows: MeetingRows, book: Book) -> MeetingMinutes:
    """The minutes of a meeting from its rows."""
    row = rows.meeting
    return MeetingMinutes(
        id=row["id"],
        name=row["name"],
        type=row["type_typed"],
        held_on=rows.held_on,
        starts=_moment(row["starts"]),
        ends=_moment(row["ends"]),
        when_typed=" ".join(filter(None, (row["date_typed"], row["start_typed"]))),
        place=row["place"],
        host=row["host"],
        recorder=row["recorder"],
        attendees=row["attendees"],
        absentees=row["absentees"],
        delegates=row["delegate"],
        goal=row["goal"],
        material=row["material"],
        topics=_topics(rows, book),
        items=tuple(_item(item) for item in rows.items),
        next_meeting=row["next_meeting"],
        reviewer=row["reviewer"],
        confirm_by=_when_or_typed(row, "confirm_by"),
        confidential=row["confidential"] == "yes",
        approved=bool(row["approved_typed"]),
    )


def _topics(rows: MeetingRows, book: Book) -> tuple[MeetingTopic, ...]:
    return tuple(
        MeetingTopic(
            no=topic["no"] or str(place),
            title=topic["title"],
            presenter=topic["presenter"],
            description=topic["description"],
            planned=None if pd.isna(topic["planned"]) else round(topic["planned"]),
            discussion=topic["discussion"],
            conclusion=topic["conclusion"],
            grounds=topic["grounds"],
            votes=topic["votes"],
            follow_up_by=topic["follow_up_by"],
            follow_up_due=_when_or_typed(topic, "follow_up_due"),
            open=read_conclusion(topic["conclusion"], book.words) in UNRESOLVED,
        )
        for place, topic in enumerate(rows.topics, start=1)
    )


def _item(row: Row) -> MeetingItem:
    texts = {key: row[key] for key in ("id", "description", "owner", "department", "assisting", "standard")}
    return MeetingItem(**texts, due=_when_or_typed(row, "due"))


def _when_or_typed(row: Row, key: str) -> str:
    """A moment by its day, with the time where it has one; what was typed where that could not be read."""
    moment = _moment(row[key])
    if moment is None:
        return str(row[f"{key}_typed"])
    return (
        moment.isoformat(" ", "minutes")
        if moment != datetime(*moment.timetuple()[:3])
        else f"{moment:%Y-%m-%d}"
    )


def _moment(value: Any) -> datetime | None:
    return None if pd.isna(value) else value.to_pydatetime()
