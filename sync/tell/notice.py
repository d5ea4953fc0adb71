"""What is told to whom, as values: one notice is one thing for one person; a digest is one person's mail."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """Why somebody is told (handbook §4), most urgent first; ``sheet_templates/ladder.toml`` has the rest."""

    ESCALATION = "escalation"
    RISK = "risk"
    BLOCKED = "blocked"
    OVERDUE = "overdue"
    ACCEPTANCE = "acceptance"
    DUE_SOON = "due_soon"
    MINUTES_DUE = "minutes_due"
    REVIEW_DUE = "review_due"
    DISTRIBUTION_DUE = "distribution_due"
    NOTICE_LATE = "notice_late"
    MATERIAL_LATE = "material_late"
    CONFIRM = "confirm"
    MINUTES = "minutes"
    INVITATION = "invitation"
    PROBLEM = "problem"
    BRAKE = "brake"
    UNREACHABLE = "unreachable"
    DAILY = "daily"
    WEEKLY = "weekly"
    QUARTERLY = "quarterly"


PAPERS = (Kind.MINUTES, Kind.INVITATION)
"""What is a document and has a mail of its own."""

CALENDAR, GROUP = "calendar", "group"
"""What the keys begin with of an entry for a person's calendar and of a message to a group, instead of a kind."""


@dataclass(frozen=True, order=True)
class Recipient:
    """A person and the address that the directory gives for them."""

    name: str
    email: str


@dataclass(frozen=True)
class Item:
    """What a mail says of one action item, ready to be shown: texts in the recipient's language.

    ``late_days`` are working days, ``days_left`` calendar days until the due date (negative once it has
    passed); ``due`` is None where the row has no exact one. ``place`` says where the row is
    (``行动项跟踪表!A12``), ``problems`` what is wrong with it. Of what is ``confidential`` several people together
    learn only that it is there.
    """

    id: str
    description: str
    meeting: str
    owner: str
    department: str
    due: date | None
    days_left: int
    late_days: int
    status: str
    risk: str
    place: str
    problems: tuple[str, ...] = ()
    confidential: bool = False


@dataclass(frozen=True)
class Meeting:
    """What a mail says of one meeting: ``due`` is the day by which something was to be done for it, ``late_days``
    the working days since; ``missing`` are the people or things that are still waited for."""

    id: str
    name: str
    held_on: date | None
    host: str
    recorder: str
    due: date | None
    late_days: int
    place: str
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figures:
    """A short account: ``figures`` are label and value, ``lines`` single things worth naming.

    ``id`` tells it apart from others of its kind, ``due`` is the day that it is of.
    """

    id: str
    title: str
    due: date
    figures: tuple[tuple[str, str], ...]
    lines: tuple[str, ...] = ()
    late_days: int = 0
    place: str = ""


Subject = Item | Meeting | Figures


@dataclass(frozen=True)
class Notice:
    """One thing to tell one person.

    ``key`` is unique for ever: the same rung of the same thing is told to the same person once.
    ``copy`` marks those who are kept informed of what somebody else has to do; ``due`` is the day from
    which on it is to be told.
    """

    kind: Kind
    key: str
    recipient: Recipient
    copy: bool
    due: date
    subject: Subject


@dataclass(frozen=True)
class Digest:
    """All that one person is told in one pass: one mail."""

    recipient: Recipient
    notices: tuple[Notice, ...]
