"""The directory (通讯录): who can be written to, who heads a department, who coordinates."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache

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
        asked = (name, *departments)
        if asked not in self._found:
            self._found[asked] = self._look_up(name, departments)
        return self._found[asked]

    def _look_up(self, name: str, departments: Sequence[str]) -> Person | Unreachable:
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

    @property
    def every_head(self) -> Sequence[Person]:
        """Who heads any department, by role."""
        return [head for heads in self._heads.values() for head in heads]

    def heads(self, department: str) -> Sequence[Person]:
        """Who heads a department, by role."""
        return self._heads.get(department_key(department), ())

    def robot(self, name: str, department: str) -> str:
        """The robot of a person's group, or else of a department's: as its head's row says, or any other; '' if none."""
        found = self.find(name, department)
        if not isinstance(found, Unreachable) and found.robot:
            return found.robot
        return self._robots.get(department_key(department), "")

    def leads(self, name: str) -> bool:
        """Whether somebody of that name heads a department or leads from above, by role."""
        roles = (*self.words["head_roles"], *self.words["leader_roles"])
        return any(_holds(person.role, roles) for person in self._by_name.get(_alike(name), ()))

    def leaders(self, department: str) -> Sequence[Person]:
        """Who leads a department from above, by role; where nobody is said to, the only leader that there is."""
        everybody, within = self._leaders, department_key(department)
        of_department = [person for person in everybody if department_key(person.department) == within]
        return of_department or (everybody if len(everybody) == 1 else ())

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name of the directory."""
        return frozenset(person.name for person in self.people)

    @cached_property
    def departments(self) -> frozenset[str]:
        """Every department of the directory."""
        return frozenset(person.department for person in self.people) - {""}

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
    def _found(self) -> dict[tuple[str, ...], Person | Unreachable]:
        return {}

    @cached_property
    def _leaders(self) -> list[Person]:
        return self._with_role("leader_roles")

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


def names_and_departments(people: Table | None) -> tuple[frozenset[str], frozenset[str]]:
    """All names and all departments of a directory, as they stand there."""
    if people is None:
        return frozenset(), frozenset()
    return frozenset(people.name) - {""}, frozenset(people.department) - {""}


def _holds(role: str, wanted: tuple[str, ...]) -> bool:
    """Whether one of the posts in a role is wanted: 技术部负责人/工会主席 has 负责人, 副部长 and 原部长 have no 部长."""
    posts = [*re.split(r"[、,，/;；\s]+", fold(role)), fold(role)]
    return any(post.endswith(wanted) and not post.startswith(_NOT_IN_POST) for post in posts)


@lru_cache(4096)
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
