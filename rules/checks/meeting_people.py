"""M104, M108, M110, M111: who leads a meeting, who comes to it, who has confirmed and who is absent."""

import pandas as pd

from rules.absences import read_absences
from rules.attendance import PeopleReader
from rules.catalogue import rule
from rules.cells import each_value, holds
from rules.directory import names_and_departments
from rules.findings import Severity
from rules.owners import OwnerKind, read_owner
from rules.table import Book, Table
from rules.typed_dates import Reading

_NOBODY = (OwnerKind.NOBODY, OwnerKind.PLACEHOLDER)
_NO_PERSON = (OwnerKind.GROUP, OwnerKind.POST)


@rule(
    "M104",
    on="meetings",
    severity=Severity.ERROR,
    columns=("host", "recorder"),
    cites="000 二(一), 001 二(一), 003 三(一)",
    needs=(),
    recent=True,
)
def host_and_recorder_are_people(meetings: Table, book: Book) -> pd.DataFrame:
    """Host and recorder are named, and they are people.

    Why: the host keeps to the agenda and reviews the minutes, the recorder writes them; a department does
    neither.

    Write instead: a name for each, such as 产品部 林晓东.
    """
    people = names_and_departments(book.get("people"))
    caught = []
    for key in filter(meetings.has, ("host", "recorder")):
        kinds = each_value(meetings.frame[key], lambda text: read_owner(text, book.words, *people).kind)
        nobody = kinds.isin(_NOBODY) & meetings.called
        variant = pd.DataFrame({"variant": "person", "columns": [(key,)] * len(kinds)}, index=meetings.rows)
        caught.append(
            variant.assign(variant=variant["variant"].mask(nobody, "missing"))[
                nobody | kinds.isin(_NO_PERSON)
            ]
        )
    return pd.concat(caught) if caught else pd.DataFrame()


@rule(
    "M108",
    on="meetings",
    severity=Severity.WARNING,
    columns=("attendees",),
    cites="002 二(一)2 四(三)",
    ahead=True,
)
def not_too_many_people(meetings: Table, book: Book, *, people: int = 15) -> pd.DataFrame:
    """At most fifteen people are asked to a meeting.

    Why: the more there are, the fewer speak. Counted is who is named, 5人 as five, and a department with
    nobody behind it as one.

    Write instead: those who decide and those who do it; the others get the minutes.
    """
    reader = _reader(book)
    heads = each_value(meetings.attendees, lambda text: sum(one.heads for one in reader.attendees(text)))
    return pd.DataFrame({"count": heads, "most": people})[heads.gt(people)]


@rule(
    "M110",
    on="meetings",
    severity=Severity.WARNING,
    columns=("confirm_by",),
    cites="000 二(一) 三(一), 002 二(一)4",
    reads=("date", "attendees", "confirmed", "emergency"),
    recent=True,
)
def attendance_is_confirmed(meetings: Table, book: Book) -> pd.DataFrame:
    """There is a day by which attendees confirm, and after it whoever has not done so is named.

    Why: whether those who decide will come has to be known while the meeting can still be moved. Host and
    recorder call it and need not confirm, nor those who stand under 缺席人员. Once the meeting has been held,
    and for one that is called in an emergency, nothing is asked.

    Write instead: a day before the meeting; under 已确认人员 the names of those who have answered.
    """
    asked = ~meetings.held & meetings.emergency.ne("yes")
    reading = meetings.confirm_by_reading
    caught = pd.DataFrame({"variant": ""}, index=meetings.rows, dtype="str")
    caught["variant"] = (
        caught["variant"]
        .mask(reading.eq(Reading.EMPTY) & meetings.called, "missing")
        .mask(~reading.isin([Reading.EMPTY, Reading.EXACT]), "unreadable")
        .mask(meetings.confirm_by.dt.normalize().gt(meetings.date.dt.normalize()), "after")
    )
    over = asked & meetings.confirm_by.dt.normalize().lt(book.today) & caught["variant"].eq("")
    known = over & meetings.has("confirmed") & meetings.has("attendees")
    unconfirmed = _unconfirmed(meetings.frame[known], _reader(book))
    caught["who"] = [unconfirmed.get(row, ()) for row in meetings.rows]
    caught["variant"] = caught["variant"].mask(holds(caught["who"], bool), "people")
    caught["columns"] = [
        ("confirmed",) if each == "people" else ("confirm_by",) for each in caught["variant"]
    ]
    return caught[asked & caught["variant"].ne("")]


def _unconfirmed(meetings: pd.DataFrame, reader: PeopleReader) -> dict[int, tuple[str, ...]]:
    """By row the names of those who have not answered."""
    cells = zip(
        *(meetings[key] for key in ("attendees", "confirmed", "host", "recorder", "absentees")), strict=True
    )
    return {row: reader.awaited(*texts) for row, texts in zip(meetings.index.tolist(), cells, strict=True)}


@rule(
    "M111",
    on="meetings",
    severity=Severity.WARNING,
    columns=("absentees",),
    cites="000 二(二), 001 二(三), 003 三(二) 四(一)",
    reads=("delegate",),
    recent=True,
)
def absences_are_explained(meetings: Table, book: Book) -> pd.DataFrame:
    """Every absence has a reason and a delegate.

    Why: whoever is absent gets tasks all the same; somebody has to speak for them and to take them home.

    Write instead: the reason in brackets, such as 李四(出差，由王五代理), or the delegate under 代理人.
    """
    reader = _reader(book)
    absences = {text: read_absences(text, reader) for text in meetings.absentees.unique()}
    delegates = each_value(meetings.delegate, lambda text: read_owner(text, book.words).kind not in _NOBODY)
    variants, names = [], []
    for text, delegated in zip(meetings.absentees, delegates, strict=True):
        at_fault = [one for one in absences[text] if not (one.has_reason and (one.has_delegate or delegated))]
        no_reason = any(not one.has_reason for one in at_fault)
        no_delegate = any(not (one.has_delegate or delegated) for one in at_fault)
        variants.append(
            {(True, True): "both", (True, False): "reason"}.get((no_reason, no_delegate), "delegate")
        )
        names.append(tuple(one.who for one in at_fault))
    caught = pd.DataFrame({"variant": variants, "who": names}, index=meetings.rows)
    return caught[holds(caught["who"], bool)]


def _reader(book: Book) -> PeopleReader:
    return PeopleReader(book.words, *names_and_departments(book.get("people")))
