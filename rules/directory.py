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
from rules.wordlists import WordLists, fold, plain

ADDRESS = r"[^\s@<>(),;:\"\[\]\\]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}"
"""What a mail address looks like, international ones included."""


_NOT_IN_POST = ("副", "非", "原", "前", "前任", "代", "deputy", "vice", "former")
_HEAD_RANKS = ("head_roles", "lesser_head_roles", "director_roles")
"""Whoever heads a department, by the list that their role stands on: the first that anybody of it stands on."""


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
        """Who heads a department: those whose roles stand highest in it (``_HEAD_RANKS``)."""
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
        same = self._by_name.get(_alike(name), ())
        return any(_holds(person.role, roles) or person in self.every_head for person in same)

    def leaders(self, department: str) -> Sequence[Person]:
        """Who leads a department from above, by role: somebody of it beside its head; else the only leader that
        there is, or the only one who is more than the director of a department. Nobody is above themselves."""
        within = department_key(department)
        above = [person for person in self._leaders if person not in self.heads(department)]
        if of_department := [person for person in above if department_key(person.department) == within]:
            return of_department
        higher = [person for person in above if not _holds(person.role, self.words["director_roles"])]
        return next((found for found in (above, higher) if len(found) == 1), ())

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
        ranks = {person: self._rank(person) for person in self.people if re.fullmatch(ADDRESS, person.email)}
        ranked = [person for person, rank in ranks.items() if rank < len(_HEAD_RANKS)]
        of_department = _grouped(ranked, lambda person: department_key(person.department))
        highest = {key: min(map(ranks.__getitem__, people)) for key, people in of_department.items()}
        return {
            key: [person for person in people if ranks[person] == highest[key]]
            for key, people in of_department.items()
        }

    def _rank(self, person: Person) -> int:
        """Where in ``_HEAD_RANKS`` a person's role stands; behind its end for a role that heads nothing."""
        if _holds(person.role, self.words["no_head_roles"]):
            return len(_HEAD_RANKS)
        held = (
            _holds(person.role, self.words["head_roles"]),
            _holds_alone(person, self.words),
            _holds(person.role, self.words["director_roles"]),
        )
        return next((rank for rank, holds in enumerate(held) if holds), len(_HEAD_RANKS))

    @cached_property
    def _robots(self) -> Mapping[str, str]:
        last_wins = [*reversed(self.people), *reversed(self.every_head)]
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
    return any(
        post.endswith(ending) and not post.startswith(_NOT_IN_POST) and not _before(post, ending)
        for post in _posts(role)
        for ending in wanted
    )


def _before(post: str, ending: str) -> bool:
    """Whether a post is less than it ends with: 技术部副部长."""
    return post.removesuffix(ending).rstrip().endswith(_NOT_IN_POST)


def _holds_alone(person: Person, words: WordLists) -> bool:
    """Whether one of the posts in a role is a lesser one that heads the person's own department."""
    own = department_key(person.department)
    ending = max(filter(own.endswith, words["department_endings"]), key=len, default="")
    names = {plain(own), plain(own).removesuffix(plain(ending))} - {""}
    wanted = {"", *names}
    return any(
        post == f"{name} {lesser}".strip() or post == f"{name}{lesser}"
        for post in _posts(person.role)
        for name in wanted
        for lesser in words["lesser_head_roles"]
    )


def _posts(role: str) -> tuple[str, ...]:
    """The posts that a role lists, and the whole of it, without remarks in brackets. A space parts no English post."""
    whole = re.sub(r"\(.*?\)", "", plain(role)).strip()
    return (*re.split(r"\s*[、,，/;；]\s*|(?<=[一-鿿])\s+|\s+(?=[一-鿿])", whole), whole)


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
