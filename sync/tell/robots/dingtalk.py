"""The group robot of DingTalk (钉钉自定义机器人): markdown, signed in the address."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sync.tell.channel import Delivery
from sync.tell.group_message import GroupMessage, markdown
from sync.tell.robots.pace import Pace
from sync.tell.robots.poster import Poster, encoded
from sync.tell.robots.verdict import verdict

PER_MINUTE = 20  # beyond it the vendor refuses everything for ten minutes
_MOST_BYTES = 20_000
_BUSY = (-1, 130101, 410100)


@dataclass(frozen=True)
class DingTalk:
    """``now`` gives seconds since 1970: the vendor refuses a signature that is an hour old."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    poster: Poster
    pace: Pace
    now: Callable[[], float]

    def fits(self, message: GroupMessage) -> bool:
        """The body may have 20 kB."""
        return len(encoded(_payload(message))) <= _MOST_BYTES

    def send(self, message: GroupMessage) -> Delivery:
        """Post one message."""
        self.pace.wait()
        answer = self.poster.post(self._signed(), _payload(message))
        return verdict(answer, ("errcode",), _BUSY, self.poster)

    def _signed(self) -> str:
        if not self.secret:
            return self.url
        moment = str(round(self.now() * 1000))
        return f"{self.url}&{urlencode({'timestamp': moment, 'sign': signature(moment, self.secret)})}"


def signature(moment: str, secret: str) -> str:
    """HMAC-SHA256 under the secret of the moment (in milliseconds), a line end and the secret."""
    digest = hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def _payload(message: GroupMessage) -> Mapping[str, Any]:
    text = f"### {message.title}\n\n{markdown(message)}"
    # A single line end is no line end to DingTalk.
    lines = text.replace("\n\n", "\0").replace("\n", "  \n").replace("\0", "\n\n")
    return {"msgtype": "markdown", "markdown": {"title": message.title, "text": lines}}
