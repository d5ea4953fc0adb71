"""Labelled sentences of minutes (``tests/import/sentences.yml``), and how well the reader agrees with the labels.

A row that is found is right where who, until when and what are all as labelled: the day in full, the words but
for punctuation and spaces.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from rules.wordlists import word_lists
from sync.importing.completing import Completer
from sync.importing.names import NameReader
from sync.importing.text import TextReader

FILE = Path(__file__).parent / "import" / "sentences.yml"
HELD = date(2024, 5, 20)
PARTS = ("held_out", "tuned", "later")
SCRIPTS = ("zh-CN", "zh-TW", "en")

Row = tuple[str, str, str]


@dataclass(frozen=True)
class Sentence:
    """What was written, the rows that a person would make of it, and those that were found."""

    part: str
    script: str
    text: str
    wanted: tuple[Row, ...]
    found: tuple[Row, ...]

    @property
    def right(self) -> int:
        """How many of the rows found are as labelled, each label counting once."""
        left = list(self.wanted)
        return sum(row in left and left.remove(row) is None for row in self.found)


@cache
def sentences() -> tuple[Sentence, ...]:
    """All sentences, read."""
    raw = yaml.safe_load(FILE.read_text("utf-8"))
    return tuple(
        _read(part, script, line) for part in raw for script, lines in raw[part].items() for line in lines
    )


def _read(part: str, script: str, line: str) -> Sentence:
    text, _, labels = line.partition(" => ")
    wanted = tuple(_label(label) for label in labels.split(" && ") if label)
    names = NameReader(word_lists())
    completer = Completer(names, HELD)
    rows = [completer.complete(item) for item in TextReader(names).items([text])]
    found = tuple(
        (_bare("/".join(filter(None, (row.department, row.owner)))), row.due, _bare(row.description))
        for row in rows
    )
    return Sentence(part, script, text, wanted, found)


def _label(label: str) -> Row:
    who, due, what = (part.strip() for part in label.split("|"))
    return _bare(who), due, _bare(what)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def score(chosen: Iterable[Sentence]) -> tuple[float, float]:
    """Precision: of the rows found, how many are right. Recall: of the rows labelled, how many were found."""
    each = list(chosen)
    right = sum(one.right for one in each)
    found, wanted = sum(len(one.found) for one in each), sum(len(one.wanted) for one in each)
    return right / found if found else 1.0, right / wanted if wanted else 1.0


def of(part: str, script: str = "") -> list[Sentence]:
    return [one for one in sentences() if one.part == part and script in {"", one.script}]


def table() -> str:
    """The figures by part and script, as lines of text."""
    lines = [f"{'':10}{'':7}{'sentences':>10}{'rows':>6}{'precision':>11}{'recall':>8}"]
    for part in PARTS:
        for script in (*SCRIPTS, ""):
            mine = of(part, script)
            precision, recall = score(mine)
            rows = sum(len(one.wanted) for one in mine)
            lines.append(f"{part:10}{script or 'all':7}{len(mine):10}{rows:6}{precision:11.3f}{recall:8.3f}")
    return "\n".join(lines)


def wrong(chosen: Iterable[Sentence]) -> list[tuple[str, tuple[Row, ...], tuple[Row, ...]]]:
    return [(one.text, one.wanted, one.found) for one in chosen if set(one.wanted) != set(one.found)]
