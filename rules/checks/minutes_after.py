"""M207–M209: what comes after a meeting: its retrospective, who may know of it, and the next one."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from rules.catalogue import rule
from rules.cells import each_value, says_nothing
from rules.directory import directory
from rules.findings import Severity
from rules.meetings import meeting_rows
from rules.owners import OwnerKind, read_owner
from rules.same_person import may_be_same
from rules.table import Book, Table
from rules.wordlists import WordLists, fold


@rule(
    "M207",
    on="meetings",
    severity=Severity.ADVICE,
    columns=("date",),
    cites="000 二(三), 001 二(五), 002 三(三)1",
    reads=("name",),
)
def meeting_has_its_retrospective(
    meetings: Table, book: Book, *, days: int = 30, quarterly: bool = True
) -> pd.DataFrame:
    """An important meeting has had its retrospective within thirty days, and each quarter has had one.

    Why: what went wrong and is not talked about goes wrong again. As a retrospective counts a later meeting
    whose name, kind, goal or topic says so (复盘, 回顾, 总结会, retrospective), but not one that is to solve a
    problem (支付故障复盘会); for the important meeting itself its 改进计划 counts too. Of quarters only the last one
    is shown, thirty days after its end and at its last meeting; any retrospective since it began will do.

    Write instead: a meeting such as 一季度会议复盘会 in the register, or the 改进计划 of this one.
    """
    day = meetings.date.dt.normalize()
    over = (book.today - day).dt.days.gt(days)
    looked_back = meetings.last_retrospective.gt(meetings.date) | meetings.retrospective
    important = meetings.important & over & ~looked_back & ~_has_plan(meetings, book)
    quarter = (book.today - pd.Timedelta(days=days)).to_period("Q") - 1
    unreviewed = day.between(quarter.start_time, quarter.end_time) & ~meetings.last_retrospective.ge(
        quarter.start_time
    )
    latest = unreviewed & day.eq(day[unreviewed].max()) & ~day.duplicated(keep="last") & quarterly
    caught = pd.DataFrame({"variant": "quarter"}, index=meetings.rows).mask(important, "important")
    shown: pd.Series[bool] = important | latest
    return caught.assign(year=quarter.year, quarter=quarter.quarter)[shown]


def _has_plan(meetings: Table, book: Book) -> "pd.Series[bool]":
    return ~says_nothing(meetings.improvement, book.words)


@rule(
    "M208",
    on="meetings",
    severity=Severity.ERROR,
    columns=("attendees",),
    cites="001 四(四)",
    reads=("confidential", "id"),
    needs=("confidential", "attendees"),
)
def confidential_stays_inside(meetings: Table, book: Book) -> pd.DataFrame:
    """What comes of a confidential meeting lies with its attendees and their leaders only.

    Why: 仅限参会人及相关领导传阅. Whoever owns an action item of the meeting, or follows up one of its
    topics, knows what it was about. As inside count the attendees, host, recorder, delegates, and the heads and leaders of
    the directory; where attendees are given by department only (市场部:经理、专员), everybody of it. To whom the
    minutes went does not stand in the sheet; closeloop itself sends them to nobody else.

    Write instead: an attendee as the owner; or the name under 参会部门及人员, if they were there.
    """
    secret = meetings.frame[meetings.confidential.eq("yes") & ~says_nothing(meetings.attendees, book.words)]
    listed = directory(book.get("people"), book.words)
    cells = (
        secret["attendees"] + "、" + secret["host"] + "、" + secret["recorder"] + "、" + secret["delegate"]
    )
    circles = {row: _circle(text, book.words) for row, text in cells.items()}
    outside: defaultdict[int, list[str]] = defaultdict(list)
    for row, name, departments in _informed(book, secret.index):
        if not (circles[row].holds(name, departments, book.words) or listed.leads(name)):
            outside[row].append(name)
    people = {row: tuple(dict.fromkeys(names)) for row, names in sorted(outside.items())}
    return pd.DataFrame({"people": pd.Series(people, dtype=object)})


@dataclass(frozen=True)
class _Circle:
    """Who was at a meeting: all that its cells say, the people named, and what names nobody (市场部:经理, 技术部)."""

    text: str
    named: tuple[str, ...]
    unnamed: tuple[str, ...]

    def holds(self, name: str, departments: tuple[str, ...], words: WordLists) -> bool:
        """Whether somebody was there, or may have been."""
        return (
            name in self.text
            or any(may_be_same(name, other, words) for other in self.named)
            or any(
                words.starts_with(part, "several_departments") or any(map(part.__contains__, departments))
                for part in self.unnamed
            )
        )


def _circle(text: str, words: WordLists) -> _Circle:
    """研发部(经理、组长) and 市场部:王芳、李雷 are lists with a department before them."""
    flat = re.sub(r"[(\[【]", ":", re.sub(r"[)\]】]", "", unicodedata.normalize("NFKC", text)))
    read = {part: read_owner(part, words) for part in re.split(r"[、,;\n]+", flat) if part.strip()}
    named = tuple(owner.name for owner in read.values() if owner.kind is OwnerKind.PERSON)
    unnamed = tuple(part for part, owner in read.items() if owner.kind in {OwnerKind.POST, OwnerKind.GROUP})
    return _Circle(text, named, unnamed)


def _informed(book: Book, rows: pd.Index) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Who owns items or follows up topics of some meetings: the meeting's row, the name, and the departments known."""
    meetings, actions, topics = book.tables["meetings"], book.tables["actions"], book.get("topics")
    at = meeting_rows(actions, meetings)
    items = actions.frame[["owner_name", "owner_beside", "department"]].assign(row=at)
    owned = items[at.isin(rows) & actions.owner_kind.eq(OwnerKind.PERSON)].drop_duplicates()
    for name, beside, department, row in owned.itertuples(index=False):
        yield int(row), name, tuple(filter(None, (beside, department)))
    if topics is not None:
        at = meeting_rows(topics, meetings)
        followed = topics.frame[at.isin(rows)]
        for text, row in zip(followed["follow_up_by"], at[followed.index], strict=True):
            owner = read_owner(text, book.words)
            if owner.kind is OwnerKind.PERSON:
                yield int(row), owner.name, tuple(filter(None, (owner.department,)))


