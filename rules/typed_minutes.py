"""Lengths of time as people type them, in minutes: 30, 30分钟, 1小时, 一个半小时, 1.5h, 1:30."""

import re
import unicodedata
from math import isnan, nan

_HAN = {sign: number for number, sign in enumerate("一二三四五六七八九十", start=1)} | {"两": 2, "兩": 2}
_NUMBER = r"(?:\d+(?:\.\d+)?|[一二三四五六七八九十两兩])"
_CLOCK = re.compile(r"(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d)(?::[0-5]\d)?")
_HOURS = re.compile(
    rf"(?P<number>{_NUMBER})?\s*(?P<half>[个個]?半)?\s*(?:[个個]?\s*(?:小时|小時|钟头|鐘頭)|h(?:ou)?rs?\b|h\b|h(?=\d))"
    rf"(?P<more>半)?"
)
_LONGEST = 60  # signs: what is longer is a text
_MINUTES = re.compile(r"-?\d+(?:\.\d+)?")


def read_minutes(text: str) -> float:
    """Minutes; NaN where the text names no number. A bare number is minutes, 1:30 an hour and a half."""
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).strip().casefold()
    if clock := _CLOCK.fullmatch(folded):
        return 60 * int(clock["hours"]) + int(clock["minutes"])
    hours = _HOURS.search(folded)
    if hours is None or not (hours["number"] or hours["half"]):
        return _first_number(folded)
    whole = _value(hours["number"]) if hours["number"] else 0.0
    rest = _first_number(folded[hours.end() :])
    return 60 * (whole + 0.5 * bool(hours["half"] or hours["more"])) + (0 if isnan(rest) else rest)


def _first_number(text: str) -> float:
    found = _MINUTES.search(text)
    return float(found[0]) if found else nan


def _value(number: str) -> float:
    return float(_HAN.get(number) or number)
