"""Finds whom a notice goes to: re-read from the directory each time, never guessed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from rules.directory import Directory, Person, Unreachable
from rules.owners import OwnerKind
from sync.tell.notice import Kind


class Missed(NamedTuple):
    """Somebody who should be told of an item and cannot be: its number, the name, and why.

    ``reason`` is a value of ``Unreachable`` or ``OwnerKind``, or ``no_head``.
    """

    id: str
    name: str
    reason: str


@dataclass(frozen=True)
class Recipients:
    """The people of the directory as they can be reached on one day."""

    listed: Directory
    today: date

    def of(self, kind: Kind, facts: Mapping[str, Any]) -> Iterator[tuple[Person | Missed, bool]]:
        """Who is told of an item, and whether only in copy (handbook §4)."""
        if kind is Kind.RISK:
            yield from ((person, False) for person in self._heads(facts))
        yield self._owner(facts), False
        if kind is Kind.OVERDUE and not facts["confidential"]:  # 001 四(四): no further than it must
            yield from ((person, True) for person in self._trackers(facts))

    def _owner(self, facts: Mapping[str, Any]) -> Person | Missed:
        if facts["owner_kind"] != OwnerKind.PERSON:
            return Missed(facts["id"], facts["owner"], facts["owner_kind"])
        found = self.listed.find(facts["owner_name"], facts["owner_beside"], facts["department"])
        if isinstance(found, Unreachable):
            return Missed(facts["id"], facts["owner"], found.value)
        return self.listed.present(found, self.today)

    def _trackers(self, facts: Mapping[str, Any]) -> list[Person]:
        """Whoever verifies the item, or else the coordinators."""
        found = self.listed.find(facts["verifier"]) if facts["verifier"] else Unreachable.UNKNOWN
        people = self.listed.coordinators if isinstance(found, Unreachable) else (found,)
        return [self.listed.present(person, self.today) for person in people]

    def _heads(self, facts: Mapping[str, Any]) -> list[Person | Missed]:
        """The head of the item's department; where there is none, the coordinators, and it is reported."""
        owner = self._owner(facts)
        own = "" if isinstance(owner, Missed) else owner.department
        department = facts["department"] or facts["owner_beside"] or own
        if not self.listed.has_department(department):
            department = own or department  # a spelling that the directory does not know
        if heads := self.listed.heads(department):
            return [self.listed.present(head, self.today) for head in heads]
        instead = [self.listed.present(person, self.today) for person in self.listed.coordinators]
        return [*instead, Missed(facts["id"], department, "no_head")]
