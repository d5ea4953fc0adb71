"""M201–M206: whether a meeting was recorded in time, reviewed, sent out, followed up and rated."""

import pandas as pd

from rules.absences import read_absences
from rules.attendance import PeopleReader
from rules.catalogue import rule
from rules.cells import each_value, holds, says_nothing
from rules.directory import names_and_departments
from rules.findings import Severity
from rules.meetings import meeting_rows
from rules.minutes_facts import (
    DISTRIBUTION_WORKING_DAYS,
    MINUTES_HOURS,
    days_until_sent,
    is_after,
    minutes_are_late,
    minutes_are_missing,
    minutes_deadline,
    on_working_days,
)
from rules.owners import OwnerKind, read_owner
from rules.same_person import may_be_same
from rules.table import Book, Table
from rules.typed_dates import Reading
from rules.wordlists import WordLists

_READ = [Reading.EXACT, Reading.EMPTY]
_NO_HOST = {OwnerKind.GROUP, OwnerKind.PLACEHOLDER}


@rule(
    "M201",
    on="meetings",
    severity=Severity.ERROR,
    columns=("minutes_done",),
    cites="000 二(三), 001 二(三), 002 二(三)1, 003 三(三)",
    reads=("date", "end"),
)
def minutes_are_in_time(
    meetings: Table, book: Book, *, hours: float = MINUTES_HOURS, days_off_count: bool = True
) -> pd.DataFrame:
    """The minutes are done within 24 hours of the end of the meeting.

    Why: after a day nobody remembers exactly who promised what. Minutes that are missing are shown from the day
    after on; late ones only for two weeks, for nothing can mend them. Where only a day is known, of the end
    or of the minutes, the whole day counts. Without days_off_count a deadline on a day off moves to the next
    working day.

    Write instead: day and time under 纪要完成时间 as soon as the minutes are done.
    """
    deadline = minutes_deadline(meetings, hours)
    if not days_off_count:
        deadline = on_working_days(deadline, book.calendar)
    before = meetings.minutes_done.dt.normalize() < meetings.date.dt.normalize()
    cases = {
        "late": minutes_are_late(meetings, deadline) & meetings.recent,
        "before": before,
        "missing": minutes_are_missing(meetings, deadline, book.today),
        "unreadable": ~meetings.minutes_done_reading.isin(_READ),
    }
    caught = _variants(meetings, cases).assign(deadline=_shown(deadline))
    return caught[meetings.held & caught["variant"].ne("")]


@rule(
    "M202",
    on="meetings",
    severity=Severity.ERROR,
    columns=("approved",),
    cites="001 二(三), 003 三(三)",
    reads=("reviewer", "host", "distributed"),
)
def host_has_reviewed(meetings: Table, book: Book, *, host_only: bool = True) -> pd.DataFrame:
    """The host has reviewed the minutes before they go out.

    Why: minutes with a wrong owner or date are followed all the same, and a second version is never read by
    all. An approval without a name under 审核人 counts as the host's. With host_only off anybody may review.

    Write instead: the moment of the approval under 审核通过时间, before 分发时间; the host under 审核人.
    """
    sent = meetings.distributed_typed.ne("")
    early = is_after(meetings.approved, meetings.distributed) & meetings.recent
    cases = {
        "reviewer": ~_host_reviewed(meetings, book) & host_only & (meetings.approved.notna() | sent),
        "early": early,
        "missing": sent & meetings.approved_typed.eq(""),
        "unreadable": ~meetings.approved_reading.isin(_READ),
    }
    caught = _variants(meetings, cases).assign(host=meetings.host)
    caught["columns"] = [
        ("reviewer",) if variant == "reviewer" else ("approved",) for variant in caught["variant"]
    ]
    return caught[caught["variant"].ne("")]


def _host_reviewed(meetings: Table, book: Book) -> "pd.Series[bool]":
    """Where the reviewer is, or may be, the host or whoever stood in for them; or is not named. A host that is no
    person is for M104."""
    columns = (meetings.reviewer, meetings.host, meetings.delegate, meetings.absentees)
    cells = list(zip(*columns, strict=True))
    people = PeopleReader(book.words, *names_and_departments(book.get("people")))
    same = {
        (reviewer, host, delegate, absent): read_owner(host, book.words).kind in _NO_HOST
        or may_be_same(reviewer, host, book.words)
        or _stood_in(reviewer, host, delegate, absent, people)
        for reviewer, host, delegate, absent in set(cells)
    }
    return pd.Series([same[cell] for cell in cells], index=meetings.rows, dtype=bool)


def _stood_in(reviewer: str, host: str, delegate: str, absentees: str, people: PeopleReader) -> bool:
    """Whether the reviewer is a delegate, and the host may be whom they stood in for."""
    if not delegate or not may_be_same(reviewer, delegate, people.words):
        return False
    absent = [one.who for one in read_absences(absentees, people)]
    return not absent or any(may_be_same(host, who, people.words) for who in absent)


