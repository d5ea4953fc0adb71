"""Votes as people note them: 6/1/2, 6票同意，1票反对，2票中立, 同意6 反对1 弃权2 (002 三(一)2)."""

import re
import unicodedata
from typing import NamedTuple


class Votes(NamedTuple):
    """How many were in favour, against and neutral."""

    agree: int
    against: int
    neutral: int

    @property
    def total(self) -> int:
        """How many voted."""
        return sum(self)


_THREE = re.compile(r"(\d{1,3})\s*([/:、,\-比])\s*(\d{1,3})\s*\2\s*(\d{1,3})")
_TWO = re.compile(r"(\d{1,3})\s*[:比]\s*(\d{1,3})")
_SIDES = (
    r"(?<!不)(?:同意|赞成|贊成|赞同|贊同|支持)|\b(?:for|in favou?r|yes|agree[ds]?)\b",
    r"反对|反對|不同意|不赞成|不贊成|不支持|\b(?:against|no|disagree[ds]?)\b",
    r"中立|弃权|棄權|保留|\b(?:neutral|abstain(?:ed|s)?|abstentions?)\b",
)
_NOBODY = re.compile(
    rf"(?:(?:无|無|没有|沒有)\s*人?|\b(?:nobody|no one|none)(?: voted)?)\s*(?:{'|'.join(_SIDES)})"
)
_COUNT_FIRST = [re.compile(rf"(\d{{1,3}})\s*[票人名位]*\s*(?:votes?\s*)?(?:{side})") for side in _SIDES]
_SIDE_FIRST = [re.compile(rf"(?:{side})\s*[票数數人]*\s*[:(=]?\s*(\d{{1,3}})(?!\d)") for side in _SIDES]
_ANY_SIDE = re.compile("|".join(_SIDES))


def read_votes(text: str) -> Votes | None:
    """The votes of a cell; None where they cannot be told, as of a cell that a spreadsheet has made a date."""
    cell = unicodedata.normalize("NFKC", text).strip().casefold()
    if found := _THREE.fullmatch(cell):
        return Votes(int(found[1]), int(found[3]), int(found[4]))
    if found := _TWO.fullmatch(cell):
        return Votes(int(found[1]), int(found[2]), 0)
    return _read_words(cell)


def _read_words(cell: str) -> Votes | None:
    said = _NOBODY.sub("", cell)
    side, digit = _ANY_SIDE.search(said), re.search(r"\d", said)
    if side is None or digit is None:
        return None
    orders = [_COUNT_FIRST, _SIDE_FIRST] if digit.start() < side.start() else [_SIDE_FIRST]
    counts = [_count(said, place, orders) for place in range(len(_SIDES))]
    return None if None in counts else Votes(*(count or 0 for count in counts))


def _count(said: str, place: int, orders: list[list[re.Pattern[str]]]) -> int | None:
    """The votes for one of the sides: 0 where it is not mentioned, None where it is without a count."""
    found = next((match for order in orders if (match := order[place].search(said))), None)
    if found:
        return int(found[1])
    return None if re.search(_SIDES[place], said) else 0
