"""Finds the meeting that a row of another table names, and the meetings that matter most."""

from dataclasses import replace
from typing import Any

import pandas as pd

from rules.cells import each_value, holds
from rules.table import Table
from rules.wordlists import WordLists, fold


def meeting_rows(table: Table, meetings: Table) -> "pd.Series[Any]":
    """For each row the sheet row of its meeting, found by its number or, failing that, its name; NaN where there is
    none. Of meetings that share one the earliest counts, wherever it stands."""
    earliest = replace(meetings, frame=meetings.frame.sort_values(["date", "id", "name"], kind="stable"))
    known = pd.concat(
        [pd.Series(earliest.rows, index=each_value(keys, fold)) for keys in (earliest.id, earliest.name)]
    )
    known = known[(known.index != "") & ~known.index.duplicated()]
    return each_value(table.meeting_id, fold).map(known.astype(float))


def meeting_keys(table: Table, meetings: Table | None) -> "pd.Series[str]":
    """For each row one text for its meeting, the same for its number and its name; what is typed, where the meeting
    is not registered."""
    typed = each_value(table.meeting_id, fold)
    if meetings is None:
        return typed
    rows = meeting_rows(table, meetings)
    return typed.where(rows.isna(), "row " + rows.astype("Int64").astype("str"))


def important_meetings(meetings: Table, words: WordLists) -> "pd.Series[bool]":
    """Meetings whose level says that they matter, or whose kind or name does (001 四(三): 战略会, 项目启动会)."""
    named = holds(
        meetings.type_typed + " " + meetings.name, lambda text: words.has_any(text, "important_meetings")
    )
    return meetings.level.eq("important") | named
