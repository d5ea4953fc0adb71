"""The contract of whatever hands messages over; ``tests/test_channel_contract.py`` runs over all of them."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol


@dataclass(frozen=True)
class Delivery:
    """What became of one message: handed over, or not and why.

    ``permanent`` says that trying again makes no sense (an address that is refused); ``unsure`` that the
    line broke after the message was sent and before the server answered, so that it may have arrived.
    """

    sent: bool
    detail: str = ""
    permanent: bool = False
    unsure: bool = False


class Post(Protocol):
    """An open way out: one connection for a whole pass."""

    def send(self, message: EmailMessage) -> Delivery:
        """Hand one message over. Never raises for what the server or the network says."""


class Channel(Protocol):
    """A way out that can be opened. Raises DeliveryFault when it cannot be (no connection, login refused)."""

    def open(self) -> AbstractContextManager[Post]:
        """Open it for one pass."""
