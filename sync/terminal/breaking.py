"""Breaks lines of text where Chinese may be broken: between any two signs that no rule of setting holds together."""

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_OPENS, _CLOSES = "“‘（《〈「『【([", "”’）》〉」』】)]，。、：；！？,.:;!?%…"
_PIECE = re.compile(
    rf"[{re.escape(_OPENS)}]*(?:[{_WIDE}]|[^\s{_WIDE}{re.escape(_OPENS)}]+|[{re.escape(_OPENS)}])"
    rf"[{re.escape(_CLOSES)}]*|\s+"
)
"""What stays together: a Chinese sign or a word, with the signs that open before it and close after it."""


def flowed(text: str, width: int) -> Iterator[str]:
    """A line of text as lines of so many columns at the most; what opens ends none, what closes begins none."""
    line = ""
    for piece in pieces(text):
        if cell_len(line + piece.rstrip()) <= width:
            line += piece
            continue
        if line.strip():
            yield line.rstrip()
        *full, line = chop_cells(piece.lstrip(), width) if cell_len(piece) > width else [piece.lstrip()]
        yield from full
    yield line.rstrip()


def pieces(text: str) -> list[str]:
    """What of a text stays together."""
    return _PIECE.findall(text)
