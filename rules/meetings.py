"""Finds the meeting that a row of another table names."""

from typing import Any

import pandas as pd

from rules.cells import each_value
from rules.table import Table
from rules.wordlists import fold


def meeting_rows(table: Table, meetings: Table) -> "pd.Series[Any]":
    """For each row the sheet row of its meeting, found by its number or, failing that, its name; NaN where there is
    none. Of meetings that share one the first counts."""
    known = pd.concat(
        [pd.Series(meetings.rows, index=each_value(keys, fold)) for keys in (meetings.id, meetings.name)]
    )
    known = known[(known.index != "") & ~known.index.duplicated()]
    return each_value(table.meeting_id, fold).map(known.astype(float))
