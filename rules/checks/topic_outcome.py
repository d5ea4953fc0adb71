"""T201–T206: what came of a topic, why, and what becomes of it where nothing was settled."""

import pandas as pd

from rules.catalogue import rule
from rules.cells import each_value, holds, says_nothing
from rules.conclusions import Conclusion
from rules.directory import names_and_departments
from rules.findings import Severity
from rules.owners import OwnerKind, read_owner
from rules.table import Book, Table
from rules.typed_dates import Reading
from rules.votes import Votes, read_votes


@rule(
    "T201",
    on="topics",
    severity=Severity.ERROR,
    columns=("conclusion",),
    cites="001 二(二) What, 四(一)",
    reads=("meeting_id",),
)
def topic_has_a_conclusion(topics: Table, book: Book, *, strict: bool = False) -> pd.DataFrame:
    """A topic of a held meeting has a conclusion, once the minutes are done or due.

    Why: 议而不决. A topic without a conclusion is discussed again from the beginning, and 已讨论 or
    见纪要 tells nobody what came of it.

    Write instead: 同意, 暂缓, 需补充材料 or 未达成共识 (or usual other words: 原则通过, 不同意, 下次再议; 知悉
    for a mere report), or the outcome itself (9月15日上线). With strict one of these words has to be there.
    """
    empty = topics.outcome.eq(Conclusion.NONE)
    unclear = topics.outcome.eq(Conclusion.UNCLEAR) | (topics.outcome.eq(Conclusion.STATED) & strict)
    caught = pd.DataFrame({"variant": "unclear"}, index=topics.rows).mask(empty, "missing")
    return caught[topics.recorded & (empty | unclear)]


@rule(
    "T202",
    on="topics",
    severity=Severity.WARNING,
    columns=("grounds",),
    cites="001 二(二) Why",
    reads=("conclusion",),
    needs=("conclusion", "grounds"),
)
def decision_has_grounds(topics: Table, book: Book) -> "pd.Series[bool]":
    """A decision has its grounds.

    Why: whoever was not there has to see what it rests on, and when it has to be looked at again. Grounds
    that stand in the conclusion or the discussion (根据用户调研…, 鉴于…) count too; a report (知悉) needs
    none, nor does an outcome that is marked 待讨论点 and not called a decision.

    Write instead: the figures, the customer's wish or the strategy that it rests on (数据支撑、客户需求、战略要求).
    """
    said = holds(
        topics.conclusion + "\n" + topics.discussion,
        lambda text: book.words.has_any(text, "grounds") or book.words.has_any(text, "causes"),
    )
    discussed = topics.outcome.eq(Conclusion.STATED) & topics.mark.eq("discuss")
    return topics.decided & ~discussed & says_nothing(topics.grounds, book.words) & ~said


@rule(
    "T203",
    on="topics",
    severity=Severity.ERROR,
    columns=("follow_up_by", "follow_up_due"),
    cites="000 二(二), 003 三(二)",
    reads=("conclusion",),
    needs=("conclusion", "follow_up_by", "follow_up_due"),
)
def unresolved_topic_is_followed_up(topics: Table, book: Book) -> pd.DataFrame:
    """What is unresolved (暂缓, 需补充材料, 未达成共识) has one person who follows it up, and a day.

    Why: nobody comes back to it by themselves. An action item of the same meeting and topic does as well:
    it has its own owner and date.

    Write instead: one name under 后续跟进人, a day under 后续截止.
    """
    kind = _follower_kind(topics, book)
    nobody, several = kind.ne(OwnerKind.PERSON), kind.eq(OwnerKind.SEVERAL)
    dateless = topics.follow_up_due_reading.ne(Reading.EXACT)
    vague = dateless & topics.follow_up_due_reading.ne(Reading.EMPTY)
    cases = {
        "date": dateless,
        "vague": vague,
        "person": nobody,
        "several": several,
        "both": dateless & nobody,
    }
    caught = pd.DataFrame({"variant": ""}, index=topics.rows)
    for variant, mask in cases.items():
        caught = caught.mask(mask, variant)
    caught["columns"] = caught["variant"].map(_FOLLOW_UP_CELLS)
    return caught[topics.unresolved & topics.recorded & ~topics.has_item & (dateless | nobody)]


_FOLLOW_UP_CELLS = {
    "date": ("follow_up_due",),
    "vague": ("follow_up_due",),
    "person": ("follow_up_by",),
    "several": ("follow_up_by",),
    "both": ("follow_up_by", "follow_up_due"),
}


