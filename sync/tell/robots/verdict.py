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
    code = code_of(answer, keys)
    bad = None if _is_zero(code) else code
    detail = poster.masked(detail_of(answer, bad))
    if bad is not None:
        return Delivery(False, detail, permanent=bad not in busy and answer.status not in _FOR_NOW)
    if answer.status // 100 == 2:
        return Delivery(True, detail) if code is not None else Delivery(False, detail, unsure=True)
    unsure = answer.status in _PERHAPS_TAKEN
    return Delivery(False, detail, permanent=not unsure and answer.status not in _FOR_NOW, unsure=unsure)


def code_of(answer: Answer, keys: tuple[str, ...]) -> Any:
    """The code in the body, the first that is not 0; None where it has none."""
    codes = [answer.body[key] for key in keys if answer.body.get(key) is not None]
    return next((code for code in codes if not _is_zero(code)), codes[0] if codes else None)


def _is_zero(code: Any) -> bool:
    return code in (0, "0") and code is not False


def detail_of(answer: Answer, code: Any) -> str:
    """What a person can be told of an answer, with its code if it has one. Secrets are still in it."""
    said = next((answer.body[key] for key in ("errmsg", "msg", "StatusMessage") if answer.body.get(key)), "")
    parts = [f"HTTP {answer.status}", f"code {code}" if code is not None else "", str(said)]
    if answer.retry_after:
        parts.append(f"Retry-After {answer.retry_after}")
    return " · ".join(filter(None, parts))
