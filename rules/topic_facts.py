"""What is computed of every topic once its meeting was held.

``topic_facts`` gives, for each row:

- ``recorded``: its meeting is (``rules.minutes_facts``); where that is not registered, something was written down
- ``outcome``: what its conclusion says (``rules.conclusions``); ``decided`` and ``unresolved`` of it
- ``has_item``: an action item, archived or not, names the meeting and this topic, by its title or number
- ``raised``: at how many meetings it has been by now, archived ones and this one too, known by its title; 0 if it is still
  to come. ``left_open``: at how many of them in a row, up to this one, it was not settled, or an item of it
  is late or blocked. ``last_raised``: no later meeting has had it, ``comes_again``: a later one has it or will
"""

import re
from typing import Any

import pandas as pd

from rules.cells import each_value, holds
from rules.conclusions import DECIDED, UNRESOLVED, Conclusion, read_conclusion
from rules.meetings import meeting_keys, meeting_rows
from rules.table import Book, Table
from rules.wordlists import fold

_AGAIN = re.compile(
    r"[(（【\[]?(?:续|續|再议|再議|第?[0-9一二三四五六七八九十]+次(?:讨论|討論|审议)?)[)）】\]]?$|^(?:继续|繼續|再次)(?:讨论|討論)?"
)


def topic_facts(topics: Table, book: Book) -> dict[str, "pd.Series[Any]"]:
    """The computed columns of the topics, whose meetings and action items have theirs already."""
    actions = book.tables["actions"]
    outcome = each_value(topics.conclusion, lambda text: read_conclusion(text, book.words).value)
    unresolved = outcome.isin(UNRESOLVED)
    stuck = actions.open & (~actions.on_time | actions.computed.eq("blocked"))
    recorded = _recorded(topics, outcome, book)
    gone = book.archive.get("actions")
    had_item = topics.none() if gone is None else _named_by(gone, ~gone.none(), topics, book)
    return {
        "recorded": recorded,
        "outcome": outcome,
        "decided": outcome.isin(DECIDED),
        "unresolved": unresolved,
        "has_item": _named_by(actions, ~actions.none(), topics, book) | had_item,
        **_raised(topics, recorded, unresolved | _named_by(actions, stuck, topics, book), book),
    }


def _recorded(topics: Table, outcome: "pd.Series[str]", book: Book) -> "pd.Series[bool]":
    meetings = book.get("meetings")
    written = topics.actual.notna() | topics.discussion.ne("") | outcome.ne(Conclusion.NONE)
    if meetings is None:
        return written
    recorded = topics.meeting_row.isin(meetings.rows[meetings.recorded])
    return recorded.where(topics.meeting_known, written)


def _named_by(actions: Table, which: "pd.Series[bool]", topics: Table, book: Book) -> "pd.Series[bool]":
    """The topics that some of the action items name, by title or number, within their meeting."""
    meetings = book.get("meetings")
    named = actions.topic.ne("") & which
    items = set((meeting_keys(actions, meetings) + "\n" + each_value(actions.topic, fold))[named])
    meeting = meeting_keys(topics, meetings)
    by_title, by_number = (
        (meeting + "\n" + each_value(names, fold)).isin(items) for names in (topics.title, topics.no)
    )
    return by_title | by_number


def _raised(
    topics: Table, recorded: "pd.Series[bool]", left: "pd.Series[bool]", book: Book
) -> dict[str, "pd.Series[Any]"]:
    known = {
        "title": each_value(topics.title, _subject),
        "meeting": meeting_keys(topics, book.get("meetings")),
        "date": topics.meeting_date,
        "recorded": recorded,
        "left": left,
    }
    every = _with_archived(pd.DataFrame(known, index=topics.rows), book)
    ordered = every.sort_values("date", kind="stable")
    named = ordered[ordered["title"].ne("")].drop_duplicates(["title", "meeting"])
    last_date = named.groupby("title")["date"].transform("max")
    been = named[named["recorded"]]
    settled = (~been["left"]).groupby(been["title"]).cumsum()
    counts = {
        "raised": been.groupby("title").cumcount() + 1,
        "left_open": been["left"].astype(int).groupby([been["title"], settled]).cumsum(),
    }
    marks = {
        "last_raised": ~been["title"].duplicated(keep="last"),
        "comes_again": last_date.gt(named["date"]),
    }
    return {name: count.reindex(topics.rows, fill_value=0) for name, count in counts.items()} | {
        name: mark.reindex(topics.rows, fill_value=False) for name, mark in marks.items()
    }


def _with_archived(known: pd.DataFrame, book: Book) -> pd.DataFrame:
    """The topics with those of meetings that have gone to the archive, of which no item is open any more."""
    topics, meetings = book.archive.get("topics"), book.archive.get("meetings")
    if topics is None or meetings is None:
        return known
    here = book.get("meetings")
    rows = meeting_rows(topics, meetings)
    frame = pd.DataFrame(
        {
            "title": each_value(topics.title, _subject),
            "meeting": "archived " + meeting_keys(topics, meetings),
            "date": meetings.date.reindex(rows).to_numpy(),
            "recorded": True,
            "left": holds(topics.conclusion, lambda text: read_conclusion(text, book.words) in UNRESOLVED),
        }
    ).set_axis(-topics.rows)  # no rows of the sheet
    if here is not None:  # what is on its way to the archive counts once
        frame = frame[~each_value(topics.meeting_id, fold).isin(each_value(here.id, fold)).to_numpy()]
    return pd.concat([frame, known]) if len(frame) and len(known) else known


def _subject(title: str) -> str:
    """What a title is about: 预算分配（续） and 预算分配 第2次讨论 are the same topic."""
    return re.sub(r"\W+", "", _AGAIN.sub("", fold(title)))
