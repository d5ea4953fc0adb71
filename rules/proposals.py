"""What could be typed instead, where a fault has one evident mend. A proposal is shown, never applied.

No proposal is a guess: where two days, two people or two words could be meant there is none. A day that has
passed by now is not proposed either, for the row would only be late with it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from rules.directory import Directory, Person, directory
from rules.findings import Finding
from rules.judge import Judgement
from rules.owners import OwnerKind
from rules.relative_dates import meant_day
from rules.spelling import differ_by_one, look_alike
from rules.table import Book
from rules.wordlists import plain, simplified

_FACTS = ("owner", "owner_kind", "owner_name", "owner_beside", "department", "meeting_row_date", "met")
_SHORTEST_NAME = 3
"""Of names with fewer signs one sign is too much of them to tell a slip from somebody else."""


@dataclass(frozen=True)
class Proposal:
    """What could be typed into a cell of the finding's row: its template key, and the value."""

    finding: Finding
    column: str
    value: str | date


def proposals(judgement: Judgement, statuses: Mapping[str, str]) -> tuple[Proposal, ...]:
    """All proposals for what was found among the action items, in the findings' order.

    ``statuses`` maps each known way of writing a status, as people write it, to the word to type for it.
    """
    desk = _Desk(judgement.book, statuses)
    mine = [each for each in judgement.findings if each.table == "actions" and each.code in _PROPOSERS]
    facts = _facts(judgement.book, {finding.row for finding in mine})
    made = []
    for finding in mine:
        column, propose = _PROPOSERS[finding.code]
        if column in finding.columns and (value := propose(_Case(finding.fields, facts[finding.row]), desk)):
            made.append(Proposal(finding, column, value))
    return tuple(made)


def with_proposals(judgement: Judgement, statuses: Mapping[str, str]) -> Judgement:
    """The judgement with each proposal among the fields of its finding, as ``proposal``."""
    values = {id(each.finding): each.value for each in proposals(judgement, statuses)}
    if not values:
        return judgement
    findings = tuple(
        each._replace(fields={**each.fields, "proposal": values[id(each)]}) if id(each) in values else each
        for each in judgement.findings
    )
    return replace(judgement, findings=findings)


def _facts(book: Book, rows: set[int]) -> Mapping[int, Mapping[str, Any]]:
    if not rows:
        return {}
    frame = book.tables["actions"].frame
    chosen = frame.loc[sorted(rows), [name for name in _FACTS if name in frame]]
    records = zip(chosen.index.tolist(), chosen.to_dict("records"), strict=True)
    return {row: {str(name): value for name, value in facts.items()} for row, facts in records}


@dataclass(frozen=True)
class _Case:
    """The fields of a finding, and what is known of its row."""

    fields: Mapping[str, Any]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class _Desk:
    """What is looked up for proposals."""

    book: Book
    statuses: Mapping[str, str]

    @cached_property
    def directory(self) -> Directory:
        return directory(self.book.get("people"), self.book.words)

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """The directory's names, by how they are compared."""
        return _by(_bare_name, {person.name for person in self.directory.people})

    @cached_property
    def meetings(self) -> Mapping[str, tuple[str, ...]]:
        """Numbers and names of the register's meetings, by their signs alone."""
        meetings = self.book.get("meetings")
        return _by(_signs, {*meetings.id, *meetings.name} - {""}) if meetings else {}

    @cached_property
    def status_words(self) -> Mapping[str, str]:
        """The word to type by each way of writing, as both are compared."""
        return {look_alike(_signs(way)): word for way, word in self.statuses.items()}


def _by(key: Callable[[str], str], texts: set[str]) -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for text in sorted(texts):
        groups[key(text)] = (*groups.get(key(text), ()), text)
    return groups


def _due(case: _Case, desk: _Desk) -> date | None:
    """The day that is meant, if it is still to come and not before the meeting."""
    held, met = _day(case.facts["meeting_row_date"]), _day(case.facts.get("met"))
    day = meant_day(str(case.fields["value"]), held or met, held, desk.book.calendar)
    return day if day and day >= max(desk.book.today.date(), held or date.min) else None


def _day(moment: Any) -> date | None:
    return None if moment is None or pd.isna(moment) else moment.date()


def _owner(case: _Case, desk: _Desk) -> str | None:
    """The one name of the directory that is spelled almost like an unknown one, or that a surname with a title
    (林总) means; what stood beside it stays."""
    typed, name = unicodedata.normalize("NFKC", case.facts["owner"]), str(case.facts["owner_name"])
    if case.fields["variant"] not in {"unknown", "titled"} or name not in typed:
        return None
    near = _names_near(name, desk) or _names_titled(name, desk)
    return typed.replace(name, near[0]) if len(near) == 1 and _is_found(near[0], case, desk) else None