@rule(
    "M209",
    on="meetings",
    severity=Severity.WARNING,
    columns=("next_meeting",),
    cites="001 二(三), 002 二(三)1 四(二)",
    needs_table=("topics",),
)
def unresolved_topic_has_a_next_meeting(meetings: Table, book: Book) -> pd.DataFrame:
    """A meeting that left a topic unresolved (暂缓, 需补充材料, 未达成共识) has a next meeting.

    Why: 议而不决. What is put off without a date is put off for good. A later meeting in the register of the
    same name (Q3产品规划会, Q4产品规划会), or one that has the topic again, counts too.

    Write instead: when it goes on, such as 2024-05-27 15:00 评审流程方案, or 下次例会.
    """
    topics, whole = book.tables["topics"], book.tables["meetings"]
    of_meeting = meeting_rows(topics, whole)
    left = of_meeting[topics.unresolved & ~topics.comes_again].value_counts()
    count = left.reindex(meetings.rows, fill_value=0)
    planned = ~says_nothing(meetings.next_meeting, book.words) | _goes_on(meetings, whole)
    return pd.DataFrame({"topics": count})[meetings.recorded & count.gt(0) & ~planned]


def _goes_on(meetings: Table, whole: Table) -> "pd.Series[bool]":
    """Where the register has a later meeting of the same name, but for numerals."""
    series = each_value(whole.name, _series)
    last = whole.date.groupby(series).transform("max")
    return (last > whole.date)[meetings.rows] & series[meetings.rows].ne("")


def _series(name: str) -> str:
    return re.sub(r"[\W\d一二三四五六七八九十]+", "", fold(name))
