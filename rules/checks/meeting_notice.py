"""M101–M103, M105, M106, M112: what a meeting's notice says, when it goes out, and its material."""

import re
from typing import Any

import pandas as pd

from rules.catalogue import rule
from rules.cells import each_value, holds, says_nothing
from rules.findings import Severity
from rules.table import Book, Table
from rules.typed_dates import Reading
from rules.wordlists import WordLists, fold
from rules.workdays import Calendar

_NOTICE = ("name", "date", "start", "place", "attendees", "material")
_LAST_MINUTE = pd.Timedelta(days=1) - pd.Timedelta(minutes=1)
_LONGEST_NAME = 250  # what a file system lets a name be
_STROKE = r"\s*[-–—－_]\s*"
_NAMED = re.compile(rf".+{_STROKE}.+{_STROKE}(?:19|20)\d\d[-.]?[01]\d[-.]?[0-3]\d")
_FILES = re.compile(r"[;；\n\r]+|[,，、](?=\s*\d{1,2}\s*[.、)）])|(?<=\.pdf)[,，、]|(?<=x)[,，、](?=[^\W\d])")
_NUMBERED = re.compile(r"^\s*[(（]?\d{1,2}[.、)）]\s*")
_ENDING = re.compile(
    r"(?:\.(?:pdf|docx?|xlsx?|pptx?|wps|et|dps|txt|md|csv|zip|rar|png|jpe?g))+$", re.IGNORECASE
)


@rule(
    "M101",
    on="meetings",
    severity=Severity.ERROR,
    columns=("goal",),
    cites="000 二(一), 001 二(一), 002 二(一)1, 003 三(一)",
    recent=True,
)
def meeting_has_a_goal(meetings: Table, book: Book) -> pd.DataFrame:
    """The meeting has a goal.

    Why: without one nobody can prepare, and nobody can say afterwards whether it was worth the time. What is
    missing of a meeting is asked for from three working days before it, or as soon as the notice is out.

    Write instead: what is to be settled, such as 确定Q3产品上线计划.
    """
    words = book.words
    unclear = holds(meetings.goal, lambda text: words.says_nothing(text) or words.is_made_of(text, "no_goal"))
    none = says_nothing(meetings.goal, words) | unclear
    variant = pd.Series("unclear", index=meetings.rows, dtype="str").mask(meetings.goal.eq(""), "missing")
    return pd.DataFrame({"variant": variant})[none & meetings.called]


@rule(
    "M102",
    on="meetings",
    severity=Severity.ERROR,
    columns=_NOTICE,
    cites="000 二(一), 002 二(一)4",
    needs=(),
    recent=True,
)
def notice_is_complete(meetings: Table, book: Book) -> pd.DataFrame:
    """The notice is complete: subject, day and time, place or link, attendees, topics, material.

    Why: who gets half a notice asks back or comes unprepared. Columns that the register does not have are
    not asked for, nor topics where nobody uses the table of topics.

    Write instead: what is missing; 无 under material where none is needed. A day or a time that cannot be read is
    said first, and alone.
    """
    lacking = pd.DataFrame({key: _lacks(meetings, key, book) for key in _NOTICE if meetings.has(key)})
    unread = lacking.apply(lambda lacks: lacks & _is_typed(meetings, str(lacks.name), book))
    no_topics = _without_topics(meetings, book)
    caught = pd.DataFrame({"variant": "cells", "columns": _keys(lacking, meetings)}, index=meetings.rows)
    cells = holds(caught["columns"], bool)
    caught["variant"] = caught["variant"].mask(no_topics, "both").mask(no_topics & ~cells, "topics")
    odd = unread.any(axis=1).astype(bool)
    caught["variant"] = caught["variant"].mask(odd, "unread")
    caught["columns"] = caught["columns"].where(~odd, _keys(unread, meetings))
    return caught[(cells | no_topics) & meetings.called]


def _is_typed(meetings: Table, key: str, book: Book) -> "pd.Series[bool]":
    """Where a day or a time has something in it that is to be one."""
    if key not in {"date", "start"}:
        return meetings.none()
    return ~says_nothing(meetings.frame[f"{key}_typed"], book.words)


def _lacks(meetings: Table, key: str, book: Book) -> "pd.Series[bool]":
    if key == "date":
        return meetings.date.isna()
    if key == "start":
        return meetings.starts.isna() & meetings.date.notna() & meetings.start.isna()
    empty = says_nothing(meetings.frame[key], book.words)
    return empty & ~_none_needed(meetings.material, book.words) if key == "material" else empty


def _none_needed(column: "pd.Series[str]", words: WordLists) -> "pd.Series[bool]":
    return holds(column, lambda text: fold(text).strip("。.") in words["none_needed"])


def _without_topics(meetings: Table, book: Book) -> "pd.Series[bool]":
    topics, archived = book.get("topics"), book.archive.get("topics")
    used = topics is not None and not (topics.frame.empty and (archived is None or archived.frame.empty))
    return meetings.topic_count.eq(0) if used else meetings.none()


def _keys(lacking: pd.DataFrame, meetings: Table) -> "pd.Series[Any]":
    """For each row the keys of the cells that are lacking."""
    names = list(lacking.columns)
    flags = lacking.itertuples(index=False, name=None)
    found = [tuple(key for key, lacks in zip(names, row, strict=True) if lacks) for row in flags]
    return pd.Series(found or [()] * len(meetings.rows), index=meetings.rows, dtype=object)


