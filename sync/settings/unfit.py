"""Values that do not fit a setting, and what may have been meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class UnfitError(ValueError):
    """A setting's value does not fit. The sentence continues "<file>: <key>: …"; ``inside`` leads on from the key."""

    def __init__(self, sentence: str, *inside: str, **fields: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.inside = inside
        self.fields = fields


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like it, if one is."""
    return next(iter(get_close_matches(word, list(known), 1, 0.6)), None)


def one_of(value: str, known: Iterable[str], *inside: str) -> str:
    """The value, if it is known. Raises UnfitError if not; ``inside`` leads to it from the key."""
    if value in known:
        return value
    if near := nearest(value, known):
        raise UnfitError("{value!r} is not known; did you mean {near!r}?", *inside, value=value, near=near)
    raise UnfitError(
        "{value!r} is not known; known are {known}", *inside, value=value, known=", ".join(known)
    )
