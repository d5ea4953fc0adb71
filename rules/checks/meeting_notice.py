"""M101–M104: what a meeting's notice says."""

import pandas as pd

from rules.catalogue import rule
from rules.cells import holds, says_nothing
from rules.findings import Severity
from rules.table import Book, Table


@rule(
    "M101",
    on="meetings",
    severity=Severity.ERROR,
    columns=("goal",),
    cites="000 二(一), 001 二(一), 002 二(一)1, 003 三(一)",
    recent=True,
)
def meeting_has_a_goal(meetings: Table, book: Book) -> "pd.Series[bool]":
    """The meeting has a goal.

    Why: without one nobody can prepare, and nobody can say afterwards whether it was worth the time. It
    is asked for from three working days before the meeting, or as soon as the notice is out.

    Write instead: what is to be settled, such as 确定Q3产品上线计划.
    """
    empty = says_nothing(meetings.goal, book.words) | holds(meetings.goal, book.words.says_nothing)
    return empty & meetings.called
