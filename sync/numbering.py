"""Numbers for rows that have none, in the manner of those that people have given."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count

import pandas as pd

from sync.history import RowState

_NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<digits>\d+)\Z")
_USUAL = ("A", 3)
"""What a first number looks like: A001."""


def numbers(
    ids: "pd.Series[str]",
    digests: Sequence[str],
    before: Mapping[str, RowState],
    archived: Collection[str] = (),
) -> dict[int, str]:
    """Each row's number, by row: its own; or the one that the ledger remembers of the very same row, where the
    number was lost and stands nowhere else (a file put back from a copy); or a new one.

    New ones continue the most usual pattern among the sheet's own (``XD-2024-017`` → ``XD-2024-018``), and are
    greater than any that the ledger knows or the archive holds (``archived``), so that a new row never inherits
    what was told of an old one.
    """
    given = {row: text for row, text in zip(ids.index.tolist(), ids.tolist(), strict=True) if text}
    if len(given) == len(ids):
        return given
    empty = [
        (row, digest) for row, digest in zip(ids.index.tolist(), digests, strict=True) if row not in given
    ]
    return given | _renewed(empty, {*given.values(), *archived}, before)


def _renewed(
    empty: Sequence[tuple[int, str]], used: set[str], before: Mapping[str, RowState]
) -> dict[int, str]:
    lost: defaultdict[str, list[str]] = defaultdict(list)
    for row_id, state in reversed(list(before.items())):
        if row_id not in used:
            lost[state.digest].append(row_id)
    fresh = _following(used, before)
    return {row: lost[digest].pop() if lost[digest] else next(fresh) for row, digest in empty}


def _following(used: set[str], before: Mapping[str, RowState]) -> Iterator[str]:
    """Numbers after all that were ever given."""
    known = [found for text in sorted(used) if (found := _NUMBERED.fullmatch(text))]
    patterns = Counter((found["prefix"], len(found["digits"])) for found in known)
    prefix, width = max(patterns, key=lambda pattern: (patterns[pattern], pattern)) if patterns else _USUAL
    every = [*known, *(found for text in before if (found := _NUMBERED.fullmatch(text)))]
    last = max((int(found["digits"]) for found in every if found["prefix"] == prefix), default=0)
    for number in count(last + 1):
        yield f"{prefix}{number:0{width}d}"
