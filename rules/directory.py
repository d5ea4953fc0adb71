"""The directory (通讯录): who can be written to, who heads a department, who coordinates."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import pandas as pd

from rules.table import Table
from rules.wordlists import WordLists, fold

ADDRESS = r"[^\s@<>(),;:\"\[\]\\]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}"
"""What a mail address looks like, international ones included."""


class Unreachable(StrEnum):
    """Why somebody cannot be written to."""

    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    NO_MAIL = "no_mail"
    BAD_MAIL = "bad_mail"


@dataclass(frozen=True)
class Person:
    """One row of the directory. ``away`` is the last day of an absence."""

    name: str
    department: str
    email: str
    role: str = ""
    away: date | None = None
    deputy: str = ""


@dataclass(frozen=True)
class Directory:
    """All people of the directory."""

    people: tuple[Person, ...]

    def find(self, name: str, *departments: str) -> Person | Unreachable:
        """The one person of a name with a mail address; departments, the first first, tell namesakes apart."""
        same = self._by_name.get(_alike(name), [])
        for department in departments:
            within = [person for person in same if person.department == department]
            if len(same) > 1 and within:
                same = within
        if len(same) != 1:
            return Unreachable.AMBIGUOUS if same else Unreachable.UNKNOWN
        if not same[0].email:
            return Unreachable.NO_MAIL
        return same[0] if re.fullmatch(ADDRESS, same[0].email) else Unreachable.BAD_MAIL

    def present(self, person: Person, today: date) -> Person:
        """The person, or whoever deputises while they are away and can be found."""
        if not person.deputy or person.away is None or person.away < today:
            return person
        deputy = self.find(person.deputy, person.department)
        return person if isinstance(deputy, Unreachable) else deputy

    def heads(self, department: str, words: WordLists) -> tuple[Person, ...]:
        """Who heads a department, by role."""
        return tuple(
            person
            for person in self._by_department.get(department, ())
            if _has_role(person, "head_roles", words)
        )

    def coordinators(self, words: WordLists) -> tuple[Person, ...]:
        """Who coordinates, by role."""
        return tuple(person for person in self.people if _has_role(person, "coordinator_roles", words))

    @cached_property
    def _by_name(self) -> Mapping[str, list[Person]]:
        return _grouped(self.people, lambda person: _alike(person.name))

    @cached_property
    def _by_department(self) -> Mapping[str, list[Person]]:
        return _grouped(self.people, lambda person: person.department)


def _alike(name: str) -> str:
    """A name without what people vary: the case of Latin letters, spaces inside a Chinese name (张　三)."""
    folded = fold(name)
    return folded if folded.isascii() else "".join(folded.split())


def _has_role(person: Person, roles: str, words: WordLists) -> bool:
    return bool(re.fullmatch(ADDRESS, person.email)) and words.has_any(person.role, roles)


def _grouped(people: Iterable[Person], key: Callable[[Person], str]) -> Mapping[str, list[Person]]:
    groups: defaultdict[str, list[Person]] = defaultdict(list)
    for person in people:
        groups[key(person)].append(person)
    return groups


def directory(people: Table | None) -> Directory:
    """The directory of a workbook; an empty one where it has none."""
    if people is None:
        return Directory(())
    named = people.frame[people.name.ne("")]
    away = [None if pd.isna(day) else day.date() for day in named["away"]]
    columns = zip(
        named["name"], named["department"], named["email"], named["role"], away, named["deputy"], strict=True
    )
    return Directory(tuple(Person(*row) for row in columns))
