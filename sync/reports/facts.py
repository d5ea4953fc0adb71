"""The judged tables as the reports count them: one frame of items, of meetings and of topics, with all that is asked.

``items`` has, for each action item: ``row id description owner person department due done late_days computed
open finished on_time risk expected reason remark verifier confidential carried waived began`` and ``errors``,
``warnings`` (how many findings), ``complete`` (no errors; of what has left the sheet, while it was there). Days have no
time of day. ``began`` is the day of its meeting, or the day on which it was first met; NaT where it was there before
the ledger was. ``person`` is the owner where that is no group and no post. Closed
items that have left the sheet are there with ``row`` 0, and so are archived meetings and topics.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from rules.cells import each_value
from rules.findings import Severity
from rules.judge import Judgement
from rules.meeting_facts import with_meeting_facts
from rules.minutes_facts import with_minutes_facts
from rules.table import Book, Layout, Table
from rules.wordlists import fold
from sync.history import RowState
from sync.reports.meetings import meeting_frame
from sync.reports.past import Closed

_SEVERAL = re.compile(r"[、,，/;；\n]")
_PEOPLE = ("person", "several")
_RAISED = ("warning", "escalated")
_STATUSES = {"closed": "done", "blocked": "blocked", "waiting": "waiting"}
_TAKEN = (
    "description", "due", "done", "late_days", "computed", "open", "finished", "on_time", "expected",
    "late_reason", "remark", "verifier", "carried", "topic", "meeting_id",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What the reports count. ``layout`` tells where the action items stand."""

    today: pd.Timestamp
    items: pd.DataFrame
    meetings: pd.DataFrame
    topics: pd.DataFrame
    layout: Layout
    has_meetings: bool
    has_waivers: bool

    def of_department(self, name: str) -> "Facts":
        """The same for the items of one department; meetings belong to nobody."""
        mine = self.items[self.items.department.eq(name)]
        return replace(
            self, items=mine, meetings=self.meetings.iloc[:0], topics=self.topics.iloc[:0], has_meetings=False
        )


def facts(
    judgement: Judgement,
    risks: "pd.Series[str]",
    ids: Mapping[int, str],
    states: Mapping[str, RowState],
    closed: tuple[Closed, ...] = (),
    archived: Mapping[str, Table] = MappingProxyType({}),
) -> Facts:
    """All that is counted, of judged tables, of closed items that have left them, and of what is ``archived``."""
    book = judgement.book
    actions = book.tables["actions"]
    items = actions.frame.loc[:, list(_TAKEN)].rename(columns={"late_reason": "reason"})
    items = items.assign(
        **{name: actions.frame[name].dt.normalize() for name in ("due", "done", "expected")},
        row=actions.rows,
        id=pd.Series(ids).reindex(actions.rows),
        owner=actions.owner_name.where(actions.owner_name.ne(""), actions.owner),
        person=actions.owner.where(actions.owner_kind.isin(_PEOPLE), "").mask(
            actions.owner_name.ne(""), actions.owner_name
        ),
        department=each_value(actions.department, leading),
        risk=risks,
        late=actions.open & actions.due.notna() & ~actions.on_time,
        at_risk=actions.open & risks.isin(_RAISED),
        **{name: actions.computed.eq(status) for name, status in _STATUSES.items()},
        confidential=actions.confidential.astype(bool),
        waived=actions.waiver.ne(""),
        began=_began(actions, ids, states),
        **_faults(judgement, actions),
    )
    items["complete"] = items.errors.eq(0)
    meetings = _with_archived(meeting_frame(book), meeting_frame(_archive(book, archived)))
    topics = _with_archived(_topics(book, meetings), _topics(_archive(book, archived), meetings))
    gone = _gone(closed, items, archived.get("actions"), meetings)
    return Facts(
        book.today,
        pd.concat([items, gone]) if len(gone) else items,
        meetings,
        topics,
        actions.layout,
        book.get("meetings") is not None,
        actions.has("waiver"),
    )


def leading(department: str) -> str:
    """The first of several departments, which leads."""
    return next(filter(None, (part.strip() for part in _SEVERAL.split(department))), "")


def _began(actions: Table, ids: Mapping[int, str], states: Mapping[str, RowState]) -> "pd.Series[Any]":
    """When each item came up; what was there on the ledger's first day came at any time before."""
    seen = pd.Series([states[ids[row]].seen for row in actions.rows], index=actions.rows)
    seen = pd.to_datetime(seen).dt.normalize()
    first = min((state.seen for state in states.values()), default=None)
    if first is not None:
        seen = seen.where(seen.gt(pd.Timestamp(first).normalize()))
    began: pd.Series[Any] = actions.meeting_row_date.dt.normalize().fillna(seen)
    return began


