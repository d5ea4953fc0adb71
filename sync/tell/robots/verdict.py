"""Reads a vendor's answer: the code in the body counts, because faults come with HTTP 200 too."""

from collections.abc import Collection
from typing import Any

from sync.tell.channel import Delivery
from sync.tell.robots.poster import Answer, Poster

_FOR_NOW = {408, 425, 429, 500, 503}
_PERHAPS_TAKEN = {502, 504}  # from a gateway: the message may have got through


def verdict(
    answer: Answer | Delivery, keys: tuple[str, ...], busy: Collection[int], poster: Poster
) -> Delivery:
    """What became of a message. ``keys`` are where the body has its code, ``busy`` the codes that pass by."""
    if isinstance(answer, Delivery):
        return answer
    codes = [answer.body[key] for key in keys if key in answer.body]
    bad = next((code for code in codes if not _is_zero(code)), None)
    detail = poster.masked(_detail(answer, bad))
    if bad is not None:
        return Delivery(False, detail, permanent=bad not in busy and answer.status not in _FOR_NOW)
    if answer.status // 100 == 2:
        return Delivery(True, detail) if codes else Delivery(False, detail, unsure=True)
    unsure = answer.status in _PERHAPS_TAKEN
    return Delivery(False, detail, permanent=not unsure and answer.status not in _FOR_NOW, unsure=unsure)


def _is_zero(code: Any) -> bool:
    return code in (0, "0") and code is not False


def _detail(answer: Answer, code: Any) -> str:
    said = next((answer.body[key] for key in ("errmsg", "msg", "StatusMessage") if answer.body.get(key)), "")
    parts = [f"HTTP {answer.status}", f"code {code}" if code is not None else "", str(said)]
    if answer.retry_after:
        parts.append(f"Retry-After {answer.retry_after}")
    return " · ".join(filter(None, parts))
