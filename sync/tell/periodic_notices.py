"""The accounts that people are given from time to time (handbook §4): daily, weekly, each quarter. Pure.

What is confidential is counted in them and never named, but to those who have to do it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd

from rules.directory import Person, department_key
from rules.judge import Judgement
from rules.table import Table
from rules.wordlists import fold
from sheet_templates import Words
from sync.tell.ladder import Ladder, Reached, notice
from sync.tell.notice import Figures, Kind, Notice
from sync.tell.recipients import Missed, Recipients

_NAMED = 5  # items that an account names
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class PeriodicNotices:
    """The accounts that are due by now. ``ids`` gives each row's number, ``risks`` its risk level."""

    judgement: Judgement
    ids: Mapping[int, str]
    risks: "pd.Series[str]"
    ladder: Ladder
    recipients: Recipients
    words: Words

    def all(self) -> Iterator[Notice | Missed]:
        """All of them, told before or not. Nothing on a day off: the next working day has its own."""
        if not self.judgement.book.calendar.is_working(self._today):
            return
        for kind, accounts in (
            (Kind.DAILY, self._daily),
            (Kind.WEEKLY, self._weekly),
            (Kind.QUARTERLY, self._quarterly),
        ):
            if self.ladder.is_on(kind):
                yield from accounts()

    def _daily(self) -> Iterator[Notice | Missed]:
        """For each important meeting with something open: whoever has something to do, its host and recorder."""
        actions = self._actions
        mine = actions.frame[(actions.important & actions.open).to_numpy(dtype=bool)]
        for key, rows in mine.groupby(mine["meeting_id"].map(fold)):
            meeting = self.recipients.meetings.get(str(key))
            if meeting is None:
                continue
            name = str(meeting["id"] or meeting["name"])
            title = self._texts["daily_title"].format(meeting=meeting["name"] or name)
            figures = self._account(name, title, rows, everything=True)
            reached = Reached(Kind.DAILY, self._today.isoformat(), "0", self._today)
            yield from self._told(reached, name, figures, self._concerned(meeting, rows))

    def _concerned(self, meeting: Mapping[str, Any], rows: pd.DataFrame) -> Iterator[Person | Missed]:
        rung = self.ladder[Kind.DAILY]
        for role in rung.to:
            if role == "owner":
                for facts in self._owners(rows):
                    yield from self.recipients.by_role(role, facts)
            else:
                yield from self.recipients.by_role(role, meeting)

    def _owners(self, rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
        names = ["owner", "owner_kind", "owner_name", "owner_beside", "department", "confidential"]
        distinct = rows[names].drop_duplicates()
        for row, values in zip(distinct.index, distinct.to_dict("records"), strict=True):
            yield {**{str(name): value for name, value in values.items()}, "id": self.ids[row]}

    def _weekly(self) -> Iterator[Notice | Missed]:
        """Each department's head of the department, the coordinators of everything: from its weekday on, once."""
        monday = self._today - timedelta(days=(self._today.isoweekday() - self.ladder.weekday) % 7)
        reached = Reached(Kind.WEEKLY, monday.isoformat(), "0", monday)
        rung, frame = self.ladder[Kind.WEEKLY], self._actions.frame
        if "head" in rung.to:
            listed, rows_of = self.recipients.listed, self._departments.groupby(self._departments).groups
            for head in listed.every_head:
                rows = frame.loc[rows_of.get(department_key(head.department), [])]
                title = self._texts["weekly_title"].format(department=head.department)
                figures = self._weekly_account(head.department, title, rows)
                yield from self._told(reached, head.department, figures, [listed.present(head, self._today)])
        if "coordinators" in rung.to:
            figures = self._weekly_account("*", self._texts["weekly_title_all"], frame)
            yield from self._told(reached, "*", figures, self.recipients.coordinators())

    def _weekly_account(self, name: str, title: str, rows: pd.DataFrame) -> Figures | None:
        past = self._stamp - _WEEK
        recent = rows["finished"] & rows["done"].gt(past) & rows["done"].le(self._stamp)
        left = rows[rows["computed"].ne("done").to_numpy(dtype=bool)]
        figures = self._account(name, title, left, everything=False)
        closed = (self._texts["finished"], str(int(recent.sum())))
        shown = (
            Figures(name, title, self._today, (*figures.figures, closed), figures.lines) if figures else None
        )
        return shown if shown and (len(left) or recent.any()) else None

    def _quarterly(self) -> Iterator[Notice | Missed]:
        """Whoever hosted or recorded a meeting of the last quarter: how it went, and that it is to be talked over."""
        meetings = self.judgement.book.get("meetings")
        if meetings is None:
            return
        start = pd.Timestamp(self._stamp.year, 3 * ((self._stamp.month - 1) // 3) + 1, 1)
        before = start - pd.DateOffset(months=3)
        held = meetings.frame[(meetings.date.ge(before) & meetings.date.lt(start)).to_numpy(dtype=bool)]
        if held.empty:
            return
        quarter = f"{before.year}-Q{(before.month + 2) // 3}"
        figures = self._quarter(quarter, len(held), before, start)
        reached = Reached(Kind.QUARTERLY, quarter, "0", start.date())
        roles = self.ladder[Kind.QUARTERLY].to
        named = [(role, facts) for role in roles for facts in self._meetings_of(role, held)]
        people = (found for role, facts in named for found in self.recipients.by_role(role, facts))
        yield from self._told(reached, "", figures, people)

    def _meetings_of(self, role: str, held: pd.DataFrame) -> list[dict[str, Any]]:
        """One meeting for each different name under a role."""
        distinct = held.drop_duplicates(role)
        columns = zip(distinct["id"], distinct["name"], distinct[role], strict=True)
        return [{"id": id_ or name, role: cell, "confidential": False} for id_, name, cell in columns]

    def _quarter(self, quarter: str, held: int, first: pd.Timestamp, after: pd.Timestamp) -> Figures:
        """Figures of the items that were due in a quarter (001 §二(五))."""
        actions = self._actions
        due = actions.frame[(actions.due.ge(first) & actions.due.lt(after)).to_numpy(dtype=bool)]
        settled = int((due["finished"] | ~due["on_time"]).sum())  # not what was cancelled
        on_time = int((due["finished"] & due["on_time"]).sum())
        overrun = due["late_days"][(due["finished"] & ~due["on_time"]).to_numpy(dtype=bool)]
        rate = f"{on_time / settled:.0%}" if settled else "–"
        average = f"{overrun.mean():.1f}" if len(overrun) else "–"
        open_still = int(due["open"].sum())
        values = {"meetings": held, "due": len(due), "on_time": rate, "overrun": average, "open": open_still}
        shown = tuple((self._texts[f"quarter_{key}"], str(value)) for key, value in values.items())
        return Figures(quarter, self._texts["quarterly_title"].format(quarter=quarter), self._today, shown)

    def _account(self, name: str, title: str, rows: pd.DataFrame, *, everything: bool) -> Figures:
        """How many items there are of each kind, and the latest of them; not what is confidential, if not ``everything``."""
        is_open, risks = rows["open"], self.risks.reindex(rows.index)
        left = (rows["due"].dt.normalize() - self._stamp).dt.days
        values = {
            "open": is_open,
            "late": is_open & left.lt(0),
            "risk": risks.isin(["warning", "escalated"]) & is_open,
            "soon": is_open & left.between(0, 7),
            "blocked": rows["computed"].eq("blocked"),
            "waiting": rows["computed"].eq("waiting"),
        }
        shown = tuple((self._texts[key], str(int(mask.sum()))) for key, mask in values.items())
        listed = rows[is_open.to_numpy(dtype=bool)]
        nameable = listed if everything else listed[~listed["confidential"].to_numpy(dtype=bool)]
        latest = nameable.sort_values(["late_days", "due"], ascending=[False, True], na_position="last")
        return Figures(name, title, self._today, shown, tuple(self._lines(latest.head(_NAMED), len(listed))))

    def _lines(self, rows: pd.DataFrame, count: int) -> Iterator[str]:
        columns = ("description", "owner", "due", "late_days")
        values = zip(*(rows[name].tolist() for name in columns), strict=True)
        for row, (description, owner, due, late) in zip(rows.index.tolist(), values, strict=True):
            named = " ".join(filter(None, (self.ids[row], description)))
            yield " · ".join(filter(None, (named, owner, self._when(due, late))))
        if count > len(rows):
            yield self._texts["line_rest"].format(count=count - len(rows))

    def _when(self, due: pd.Timestamp, late: Any) -> str:
        if pd.isna(due):
            return ""
        texts = self.words["mail_item"]
        return texts["late" if late > 1 else "late_one"].format(count=late) if late > 0 else f"{due:%Y-%m-%d}"

    def _told(
        self, reached: Reached, name: str, figures: Figures | None, people: Iterable[Person | Missed]
    ) -> Iterator[Notice | Missed]:
        if figures is None:
            return
        for found in people:
            yield found if isinstance(found, Missed) else notice(reached, name, found, figures)

    @cached_property
    def _departments(self) -> "pd.Series[str]":
        """The folded department of each item, as the directory has it."""
        names = ["department", "owner", "owner_kind", "owner_name", "owner_beside", "confidential"]
        frame = self._actions.frame[names]
        keys = list(zip(*(frame[name].tolist() for name in names), strict=True))
        known = {
            key: department_key(self.recipients.department({**dict(zip(names, key, strict=True)), "id": ""}))
            for key in set(keys)
        }
        return pd.Series([known[key] for key in keys], index=frame.index, dtype="str")

    @property
    def _actions(self) -> Table:
        return self.judgement.book.tables["actions"]

    @property
    def _texts(self) -> Mapping[str, str]:
        return self.words["mail_figures"]

    @cached_property
    def _stamp(self) -> pd.Timestamp:
        return self.judgement.book.today

    @cached_property
    def _today(self) -> date:
        return self._stamp.date()


def unreachable(
    missed: Iterable[Missed], ladder: Ladder, recipients: Recipients, words: Words
) -> Iterator[Notice]:
    """Each name that could not be told, once, to the coordinators; what is confidential without its name."""
    if not ladder.is_on(Kind.UNREACHABLE):
        return
    texts = words["mail_figures"]
    by_name: defaultdict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for miss in missed:
        by_name["" if miss.confidential else miss.name, miss.reason, miss.confidential].append(miss.id)
    for (name, reason, confidential), ids in by_name.items():
        shown = ", ".join(ids[:_NAMED]) + ("…" if len(ids) > _NAMED else "")
        about = ((texts["about"], str(len(ids)) if confidential else shown),)
        said = texts["secret"] if confidential else name or texts["nobody"]
        title = texts["unreachable_title"].format(name=said, reason=words["report"][f"missed_{reason}"])
        figures = Figures(f"{name}:{reason}", title, recipients.today, about)
        reached = Reached(Kind.UNREACHABLE, reason, "0", recipients.today)
        for person in recipients.coordinators():
            yield notice(reached, name, person, figures)


def undelivered(
    refused: Iterable[Notice], ladder: Ladder, recipients: Recipients, words: Words
) -> Iterator[Notice]:
    """Each address that a mail server refuses for good, once a month, to the coordinators: somebody has to put the
    directory right. What could not be told there is only counted."""
    if not ladder.is_on(Kind.UNREACHABLE):
        return
    texts, today = words["mail_figures"], recipients.today
    by_address: defaultdict[str, list[Notice]] = defaultdict(list)
    for each in refused:
        by_address[each.recipient.email.lower()].append(each)
    for address, untold in by_address.items():
        person, about = untold[0].recipient, str(len({each.subject.id for each in untold}))
        title = texts["refused_title"].format(name=person.name, email=person.email)
        figures = Figures(address, title, today, ((texts["about"], about),))
        reached = Reached(Kind.UNREACHABLE, "refused", f"{today:%Y-%m}", today)
        for coordinator in recipients.coordinators():
            if coordinator.email.lower() not in by_address:
                yield notice(reached, address, coordinator, figures)