def _follower_kind(topics: Table, book: Book) -> "pd.Series[str]":
    people = names_and_departments(book.get("people"))
    return each_value(topics.follow_up_by, lambda text: read_owner(text, book.words, *people).kind.value)


@rule(
    "T204",
    on="topics",
    severity=Severity.WARNING,
    columns=("votes",),
    cites="002 四(一), 三(一)2",
    reads=("conclusion",),
    needs=("conclusion", "votes"),
)
def decision_has_the_majority(topics: Table, book: Book, *, in_favour: int = 5) -> pd.DataFrame:
    """Where votes are given, what was agreed has more than half of them, and five in favour where so many voted.

    Why: 经多数参会者同意（如5人以上同意）; what a minority wanted is not carried out by the others.

    Write instead: the votes as 6/1/2 (in favour, against, neutral) or 6票同意，1票反对，2票中立; without the
    majority the conclusion is 未达成共识. A spreadsheet may turn 6/1/2 into a date: make the cell a text cell.
    """
    counted = _counted(topics, book)
    total = counted.sum(axis=1, min_count=1)
    agreed = counted["agree"].notna() & topics.outcome.isin([Conclusion.AGREED, Conclusion.STATED])
    given = ~says_nothing(topics.votes, book.words) & ~_without_a_count(topics, book)
    cases = {
        "few": agreed & total.ge(in_favour) & counted["agree"].lt(in_favour),
        "minority": agreed & counted["agree"].le(total / 2),
        "unreadable": given & counted["agree"].isna(),
    }
    caught = counted.fillna(0).astype(int).assign(variant="", in_favour=in_favour)
    for variant, mask in cases.items():
        caught["variant"] = caught["variant"].mask(mask, variant)
    return caught[caught["variant"].ne("")]


def _counted(topics: Table, book: Book) -> pd.DataFrame:
    """The votes of each topic as columns ``agree``, ``against`` and ``neutral``; NaN where they cannot be told."""
    read = {text: read_votes(text) for text in topics.votes.unique()}
    unknown = (float("nan"),) * len(Votes._fields)
    rows = [read[text] or unknown for text in topics.votes]
    return pd.DataFrame(rows, index=topics.rows, columns=list(Votes._fields), dtype="float64")


def _without_a_count(topics: Table, book: Book) -> "pd.Series[bool]":
    """Where a majority is told without a count (全票通过), or that nobody voted (未表决)."""
    words = book.words
    return holds(topics.votes, lambda text: words.has_any(text, "majority") or words.has_any(text, "no_vote"))


@rule(
    "T205",
    on="topics",
    severity=Severity.ADVICE,
    columns=("actual",),
    cites="003 四(二)",
    needs=("planned", "actual"),
    recent=True,
)
def topic_keeps_its_time(topics: Table, book: Book, *, minutes_over: int = 0) -> pd.DataFrame:
    """A topic did not take longer than was planned for it.

    Why: what one topic takes, the last one lacks; and the next agenda is planned by what is written here.

    Write instead: nothing; plan longer for such a topic, or take its details out of the meeting.
    """
    over = topics.actual - topics.planned
    late = over.gt(minutes_over)
    return pd.DataFrame({"minutes": over[late].round().astype(int)})


@rule(
    "T206",
    on="topics",
    severity=Severity.WARNING,
    columns=("title",),
    cites="002 三(三)1, 四(三)",
    reads=("meeting_id", "conclusion"),
)
def topic_does_not_come_back(topics: Table, book: Book, *, times: int = 3) -> pd.DataFrame:
    """A topic does not come back again and again: after three meetings in a row that left something of it open,
    it goes to the next level up, or is made simpler.

    Why: whoever could not settle it three times lacks the power or the facts to do so. Open is a topic that is
    unresolved, or of which an action item is late or blocked. It is known again by its title; the last
    meeting that had it is the one that is shown. A conclusion that sends it up (上报, 提请…决定) settles it here.

    Write instead: to whom it goes (提交总经理办公会决定), or a smaller topic.
    """
    up = holds(topics.conclusion + "\n" + topics.discussion, lambda text: book.words.has_any(text, "gone_up"))
    stuck = topics.last_raised & topics.left_open.ge(times) & ~up
    return pd.DataFrame({"times": topics.left_open})[stuck]
