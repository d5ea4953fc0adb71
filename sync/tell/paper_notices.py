"""Which documents of meetings are due, and to whom they go (000 §三, 001 §二(三), M208): pure.

The minutes go out once the host's approval stands in the register, the notice of a meeting with its invitation once
its row says all that a notice has to. Nothing goes out where people have entered that they did it themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import pandas as pd

from rules.directory import Person
from rules.judge import Judgement
from rules.table import Table
from rules.wordlists import fold
from sync.reports.meeting_rows import Register
from sync.reports.minutes import MeetingMinutes, minutes_from
from sync.reports.minutes_recipients import circle
from sync.tell.ladder import Ladder, Reached, notice
from sync.tell.notice import Kind, Meeting, Notice
from sync.tell.recipients import Missed, Recipients

_TO_INVITE = ("name", "start", "place", "host", "attendees")
"""What a row has to say, beside the day, before people can be invited; rows are typed bit by bit."""


@dataclass(frozen=True)
class PaperNotices:
    """The documents of the meetings of a judgement. Where two meetings share a number or name, neither has any: they
    are a fault in the sheet, and one's minutes could go to the other's people."""

    judgement: Judgement
    ladder: Ladder
    recipients: Recipients

    def all(self) -> Iterator[Notice | Missed]:
        """All that are due by now, sent before or not, and who could not be found."""
        meetings = self.judgement.book.get("meetings")
        if meetings is None:
            return
        register = Register(meetings, self.judgement.book)
        for kind, since in self._dates(meetings):
            for row in since.index:
                minutes = minutes_from(register.rows_at(row), self.judgement.book)
                if kind is Kind.MINUTES or minutes.topics or not self.judgement.book.get("topics"):
                    yield from self._notices(_reached(kind, minutes, since[row].date()), minutes)

    def _dates(self, meetings: Table) -> Iterator[tuple[Kind, "pd.Series[Any]"]]:
        """By kind, the rows of meetings with a document that is due, and since when."""
        rows = meetings.frame[_told_apart(meetings)]
        if self.ladder.is_on(Kind.MINUTES) and meetings.has("approved"):
            yield Kind.MINUTES, self._approved(rows)
        if self.ladder.is_on(Kind.INVITATION) and all(map(meetings.has, ("date", *_TO_INVITE))):
            yield Kind.INVITATION, self._announced(rows)

    def _approved(self, rows: pd.DataFrame) -> "pd.Series[Any]":
        """Since the host's approval, unless it is long ago or somebody has distributed them."""
        since: pd.Series[Any] = rows["approved"].dt.normalize().where(rows["distributed_typed"].eq(""))
        since = since[since.le(self.judgement.book.today).to_numpy(dtype=bool)]
        until = self.ladder[Kind.MINUTES].until
        today = pd.Series(self.judgement.book.today, index=since.index)
        gone = self.judgement.book.calendar.late_days(since, today).gt(until)
        return since if not until else since[~gone.to_numpy(dtype=bool)]

    def _announced(self, rows: pd.DataFrame) -> "pd.Series[Any]":
        """From today on, where the meeting is still to come, its row is whole, and nobody has sent a notice."""
        whole = rows["date"].dt.normalize().ge(self.judgement.book.today) & rows["notice_sent_typed"].eq("")
        for column in _TO_INVITE:
            text = f"{column}_typed" if f"{column}_typed" in rows else column
            whole &= rows[text].ne("")
        whole &= rows["start"].notna()
        return pd.Series(self.judgement.book.today, index=rows.index[whole.to_numpy(dtype=bool)])

    def _notices(self, reached: Reached, minutes: MeetingMinutes) -> Iterator[Notice | Missed]:
        rung, found = self.ladder[reached.kind], circle(minutes, self.recipients.listed)
        name = minutes.id or minutes.name
        subject = Meeting(
            minutes.id, minutes.name, minutes.held_on, minutes.host, minutes.recorder, reached.since, 0, ""
        )
        for role in (*rung.to, *rung.copy):
            people: tuple[Person, ...] = getattr(found, role)
            for person in people:
                reader = person if role == "participants" or minutes.confidential else self._present(person)
                yield notice(reached, name, reader, subject, copy=role not in rung.to)
        for missing, reason in found.missed:
            yield Missed(name, missing, reason.value, minutes.confidential)

    def _present(self, person: Person) -> Person:
        return self.recipients.listed.present(person, self.recipients.today)


def _told_apart(meetings: Table) -> Any:
    """Which meetings have a name of their own: a number that no other has, or without one such a name."""
    keys = meetings.id.map(fold).where(meetings.id.ne(""), meetings.name.map(fold))
    return (keys.ne("") & ~keys.duplicated(keep=False)).to_numpy(dtype=bool)


def _reached(kind: Kind, minutes: MeetingMinutes, since: date) -> Reached:
    """Minutes are sent again when they were approved again, an invitation when the meeting has moved."""
    if kind is Kind.MINUTES:
        return Reached(kind, since.isoformat(), "0", since)
    where = sha256(f"{minutes.starts} {minutes.ends} {minutes.place}".encode()).hexdigest()[:8]
    return Reached(kind, "" if minutes.held_on is None else minutes.held_on.isoformat(), where, since)
