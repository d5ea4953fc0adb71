"""Who has to be told what today (handbook §4): pure, from judged tables, working days and the directory."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from rules.directory import Directory, Person, Unreachable, directory
from rules.findings import Finding, Severity
from rules.judge import Judgement
from rules.owners import OwnerKind
from rules.table import Book
from sheet_templates import Template, Words
from sync.colours import letters
from sync.sentences import MOST, sentence
from sync.tell.notice import Item, Kind, Notice, Recipient

_WEEK = 5
"""Working days from one risk warning to the next (001 §四(三), weekly)."""


@dataclass(frozen=True)
class Ladder:
    """When reminders go out: calendar days before the due date, working days between overdue ones, and
    the working days late beyond which rule A116 warns of a risk."""

    due_soon_days: int = 2
    overdue_every: int = 1
    risk_after: int = 3


class Missed(NamedTuple):
    """Somebody who should be told of an item and cannot be: its number, the name, and why."""

    id: str
    name: str
    reason: str


class _Rung(NamedTuple):
    """The highest rung of the ladder that an item has reached; ``step`` tells its repetitions apart."""

    kind: Kind
    step: int
    since: date


def due_notices(
    judgement: Judgement,
    ids: Mapping[int, str],
    risks: "pd.Series[str]",
    ladder: Ladder,
    template: Template,
    words: Words,
) -> tuple[tuple[Notice, ...], tuple[Missed, ...]]:
    """All notices that are due by now, told before or not, and who could not be found.

    ``ids`` gives each row's number. Every comparison is "by now", so that a missed pass catches up, and of
    several rungs only the highest counts. Broken rows (no exact due date) have none.
    """
    book = judgement.book
    listed = directory(book.get("people"))
    risky = {finding.row for finding in judgement.findings if finding.code == "A116"}
    open_items = book.tables["actions"].frame.assign(risk_level=risks)
    open_items = open_items[open_items["open"] & open_items["due"].notna()]
    rungs = {row: _rung(facts, row in risky, ladder, book) for row, facts in _records(open_items)}
    items = _Items(book, template, words, _by_row(judgement.findings))
    notices: dict[str, Notice] = {}
    missed: dict[Missed, None] = {}
    for row, facts in _records(open_items):
        if (rung := rungs[row]) is None:
            continue
        for person, copy in _people(rung.kind, facts, listed, book):
            if isinstance(person, Missed):
                missed.setdefault(person._replace(id=ids[row]))
                continue
            recipient = Recipient(person.name, person.email)
            key = f"{rung.kind}:{ids[row]}:{facts['due']:%Y-%m-%d}:{rung.step}:{person.email.lower()}"
            notices.setdefault(
                key, Notice(rung.kind, key, recipient, copy, rung.since, items.item(row, ids[row], facts))
            )
    return tuple(notices.values()), tuple(missed)


def _records(frame: pd.DataFrame) -> Iterator[tuple[int, dict[str, Any]]]:
    for row, facts in zip(frame.index.tolist(), frame.to_dict("records"), strict=True):
        yield int(row), {str(name): value for name, value in facts.items()}


def _by_row(findings: tuple[Finding, ...]) -> Mapping[int, list[Finding]]:
    by_row: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.table == "actions" and finding.severity is not Severity.ADVICE:
            by_row[finding.row].append(finding)
    return by_row


def _rung(facts: Mapping[str, Any], risky: bool, ladder: Ladder, book: Book) -> _Rung | None:
    due, today, late = facts["due"].date(), book.today.date(), facts["late_days"]
    if risky:
        return _Rung(
            Kind.RISK, (late - ladder.risk_after - 1) // _WEEK, book.calendar.add(due, ladder.risk_after + 1)
        )
    if late > 0:
        return _Rung(Kind.OVERDUE, (late - 1) // ladder.overdue_every, book.calendar.add(due, 1))
    opens = book.calendar.last_working(due - timedelta(days=ladder.due_soon_days))
    return _Rung(Kind.DUE_SOON, 0, opens) if opens <= today <= due else None


def _people(
    kind: Kind, facts: Mapping[str, Any], listed: Directory, book: Book
) -> Iterator[tuple[Person | Missed, bool]]:
    """Who is told, and whether only in copy."""
    owner = _owner(facts, listed, book)
    if kind is Kind.DUE_SOON:
        yield owner, False
    elif kind is Kind.OVERDUE:
        yield owner, False
        yield from ((person, True) for person in _trackers(facts, listed, book))
    else:
        yield from ((person, False) for person in _heads(facts, listed, book))
        yield owner, False


def _owner(facts: Mapping[str, Any], listed: Directory, book: Book) -> Person | Missed:
    if facts["owner_kind"] != OwnerKind.PERSON:
        return Missed("", facts["owner"], facts["owner_kind"])
    found = listed.find(facts["owner_name"], facts["owner_beside"], facts["department"])
    if isinstance(found, Unreachable):
        return Missed("", facts["owner"], found.value)
    return listed.present(found, book.today.date())


def _trackers(facts: Mapping[str, Any], listed: Directory, book: Book) -> list[Person]:
    """Whoever verifies the item, or else the coordinators."""
    found = listed.find(facts["verifier"]) if facts["verifier"] else Unreachable.UNKNOWN
    people = listed.coordinators(book.words) if isinstance(found, Unreachable) else (found,)
    return [listed.present(person, book.today.date()) for person in people]


def _heads(facts: Mapping[str, Any], listed: Directory, book: Book) -> list[Person | Missed]:
    """The head of the item's department; where there is none, the coordinators, and it is reported."""
    department = facts["department"] or facts["owner_beside"]
    today = book.today.date()
    if heads := listed.heads(department, book.words):
        return [listed.present(head, today) for head in heads]
    instead = [listed.present(person, today) for person in listed.coordinators(book.words)]
    return [*instead, Missed("", department, "no_head")]


@dataclass(frozen=True)
class _Items:
    """Makes of a row what a mail says of it."""

    book: Book
    template: Template
    words: Words
    findings: Mapping[int, list[Finding]]

    def item(self, row: int, row_id: str, facts: Mapping[str, Any]) -> Item:
        """The row as a mail shows it."""
        layout = self.book.tables["actions"].layout
        column = letters(layout.columns.get("description", 1))
        worst = sorted(self.findings.get(row, ()), key=lambda finding: (finding.severity.rank, finding.code))[
            :MOST
        ]
        return Item(
            id=row_id,
            description=facts["description"],
            meeting=self._meeting(facts["meeting_id"]),
            owner=facts["owner"],
            department=facts["department"],
            due=facts["due"].date(),
            days_left=(facts["due"].normalize() - self.book.today).days,
            late_days=int(facts["late_days"]),
            status=self.words["status"][facts["computed"]],
            risk=self.words["risk"].get(facts["risk_level"], ""),
            place=f"{layout.tab}!{column}{row}",
            problems=tuple(sentence(finding, self.words, self.template) for finding in worst),
        )

    def _meeting(self, meeting_id: str) -> str:
        name = self._meeting_names.get(meeting_id)
        return f"{name}({meeting_id})" if name else meeting_id

    @cached_property
    def _meeting_names(self) -> Mapping[str, str]:
        meetings = self.book.get("meetings")
        return dict(zip(meetings.id, meetings.name, strict=True)) if meetings else {}
