"""The group robot of WeCom (企业微信群机器人): markdown; the key in the address is all there is to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.tell.channel import Delivery
from sync.tell.group_message import GroupMessage, markdown
from sync.tell.robots.pace import Pace
from sync.tell.robots.poster import Poster
from sync.tell.robots.verdict import verdict

PER_MINUTE = 20
_MOST_BYTES = 4096  # of the text, in UTF-8
_BUSY = (-1, 45009, 45033)


@dataclass(frozen=True)
class WeCom:
    """A robot in a WeCom group."""

    url: str = field(repr=False)
    poster: Poster
    pace: Pace

    def fits(self, message: GroupMessage) -> bool:
        """The text may have 4096 bytes."""
        return len(_text(message).encode("utf-8", "replace")) <= _MOST_BYTES

    def send(self, message: GroupMessage) -> Delivery:
        """Post one message."""
        self.pace.wait()
        payload: Mapping[str, Any] = {"msgtype": "markdown", "markdown": {"content": _text(message)}}
        return verdict(self.poster.post(self.url, payload), ("errcode",), _BUSY, self.poster)


def _text(message: GroupMessage) -> str:
    return f"### {message.title}\n{markdown(message)}"
