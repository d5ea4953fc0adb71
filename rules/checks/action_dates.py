"""A106, A107: dates that are exact and possible."""

from typing import Any

import pandas as pd

from rules.catalogue import rule
from rules.cells import each_value, holds, says_nothing
from rules.findings import Severity
from rules.table import Book, Table
from rules.typed_dates import Reading, weekday_of
from rules.wordlists import WordLists
from rules.workdays import FIRST, LAST

_READ = (Reading.EXACT, Reading.EMPTY)


@rule(
    "A106",
    on="actions",
    severity=Severity.ERROR,
    columns=("due",),
    cites="001 二(二) When, 四(一)",
    breaks=True,
)
def due_date_is_exact(actions: Table, book: Book) -> pd.DataFrame:
    """The due date is exact to the day.

    Why: on 尽快, 月底前 or Q3 nobody is ever late, and no reminder can be sent.

    Write instead: a day, such as 2024-06-15. Where only the month and day are typed (6月15日), the
    nearest year is taken. A day of the week beside it (6月14日 周五) has to be that day's.
    """
    weekday = each_value(actions.due_typed, weekday_of)
    contradicts = weekday.notna() & actions.due.notna() & weekday.ne(actions.due.dt.day_of_week)
    reading = actions.due_reading.mask(contradicts, Reading.AMBIGUOUS.value)
    return pd.DataFrame({"variant": reading})[reading.ne(Reading.EXACT)]


@rule(
    "A107",
    on="actions",
    severity=Severity.ERROR,
    columns=("due",),
    cites="001 二(二)",
    reads=("meeting_id",),
    needs=(),
    breaks=True,
    closed=True,
)
def dates_are_possible(actions: Table, book: Book, *, years_ahead: int = 10) -> pd.DataFrame:
    """The dates are possible: due not before the meeting, done not in the future, all within this age and ten years ahead.

    Why: a slip of the keyboard (2042 for 2024) silences every reminder of the row.

    Write instead: the day that was meant.
    """
    last = min(book.today + pd.DateOffset(years=years_ahead), pd.Timestamp(LAST))
    cases = [
        ("out_of_range", "due", _out_of_range(actions.due, last)),
        ("before_meeting", "due", actions.due.dt.normalize() < actions.meeting_row_date.dt.normalize()),
        ("done_in_future", "done", actions.done.dt.normalize() > book.today),
        ("out_of_range", "done", _out_of_range(actions.done, last)),
        ("out_of_range", "expected", _out_of_range(actions.expected, last)),
        (
            "unreadable",
            "done",
            ~actions.done_reading.isin(_READ) & ~says_nothing(actions.done_typed, book.words),
        ),
        ("unreadable", "expected", ~actions.expected_reading.isin(_READ) & ~_no_new_day(actions, book.words)),
    ]
    caught = pd.concat([_case(actions, variant, column, mask) for variant, column, mask in cases])
    return caught[~caught.index.duplicated()]


def _no_new_day(actions: Table, words: WordLists) -> "pd.Series[bool]":
    """Where 预计完成时间 says that there is no other day than the due date: 待定, 不变; and 尽快 as long as nobody asks for
    one. What is blocked has to have one."""
    typed = actions.expected_typed
    none = says_nothing(typed, words) | holds(typed, lambda text: words.is_made_of(text, "as_planned"))
    none |= holds(typed, words.says_nothing) & actions.on_time
    return none & actions.computed.ne("blocked")


def _case(actions: Table, variant: str, column: str, mask: "pd.Series[Any]") -> pd.DataFrame:
    rows = actions.rows[mask.to_numpy(dtype=bool)]
    meeting = actions.meeting_row_date.loc[rows].dt.strftime("%Y-%m-%d").fillna("")
    return pd.DataFrame(
        {"variant": variant, "columns": [(column,)] * len(rows), "meeting": meeting}, index=rows
    )


def _out_of_range(dates: "pd.Series[pd.Timestamp]", last: pd.Timestamp) -> "pd.Series[bool]":
    return (dates < pd.Timestamp(FIRST)) | (dates > last)
