"""What the doctor looks at: each check takes what it judges and gives a finding of its own. No check asks a clock or a disk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from rules.directory import ADDRESS, directory
from rules.judge import Judgement
from rules.owners import OwnerKind
from rules.table import Table
from rules.wordlists import WordLists

_SILENT_FOR = timedelta(hours=26)
"""Without a pass for so long, an hourly service has stopped; a nightly one has not."""

_AHEAD = timedelta(minutes=10)
_MEGABYTE = 1_000_000
_LEAST_MEGABYTES, _FEW_MEGABYTES = 50, 500
_COPIES = 10  # a write keeps backups and a second copy for a moment
_SHOWN = 5
_OWN = ("touched",)
"""When a row was touched, closeloop knows from its own record once it has made a pass."""


class State(StrEnum):
    """How a check ended."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Diagnosis:
    """One line: what was looked at, how it stands, and the fields of its sentence; ``variant`` picks the sentence."""

    name: str
    state: State
    variant: str
    fields: Mapping[str, Any] = field(default_factory=dict)


def good(name: str, **fields: Any) -> Diagnosis:
    """All is well."""
    return Diagnosis(name, State.GOOD, "good", fields)


def warning(name: str, variant: str, **fields: Any) -> Diagnosis:
    """Something works less than it could."""
    return Diagnosis(name, State.WARNING, variant, fields)


def bad(name: str, variant: str, **fields: Any) -> Diagnosis:
    """Something does not work."""
    return Diagnosis(name, State.BAD, variant, fields)


def columns(judgement: Judgement, headings: Mapping[str, str]) -> Diagnosis:
    """Whether the action table has the columns that rules need; ``headings`` names them by key."""
    actions = judgement.book.tables["actions"]
    if missing := actions.layout.missing:
        return bad(
            "columns", "missing", columns=_listed([headings[key] for key in missing]), tab=actions.layout.tab
        )
    silent = {silence.code for silence in judgement.silent if silence.lacks != _OWN}
    if silent:
        return warning("columns", "silent", count=len(silent), codes=_listed(sorted(silent)))
    return good("columns", tab=actions.layout.tab, rows=len(actions.rows))


def people(judgement: Judgement, words: WordLists) -> Iterator[Diagnosis]:
    """The directory: addresses, namesakes, heads of departments, and owners that it does not know."""
    table = judgement.book.get("people")
    if table is None or table.frame.empty:
        yield warning("directory", "none" if table is None else "empty")
        return
    found = [*_people_faults(judgement.book.tables["actions"], table, words)]
    yield from found or [good("directory", count=len(table.rows))]


def _people_faults(actions: Table, table: Table, words: WordLists) -> Iterator[Diagnosis]:
    frame = table.frame[table.name.ne("")]
    wrong = frame[~frame["email"].str.fullmatch(ADDRESS)]
    if len(wrong):
        yield bad("directory", "addresses", names=_listed(wrong["name"]), count=len(wrong))
    twice = frame[frame.duplicated(["name", "department"], keep=False)]
    if len(twice):
        yield warning("directory", "doubles", names=_listed(twice["name"].unique()))
    listed = directory(table, words)
    departments = [each for each in actions.department.unique() if each and not listed.heads(each)]
    if departments:
        yield warning("directory", "heads", departments=_listed(departments))
    known = actions.frame[actions.frame["owner_kind"].eq(OwnerKind.PERSON)]["owner_name"].unique()
    unknown = [name for name in known if listed.find(name) == "unknown"]
    if unknown:
        yield warning("directory", "owners", names=_listed(unknown), count=len(unknown))


def years(announced: Sequence[int], country: str, today: date) -> Diagnosis:
    """Whether the public holidays of this year, and near its end of the next one, are known; ``announced`` is empty
    where all years are reckoned."""
    if not announced:
        return good("calendar", country=country or "-", last="-")
    last = max(announced)
    if last < today.year:
        return warning("calendar", "estimated", year=today.year, last=last)
    if last == today.year and today.month == 12:
        return warning("calendar", "next", year=today.year + 1)
    return good("calendar", country=country, last=last)


def clock(now: datetime, newest: datetime | None, zone: str) -> Diagnosis:
    """Whether the clock lies behind something that was written already."""
    if newest and newest > now + _AHEAD:
        return bad("clock", "behind", now=_minute(now), newest=_minute(newest), zone=zone)
    return good("clock", now=_minute(now), zone=zone)


def passes(last: datetime | None, now: datetime, failed: str = "") -> Diagnosis:
    """How long ago the last pass was, and why it ``failed`` where that needs a person."""
    if failed:
        return bad("passes", "failed", reason=failed)
    if last is None:
        return warning("passes", "none")
    if now - last > _SILENT_FOR:
        return warning("passes", "old", last=_minute(last), days=(now - last) // timedelta(days=1))
    return good("passes", last=_minute(last))


def disk(free: int, size: int) -> Diagnosis:
    """Whether there is room for backups of a workbook; both in bytes."""
    megabytes = free // _MEGABYTE
    if free < max(_LEAST_MEGABYTES * _MEGABYTE, _COPIES * size):
        return bad("disk", "full", megabytes=megabytes)
    if megabytes < _FEW_MEGABYTES:
        return warning("disk", "little", megabytes=megabytes)
    return good("disk", megabytes=megabytes)


def _listed(names: Iterable[Any]) -> list[str]:
    """The first names, for a sentence to join."""
    return [str(name) for name in islice(names, _SHOWN)]


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
