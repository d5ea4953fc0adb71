"""Labelled phrases as data (``tests/phrases/*.yml``), and how well the rules agree with the labels.

A file holds three parts: ``held_out`` was written first, for no word list to be made of; ``tuned`` is what they
were made better with; ``later`` was written when that was done, to see how well it holds. A part holds phrases
by script and label. A label is ``fine`` or ``exact``, else the variant of the finding that a person would
expect, or several joined by "or".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rules.handbook import RULES
from rules.judge import Judgement, judge
from rules.table import Book
from rules.tuning import Tuning
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import template
from sync.snapshot import Snapshot, Tab
from sync.tables import read_tables
from tests.rule_cases import NOW, SOUND

FOLDER = Path(__file__).parent / "phrases"
SCRIPTS = ("zh-CN", "zh-TW", "en")
PARTS = ("held_out", "tuned", "later")
FIELDS = {
    "owners": ("actions", "owner", {"A102", "A103"}),
    "due_dates": ("actions", "due", {"A106"}),
    "standards": ("actions", "standard", {"A108"}),
    "descriptions": ("actions", "description", {"A101"}),
    "conclusions": ("topics", "conclusion", {"T201", "T203"}),
}
"""For each file the table and the column that its phrases are typed into, and the rules that look at what is typed
there. A conclusion that leaves its topic open is found by T203, which asks who follows it up."""


@dataclass(frozen=True)
class Phrase:
    """What was typed, the labels that are right for it, and the name or day that is meant, where one is given."""

    field: str
    part: str
    script: str
    typed: Any
    labels: frozenset[str]
    means: str | None = None


@dataclass(frozen=True)
class Measured:
    """A phrase, what was found (``fine`` where nothing was), and the name or day that was read."""

    phrase: Phrase
    found: str
    read: str

    @property
    def accused(self) -> bool:
        return self.found != "fine"

    @property
    def faulty(self) -> bool:
        return "fine" not in self.phrase.labels

    @property
    def right(self) -> bool:
        """Whether just what is wrong was found, and what is fine was read as it is meant."""
        as_meant = (self.accused and self.found != "open") or self.phrase.means in {None, self.read}
        return self.found in self.phrase.labels and as_meant


@dataclass(frozen=True)
class Score:
    """``precision``: of what was found, how much a person would find too, in the same words. ``recall``: of the
    faults, how many were found. ``read``: of the names and days that are given, how many were read as meant."""

    precision: float
    recall: float
    read: float


@cache
def phrases() -> tuple[Phrase, ...]:
    """All phrases of all files."""
    return tuple(each for field in FIELDS for each in _of_file(field))


def _of_file(field: str) -> Iterator[Phrase]:
    for part, scripts in yaml.safe_load((FOLDER / f"{field}.yml").read_text("utf-8")).items():
        for script, labels in scripts.items():
            for label, typed in labels.items():
                right = frozenset(label.replace("exact", "fine").split(" or "))
                for text, means in _meant(typed):
                    yield Phrase(field, part, script, text, right, means)


def _meant(typed: list[Any] | dict[Any, Any]) -> Iterator[tuple[Any, str | None]]:
    """Each phrase with the name or day that it means: of a list, only where an entry is a mapping."""
    for entry in [typed] if isinstance(typed, dict) else typed:
        for text, means in entry.items() if isinstance(entry, dict) else [(entry, None)]:
            yield text, means if means is None else str(means)


@cache
def measured() -> tuple[Measured, ...]:
    """Every phrase in a row of its own, judged by all rules."""
    return tuple(result for field in FIELDS for result in _measured(field))


_TOLD = ("owners", "conclusions")


def _measured(field: str) -> Iterator[Measured]:
    table, column, codes = FIELDS[field]
    mine = [phrase for phrase in phrases() if phrase.field == field]
    judgement = _judged(table, column, [phrase.typed for phrase in mine])
    found = {
        each.row: "open" if each.code == "T203" else str(each.fields["variant"])
        for each in judgement.findings
        if each.code in codes
    }
    frame = judgement.book.tables[table].frame
    for row, phrase in enumerate(mine, start=2):
        yield Measured(phrase, found.get(row, "fine"), _read(frame.loc[row], field))


def _judged(table: str, column: str, typed: list[Any]) -> Judgement:
    tabs = [_tab("actions", [{}])] if table != "actions" else []
    if table == "topics":
        tabs.append(_tab("meetings", [{}]))
    tabs.append(_tab(table, [{column: text, "title": f"议题{at}"} for at, text in enumerate(typed)], column))
    tables = read_tables(Snapshot(tuple(tabs), "f"), template(), {}, NOW.date())
    return judge(Book(tables, NOW, calendar(today=NOW.date()), word_lists()), RULES, Tuning())


def _tab(key: str, rows: list[dict[str, Any]], *more: str) -> Tab:
    """A tab of sound rows, but for what is given of them."""
    table, sound = template().tables[key], SOUND[key]
    follow_up = ("follow_up_by", "follow_up_due") if key == "topics" else ()
    keys = list(dict.fromkeys((*sound, *more, *follow_up)))
    header = [table.columns[name].heads[0] for name in keys]
    return Tab(table.heads[0], [header, *([{**sound, **row}.get(name) for name in keys] for row in rows)])


def _read(row: Any, field: str) -> str:
    if field == "due_dates":
        return "" if row["due"] != row["due"] else f"{row['due']:%Y-%m-%d}"
    return str(row[{"owners": "owner_name", "conclusions": "outcome"}[field]]) if field in _TOLD else ""


def score(results: Iterable[Measured]) -> Score:
    """The figures of some results; 1 where there is nothing to measure."""
    chosen = list(results)
    accused = [each for each in chosen if each.accused]
    faulty = [each for each in chosen if each.faulty]
    meant = [each for each in chosen if each.phrase.means is not None]
    return Score(_share(accused), _share(faulty), _share(meant))


def _share(results: list[Measured]) -> float:
    return sum(each.right for each in results) / len(results) if results else 1.0


def table(results: Iterable[Measured]) -> str:
    """The figures by part, field and script, as lines of text."""
    chosen = list(results)
    lines = [f"{'':10}{'':14}{'':7}{'phrases':>8}{'precision':>11}{'recall':>8}{'read':>8}"]
    for part in PARTS:
        for field in (*FIELDS, "all"):
            for script in (*SCRIPTS, "all"):
                mine = [each for each in chosen if _is_of(each.phrase, part, field, script)]
                its = score(mine)
                lines.append(
                    f"{part:10}{field:14}{script:7}{len(mine):8}{its.precision:11.3f}{its.recall:8.3f}{its.read:8.3f}"
                )
    return "\n".join(lines)


def _is_of(phrase: Phrase, part: str, field: str, script: str) -> bool:
    return phrase.part == part and field in {phrase.field, "all"} and script in {phrase.script, "all"}
