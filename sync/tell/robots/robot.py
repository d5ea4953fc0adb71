"""The contract of every group robot; ``tests/test_robot_contract.py`` runs over all of them."""

from typing import Protocol

from sync.tell.channel import Delivery
from sync.tell.group_message import GroupMessage


class Robot(Protocol):
    """A robot in one group."""

    def fits(self, message: GroupMessage) -> bool:
        """Whether the message stays below the vendor's limit, in the bytes that the vendor counts."""

    def send(self, message: GroupMessage) -> Delivery:
        """Post one message. Never raises for what the vendor or the network says; never names a secret."""
