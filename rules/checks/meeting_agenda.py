"""M107, M109, M113, T101–T104: what is on the agenda, and whether it fits the time."""

import pandas as pd

from rules.catalogue import rule
from rules.cells import each_value, says_nothing
from rules.directory import names_and_departments
from rules.findings import Severity
from rules.owners import OwnerKind, read_owner
from rules.table import Book, Table


@rule(
    "M107",
    on="meetings",
    severity=Severity.WARNING,
    columns=(),
    cites="001 二(一)",
    needs_table=("topics",),
    ahead=True,
)
def not_too_many_topics(meetings: Table, book: Book, *, topics: int = 5) -> pd.DataFrame:
    """A meeting has at most five topics.

    Why: with more of them none is settled (避免发散).

    Write instead: the topics that need everybody; the others in a meeting of their own or by mail.
    """
    many = meetings.topic_count.gt(topics)
    return pd.DataFrame({"count": meetings.topic_count, "most": topics})[many]


@rule(
    "M109",
    on="meetings",
    severity=Severity.ADVICE,
    columns=("start", "end"),
    cites="002 二(一)1",
    needs=("start",),
    reads=("date",),
    recent=True,
)
def planned_length_is_usual(
    meetings: Table, book: Book, *, shortest: int = 30, longest: int = 60
) -> pd.DataFrame:
    """A meeting is planned for thirty to sixty minutes; a difficult one may take somewhat longer.

    Why: after an hour nobody listens; what takes less than half an hour may be settled without a meeting. Once it
    has been held only an end that lies before the start is shown, for then nobody can say how long it was.

    Write instead: an end that fits the agenda; two meetings where one is too long.
    """
    minutes = meetings.planned_minutes
    backwards = meetings.starts.notna() & meetings.end.notna() & meetings.ends.isna()
    short, long = minutes.lt(shortest), minutes.gt(longest)
    caught = pd.DataFrame({"variant": "long"}, index=meetings.rows).mask(short, "short")
    caught["variant"] = caught["variant"].mask(backwards, "backwards")
    caught["minutes"], caught["shortest"], caught["longest"] = minutes.map("{:g}".format), shortest, longest
    caught["columns"] = [("end",) if meetings.has("end") else ("start",)] * len(caught)
    return caught[((short | long) & ~meetings.held) | backwards]


@rule(
    "M113",
    on="meetings",
    severity=Severity.ADVICE,
    columns=("start", "end"),
    cites="002 三(六)1",
    needs=("start",),
    needs_table=("topics",),
    reads=("date",),
    ahead=True,
)
def time_is_left_for_open_discussion(meetings: Table, book: Book, *, minutes: int = 5) -> pd.DataFrame:
    """Some minutes of a meeting are not given to any topic.

    Why: something always comes up, and then it does not push the last topic out.

    Write instead: a shorter topic, or a later end. Topics that do not fit at all are for T103.
    """
    left = meetings.planned_minutes - meetings.topics_planned
    shown = {"left": left.map("{:g}".format), "least": minutes, "columns": [()] * len(left)}
    return pd.DataFrame(shown, index=meetings.rows)[left.ge(0) & left.lt(minutes)]


@rule("T101", on="topics", severity=Severity.WARNING, columns=("planned",), cites="000 二(一)", ahead=True)
def topic_is_short_enough(topics: Table, book: Book, *, minutes: int = 30) -> pd.DataFrame:
    """A topic is planned for at most thirty minutes.

    Why: what takes longer is more than one question, and the other topics pay for it.

    Write instead: two topics, or what can be settled beforehand in a smaller round.
    """
    long = topics.planned.gt(minutes)
    return pd.DataFrame({"minutes": topics.planned.map("{:g}".format), "most": minutes})[long]


@rule(
    "T102",
    on="topics",
    severity=Severity.ERROR,
    columns=("presenter",),
    cites="000 二(一), 001 模板1, 003 三(一)",
    recent=True,
)
def topic_has_one_presenter(topics: Table, book: Book) -> pd.DataFrame:
    """A topic has one presenter.

    Why: whoever presents it prepares it; of two each waits for the other.

    Write instead: one name; the others have their say in the discussion.
    """
    people = names_and_departments(book.get("people"))
    kinds = each_value(topics.presenter, lambda text: read_owner(text, book.words, *people).kind)
    nobody = kinds.isin([OwnerKind.NOBODY, OwnerKind.PLACEHOLDER]) & topics.called
    several = kinds.eq(OwnerKind.SEVERAL)
    return pd.DataFrame({"variant": "several"}, index=topics.rows).mask(nobody, "missing")[nobody | several]


@rule(
    "T103",
    on="topics",
    severity=Severity.WARNING,
    columns=("planned",),
    cites="001 模板1, 002 二(一)3, 003 三(一)",
    ahead=True,
)
def topics_fit_the_meeting(topics: Table, book: Book) -> pd.DataFrame:
    """A topic has a planned length, and the topics of a meeting fit into it together.

    Why: otherwise the last topics are not reached. Caught is the first one with which the meeting's time is over,
    in the order of their numbers; those behind it need not be told as well.

    Write instead: minutes (20, 20分钟, 半小时); fewer or shorter topics, or a later end of the meeting.
    """
    unknown = topics.planned.isna()
    together = _in_turn(topics).groupby(topics.meeting_row).cumsum().reindex(topics.rows)
    before = together - topics.planned
    too_much = together.gt(topics.meeting_minutes) & before.le(topics.meeting_minutes)
    nothing = unknown & says_nothing(topics.planned_typed, book.words)
    caught = pd.DataFrame({"variant": "unreadable"}, index=topics.rows)
    caught["variant"] = caught["variant"].mask(nothing, "missing").mask(too_much, "too_much")
    caught["together"] = together.map("{:g}".format)
    caught["minutes"] = topics.meeting_minutes.map("{:g}".format)
    return caught[(nothing & topics.called) | (unknown & ~nothing) | too_much]


def _in_turn(topics: Table) -> "pd.Series[float]":
    """The planned minutes of each topic, in the order of their numbers, however the rows stand."""
    turn = pd.DataFrame(
        {
            "number": pd.to_numeric(topics.no, errors="coerce"),
            "no": topics.no,
            "title": topics.title,
            "planned": topics.planned,
        }
    )
    return turn.sort_values(["number", "no", "title"])["planned"]


@rule("T104", on="topics", severity=Severity.ADVICE, columns=("mark",), cites="003 三(一)", recent=True)
def topic_is_marked(topics: Table, book: Book) -> pd.DataFrame:
    """A topic is marked as something to discuss or something to decide.

    Why: who comes to decide prepares otherwise than who comes to give an opinion.

    Write instead: 待讨论点 or 需决策项.
    """
    empty = says_nothing(topics.mark_typed, book.words)
    caught = pd.DataFrame({"variant": "unknown"}, index=topics.rows).mask(empty, "missing")
    return caught[topics.mark.eq("") & (topics.called | ~empty)]
