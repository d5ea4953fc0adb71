"""A109–A113, A119: what is said of an item's progress, and whether the evidence is there."""

import re

import pandas as pd

from rules.catalogue import rule
from rules.cells import holds, says_nothing
from rules.facts import says_why_cancelled
from rules.findings import Severity
from rules.table import Book, Table

_TITLE = (
    r"(?<![向车包单焊钳从])(?:[总總](?![经經][理]|[部结結体體是共计計数數额額量价價包之裁监監务務])|"
    r"工(?![作程期厂具艺地序业人时资单况商会伤龄装])|董(?!事会)|主任|[经經]理|[部处科局院所厂處廠][长長]|[书書][记記])"
)
"""What stands behind a surname that names somebody in passing: 待高总审批."""


@rule(
    "A109",
    on="actions",
    severity=Severity.ERROR,
    columns=("status",),
    cites="001 二(四), 003 三(三)",
    breaks=True,
    closed=True,
)
def status_is_known(actions: Table, book: Book) -> pd.DataFrame:
    """The status is one of 未开始, 进行中, 已完成, 延期, 受阻 (or a usual other word for it).

    Why: 80% or 差不多了 cannot be counted, and hides what is stuck. Beside the handbook's five 已取消 is
    known, for trackers have it; what it needs is asked by A119.

    Write instead: one of the five; the detail goes under 备注.
    """
    empty = actions.status_typed.eq("")
    return pd.DataFrame({"variant": "unknown"}, index=actions.rows).mask(empty, "missing")[
        actions.status.eq("")
    ]


@rule(
    "A110",
    on="actions",
    severity=Severity.ERROR,
    columns=("done", "deliverable"),
    cites="001 二(四), 003 三(三)",
    reads=("status",),
    needs=("status",),
    closed=True,
)
def done_comes_with_evidence(actions: Table, book: Book) -> pd.DataFrame:
    """已完成 comes with the day on which it was done and with what was handed over.

    Why: without them nobody can verify it, and the item is not closed. Until the day stands there it counts as
    handed in (待验收), for whoever says 已完成 has mostly finished: its owner is asked for the day by this rule,
    and it is neither chased as late nor taken to the head of the department. A column that the sheet does not
    have is not asked for.

    Write instead: the date under 实际完成时间 and the document, link or file under 交付成果; or set the
    status back to 进行中.
    """
    no_date = actions.done.isna() & actions.has("done")
    no_deliverable = says_nothing(actions.deliverable, book.words) & actions.has("deliverable")
    caught = pd.DataFrame({"variant": "both"}, index=actions.rows)
    caught = caught.mask(no_date & ~no_deliverable, "date").mask(~no_date & no_deliverable, "deliverable")
    blamed = {"both": ("done", "deliverable"), "date": ("done",), "deliverable": ("deliverable",)}
    caught["columns"] = caught["variant"].map(blamed)
    return caught[actions.status.eq("done") & (no_date | no_deliverable)]


@rule(
    "A111",
    on="actions",
    severity=Severity.WARNING,
    columns=("verdict",),
    cites="001 二(四), 003 三(三)",
    reads=("status", "done", "deliverable"),
    closed=True,
)
def done_has_been_verified(actions: Table, book: Book) -> pd.DataFrame:
    """已完成 has been verified by the tracker or accepted by the requester.

    Why: an item is closed when somebody other than its owner has looked at the result.

    Write instead: 通过 under 验收结果 and the name under 验收人; 不通过 sends it back.
    """
    caught = pd.DataFrame({"variant": "waiting"}, index=actions.rows).mask(
        actions.verdict.eq("rejected"), "rejected"
    )
    return caught[actions.status.eq("done") & actions.done.notna() & ~actions.accepted]


@rule(
    "A112",
    on="actions",
    severity=Severity.ERROR,
    columns=("late_reason", "expected"),
    cites="001 二(四), 003 三(三)",
    reads=("due", "done", "status"),
    needs=("due",),
    closed=True,
)
def lateness_is_explained(actions: Table, book: Book) -> pd.DataFrame:
    """A late item has its reason, and as long as it is open a new expected date that is still to come.

    Why: the next meeting takes it up with what has changed. A remark that names a cause (因…, 由于…) counts
    as the reason, any remark where a sheet has no column 延期原因; where it has none for the expected
    date, none is asked for. What is called 已完成 without a day is for A110: nobody knows whether it was late.

    Write instead: the cause under 延期原因 and a day under 预计完成时间; the original due date stays.
    """
    no_reason = ~_gives_a_reason(actions, book)
    stale = actions.expected.isna() | (actions.expected.dt.normalize() < book.today)
    asked_here = actions.open & actions.computed.ne("blocked")  # what is blocked is asked by A113
    no_date = stale & asked_here & actions.has("expected")
    late = ~actions.on_time & (actions.open | actions.finished)
    column = "late_reason" if actions.has("late_reason") else "remark"
    caught = pd.DataFrame({"variant": "both"}, index=actions.rows)
    caught = caught.mask(no_reason & ~no_date, "reason").mask(~no_reason & no_date, "expected")
    caught["columns"] = caught["variant"].map(
        {"both": (column, "expected"), "reason": (column,), "expected": ("expected",)}
    )
    unexplained: pd.Series[bool] = late & (no_reason | no_date)
    return caught.assign(days=actions.late_days)[unexplained]