@rule(
    "M203",
    on="meetings",
    severity=Severity.ERROR,
    columns=("distributed",),
    cites="001 二(三), 003 三(三)",
    reads=("approved",),
    needs=("approved", "distributed"),
)
def minutes_go_out(
    meetings: Table, book: Book, *, working_days: int = DISTRIBUTION_WORKING_DAYS
) -> pd.DataFrame:
    """The minutes go out within one working day of the approval, to all attendees and departments concerned.

    Why: people start on their items when they have them in writing. To whom they went does not stand in the
    sheet, so only the moment is judged; one that is missing from the second working day on, one that was late
    for two weeks.

    Write instead: day and time under 分发时间 once all attendees and the departments concerned have them.
    """
    after = days_until_sent(meetings, book)
    overdue = after.gt(working_days).fillna(False).astype(bool)
    cases = {
        "late": overdue & meetings.distributed.notna() & meetings.recent,
        "missing": overdue & meetings.distributed_typed.eq(""),
        "unreadable": ~meetings.distributed_reading.isin(_READ),
    }
    caught = _variants(meetings, cases).assign(
        days=after.fillna(0), approved=_shown(meetings.approved), working_days=working_days
    )
    return caught[caught["variant"].ne("")]


def _variants(meetings: Table, cases: dict[str, "pd.Series[bool]"]) -> pd.DataFrame:
    """The case that each meeting falls under, of several the last; '' for none."""
    variant = pd.Series("", index=meetings.rows, dtype="str")
    for name, mask in cases.items():
        variant = variant.mask(mask, name)
    return pd.DataFrame({"variant": variant})


def _shown(moments: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    return moments.dt.strftime("%Y-%m-%d %H:%M").fillna("")


@rule(
    "M204",
    on="meetings",
    severity=Severity.WARNING,
    columns=("name",),
    cites="001 二(三), 二(二)",
    reads=("id",),
    needs_table=("topics",),
)
def decisions_become_action_items(meetings: Table, book: Book) -> pd.DataFrame:
    """A held meeting with decisions has action items, or says that there are none.

    Why: 决而不行. A decision that is nobody's item is not carried out, and nothing reminds anybody of it.

    Write instead: the items with this meeting's number in the action table; or 无行动项 under 讨论内容,
    决策结论 or 后续跟进人 of a topic, or under 下次会议安排.
    """
    topics, actions = book.tables["topics"], book.tables["actions"]
    says_none = holds(meetings.next_meeting, lambda text: _says_no_items(text, book))
    said = topics.conclusion + "\n" + topics.discussion + "\n" + topics.follow_up_by
    none_left = holds(said, lambda text: _says_no_items(text, book))
    says_none |= meetings.rows.isin(meeting_rows(topics, book.tables["meetings"])[none_left])
    idle = meetings.recorded & meetings.decided_count.gt(0) & meetings.item_count.eq(0) & ~says_none
    return pd.DataFrame({"decisions": meetings.decided_count})[idle & actions.has("meeting_id")]


def _says_no_items(text: str, book: Book) -> bool:
    return bool(text) and book.words.has_any(text, "no_action_items")


@rule(
    "M205",
    on="meetings",
    severity=Severity.ADVICE,
    columns=("end",),
    cites="001 二(五)",
    needs=(),
    needs_table=("topics",),
    recent=True,
)
def meeting_keeps_its_time(meetings: Table, book: Book, *, minutes_over: int = 0) -> pd.DataFrame:
    """The meeting did not run over its planned length: its topics' real lengths together fit into it.

    Why: people leave before the last topic. Planned is from 开始时间 to 结束时间, or else the topics' planned
    lengths together.

    Write instead: nothing; fewer topics next time, or more of them settled beforehand.
    """
    over = meetings.overrun_minutes
    late = over.gt(minutes_over)
    return pd.DataFrame({"minutes": over[late].round().astype(int)})


@rule(
    "M206",
    on="meetings",
    severity=Severity.WARNING,
    columns=("improvement",),
    cites="002 三(六)2",
    reads=("rating",),
    needs=("rating", "improvement"),
)
def poor_rating_has_a_plan(meetings: Table, book: Book, *, below: float = 3) -> pd.DataFrame:
    """A meeting rated below 3 of 5 has an improvement plan.

    Why: people who rate a meeting and see nothing change stop rating.

    Write instead: what will be different next time, such as 数据报告提前一天发，会上只讨论结论.
    """
    empty = says_nothing(meetings.improvement, book.words)
    vague = holds(meetings.improvement, book.words.says_nothing)
    caught = pd.DataFrame({"variant": "vague"}, index=meetings.rows).mask(empty, "missing")
    rating = meetings.rating.fillna(
        each_value(meetings.rating_typed, lambda text: _in_stars(text, book.words))
    )
    return caught.assign(rating=meetings.rating_typed)[rating.lt(below) & (empty | vague)]


def _in_stars(text: str, words: WordLists) -> float:
    """A rating that is typed without figures: ★★ is 2, ★★★☆☆ is 3, 差 is 1; NaN for what is none."""
    if text and words.is_made_of(text, "poor_ratings") and words.has_any(text, "poor_ratings"):
        return 1
    return float(text.count("★") + text.count("⭐") or "nan")