@rule(
    "M103",
    on="meetings",
    severity=Severity.WARNING,
    columns=("type",),
    cites="001 一, 003 二",
    recent=True,
)
def type_is_known(meetings: Table, book: Book) -> pd.DataFrame:
    """The meeting's type is a known one.

    Why: the type says what is to be recorded of it, and the archive is kept by it. An organisation adds its
    own kinds under [words] meeting_types.

    Write instead: 常规例会, 专项会议, 跨部门协调会 or 决策会议, or another of the list.
    """
    empty = says_nothing(meetings.type_typed, book.words)
    known = meetings.type.ne("") | holds(
        meetings.type_typed, lambda text: book.words.has_any(text, "meeting_types")
    )
    caught = pd.DataFrame({"variant": "unknown"}, index=meetings.rows).mask(empty, "missing")
    return caught[(empty & meetings.called) | ~(empty | known)]


@rule(
    "M105",
    on="meetings",
    severity=Severity.ERROR,
    columns=("notice_sent",),
    cites="000 二(一), 002 二(一)4 三(六)1, 003 三(一)",
    reads=("date", "emergency"),
    recent=True,
)
def notice_is_early_enough(
    meetings: Table, book: Book, *, working_days: int = 2, hours: int = 0, days: int = 0
) -> pd.DataFrame:
    """The notice goes out two working days before the meeting; an emergency meeting is exempt.

    Why: people have to keep the time free and to read the material. The documents disagree on how long that
    takes: of ``working_days``, ``hours`` and ``days`` (of the calendar) each that is not 0 is asked for. A
    notice that is not out counts as late from the day after its last day.

    Write instead: when the notice went out; 是 under 紧急会议 where it could not be earlier.
    """
    latest = _latest(meetings, book.calendar, working_days, hours, days)
    return _sent_too_late(meetings, book, "notice_sent", latest, meetings.none())


@rule(
    "M106",
    on="meetings",
    severity=Severity.WARNING,
    columns=("material_sent",),
    cites="003 三(一), 000 二(一)",
    reads=("date", "emergency", "material"),
    recent=True,
)
def material_is_early_enough(meetings: Table, book: Book, *, days: int = 1) -> pd.DataFrame:
    """The material goes out at least a day before the meeting; an emergency meeting is exempt.

    Why: what is handed out at the door is read aloud in the meeting. A meeting without material needs none.

    Write instead: when the material went out.
    """
    latest = meetings.date.dt.normalize() - pd.Timedelta(days=days) + _LAST_MINUTE
    without = _no_material(meetings, book.words) if meetings.has("material") else meetings.none()
    return _sent_too_late(meetings, book, "material_sent", latest, without)


def _latest(meetings: Table, working: Calendar, working_days: int, hours: int, days: int) -> "pd.Series[Any]":
    """The last moment for a notice; where no time of day is known, the end of the day."""
    day = meetings.date.dt.normalize()
    limits = pd.DataFrame(index=meetings.rows)
    if working_days:
        before = each_value(day, lambda held: _days_before(held, working_days, working))
        limits["working"] = pd.to_datetime(before) + _LAST_MINUTE
    if days:
        limits["days"] = day - pd.Timedelta(days=days) + _LAST_MINUTE
    if hours:
        limits["hours"] = meetings.starts.fillna(day + _LAST_MINUTE) - pd.Timedelta(hours=hours)
    return pd.to_datetime(limits.min(axis=1))  # NaT where nothing is asked for


def _days_before(held: Any, working_days: int, working: Calendar) -> Any:
    return pd.NaT if pd.isna(held) else pd.Timestamp(working.add(held.date(), -working_days))


def _sent_too_late(
    meetings: Table, book: Book, column: str, latest: "pd.Series[Any]", without: "pd.Series[bool]"
) -> pd.DataFrame:
    """Where something went out after the last moment, is not out though that day is over, or nobody can say when."""
    sent, reading = meetings.frame[column], meetings.frame[f"{column}_reading"]
    missing = reading.eq(Reading.EMPTY) & latest.lt(book.today) & ~without
    unreadable = ~reading.isin([Reading.EXACT, Reading.EMPTY])
    caught = pd.DataFrame({"variant": "late"}, index=meetings.rows)
    caught["variant"] = caught["variant"].mask(missing, "missing").mask(unreadable, "unreadable")
    by_day = latest.eq(latest.dt.normalize() + _LAST_MINUTE)
    caught["latest"] = latest.dt.strftime("%Y-%m-%d %H:%M").mask(by_day, latest.dt.strftime("%Y-%m-%d"))
    return caught[(sent.gt(latest) | missing | unreadable) & meetings.emergency.ne("yes")]


@rule("M112", on="meetings", severity=Severity.ADVICE, columns=("material",), cites="001 二(一)", recent=True)
def material_is_named_by_rule(meetings: Table, book: Book) -> pd.DataFrame:
    """Material is named 会议名称-议题-日期, such as Q3产品规划会-功能优先级排序-20240520.

    Why: a file called 新建文档(3) is not found again half a year later. A link to an online document has no
    name of its own and is let pass.

    Write instead: the name of the meeting, the topic and the day, parted by strokes; one file a line.
    """
    misnamed = each_value(meetings.material, _first_misnamed)
    return pd.DataFrame({"value": misnamed})[misnamed.ne("") & ~_no_material(meetings, book.words)]


def _no_material(meetings: Table, words: WordLists) -> "pd.Series[bool]":
    return says_nothing(meetings.material, words) | _none_needed(meetings.material, words)


def _first_misnamed(text: str) -> str:
    """The first file of a list whose name is not meeting-topic-day; '' where all are."""
    for listed in _FILES.split(text):
        file = _NUMBERED.sub("", listed).strip(' 《》"“”')
        if re.search(r"https?:", file) and not _ENDING.search(file):
            continue
        name = _ENDING.sub("", re.split(r"[/\\]", file)[-1])
        if name and not _NAMED.fullmatch(name[-_LONGEST_NAME:]):
            return file
    return ""
