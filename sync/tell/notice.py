"""What is told to whom, as values: one notice is one item for one person; a digest is one person's mail."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """Why somebody is told (handbook §4), most urgent first."""

    RISK = "risk"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"


@dataclass(frozen=True, order=True)
class Recipient:
    """A person and the address that the directory gives for them."""

    name: str
    email: str


@dataclass(frozen=True)
class Item:
    """What a mail says of one action item, ready to be shown: texts in the recipient's language.

    ``late_days`` are working days, ``days_left`` calendar days until the due date (negative once it has
    passed). ``place`` says where the row is (``行动项跟踪表!A12``), ``problems`` what is wrong with it. Of what is
    ``confidential`` several people together learn only that it is there.
    """

    id: str
    description: str
    meeting: str
    owner: str
    department: str
    due: date
    days_left: int
    late_days: int
    status: str
    risk: str
    place: str
    problems: tuple[str, ...] = ()
    confidential: bool = False


@dataclass(frozen=True)
class Notice:
    """One thing to tell one person.

    ``key`` is unique for ever: the same rung of the same item is told to the same person once.
    ``copy`` marks those who are kept informed of what somebody else has to do; ``due`` is the day from
    which on it is to be told.
    """

    kind: Kind
    key: str
    recipient: Recipient
    copy: bool
    due: date
    item: Item


@dataclass(frozen=True)
class Digest:
    """All that one person is told in one pass: one mail."""

    recipient: Recipient
    notices: tuple[Notice, ...]
