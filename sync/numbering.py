"""Numbers for rows that have none, in the manner of those that people have given."""

import re
from collections import Counter
from collections.abc import Iterable

import pandas as pd

_NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<digits>\d+)\Z")
_USUAL = ("A", 3)
"""What a first number looks like: A001."""


def numbers(ids: "pd.Series[str]", taken: Iterable[str] = ()) -> dict[int, str]:
    """Each row's number, by row: its own, or a new one where it has none.

    New ones continue the most usual pattern among the sheet's own (``XD-2024-017`` → ``XD-2024-018``), and are
    greater than any number ever ``taken``, so that a new row never inherits what was told of an old one.
    """
    empty = ids.index[ids.eq("")]
    own = dict(zip(ids.index, ids, strict=True))
    if empty.empty:
        return own
    known = [found for text in ids.unique() if (found := _NUMBERED.fullmatch(text))]
    patterns = Counter((found["prefix"], len(found["digits"])) for found in known)
    prefix, width = max(patterns, key=lambda pattern: (patterns[pattern], pattern)) if patterns else _USUAL
    every = [*known, *(found for text in taken if (found := _NUMBERED.fullmatch(text)))]
    last = max((int(found["digits"]) for found in every if found["prefix"] == prefix), default=0)
    return own | {row: f"{prefix}{number:0{width}d}" for number, row in enumerate(empty, start=last + 1)}
