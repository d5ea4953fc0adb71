"""The group robot of Feishu and Lark (飞书自定义机器人): a card, signed in the body."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.tell.channel import Delivery
from sync.tell.group_message import GroupMessage, markdown
from sync.tell.robots.pace import Pace
from sync.tell.robots.poster import Answer, Poster, encoded
from sync.tell.robots.verdict import verdict

PER_MINUTE = 100
_MOST_BYTES = 20_000
_BUSY = (11232, 99991400)
_CODES = ("code", "StatusCode")  # the latter in answers of old


@dataclass(frozen=True)
class Feishu:
    """``now`` gives seconds since 1970: the vendor refuses a signature that is an hour old."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    poster: Poster
    pace: Pace
    now: Callable[[], float]

    def fits(self, message: GroupMessage) -> bool:
        """The body may have 20 kB, the signature included."""
        return len(encoded(self._signed(message))) <= _MOST_BYTES

    def send(self, message: GroupMessage) -> Delivery:
        """Post one message."""
        self.pace.wait()
        answer = self.poster.post(self.url, self._signed(message))
        return verdict(answer, _CODES, _too_many(answer), self.poster)

    def _signed(self, message: GroupMessage) -> Mapping[str, Any]:
        if not self.secret:
            return _card(message)
        moment = str(int(self.now()))
        return {"timestamp": moment, "sign": signature(moment, self.secret), **_card(message)}


def signature(moment: str, secret: str) -> str:
    """HMAC-SHA256 of nothing, under the moment (in seconds), a line end and the secret: not as DingTalk does."""
    digest = hmac.digest(f"{moment}\n{secret}".encode(), b"", hashlib.sha256)
    return base64.b64encode(digest).decode()


def _too_many(answer: Answer | Delivery) -> tuple[int, ...]:
    """9499 is a bad request, and in older robots also one too many."""
    said = str(answer.body.get("msg", "")) if isinstance(answer, Answer) else ""
    return (*_BUSY, 9499) if "too many" in said.lower() else _BUSY


def _card(message: GroupMessage) -> Mapping[str, Any]:
    header = {
        "title": {"tag": "plain_text", "content": message.title},
        "template": "red" if message.late else "blue",
    }
    body = {"tag": "markdown", "content": markdown(message)}
    return {
        "msg_type": "interactive",
        "card": {"config": {"wide_screen_mode": True}, "header": header, "elements": [body]},
    }
