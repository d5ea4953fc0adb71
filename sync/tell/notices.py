"""Who has to be told what today (handbook §4): pure, from judged tables, working days and the directory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd

from rules.directory import directory
from rules.judge import Judgement
from rules.table import Book
from sheet_templates import Template, Words
from sync.tell.items import Items
from sync.tell.notice import Kind, Notice, Recipient
from sync.tell.recipients import Missed, Recipients

_LONGEST_HOLIDAY = 16
"""Days off in a row that may lie before a due date: two golden weeks back to back, and a week-end."""

_WEEK = 5
"""Working days from one risk warning to the next (001 §四(三), weekly)."""

_FACTS = (
    "description", "meeting_id", "owner", "owner_kind", "owner_name", "owner_beside", "department", "verifier",
    "due", "late_days", "computed", "expected", "confidential",
)  # fmt: skip


@dataclass(frozen=True)
class Ladder:
    """When reminders go out: calendar days before the due date, working days between overdue ones, and
    the working days late beyond which rule A116 warns of a risk."""

    due_soon_days: int = 2
    overdue_every: int = 1
    risk_after: int = 3


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
    several rungs only the highest counts. Rows without an exact and possible due date have none.
    """
    book = judgement.book
    recipients = Recipients(directory(book.get("people"), book.words), book.today.date())
    items = Items(judgement, template, words)
    risky = {finding.row for finding in judgement.findings if finding.code == "A116"}
    notices: dict[str, Notice] = {}
    missed: dict[Missed, None] = {}
    for row, facts in _candidates(book, ids, risks, ladder):
        rung = _rung(facts, row in risky, ladder, book)
        if rung is None:
            continue
        item = items.item(row, facts)
        for person, copy in recipients.of(rung.kind, facts):
            if isinstance(person, Missed):
                missed.setdefault(person)
                continue
            which = f"{item.id}#{facts['copy_number']}" if facts["copy_number"] else item.id
            key = f"{rung.kind}:{which}:{item.due}:{rung.step}:{person.email.lower()}"
            recipient = Recipient(person.name, person.email)
            notices.setdefault(key, Notice(rung.kind, key, recipient, copy, rung.since, item))
    return tuple(notices.values()), tuple(missed)


def _candidates(
    book: Book, ids: Mapping[int, str], risks: "pd.Series[str]", ladder: Ladder
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The open items that may have reached a rung: late, or due so soon that only days off can lie between."""
    actions = book.tables["actions"]
    left = (actions.due.dt.normalize() - book.today).dt.days
    near = actions.open & left.le(ladder.due_soon_days + _LONGEST_HOLIDAY)
    names = [*_FACTS, "risk_level", "days_left", "copy_number"]
    copies = pd.Series(ids).groupby(pd.Series(ids)).cumcount().reindex(actions.rows)
    chosen = actions.frame.assign(risk_level=risks, days_left=left, copy_number=copies).loc[
        near.to_numpy(dtype=bool), names
    ]
    for row, *values in zip(chosen.index.tolist(), *(chosen[name].tolist() for name in names), strict=True):
        yield row, dict(zip(names, values, strict=True)) | {"id": ids[row]}


def _rung(facts: Mapping[str, Any], risky: bool, ladder: Ladder, book: Book) -> _Rung | None:
    due, today, late = facts["due"].date(), book.today.date(), facts["late_days"]
    if risky:
        since = book.calendar.add(due, ladder.risk_after + 1)
        return _Rung(Kind.RISK, (late - ladder.risk_after - 1) // _WEEK, since)
    if late > 0:
        replanned = (
            facts["expected"] >= book.today
        )  # a new date was agreed on: no reminder each day until then
        step = 0 if replanned else (late - 1) // ladder.overdue_every
        return _Rung(Kind.OVERDUE, step, book.calendar.add(due, 1))
    opens = book.calendar.last_working(due - timedelta(days=ladder.due_soon_days))
    return _Rung(Kind.DUE_SOON, 0, opens) if opens <= today <= due else None
