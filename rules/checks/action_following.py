"""A115–A118: whether an item is followed, and when it has to go further up."""

import pandas as pd

from rules.catalogue import rule
from rules.cells import each_value, says_nothing
from rules.findings import Severity
from rules.meetings import meeting_keys
from rules.table import Book, Table
from rules.wordlists import fold


@rule(
    "A115",
    on="actions",
    severity=Severity.WARNING,
    columns=("status",),
    cites="001 四(三)",
    needs=("status", "touched"),
)
def row_is_kept_up(
    actions: Table, book: Book, *, days: int = 7, important_working_days: int = 1
) -> pd.DataFrame:
    """The row of an open item has been touched in the last days: seven, and each working day for important meetings.

    Why: a tracker that nobody updates shows the past. Any change of the row counts, a line under 备注
    is enough. When a row was touched is known from closeloop's own record or a column 最近更新.

    Write instead: where the item stands now.
    """
    since = (book.today - actions.touched.dt.normalize()).dt.days
    today = pd.Series(book.today, index=actions.rows)
    untouched = book.calendar.late_days(actions.touched, today).fillna(0)
    stale = since.gt(days).mask(actions.important, untouched.gt(important_working_days))
    variant = pd.Series("weekly", index=actions.rows, dtype="str").mask(actions.important, "daily")
    untended: pd.Series[bool] = stale & actions.open
    return pd.DataFrame({"variant": variant, "days": since})[untended]


@rule(
    "A116",
    on="actions",
    severity=Severity.WARNING,
    columns=("due",),
    cites="001 四(三)",
    reads=("done",),
)
def lateness_is_a_risk(actions: Table, book: Book, *, working_days: int = 3) -> pd.DataFrame:
    """An open item is not more than three working days late; beyond that its department's head is brought in.

    Why: the owner alone has not managed it; somebody who can move resources has to know.

    Write instead: nothing; agree on help with the head of the department, and enter reason and new date.
    A count that rests on holidays not announced yet raises no alarm, nor does what is called 已完成 without its
    day: A110 asks the owner for it.
    """
    risky = actions.late_days.gt(working_days).fillna(False).astype(bool) & ~actions.estimated & actions.open
    return pd.DataFrame({"days": actions.late_days})[risky]


@rule(
    "A117",
    on="actions",
    severity=Severity.WARNING,
    columns=("due",),
    cites="002 四(三)",
    reads=("status", "done"),
)
def carried_over_goes_up(actions: Table, book: Book, *, times: int = 3) -> pd.DataFrame:
    """An item that was carried over three times goes to the next level up, or is simplified.

    Why: what slips three times will slip a fourth time unless somebody decides otherwise. Counted are
    postponed dates in closeloop's own record, copies of the item under later meetings, and what
    people write (已顺延3次).

    Write instead: who decided what at the next level, or a smaller item in place of this one.
    """
    return pd.DataFrame({"times": actions.carried})[actions.carried.ge(times) & actions.open]


@rule(
    "A118",
    on="actions",
    severity=Severity.ERROR,
    columns=("meeting_id",),
    cites="handbook",
    needs_table=("meetings",),
)
def meeting_and_topic_exist(actions: Table, book: Book) -> pd.DataFrame:
    """The meeting and the topic that the item names exist.

    Why: an item without its meeting has no goal, no date and no host who verifies it.

    Write instead: the number (or name) as in 会议登记, the topic as in 议题.
    """
    named = ~says_nothing(actions.meeting_id, book.words)
    no_meeting = named & ~actions.meeting_known
    no_topic = _unknown_topic(actions, book) & ~no_meeting
    caught = pd.DataFrame({"variant": "meeting"}, index=actions.rows).mask(no_topic, "topic")
    caught["columns"] = caught["variant"].map({"meeting": ("meeting_id",), "topic": ("topic",)})
    return caught[no_meeting | no_topic]


def _unknown_topic(actions: Table, book: Book) -> "pd.Series[bool]":
    """Where a meeting has topics and the item's is none of them, by title or number."""
    topics = book.get("topics")
    if topics is None:
        return actions.none()
    meetings = book.get("meetings")
    meeting, of_topics = meeting_keys(actions, meetings), meeting_keys(topics, meetings)
    listed = {
        key for names in (topics.title, topics.no) for key in of_topics + "\n" + each_value(names, fold)
    }
    asked = meeting + "\n" + each_value(actions.topic, fold)
    named = ~says_nothing(actions.topic, book.words)
    return meeting.isin(set(of_topics)) & named & ~asked.isin(listed)
