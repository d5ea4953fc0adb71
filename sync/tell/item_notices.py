"""Which rungs the action items have reached, and who is told (handbook §4): pure, and vectorised over the table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from rules.findings import Finding, Severity
from rules.judge import Judgement
from rules.table import Table
from sync.history import RowState
from sync.tell.items import Items
from sync.tell.ladder import Ladder, Reached, notice
from sync.tell.notice import Kind, Notice
from sync.tell.recipients import Missed, Recipients

_FACTS = (
    "description", "meeting_id", "owner", "owner_kind", "owner_name", "owner_beside", "department", "verifier",
    "due", "late_days", "computed", "expected", "confidential",
)  # fmt: skip

_Frame = pd.DataFrame
"""Rungs that rows have reached: the sheet row as index, and ``anchor``, ``step`` and ``since`` of ``Reached``."""


@dataclass(frozen=True)
class ItemNotices:
    """The notices about action items. ``ids`` gives each row's number, ``states`` what is remembered of it."""

    judgement: Judgement
    ids: Mapping[int, str]
    states: Mapping[str, RowState]
    ladder: Ladder
    recipients: Recipients
    items: Items
    risks: "pd.Series[str]"

    def all(self) -> Iterator[Notice | Missed]:
        """All that are due by now, told before or not, and who could not be found.

        Every comparison is "by now", so that a missed pass catches up; of risk warning, overdue and due soon only
        the highest that a row has reached counts.
        """
        reached = [(row, rung) for kind, frame in self._frames() for row, rung in _rungs(kind, frame)]
        reached += self._problems()
        facts = self.facts(sorted({row for row, _ in reached}))
        for row, rung in reached:
            yield from self._notices(rung, facts[row], row)

    def facts(self, rows: list[int]) -> dict[int, dict[str, Any]]:
        """What mails and recipients need to know of some rows."""
        names = [*_FACTS, "risk_level", "days_left", "copy_number"]
        chosen = self._known.loc[rows, names]
        records = zip(*(chosen[name].tolist() for name in names), strict=True)
        return {
            row: dict(zip(names, values, strict=True)) | {"id": self.ids[row]}
            for row, values in zip(rows, records, strict=True)
        }

    def _notices(self, reached: Reached, facts: Mapping[str, Any], row: int) -> Iterator[Notice | Missed]:
        rung = self.ladder[reached.kind]
        name = f"{facts['id']}#{facts['copy_number']}" if facts["copy_number"] else facts["id"]
        for found, copy in self.recipients.of(rung, facts):
            if isinstance(found, Missed):
                yield found
            else:
                yield notice(reached, name, found, self.items.item(row, facts), copy=copy)

    def _frames(self) -> Iterator[tuple[Kind, _Frame]]:
        by_kind = {
            Kind.ESCALATION: self._escalated,
            Kind.BLOCKED: self._blocked,
            Kind.ACCEPTANCE: self._handed_in,
            Kind.RISK: self._risky,
            Kind.OVERDUE: self._overdue,
            Kind.DUE_SOON: self._due_soon,
        }
        for kind, frame in by_kind.items():
            if self.ladder.is_on(kind):
                yield kind, frame()

    def _escalated(self) -> _Frame:
        """Told anew each time that the item is carried over once more."""
        rows = self._known[self._caught("A117")]
        carried = rows["carried"].astype("str")
        return self._frame(rows, "carried", carried, pd.Series(self._today, index=rows.index))

    def _blocked(self) -> _Frame:
        rows = self._known[self._actions.computed.eq("blocked").to_numpy(dtype=bool)]
        anchors = [self.states[self.ids[row]].blocked for row in rows.index]
        since = pd.Series(pd.to_datetime(anchors), index=rows.index, dtype="datetime64[ns]")
        step = _repeats(self._working_days_since(since), self.ladder[Kind.BLOCKED].repeat)
        return self._frame(rows, anchors, step, since)

    def _handed_in(self) -> _Frame:
        """Once the day stands there on which it was done, for until then A110 asks the owner; or in a sheet that has
        no place for it."""
        actions = self._actions
        waits = actions.computed.eq("waiting") & ~actions.accepted
        dated = actions.done.notna() | (not actions.has("done"))
        rows = self._known[(waits & dated).to_numpy(dtype=bool)]
        done = rows["done"].dt.normalize()
        step = _repeats(self._working_days_since(done), self.ladder[Kind.ACCEPTANCE].repeat)
        return self._frame(rows, done.dt.strftime("%Y-%m-%d").fillna(""), step, done.fillna(self._today))

    def _risky(self) -> _Frame:
        rung = self.ladder[Kind.RISK]
        rows = self._known[self._is_risky]
        step = _repeats((rows["late_days"] - rung.days - 1).clip(lower=0), rung.repeat)
        return self._by_due(rows, step, rung.days + 1)

    def _overdue(self) -> _Frame:
        """Each working day; where a new date was agreed on, once, until that date has come."""
        late = self._actions.open & self._actions.late_days.gt(0).fillna(False)
        rows = self._known[late.to_numpy(dtype=bool) & ~(self._is_risky & self.ladder.is_on(Kind.RISK))]
        step = _repeats(rows["late_days"] - 1, self.ladder[Kind.OVERDUE].repeat)
        return self._by_due(rows, step.mask(rows["expected"].ge(self._today), 0), 1)

    def _due_soon(self) -> _Frame:
        """From so many days before the due date on, or from the last working day before that."""
        days = self.ladder[Kind.DUE_SOON].days
        ahead = self._actions.open & self._known["days_left"].ge(0)
        rows = self._known[ahead.to_numpy(dtype=bool)]
        due = rows["due"].dt.normalize()
        opens = {day: self._opening(day, days) for day in due.unique()}
        since = due.map(opens).astype("datetime64[ns]")
        near = since.le(self._today).to_numpy(dtype=bool)
        step = pd.Series(0, index=rows.index)
        reached: _Frame = self._frame(rows, due.dt.strftime("%Y-%m-%d"), step, since)[near]
        return reached

    def _opening(self, due: pd.Timestamp, days: int) -> pd.Timestamp:
        calendar, day = self.judgement.book.calendar, due.date()
        if self.ladder[Kind.DUE_SOON].unit == "working_days":
            return pd.Timestamp(calendar.add(day, -days))
        return pd.Timestamp(calendar.last_working((due - pd.Timedelta(days=days)).date()))

    def _problems(self) -> Iterator[tuple[int, Reached]]:
        """Once for each rule that a row breaks with what it says; the step is a digest of that."""
        rung, today = self.ladder[Kind.PROBLEM], self._today.date()
        if rung.off:
            return
        steps: dict[str, str] = {}
        for finding in self.judgement.findings:
            if self._is_told(finding) and finding.code not in rung.silent:
                value = str(finding.fields["value"])
                step = steps.get(value) or steps.setdefault(value, sha256(value.encode()).hexdigest()[:8])
                yield finding.row, Reached(Kind.PROBLEM, finding.code, step, today)

    def _is_told(self, finding: Finding) -> bool:
        """Whether it is about an item's row, not of the header, not mere advice, and not known since adoption."""
        mine = finding.table == "actions" and finding.row in self.ids
        return mine and finding.severity is not Severity.ADVICE and not finding.old

    def _by_due(self, rows: _Frame, step: "pd.Series[Any]", working_days: int) -> _Frame:
        """Rungs that come so many working days after the due date."""
        due = rows["due"].dt.normalize()
        add = self.judgement.book.calendar.add
        since = due.map({day: pd.Timestamp(add(day.date(), working_days)) for day in due.unique()})
        return self._frame(rows, due.dt.strftime("%Y-%m-%d"), step, since)

    def _frame(self, rows: _Frame, anchor: Any, step: "pd.Series[Any]", since: "pd.Series[Any]") -> _Frame:
        return pd.DataFrame({"anchor": anchor, "step": step.astype("str"), "since": since}, index=rows.index)

    def _caught(self, code: str) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        caught = {finding.row for finding in self.judgement.findings if finding.code == code}
        return np.asarray(self._actions.rows.isin(caught))

    def _working_days_since(self, since: "pd.Series[Any]") -> "pd.Series[Any]":
        today = pd.Series(self._today, index=since.index)
        return self.judgement.book.calendar.late_days(since, today).fillna(0)

    @cached_property
    def _is_risky(self) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        return self._caught("A116")

    @cached_property
    def _known(self) -> _Frame:
        """The action table with what no rule asks for: days left, risk, and which of several rows of one number."""
        actions = self._actions
        ids = pd.Series(self.ids)
        return actions.frame.assign(
            risk_level=self.risks,
            days_left=(actions.due.dt.normalize() - self._today).dt.days,
            copy_number=ids.groupby(ids).cumcount().reindex(actions.rows),
        )

    @property
    def _actions(self) -> Table:
        return self.judgement.book.tables["actions"]

    @property
    def _today(self) -> pd.Timestamp:
        return self.judgement.book.today


def _rungs(kind: Kind, frame: _Frame) -> Iterator[tuple[int, Reached]]:
    columns = (frame[name].tolist() for name in ("anchor", "step"))
    days = [moment.date() for moment in frame["since"]]
    for row, anchor, step, since in zip(frame.index.tolist(), *columns, days, strict=True):
        yield row, Reached(kind, anchor, step, since)


def _repeats(working_days: "pd.Series[Any]", every: int) -> "pd.Series[Any]":
    """How often something has come round again; never where it is told once."""
    return working_days // every if every else working_days * 0
