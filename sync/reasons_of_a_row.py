"""Why a row is judged as it is and who was told of it: pure reasoning behind the command why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any, NamedTuple

import pandas as pd

from rules.findings import Finding
from rules.judge import Judgement
from rules.wordlists import fold
from sync.tell.notice import Kind, Notice
from sync.tell.recipients import Missed

_WEEK = 7
_NEAR = 3


class Day(NamedTuple):
    """A day after the due date: the working days late on it, 0 on a day off; ``label`` names a holiday or a
    working day that is none by the week."""

    day: date
    late: int
    label: str


class Told(NamedTuple):
    """A notice in the ledger: ``state`` as the ledger keeps it, ``moment`` when it was sent (or last tried)."""

    key: str
    kind: str
    name: str
    email: str
    state: str
    moment: datetime
    detail: str


class Pending(NamedTuple):
    """Somebody who is to be told, and what keeps it: sent, claimed, refused, retry, held, next_pass, or why the
    person cannot be found."""

    kind: str
    name: str
    copy: bool
    reason: str


@dataclass(frozen=True)
class Reasons:
    """All that can be said of one action item. ``facts`` are the cells and what is computed of them;
    ``status_because`` and ``silence`` are keys of sentences (``silence`` why no reminder is due, '' if one is)."""

    id: str
    row: int
    tab: str
    facts: Mapping[str, Any]
    risk: str
    status_because: str
    days: tuple[Day, ...]
    findings: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    told: tuple[Told, ...]
    pending: tuple[Pending, ...]
    silence: str


@dataclass(frozen=True)
class Desk:
    """What reasoning rests on: a judgement with its risks and numbers, what is to be told now, what the ledger
    knows of the row, whether mail may go out at this moment, and what a day is called."""

    judgement: Judgement
    risks: "pd.Series[str]"
    ids: Mapping[int, str]
    notices: Sequence[Notice]
    missed: Sequence[Missed]
    told: Sequence[Told]
    open_now: bool
    due_soon_days: int
    name_of: Callable[[date], str]


def find_id(given: str, ids: Mapping[int, str]) -> str | None:
    """The number as the table has it, whatever its case and width; None if there is none."""
    return next((known for known in ids.values() if fold(known) == fold(given)), None)


def near_ids(given: str, ids: Mapping[int, str]) -> list[str]:
    """Numbers that look like the one given."""
    known = {fold(each): each for each in ids.values()}
    return [known[each] for each in get_close_matches(fold(given), list(known), _NEAR, 0.6)]


def reasons(row_id: str, desk: Desk) -> Iterator[Reasons]:
    """What can be said of each row of that number; of two rows that share one, of both."""
    actions = desk.judgement.book.tables["actions"]
    for row in (row for row, known in desk.ids.items() if known == row_id):
        facts = {str(key): value for key, value in actions.frame.loc[row].items()}
        yield Reasons(
            row_id,
            row,
            actions.layout.tab,
            facts,
            desk.risks[row],
            _status_because(facts),
            tuple(_days(facts, desk)),
            _of_row(desk.judgement.findings, row),
            _of_row(desk.judgement.waived, row),
            tuple(desk.told),
            tuple(_pending(row_id, desk)),
            _silence(row_id, facts, desk),
        )


def _of_row(findings: Sequence[Finding], row: int) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if (finding.table, finding.row) == ("actions", row))


def _status_because(facts: Mapping[str, Any]) -> str:
    """Which of the reasons of handbook §3 has settled the computed status."""
    computed = facts["computed"]
    if computed == "delayed":
        return "delayed_announced" if facts["on_time"] else "delayed_past_due"
    if computed == "waiting":
        handed_in = "waiting_no_date" if facts["undated"] else "waiting"
        return "waiting_rejected" if facts["verdict"] == "rejected" else handed_in
    if computed == "in_progress" and facts["verdict"] == "rejected":
        return "in_progress_rejected"
    return str(computed)


def _days(facts: Mapping[str, Any], desk: Desk) -> Iterator[Day]:
    """Each day after the due date, up to today or the day on which it was done."""
    if pd.isna(facts["late_days"]):
        return
    book = desk.judgement.book
    due, last = facts["due"].date(), (facts["done"] if facts["finished"] else book.today).date()
    count = 0
    for step in range(1, (last - due).days + 1):
        day = due + timedelta(days=step)
        working = book.calendar.is_working(day)
        count += working
        plain = working and day.weekday() < 5
        yield Day(day, count if working else 0, "" if plain else desk.name_of(day))


def folded(days: Sequence[Day]) -> tuple[Sequence[Day], Sequence[Day], Sequence[Day]]:
    """First week, what may be folded between, and last week."""
    if len(days) <= 2 * _WEEK:
        return days, (), ()
    return days[:_WEEK], days[_WEEK:-_WEEK], days[-_WEEK:]


def _pending(row_id: str, desk: Desk) -> Iterator[Pending]:
    states = {told.key: told.state for told in desk.told}
    waits = "next_pass" if desk.open_now else "held"
    for notice in desk.notices:
        if notice.subject.id == row_id:
            reason = states.get(notice.key, waits)
            yield Pending(notice.kind.value, notice.recipient.name, notice.copy, reason)
    for missed in desk.missed:
        if missed.id == row_id:
            yield Pending("", missed.name, False, f"missed_{missed.reason}")


def _silence(row_id: str, facts: Mapping[str, Any], desk: Desk) -> str:
    """Why nobody is to be told of dates now; '' where somebody is."""
    dated = (notice for notice in desk.notices if notice.kind is not Kind.PROBLEM)
    if any(each.subject.id == row_id for each in dated) or any(m.id == row_id for m in desk.missed):
        return ""
    if facts["closed"]:
        return "closed"
    if not facts["open"]:
        return "handed_in"
    return "no_due_date" if pd.isna(facts["due"]) else "not_yet"
