"""What is to be done for each meeting, and who is told (handbook §4): pure, from the days that stand in its row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any

import pandas as pd

from rules.attendance import PeopleReader
from rules.cells import says_nothing
from rules.findings import Finding, Severity
from rules.judge import Judgement
from rules.table import Table
from rules.wordlists import fold
from sheet_templates import Template, Words
from sync.colours import letters
from sync.sentences import sentence
from sync.tell.ladder import Ladder, Reached, notice
from sync.tell.notice import Kind, Meeting, Notice
from sync.tell.recipients import Missed, Recipients

_FACTS = ("id", "name", "host", "recorder", "attendees", "confirmed", "absentees", "confidential", "date")
_CONFIRMING = ("attendees", "confirmed", "host", "recorder", "absentees")

_NEEDS = {
    Kind.NOTICE_LATE: ("notice_sent",),
    Kind.MATERIAL_LATE: ("material", "material_sent"),
    Kind.CONFIRM: ("attendees", "confirm_by", "confirmed"),
    Kind.MINUTES_DUE: ("minutes_done",),
    Kind.REVIEW_DUE: ("minutes_done", "approved"),
    Kind.DISTRIBUTION_DUE: ("approved", "distributed"),
}
"""The columns without which nobody can be reminded of something."""


def meeting_facts(meetings: Table | None) -> dict[str, dict[str, Any]]:
    """What recipients need to know of each meeting, by its folded number and name; the first of several counts."""
    if meetings is None:
        return {}
    known: dict[str, dict[str, Any]] = {}
    for _, facts in _records(meetings, meetings.rows):
        for name in (facts["id"], facts["name"]):
            if name:
                known.setdefault(fold(name), facts)
    return known


def _records(meetings: Table, rows: pd.Index) -> Iterator[tuple[int, dict[str, Any]]]:
    chosen = meetings.frame.loc[rows, list(_FACTS)]
    columns = (chosen[name].tolist() for name in _FACTS)
    for row, *values in zip(chosen.index.tolist(), *columns, strict=True):
        facts = dict(zip(_FACTS, values, strict=True))
        yield row, facts | {"confidential": facts["confidential"] == "yes", "unconfirmed": ()}


@dataclass(frozen=True)
class MeetingNotices:
    """The notices about meetings; of those that share a number only the first is looked at."""

    judgement: Judgement
    ladder: Ladder
    recipients: Recipients
    template: Template
    words: Words

    def all(self) -> Iterator[Notice | Missed]:
        """All that are due by now, told before or not, and who could not be found."""
        meetings = self.judgement.book.get("meetings")
        if meetings is None:
            return
        named = meetings.frame[(meetings.id + meetings.name).ne("").to_numpy(dtype=bool)]
        first = named[~(named["id"] + "\0" + named["name"]).duplicated().to_numpy(dtype=bool)]
        for kind, columns in _NEEDS.items():
            if self.ladder.is_on(kind) and all(meetings.has(column) for column in columns):
                yield from self._reminders(kind, meetings, first)
        if self.ladder.is_on(Kind.PROBLEM):
            yield from self._problems()

    def _problems(self) -> Iterator[Notice | Missed]:
        """What is wrong with the rows of meetings and topics, to whoever recorded the meeting; once, as of items."""
        rung, today = self.ladder[Kind.PROBLEM], self._today.date()
        for finding in self.judgement.findings:
            facts = self._meeting_of(finding)
            if facts is None or finding.severity is Severity.ADVICE or finding.code in rung.silent:
                continue
            value = sha256(str(finding.fields["value"]).encode()).hexdigest()[:8]
            reached = Reached(Kind.PROBLEM, finding.code, value, today)
            said = (sentence(finding, self.words, self.template),)
            table = self.judgement.book.tables[finding.table]
            subject = replace(self._subject(facts, finding.row, table, None), problems=said)
            if finding.table == "topics":
                subject = replace(subject, name=f"{subject.name} · {table.frame.at[finding.row, 'title']!s}")
            name = f"{facts['id'] or facts['name']}/{finding.table}{finding.row_id}"
            for found, copy in self.recipients.of(rung, facts):
                yield found if isinstance(found, Missed) else notice(reached, name, found, subject, copy=copy)

    def _meeting_of(self, finding: Finding) -> Mapping[str, Any] | None:
        """The meeting whose row, or whose topic's row, is at fault; None for others, and for a header."""
        key = {"meetings": "id", "topics": "meeting_id"}.get(finding.table)
        table = self.judgement.book.tables[finding.table]
        if key is None or finding.row not in table.rows:
            return None
        names = [key, "name"] if finding.table == "meetings" else [key]
        known = (self.recipients.meetings.get(fold(table.frame.at[finding.row, name])) for name in names)
        return next(filter(None, known), None)

    def _reminders(self, kind: Kind, meetings: Table, rows: pd.DataFrame) -> Iterator[Notice | Missed]:
        since, deadline = self._dates(kind, rows)
        reached = rows.index[self._is_reached(kind, since).to_numpy(dtype=bool)]
        for row, facts in _records(meetings, reached):
            told = self._with_missing(kind, facts)
            rung = self._rung(kind, facts, since[row].date())
            subject = self._subject(told, row, meetings, deadline[row].date())
            if kind is Kind.CONFIRM and not told["unconfirmed"]:
                continue
            name = str(facts["id"] or facts["name"])
            for found, copy in self.recipients.of(self.ladder[kind], told):
                yield found if isinstance(found, Missed) else notice(rung, name, found, subject, copy=copy)

    def _dates(self, kind: Kind, rows: pd.DataFrame) -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
        """From which day on each meeting's reminder is told (NaT where it is not), and the day it had to be done by."""
        held, days = rows["date"].dt.normalize(), self.ladder[kind].days
        ahead = held.where(held.ge(self._today))
        match kind:
            case Kind.NOTICE_LATE:
                due = self._before(ahead.where(rows["emergency"].ne("yes")), kind).where(
                    _blank(rows, "notice_sent")
                )
                return due, due
            case Kind.MATERIAL_LATE:
                due = self._before(ahead, kind).where(_blank(rows, "material_sent"))
                return due.where(~says_nothing(rows["material"], self.judgement.book.words)), due
            case Kind.CONFIRM:
                due = (
                    rows["confirm_by"].dt.normalize().where(ahead.notna() & rows["notice_sent_typed"].ne(""))
                )
                return self._moved(due, -days, self.ladder[kind].unit), due
        done, wanted = {
            Kind.MINUTES_DUE: (held.where(held.lt(self._today)), "minutes_done"),
            Kind.REVIEW_DUE: (rows["minutes_done"].dt.normalize(), "approved"),
            Kind.DISTRIBUTION_DUE: (rows["approved"].dt.normalize(), "distributed"),
        }[kind]
        due = self._moved(done.where(_blank(rows, wanted)), days, self.ladder[kind].unit)
        return due, due

    def _is_reached(self, kind: Kind, since: "pd.Series[Any]") -> "pd.Series[bool]":
        until, today = self.ladder[kind].until, pd.Series(self._today, index=since.index)
        over = self.judgement.book.calendar.late_days(since, today).gt(until).fillna(False)
        return since.le(self._today) & ~(over if until else over & False)

    def _rung(self, kind: Kind, facts: Mapping[str, Any], since: date) -> Reached:
        every, late = self.ladder[kind].repeat, self._late(since)
        held = "" if pd.isna(facts["date"]) else f"{facts['date']:%Y-%m-%d}"
        return Reached(kind, held, str(late // every if every else 0), since)

    def _with_missing(self, kind: Kind, facts: dict[str, Any]) -> dict[str, Any]:
        if kind is not Kind.CONFIRM:
            return facts
        listed = self.recipients.listed
        reader = PeopleReader(self.judgement.book.words, listed.names, listed.departments)
        return facts | {"unconfirmed": reader.awaited(*(facts[key] for key in _CONFIRMING))}

    def _subject(self, facts: Mapping[str, Any], row: int, table: Table, due: date | None) -> Meeting:
        layout, first = table.layout, "name" if table.key == "meetings" else "title"
        return Meeting(
            id=facts["id"],
            name=facts["name"],
            held_on=None if pd.isna(facts["date"]) else facts["date"].date(),
            host=facts["host"],
            recorder=facts["recorder"],
            due=due,
            late_days=self._late(due) if due else 0,
            place=f"{layout.tab}!{letters(layout.columns.get(first, 1))}{row}",
            missing=tuple(facts["unconfirmed"]),
        )

    def _late(self, day: date) -> int:
        return self.judgement.book.calendar.between(day, self._today.date())

    def _before(self, held: "pd.Series[Any]", kind: Kind) -> "pd.Series[Any]":
        return self._moved(held, -self.ladder[kind].days, self.ladder[kind].unit)

    def _moved(self, days: "pd.Series[Any]", by: int, unit: str) -> "pd.Series[Any]":
        """Each day moved; where it then lies on a day off, the last working day before it for what is ahead."""
        moved = {day: self._move(day.date(), by, unit) for day in days.dropna().unique()}
        return days.map(moved).astype("datetime64[ns]")

    def _move(self, day: date, by: int, unit: str) -> pd.Timestamp:
        calendar = self.judgement.book.calendar
        if unit == "working_days":
            return pd.Timestamp(calendar.add(day, by))
        moved = (pd.Timestamp(day) + pd.Timedelta(days=by)).date()
        return pd.Timestamp(calendar.last_working(moved) if by < 0 else moved)

    @cached_property
    def _today(self) -> pd.Timestamp:
        return self.judgement.book.today


def _blank(rows: pd.DataFrame, column: str) -> "pd.Series[bool]":
    """Where nothing was typed at all: what is there and cannot be read is a fault, not something left undone."""
    return rows[f"{column}_typed"].eq("")
