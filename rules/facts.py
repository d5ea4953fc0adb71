"""What is computed of every action item before any rule looks at it (handbook §3).

``with_facts`` adds to the action table, for each row:

- ``owner_kind``, ``owner_name``, ``owner_beside``: whom the owner cell names (``rules.owners``)
- ``meeting_row_date``, ``important``, ``confidential``, ``meeting_known``: of the meeting that the item comes from
- ``finished``: done by its dates; ``undated``: done as people say, though no day tells when: nobody knows whether
  it was late, so it is not taken for late
- ``accepted``: verified, or the sheet asks for no verification
- ``late_days``: working days late (Int64, <NA> without a due date), ``estimated``: whether holidays not
  announced yet were counted, ``on_time``: False once the due date has passed without being done
- ``computed``: the status: not_started, in_progress, blocked, waiting, done, delayed, cancelled
- ``closed``: done or cancelled; ``open``: neither closed nor waiting for its verification
- ``live``: not closed, so that something about it can still be mended
- ``carried``: how often it was carried over
"""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from rules.cells import each_value, says_nothing, sortable
from rules.directory import names_and_departments
from rules.meetings import important_meetings
from rules.owners import read_owner
from rules.table import Book, Table
from rules.wordlists import WordLists, fold

_NUMERALS = {sign: number for number, sign in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_NUMERALS |= {"three": 3, "third": 3, "four": 4, "fourth": 4, "five": 5, "fifth": 5, "six": 6}


def with_facts(book: Book) -> Book:
    """The book with the computed columns beside its action items, where it has any."""
    actions = book.get("actions")
    if actions is None:
        return book
    frame = actions.frame.assign(**_owners(actions, book))
    frame = frame.assign(**_meetings(replace(actions, frame=frame), book))
    return with_progress(replace(book, tables={**book.tables, "actions": replace(actions, frame=frame)}))


def with_progress(book: Book, rows: pd.Index | None = None) -> Book:
    """The book with what its action items' dates and statuses say, computed anew, of some rows or of all."""
    actions = book.tables["actions"]
    if rows is None:
        frame = actions.frame.assign(**_progress(actions, book))
    else:
        some = actions.frame.loc[rows]
        frame = actions.frame.copy()
        for name, values in _progress(replace(actions, frame=some), book).items():
            frame.loc[rows, name] = values
    frame["carried"] = _carried(replace(actions, frame=frame), book)
    return replace(book, tables={**book.tables, "actions": replace(actions, frame=frame)})


def _owners(actions: Table, book: Book) -> dict[str, "pd.Series[Any]"]:
    names, departments = names_and_departments(book.get("people"))
    read = {text: read_owner(text, book.words, names, departments) for text in actions.owner.unique()}
    return {
        "owner_kind": actions.owner.map({text: owner.kind.value for text, owner in read.items()}),
        "owner_name": actions.owner.map({text: owner.name for text, owner in read.items()}),
        "owner_beside": actions.owner.map({text: owner.department for text, owner in read.items()}),
    }


def _meetings(actions: Table, book: Book) -> dict[str, "pd.Series[Any]"]:
    """The item's meeting, found by its number or, failing that, its name."""
    meetings = book.get("meetings")
    if meetings is None:
        nowhere = pd.Series(pd.NaT, index=actions.rows, dtype="datetime64[ns]")
        none = actions.none()
        return {"meeting_row_date": nowhere, "important": none, "confidential": none, "meeting_known": none}
    facts = pd.DataFrame(
        {
            "date": meetings.date,
            "matters": important_meetings(meetings, book.words),
            "secret": meetings.confidential.eq("yes"),
        }
    )
    known = _by_key(
        pd.concat([facts.assign(key=each_value(keys, fold)) for keys in (meetings.id, meetings.name)])
    )
    key = each_value(actions.meeting_id, fold)
    return {
        "meeting_row_date": known.date.reindex(key).set_axis(actions.rows),
        "important": key.isin(known.index[known.matters]),
        "confidential": key.isin(known.index[known.secret]),
        "meeting_known": key.isin(known.index),
    }


def _by_key(meetings: pd.DataFrame) -> pd.DataFrame:
    """One row a number or name; where meetings of different days share it, its day is not known."""
    groups = meetings[meetings.key.ne("")].groupby("key")
    known = groups.agg({"date": "min", "matters": "any", "secret": "any"})
    return known.assign(date=known["date"].where(groups["date"].nunique() < 2))


def _progress(actions: Table, book: Book) -> dict[str, "pd.Series[Any]"]:
    today = book.today
    done_on = actions.done.where(actions.done.dt.normalize() <= today)
    finished = done_on.notna() & actions.verdict.ne("rejected")  # what was sent back is not done
    end = done_on.where(finished).fillna(today)
    past_due = end.dt.normalize() > actions.due.dt.normalize()
    undated = actions.status.eq("done") & actions.done.isna() & actions.verdict.ne("rejected")
    said_done = undated & (not actions.has("done"))  # nobody can enter the day, so the word counts
    computed = _status(actions, book.words, finished | said_done, finished | undated, past_due)
    over = computed.eq("cancelled") | undated  # is not late any more, and grows no later each day
    closed = computed.isin(["cancelled", "done"])
    return {
        "finished": finished,
        "undated": undated,
        "accepted": _accepted(actions),
        "late_days": book.calendar.late_days(actions.due, end).mask(over),
        "estimated": book.calendar.any_estimated(actions.due, end) & ~over,
        "on_time": ~past_due | over,
        "computed": computed,
        "closed": closed,
        "live": ~closed,
        "open": ~(closed | computed.eq("waiting")),
    }


def _accepted(actions: Table) -> "pd.Series[bool]":
    """Verified (001 §二(四)): a verdict of acceptance; where a sheet has no verdict column, a verifier's
    name; where it has neither, the tracker's own 已完成 counts."""
    if actions.has("verdict"):
        return actions.verdict.eq("accepted")
    if actions.has("verifier"):
        return actions.verifier.ne("") & actions.status.eq("done")
    return actions.status.eq("done") if actions.has("status") else ~actions.none()


def _status(
    actions: Table,
    words: WordLists,
    finished: "pd.Series[bool]",
    handed_in: "pd.Series[bool]",
    past_due: "pd.Series[bool]",
) -> "pd.Series[str]":
    evidence = ~says_nothing(actions.deliverable, words) if actions.has("deliverable") else ~actions.none()
    announced = actions.status.eq("delayed") & actions.expected.gt(actions.due)
    cases = [
        (finished & evidence & _accepted(actions), "done"),
        (actions.status.eq("cancelled") & says_why_cancelled(actions, words), "cancelled"),
        (handed_in, "waiting"),
        (actions.status.eq("blocked"), "blocked"),
        (past_due | announced, "delayed"),
        (actions.status.eq("not_started") | actions.status_typed.eq(""), "not_started"),
    ]
    chosen = np.select(
        [mask.to_numpy(dtype=bool) for mask, _ in cases], [name for _, name in cases], "in_progress"
    )
    return pd.Series(chosen, index=actions.rows, dtype="str")


def says_why_cancelled(actions: Table, words: WordLists) -> "pd.Series[bool]":
    """Where a remark or the reason for a delay says anything; everywhere if the sheet has neither column."""
    columns = [column for column in ("remark", "late_reason") if actions.has(column)]
    if not columns:
        return ~actions.none()
    return ~pd.concat([says_nothing(actions.frame[column], words) for column in columns], axis=1).all(axis=1)


def _carried(actions: Table, book: Book) -> "pd.Series[int]":
    """How often an item was carried over: the ledger's count, what people wrote, or its earlier open copies."""
    written = each_value(
        actions.late_reason + "\n" + actions.remark,
        lambda text: _written_count(text, book.words["carried_patterns"]),
    )
    counts = pd.DataFrame({"written": written, "earlier": _earlier_copies(actions)})
    if "postponed" in actions.frame:
        counts["ledger"] = actions.postponed
    return counts.max(axis=1).astype(int)


def _written_count(text: str, patterns: tuple[str, ...]) -> int:
    counts = [found["n"] for pattern in patterns for found in re.finditer(pattern, text, re.IGNORECASE)]
    return max((_NUMERALS.get(count.lower()) or int(count) for count in counts), default=0)


def _earlier_copies(actions: Table) -> "pd.Series[int]":
    """Open rows with the same description from earlier meetings: an item that comes back was carried over.

    What was done each time (提交周报) comes back because it is a routine. Where a meeting's date is not known
    its number tells which was earlier; the order of the rows says nothing, for people sort them.
    """
    asked = (actions.open & actions.meeting_id.ne("")).to_numpy(dtype=bool)
    meant = actions.frame.loc[asked, ["description", "meeting_id", "meeting_row_date"]]
    text = meant["description"].str.replace(r"\W+", "", regex=True)
    if not text[text.ne("")].duplicated().any():  # the usual case, in which nothing has to be put in order
        return pd.Series(0, index=actions.rows)
    held = meant["meeting_row_date"].dt.normalize()
    number = each_value(meant["meeting_id"], sortable).where(held.isna(), "")
    copies = pd.DataFrame({"text": text, "held": held, "number": number})[text.ne("")]
    ordered = copies.drop_duplicates().sort_values(["held", "number"])
    earlier = ordered.assign(earlier=ordered.groupby("text").cumcount())
    counts = copies.merge(earlier, how="left", on=list(copies.columns))["earlier"].set_axis(copies.index)
    return counts.reindex(actions.rows, fill_value=0)
