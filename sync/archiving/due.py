"""Which rows are due for the archive, and for which tab of it: closed items after their days, and meetings with
their topics once no item of theirs is left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from rules.cells import each_value
from rules.meetings import meeting_rows
from rules.table import Book, Table
from rules.wordlists import fold
from sheet_templates import Template, Words, normalise

HERE = ""
"""The place of the tracker itself among the archive's workbooks."""


class Folder(NamedTuple):
    """Where a row belongs in the archive: its year, the name of its tab, and whether others may not see it."""

    year: int
    tab: str
    secret: bool


@dataclass(frozen=True)
class Due:
    """Rows of one table that are due, each with its folder."""

    table: str
    folders: Mapping[int, Folder]


def closed_items(actions: Table) -> "pd.Series[bool]":
    """Items of which nothing more is asked."""
    closed: pd.Series[bool] = actions.frame.get("closed", actions.computed.eq("done"))
    return closed.astype(bool)


def due_items(book: Book, after_days: int, template: Template, words: Words) -> Due:
    """Items that were closed so many days ago, whose number stands in the sheet, and nowhere else in it."""
    actions = book.tables["actions"]
    closed_on = _closed_on(actions)
    rested = closed_on.notna() & (closed_on + pd.Timedelta(days=after_days) <= book.today)
    named = actions.id.ne("") & ~each_value(actions.id, fold).duplicated(keep=False)
    chosen = closed_items(actions) & rested & named
    kinds = _kinds(actions, book.get("meetings"), template, words)[chosen]
    return Due("actions", _folders(closed_on[chosen], kinds, actions.confidential[chosen], words))


def due_meetings(
    book: Book, leaving: Collection[int], archived: Collection[str], words: Words
) -> tuple[Due, Due]:
    """Meetings that had items of which none is left, and their topics. ``leaving`` are the rows of items that
    leave now, ``archived`` the meetings (folded numbers or names) of those that have left already."""
    actions, meetings = book.tables["actions"], book.get("meetings")
    if meetings is None:
        return Due("meetings", {}), Due("topics", {})
    of_item = meeting_rows(actions, meetings)
    left = actions.rows.isin(list(leaving))
    had = pd.concat(
        [each_value(keys, fold).isin(archived) for keys in (meetings.id, meetings.name)], axis=1
    ).any(axis=1)
    had |= meetings.rows.isin(of_item[left].dropna())
    held = meetings.date.notna() & meetings.date.le(book.today)
    named = meetings.id.ne("") & ~each_value(meetings.id, fold).duplicated(keep=False)
    chosen = had & held & named & ~meetings.rows.isin(of_item[~left].dropna())
    days, secret = meetings.date[chosen], meetings.confidential.eq("yes")[chosen]
    kind = words["tables"]["meetings"]
    due = Due("meetings", _folders(days, pd.Series(kind, index=days.index), secret, words))
    return due, _due_topics(book, meetings, due, words)


def _due_topics(book: Book, meetings: Table, due: Due, words: Words) -> Due:
    topics = book.get("topics")
    if topics is None:
        return Due("topics", {})
    kind = words["tables"]["topics"]
    rows = meeting_rows(topics, meetings)
    chosen = rows[rows.isin(list(due.folders))].astype(int)
    tabs = {row: each._replace(tab=_tab(each.year, kind, words)) for row, each in due.folders.items()}
    return Due("topics", {int(topic): tabs[meeting] for topic, meeting in chosen.items()})  # type: ignore[call-overload]


def topics_of(book: Book) -> Mapping[int, int]:
    """For each topic's row that of its meeting, where it has one."""
    topics, meetings = book.get("topics"), book.get("meetings")
    if topics is None or meetings is None:
        return {}
    rows = meeting_rows(topics, meetings).dropna().astype(int)
    return dict(zip(rows.index.tolist(), rows.tolist(), strict=True))


def _closed_on(actions: Table) -> "pd.Series[Any]":
    """The day on which an item was done; of one that was cancelled, on which its row was last touched."""
    closed_on: pd.Series[Any] = actions.done.fillna(actions.touched).dt.normalize()
    return closed_on


def _folders(
    days: "pd.Series[Any]", kinds: "pd.Series[str]", secret: "pd.Series[bool]", words: Words
) -> dict[int, Folder]:
    years = days.dt.year.astype(int)
    known: dict[tuple[int, str], str] = {}
    found = {}
    for row, year, kind, hidden in zip(
        days.index.tolist(), years.tolist(), kinds.tolist(), secret.tolist(), strict=True
    ):
        tab = known.get((year, kind)) or known.setdefault((year, kind), _tab(year, kind, words))
        found[row] = Folder(year, tab, bool(hidden))
    return found


def _tab(year: int, kind: str, words: Words) -> str:
    return words["archive"]["tab"].format(year=year, kind=kind)


def _kinds(actions: Table, meetings: Table | None, template: Template, words: Words) -> "pd.Series[str]":
    """For each item the kind of its meeting as tabs are named by it."""
    other = words["archive"]["other"]
    if meetings is None:
        return pd.Series(other, index=actions.rows, dtype="str")
    labels = {
        (kind, typed, name): _kind(kind, typed, name, template, words) or other
        for kind, typed, name in zip(meetings.type, meetings.type_typed, meetings.name, strict=True)
    }
    of_meeting = pd.Series(
        [labels[each] for each in zip(meetings.type, meetings.type_typed, meetings.name, strict=True)],
        index=meetings.rows,
        dtype="str",
    )
    found = meeting_rows(actions, meetings).map(of_meeting)
    return found.astype(object).where(found.notna(), other)


def _kind(kind: str, typed: str, name: str, template: Template, words: Words) -> str:
    """A known type by its word, another as it was typed; without a type, the one that the meeting's name holds."""
    column = template.tables["meetings"].columns["type"]
    if not (kind or typed):
        ways = [way for way in column.choices if way in normalise(name)]
        kind = column.choices[max(ways, key=len)] if ways else ""
    shown = dict(zip(dict.fromkeys(column.choices.values()), column.shown_choices, strict=True))
    return shown[kind][words.head] if kind else typed
