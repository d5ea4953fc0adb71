"""A document of one meeting as a value, laid out and worded, before it has a form (Word, HTML)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_LONGEST = 20_000
_KEPT = "\u200c\u200d"
"""Format characters that belong to words and emoji."""


class Line(NamedTuple):
    """One line of text, with what is said before it in bold, both of which may be empty."""

    label: str
    text: str


@dataclass(frozen=True)
class Grid:
    """A table with a row of headings; ``widths`` are shares of the page that add up to 1."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Part:
    """A heading (``level`` 1 or 2) and what stands below it."""

    heading: str
    lines: tuple[Line, ...] = ()
    grid: Grid | None = None
    level: int = 1


@dataclass(frozen=True)
class Document:
    """A title, facts as label and text (texts may have several lines), parts, and what closes it.

    ``mark`` stands at the top of every page of a confidential document and is '' otherwise; ``state`` says
    beside the title that it is a draft; ``page`` words the page's number, with ``{page}`` and ``{pages}``.
    """

    language: str
    title: str
    mark: str
    state: str
    facts: tuple[Line, ...]
    parts: tuple[Part, ...]
    closing: str
    page: str


def readable(text: str) -> str:
    """A cell's text with its lines, without what could act instead of being read, or that no document can hold.

    Control characters, direction marks and lone surrogates go; blank lines too.
    """
    lines = (
        "".join(" " if sign.isspace() else sign for sign in line if sign.isspace() or _is_shown(sign))
        for line in text[:_LONGEST].splitlines()
    )
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _is_shown(sign: str) -> bool:
    shown = unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Cn", "Co"} or sign in _KEPT
    return shown and sign not in "\ufffe\uffff"


def lines(label: str, text: str) -> tuple[Line, ...]:
    """A text of several lines, the label before the first of them; none where the text is empty."""
    each = text.splitlines()
    return tuple(Line(label if place == 0 else "", line) for place, line in enumerate(each))


def given(facts: Sequence[Line]) -> tuple[Line, ...]:
    """The facts that say something."""
    return tuple(fact for fact in facts if fact.text)
