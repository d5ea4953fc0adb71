"""What a person answers of an item by mail, as a value."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Verb(StrEnum):
    """What is said of an item."""

    DONE = "done"
    RECEIVED = "received"
    POSTPONED = "postponed"


class Answer(NamedTuple):
    """One line of a reply. ``message`` is its Message-ID, ``place`` which of its answers this is, ``email`` who wrote.

    ``names`` are the words beside what is said, one a line, among them the item's number; ``sole`` is the number of the
    only item that the answered mail was about, for a reply that names none. ``day`` is an ISO day, '' where nothing
    is put off. ``moment`` is when the reply was read.
    """

    message: str
    place: int
    email: str
    names: str
    sole: str
    verb: str
    day: str
    reason: str
    moment: datetime
