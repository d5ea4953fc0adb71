"""Asks a robot's address whether there is a robot, with an empty object: that is no message, and no vendor posts it."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from sync.tell.channel import Delivery
from sync.tell.robots.poster import Poster
from sync.tell.robots.verdict import code_of, detail_of

_NOBODY: Mapping[str, Collection[int]] = {
    "dingtalk": (300001, 300005),
    "wecom": (93000,),
    "feishu": (19001,),
}
"""What each vendor answers where the token or key in the address is of no robot."""

_KEYS = {"dingtalk": ("errcode",), "wecom": ("errcode",), "feishu": ("code", "StatusCode")}
_WRONG = {401, 403, 404, 405, 410}


class Presence(StrEnum):
    """What an address comes to."""

    THERE = "good"
    AWAY = "away"
    STRANGER = "stranger"
    TROUBLED = "troubled"


def presence(kind: str, url: str, poster: Poster) -> tuple[Presence, str]:
    """Whether a robot of a vendor is there, and what was answered; whether its secret is right shows when it posts."""
    answer = poster.post(url, {})
    if isinstance(answer, Delivery):
        return Presence.AWAY, answer.detail
    code = code_of(answer, _KEYS[kind])
    detail = poster.masked(detail_of(answer, code))
    if answer.status >= 500 or answer.status == 429:
        return Presence.TROUBLED, detail
    is_there = code is not None and code not in _NOBODY[kind] and answer.status not in _WRONG
    return (Presence.THERE if is_there else Presence.STRANGER), detail