def _names_near(name: str, desk: _Desk) -> tuple[str, ...]:
    """Without its post (王芳经理) or in the other script; else with one slip, the surname being the same."""
    bare = _bare_name(name)
    for post in sorted(desk.book.words["posts"], key=len, reverse=True):
        without = bare.removesuffix(post)
        if without != bare and len(without) > 1 and without in desk.names:
            return desk.names[without]
    if bare in desk.names:
        return desk.names[bare]
    if len(bare) < _SHORTEST_NAME or (bare.isascii() and len(bare) <= _SHORTEST_NAME + 1):
        return ()
    return tuple(
        name
        for other, names in desk.names.items()
        if len(other) >= _SHORTEST_NAME and other[0] == bare[0] and differ_by_one(bare, other)
        for name in names
    )


def _names_titled(name: str, desk: _Desk) -> tuple[str, ...]:
    """The only person of a surname, if their role holds the title too: 林总 is 林晓东, who is 总经理."""
    for post in sorted(filter(name.endswith, desk.book.words["posts"]), key=len, reverse=True):
        surname = name.removesuffix(post)
        same = [person for person in desk.directory.people if surname and person.name.startswith(surname)]
        if len(same) == 1 and plain(post) in plain(same[0].role):
            return (same[0].name,)
    return ()


def _bare_name(name: str) -> str:
    folded = plain(name)
    return folded if folded.isascii() else "".join(folded.split())


def _is_found(name: str, case: _Case, desk: _Desk) -> bool:
    found = desk.directory.find(name, case.facts["owner_beside"], case.facts["department"])
    return isinstance(found, Person)


def _head(case: _Case, desk: _Desk) -> str | None:
    """市场部负责人 is whoever heads 市场部 in the directory, if that is one."""
    department = re.sub(r"的?(?:负责人|負責人)$", "", str(case.fields["value"]))
    if case.fields["variant"] != OwnerKind.POST or department == case.fields["value"]:
        return None
    heads = desk.directory.heads(department)
    return heads[0].name if len(heads) == 1 and _is_found(heads[0].name, case, desk) else None


def _department(case: _Case, desk: _Desk) -> str | None:
    """The department that stands beside the owner's name (张三(技术部)), or that the directory gives for it."""
    if case.fields["variant"] != "missing" or case.facts["owner_kind"] != OwnerKind.PERSON:
        return None
    beside = str(case.facts["owner_beside"])
    known = desk.directory.find(case.facts["owner_name"], beside)
    listed = {known.department} if isinstance(known, Person) else set()
    written = {beside} if simplified(beside).endswith(desk.book.words["department_endings"]) else set()
    meant = (listed | written) - {""}
    return meant.pop() if len(meant) == 1 else None


def _status(case: _Case, desk: _Desk) -> str | None:
    """The status with one slip of the keyboard (己完成, In progres), or the one that a share of the work means."""
    typed = unicodedata.normalize("NFKC", str(case.fields["value"])).strip()
    if re.fullmatch(r"0?\.\d+|[1-9]\d?(?:\.\d+)?\s*%", typed):
        return desk.status_words.get(look_alike("进行中"))
    signs = look_alike(_signs(re.sub(r"[了的啦]$", "", typed)))
    if signs in desk.status_words:
        return desk.status_words[signs]
    if not signs.isascii() or len(signs) < 5:  # in Chinese one sign makes the contrary: 未完成
        return None
    near = {word for way, word in desk.status_words.items() if way.isascii() and differ_by_one(signs, way)}
    return near.pop() if len(near) == 1 else None


def _meeting(case: _Case, desk: _Desk) -> str | None:
    """The one meeting whose number or name has the same signs: M-01 for M01."""
    if case.fields["variant"] != "meeting":
        return None
    same = desk.meetings.get(_signs(str(case.fields["value"])), ())
    return same[0] if len(same) == 1 else None


def _signs(text: str) -> str:
    """A text by its letters and figures alone."""
    return re.sub(r"[\W_]+", "", plain(text))


_Proposer = Callable[[_Case, _Desk], str | date | None]
_PROPOSERS: Mapping[str, tuple[str, _Proposer]] = {
    "A103": ("owner", _head),
    "A104": ("owner", _owner),
    "A105": ("department", _department),
    "A106": ("due", _due),
    "A109": ("status", _status),
    "A118": ("meeting_id", _meeting),
}
"""By rule the column that a proposal is for, and what proposes it."""
