"""Lengths of time as people type them, in minutes: 30, 十分钟, 一刻钟, 一个半小时, 1.5h, 1:30, half an hour, 14:00-14:30."""

import re
import unicodedata
from collections.abc import Callable
from math import isnan, nan

from rules.typed_dates import digits
from rules.wordlists import simplified

_CLOCK = re.compile(r"(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d)(?::[0-5]\d)?")
_FROM_TO = re.compile(r"(?P<from>[\d:]+)\s*(?:[-–—~至到]|to)\s*(?P<to>[\d:]+)")
_HAN = (
    r"(?:[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九两])"
    r"(?=\s*(?:个?半?\s*(?:小时|钟头)|分(?:钟|左右|\b)|刻))"
)
_IN_FIGURES: tuple[tuple[str, Callable[[re.Match[str]], object]], ...] = (
    (_HAN, lambda found: digits(found[0])),
    (r"(\d)刻钟?", lambda found: 15 * int(found[1])),
    (r"three[ -]quarters of an hour", lambda _: 45),
    (r"(?:a )?quarter (?:of an )?hour", lambda _: 15),
    (r"half an hour|(?<!a )half[ -]hour", lambda _: 30),
    (r"\b(?:an|one)\b(?= hour| and a half)", lambda _: 1),
    (r"\btwo\b(?= hour| and a half)", lambda _: 2),
    (r" and a half hours?|(?<=\d) hours? and a half", lambda _: ".5h"),
)
_HOURS = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)?\s*(?P<half>个?半)?\s*(?:个?\s*(?:小时|钟头)|h(?:ou)?rs?\b|h\b|h(?=\d))(?P<more>半)?"
)
_LONGEST = 60  # signs: what is longer is a text
_MINUTES = re.compile(r"-?\d+(?:\.\d+)?")


def read_minutes(text: str) -> float:
    """Minutes; NaN where the text names no number. A bare number is minutes, 1:30 an hour and a half."""
    folded = simplified(unicodedata.normalize("NFKC", text[:_LONGEST])).strip().casefold()
    if _CLOCK.fullmatch(folded):
        return _clock(folded)
    if span := _FROM_TO.search(folded):
        length = _clock(span["to"]) - _clock(span["from"])
        return length if length > 0 else nan
    for written, figures in _IN_FIGURES:
        while found := re.search(written, folded):
            folded = f"{folded[: found.start()]}{figures(found)}{folded[found.end() :]}"
    hours = _HOURS.search(folded)
    if hours is None or not (hours["number"] or hours["half"]):
        return _first_number(folded)
    whole = float(hours["number"]) if hours["number"] else 0.0
    rest = _first_number(folded[hours.end() :])
    return 60 * (whole + 0.5 * bool(hours["half"] or hours["more"])) + (0 if isnan(rest) else rest)


def _clock(text: str) -> float:
    """1:30 as minutes; NaN for what is none."""
    found = _CLOCK.fullmatch(text)
    return 60 * int(found["hours"]) + int(found["minutes"]) if found else nan


def _first_number(text: str) -> float:
    found = _MINUTES.search(text)
    return float(found[0]) if found else nan