def _gives_a_reason(actions: Table, book: Book) -> "pd.Series[bool]":
    """Where the reason stands in its column or among the remarks; everywhere if the sheet has neither column. That it is
    late (延期, 还没做) is none."""
    remarked = ~says_nothing(actions.remark, book.words)
    if not actions.has("late_reason"):
        return remarked if actions.has("remark") else ~actions.none()
    names_a_cause = holds(actions.remark, lambda text: book.words.has_any(text, "causes"))
    no_reason = holds(actions.late_reason, lambda text: book.words.is_made_of(text, "no_reason"))
    return ~(says_nothing(actions.late_reason, book.words) | no_reason) | (remarked & names_a_cause)


@rule(
    "A113",
    on="actions",
    severity=Severity.ERROR,
    columns=("expected", "remark"),
    cites="001 二(四)",
    reads=("status",),
    needs=("status", "expected"),
)
def blocked_has_a_way_out(actions: Table, book: Book) -> pd.DataFrame:
    """受阻 has a day that is still to come and a person for its resolution.

    Why: whoever is stuck can rarely free themselves; somebody has to be named who does.

    Write instead: the day under 预计完成时间, and who removes the obstacle under 延期原因, 备注 or
    配合部门 (由李雷协调测试环境).
    """
    place = next((column for column in ("remark", "late_reason", "assisting") if actions.has(column)), "")
    no_date = actions.expected.isna() | (actions.expected.dt.normalize() < book.today)
    no_person = ~_names_somebody(actions, book) & bool(place)
    caught = pd.DataFrame({"variant": "both"}, index=actions.rows)
    caught = caught.mask(no_date & ~no_person, "date").mask(~no_date & no_person, "person")
    caught["columns"] = caught["variant"].map(
        {"both": ("expected", place), "date": ("expected",), "person": (place,)}
    )
    stuck: pd.Series[bool] = actions.computed.eq("blocked") & (no_date | no_person)
    return caught[stuck]


def _names_somebody(actions: Table, book: Book) -> "pd.Series[bool]":
    """Where reason, remark or assisting name somebody: of the directory, or a surname where it is a person's place."""
    text = (actions.late_reason + "\n" + actions.remark + "\n" + actions.assisting).str.normalize("NFKC")
    people = book.get("people")
    names = [name for name in people.name.unique() if len(name) > 1] if people else []
    words = "|".join(map(re.escape, (*book.words["not_names"], *book.words["no_names_in_text"])))
    surname = rf"(?!{words})[{''.join(book.words['surnames'])}*]"
    written = rf"(?:[由请請](?![于於向])|找|联系|聯繫|協調|协调|@|(?:责任|负责|解决|协调|責任|負責|解決)人:?)\s*{surname}"
    english = r"\b(?i:by|with|ask|contact|owner:?)\s+[A-Z][a-z]+"
    after = rf"(?<!由){surname}[一-鿿]{{0,2}}(?:负责|協調|协调|解决|解決|跟进|处理|處理|推动|提供|答复)"
    ways = [*map(re.escape, names), written, english, after, rf"{surname}{_TITLE}"]
    return text.str.contains("|".join(ways), regex=True)


@rule(
    "A119",
    on="actions",
    severity=Severity.ERROR,
    columns=("remark",),
    cites="handbook",
    reads=("status",),
    needs=("status",),
)
def cancelled_says_why(actions: Table, book: Book) -> pd.DataFrame:
    """What is 已取消 says why, under 备注 or 延期原因.

    Why: what a meeting decided is given up by a decision, and whoever waits for it has to know. With its
    reason a cancelled item is closed: it is not late, and nobody is reminded. Without one it stays open and
    is chased as before, or 已取消 would be the easiest way out. The five statuses of the handbook do not
    include it; a sheet that has neither of the two columns is asked for nothing.

    Write instead: why, and who decided it (5月20日周会决定不再做).
    """
    unexplained = actions.status.eq("cancelled") & ~says_why_cancelled(actions, book.words)
    column = "remark" if actions.has("remark") else "late_reason"
    caught = pd.DataFrame({"value": actions.status_typed}, index=actions.rows)
    caught["columns"] = [(column,)] * len(caught)
    return caught[unexplained & ~actions.closed]
