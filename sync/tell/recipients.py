"""Finds whom a notice goes to: re-read from the directory each time, never guessed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from rules.directory import Directory, Person, Unreachable
from rules.owners import OwnerKind, read_owner
from rules.wordlists import fold
from sheet_templates import Rung


class Missed(NamedTuple):
    """Somebody who should be told of something and cannot be: its number, the name, and why.

    ``reason`` is a value of ``Unreachable`` or ``OwnerKind``, ``no_head`` or ``no_leader``.
    """

    id: str
    name: str
    reason: str
    confidential: bool = False


Found = Person | Missed


@dataclass(frozen=True)
class Recipients:
    """The people of the directory as they can be reached on one day; ``meetings`` are the facts of each meeting by
    its folded number and name."""

    listed: Directory
    today: date
    meetings: Mapping[str, Mapping[str, Any]]

    def of(self, rung: Rung, facts: Mapping[str, Any]) -> Iterator[tuple[Found, bool]]:
        """Who is told of an item or a meeting, and whether only in copy (handbook §4)."""
        for role in rung.to:
            yield from ((found, False) for found in self.by_role(role, facts))
        if facts["confidential"]:  # 001 四(四): no further than it must
            return
        for role in rung.copy:
            yield from ((found, True) for found in self.by_role(role, facts))

    def by_role(self, role: str, facts: Mapping[str, Any]) -> Iterable[Found]:
        """Who has a role for an item or a meeting; a meeting has a recorder where an item has owner and department."""
        of_meeting = "owner_kind" not in facts
        return _ROLES["owner_or_recorder" if of_meeting and role in _OF_ITEMS else role](self, facts)

    def named(self, text: str, facts: Mapping[str, Any]) -> Found:
        """The person that a cell names, or whoever stands in."""
        owner = read_owner(text, self.listed.words, self.listed.names, self.listed.departments)
        if owner.kind is not OwnerKind.PERSON:
            return Missed(facts["id"], text, owner.kind.value, facts["confidential"])
        return self._present(self.listed.find(owner.name, owner.department), text, facts)

    def department(self, facts: Mapping[str, Any]) -> str:
        """An item's department: as the row says, or where its owner works."""
        stated = str(facts["department"] or facts["owner_beside"])
        if stated and self.listed.has_department(stated):
            return stated
        owner = self._sole_owner(facts)
        own = "" if isinstance(owner, Missed) else owner.department
        return own or stated  # a spelling that the directory does not know

    def coordinators(self) -> list[Person]:
        """Who coordinates, or whoever stands in."""
        return [self.listed.present(person, self.today) for person in self.listed.coordinators]

    def _present(self, found: Person | Unreachable, name: str, facts: Mapping[str, Any]) -> Found:
        if isinstance(found, Unreachable):
            return Missed(facts["id"], name, found.value, facts["confidential"])
        return self.listed.present(found, self.today)

    def _sole_owner(self, facts: Mapping[str, Any]) -> Found:
        if facts["owner_kind"] != OwnerKind.PERSON:
            return Missed(facts["id"], facts["owner"], facts["owner_kind"], facts["confidential"])
        found = self.listed.find(facts["owner_name"], facts["owner_beside"], facts["department"])
        return self._present(found, facts["owner"], facts)

    def _owner(self, facts: Mapping[str, Any]) -> list[Found]:
        return [self._sole_owner(facts)]

    def _owner_or_recorder(self, facts: Mapping[str, Any]) -> list[Found]:
        """The owner, or the recorder of the meeting if there is none (001 §四(一)); of a meeting itself its recorder."""
        if "owner_kind" not in facts:
            return self._recorder(facts) or self._host(facts)
        owner = self._sole_owner(facts)
        return (self._recorder(facts) if isinstance(owner, Missed) else []) or [owner]

    def _tracker(self, facts: Mapping[str, Any]) -> list[Found]:
        """Whoever verifies the item, or else the coordinators; what is confidential stays with who took part."""
        found = self.listed.find(facts["verifier"]) if facts["verifier"] else Unreachable.UNKNOWN
        if not isinstance(found, Unreachable):
            return [self.listed.present(found, self.today)]
        return self._host(facts) if facts["confidential"] else [*self.coordinators()]

    def _head(self, facts: Mapping[str, Any]) -> list[Found]:
        """The head of the item's department; where there is none, the coordinators, and it is reported."""
        department = self.department(facts)
        if heads := self.listed.heads(department):
            return [self.listed.present(head, self.today) for head in heads]
        return self._instead(Missed(facts["id"], department, "no_head", facts["confidential"]))

    def _leader(self, facts: Mapping[str, Any]) -> list[Found]:
        """The next level up: who leads the item's department from above, or the only leader that there is."""
        department = self.department(facts)
        if leaders := self.listed.leaders(department):
            return [self.listed.present(leader, self.today) for leader in leaders]
        return self._instead(Missed(facts["id"], department, "no_leader", facts["confidential"]))

    def _instead(self, missed: Missed) -> list[Found]:
        return [missed] if missed.confidential else [*self.coordinators(), missed]

    def _coordinators(self, _facts: Mapping[str, Any]) -> list[Found]:
        return [*self.coordinators()]

    def _host(self, facts: Mapping[str, Any]) -> list[Found]:
        return self._of_meeting("host", facts)

    def _recorder(self, facts: Mapping[str, Any]) -> list[Found]:
        return self._of_meeting("recorder", facts)

    def _of_meeting(self, role: str, facts: Mapping[str, Any]) -> list[Found]:
        """Whom a meeting names, or the meeting that an item comes from."""
        meeting = facts if role in facts else self.meetings.get(fold(facts["meeting_id"]), {role: ""})
        return [self.named(meeting[role], meeting)] if meeting[role] else []

    def _attendees(self, facts: Mapping[str, Any]) -> list[Found]:
        return [self.named(name, facts) for name in facts["unconfirmed"]]


_ROLES: Mapping[str, Callable[[Recipients, Mapping[str, Any]], Iterable[Found]]] = {
    "owner": Recipients._owner,
    "owner_or_recorder": Recipients._owner_or_recorder,
    "tracker": Recipients._tracker,
    "head": Recipients._head,
    "leader": Recipients._leader,
    "coordinators": Recipients._coordinators,
    "host": Recipients._host,
    "recorder": Recipients._recorder,
    "attendees": Recipients._attendees,
}

_OF_ITEMS = ("owner", "tracker", "head", "leader")

ROLES_OF: Mapping[str, tuple[str, ...]] = {
    "item": tuple(role for role in _ROLES if role != "attendees"),
    "meeting": ("host", "recorder", "attendees", "coordinators"),
    "paper": ("participants", "departments", "leaders"),
}
"""Whom an organisation may have told of an item, and of a meeting, and may have sent its documents; accounts are for
those whom the ladder names."""


def roles_of(rung: Rung) -> tuple[str, ...]:
    """What the recipients of a rung may be."""
    return ROLES_OF.get(rung.about, rung.to)
