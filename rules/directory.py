"""The directory (通讯录): who can be written to, who heads a department, who coordinates."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import pandas as pd

from rules.table import Table
from rules.wordlists import WordLists, fold

ADDRESS = r"[^\s@<>(),;:\"\[\]\\]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}"
"""What a mail address looks like, international ones included."""


_NOT_IN_POST = ("副", "非", "原", "前任", "代", "deputy", "vice", "former")


class Unreachable(StrEnum):
    """Why somebody cannot be written to."""

    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    NO_MAIL = "no_mail"
    BAD_MAIL = "bad_mail"


@dataclass(frozen=True)
class Person:
    """One row of the directory. ``away`` is the last day of an absence, ``robot`` the name of
    their group's robot."""

    name: str
    department: str
    email: str
    role: str = ""
    away: date | None = None
    deputy: str = ""
    robot: str = ""


@dataclass(frozen=True)
class Directory:
    """All people of the directory, and the words by which their roles are told."""

    people: tuple[Person, ...]
    words: WordLists

    def find(self, name: str, *departments: str) -> Person | Unreachable:
        """The one person of a name with a mail address; departments, the first first, tell namesakes apart."""
        same = self._by_address.get(fold(name), []) if "@" in name else self._by_name.get(_alike(name), [])
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

    def has_department(self, department: str) -> bool:
        """Whether anybody of the directory works there."""
        return department_key(department) in self._departments

    def heads(self, department: str) -> Sequence[Person]:
        """Who heads a department, by role."""
        return self._heads.get(department_key(department), ())

    def robot(self, name: str, department: str) -> str:
        """The robot of a person's group, or else of a department's: as its head's row says, or any other; '' if none."""
        found = self.find(name, department)
        if not isinstance(found, Unreachable) and found.robot:
            return found.robot
        return self._robots.get(department_key(department), "")

    @cached_property
    def coordinators(self) -> tuple[Person, ...]:
        """Who coordinates, by role."""
        return tuple(self._with_role("coordinator_roles"))

    @cached_property
    def _heads(self) -> Mapping[str, list[Person]]:
        return _grouped(self._with_role("head_roles"), lambda person: department_key(person.department))

    @cached_property
    def _robots(self) -> Mapping[str, str]:
        last_wins = [*reversed(self.people), *reversed(self._with_role("head_roles"))]
        return {department_key(person.department): person.robot for person in last_wins if person.robot}

    @cached_property
    def _by_name(self) -> Mapping[str, list[Person]]:
        return _grouped(self.people, lambda person: _alike(person.name))

    @cached_property
    def _departments(self) -> frozenset[str]:
        return frozenset(department_key(person.department) for person in self.people)

    @cached_property
    def _by_address(self) -> Mapping[str, list[Person]]:
        return _grouped(self.people, lambda person: fold(person.email))

    def _with_role(self, roles: str) -> list[Person]:
        holders = (person for person in self.people if _holds(person.role, self.words[roles]))
        return [person for person in holders if re.fullmatch(ADDRESS, person.email)]


def directory(people: Table | None, words: WordLists) -> Directory:
    """The directory of a workbook; an empty one where it has none."""
    if people is None:
        return Directory((), words)
    named = people.frame[people.name.ne("")]
    away = [None if pd.isna(day) else day.date() for day in named["away"]]
    texts = (named[key] for key in ("name", "department", "email", "role"))
    columns = zip(*texts, away, named["deputy"], named["robot"], strict=True)
    return Directory(tuple(Person(*row) for row in columns), words)


def _holds(role: str, wanted: tuple[str, ...]) -> bool:
    """Whether one of the posts in a role is wanted: 技术部负责人/工会主席 has 负责人, 副部长 and 原部长 have no 部长."""
    posts = [*re.split(r"[、,，/;；\s]+", fold(role)), fold(role)]
    return any(post.endswith(wanted) and not post.startswith(_NOT_IN_POST) for post in posts)


def department_key(department: str) -> str:
    """A department by which it is known again, without remarks in brackets: 技术部（牵头） is 技术部."""
    return re.sub(r"\(.*?\)|\[.*?\]", "", fold(department)).strip()


def _alike(name: str) -> str:
    """A name without what people vary: the case of Latin letters, spaces inside a Chinese name (张　三)."""
    folded = fold(name)
    return folded if folded.isascii() else "".join(folded.split())


def _grouped(people: Iterable[Person], key: Callable[[Person], str]) -> Mapping[str, list[Person]]:
    groups: defaultdict[str, list[Person]] = defaultdict(list)
    for person in people:
        groups[key(person)].append(person)
    return groups
