"""Slips of the keyboard: words that differ by one letter, and signs that are taken for one another."""

from collections.abc import Mapping

_LOOK_ALIKE = "己已巳 末未 中种钟终仲 成城诚呈 进近 行型形 期其 阻组祖 延沿 始使 启起"
"""Signs that people mix up in the words for a status; each is compared as the first of its group."""

_CANONICAL: Mapping[int, str] = {ord(sign): group[0] for group in _LOOK_ALIKE.split() for sign in group}


def look_alike(text: str) -> str:
    """A text with signs that look or sound alike made one."""
    return text.translate(_CANONICAL)


def differ_by_one(first: str, second: str) -> bool:
    """Whether one letter too many, too few or another, or two that changed places, makes one of the other."""
    if first == second or abs(len(first) - len(second)) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    if start is None:  # one goes on for one letter
        return True
    one, other = first[start:], second[start:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]