def _faults(judgement: Judgement, actions: Table) -> dict[str, Any]:
    """How many errors and warnings each row has, and the rule that its worst one breaks."""
    found = [finding for finding in judgement.findings if finding.table == "actions"]
    rows = pd.Series([finding.row for finding in found], dtype="int64")
    severities = pd.Series([finding.severity.value for finding in found], dtype="str")
    codes = pd.Series([finding.code for finding in found], dtype="str")
    counts = {
        name: rows[severities.eq(severity)].value_counts().reindex(actions.rows, fill_value=0)
        for name, severity in (("errors", Severity.ERROR.value), ("warnings", Severity.WARNING.value))
    }
    serious = severities.ne(Severity.ADVICE.value)
    worst = codes[serious].groupby(rows[serious].to_numpy()).first().reindex(actions.rows)
    return {**counts, "worst": worst.fillna("")}


def _archive(book: Book, archived: Mapping[str, Table]) -> Book:
    """What is archived as a book of its own, with the facts that rules compute of its meetings and topics."""
    return with_minutes_facts(with_meeting_facts(replace(book, tables=archived, archive={})))


def _with_archived(frame: pd.DataFrame, archived: pd.DataFrame) -> pd.DataFrame:
    if not len(archived):
        return frame
    kept = archived.assign(row=0).set_axis(-1 - pd.RangeIndex(len(archived)))  # no rows of the sheet
    return pd.concat([frame, kept]) if len(frame) else kept


def _gone(
    closed: tuple[Closed, ...], items: pd.DataFrame, archived: Table | None, meetings: pd.DataFrame
) -> pd.DataFrame:
    """Closed items whose rows are no longer in the sheet, in the frame's columns."""
    there = set(items["id"])
    left = [each for each in closed if each.row_id not in there]
    if not left:
        return items.iloc[:0]
    known = pd.DataFrame(left, columns=list(Closed._fields))
    due, done = pd.to_datetime(known.due, errors="coerce"), pd.to_datetime(known.done, errors="coerce")
    rows = pd.DataFrame(
        {
            "row": 0, "id": known.row_id, "department": known.department, "due": due, "done": done,
            "late_days": known.late_days.astype("Int64"), "computed": "done", "open": False, "finished": True,
            "on_time": ~done.dt.normalize().gt(due.dt.normalize()), "risk": "normal", "confidential": False,
            "waived": False, "late": False, "at_risk": False, "closed": True,
            "blocked": False, "waiting": False, "carried": 0, "errors": 0, "warnings": 0, "worst": "",
            "complete": known.errors.eq(0).astype(object).where(known.errors.notna(), None),
        }
    )  # fmt: skip
    texts = ("description", "reason", "remark", "verifier")
    rows = rows.assign(**dict.fromkeys(texts, ""), **_kept(known.row_id, archived), expected=None)
    named = items.person[~items.confidential]  # nobody is named whom only confidential items name
    rows = rows.assign(
        person=rows.owner.where(rows.owner.isin(named), ""),
        began=_by_name(meetings)["day"].reindex(rows.meeting_id.map(fold)).to_numpy(),
    )
    rows.index = -1 - rows.index  # no row of the sheet
    return rows[items.columns].astype(
        {name: items[name].dtype for name in ("due", "done", "expected", "began")}
    )


def _kept(ids: "pd.Series[str]", archived: Table | None) -> "dict[str, pd.Series[str]]":
    """Owner, meeting and topic of items, as the archive has them."""
    names = ("owner", "meeting_id", "topic")
    if archived is None:
        return dict.fromkeys(names, pd.Series("", index=ids.index))
    known = archived.frame.drop_duplicates("id").set_index("id")
    return {name: known[name].reindex(ids).fillna("").set_axis(ids.index) for name in names}


def _by_name(meetings: pd.DataFrame) -> pd.DataFrame:
    """The meetings by their folded numbers and names."""
    known = pd.concat([meetings.assign(key=meetings[name].map(fold)) for name in ("id", "name")])
    return known[known.key.ne("")].drop_duplicates("key").set_index("key")


def _topics(book: Book, meetings: pd.DataFrame) -> pd.DataFrame:
    """Each topic with its meeting's day, whether that was held and is confidential."""
    topics = book.get("topics")
    names = ["row", "meeting_id", "no", "title", "conclusion", "mark", "follow_up_by", "follow_up_due"]
    if topics is None:
        return pd.DataFrame(columns=[*names, "day", "held", "confidential", "meeting"])
    frame = topics.frame.assign(row=topics.rows)[names]
    known = _by_name(meetings)
    key = frame.meeting_id.map(fold)
    return frame.assign(
        meeting=known["name"].reindex(key).fillna("").to_numpy(),
        day=known["day"].reindex(key).to_numpy(),
        held=known["held"].reindex(key).eq(True).to_numpy(),
        confidential=known["confidential"].reindex(key).eq(True).to_numpy(),
    )
