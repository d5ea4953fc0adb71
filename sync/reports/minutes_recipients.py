"""Who gets the minutes of a meeting, and who is invited (001 §二(三), §四(四); M208): pure, never guessed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rules.attendance import PeopleReader
from rules.directory import Directory, Person, Unreachable
from rules.owners import OwnerKind, read_owner
from sync.reports.minutes import MeetingMinutes


@dataclass(frozen=True)
class Circle:
    """Whom a meeting concerns: ``participants`` are named for it, ``departments`` are the owners of its action items and
    the heads of the departments concerned, ``leaders`` those above them. Nobody is in two of them.

    ``missed`` are names that the directory does not have, or has twice, or without an address, and why.
    """

    participants: tuple[Person, ...]
    departments: tuple[Person, ...]
    leaders: tuple[Person, ...]
    missed: tuple[tuple[str, Unreachable], ...]


@dataclass(frozen=True)
class MinutesRecipients:
    """Who gets minutes: ``to`` have taken part or have to act, ``copy`` are leaders who are kept informed.

    ``missed`` are names that the directory does not have, or has twice, or without an address.
    """

    to: tuple[Person, ...]
    copy: tuple[Person, ...]
    missed: tuple[str, ...]


def circle(minutes: MeetingMinutes, listed: Directory) -> Circle:
    """Attendees, the heads of the departments concerned (of attendees and of action items), and their leaders.

    Of a confidential meeting only those who are named as attendees, with host and recorder, and their leaders.
    """
    named, missed = _found(_attendees(minutes, listed), listed)
    departments = {person.department for person in named}
    concerned: list[Person] = []
    if not minutes.confidential:
        departments |= {item.department for item in minutes.items}
        owners, unknown = _found(_owners(minutes, listed), listed)
        heads = (head for department in sorted(departments) for head in listed.heads(department))
        concerned, missed = [*owners, *heads], [*missed, *unknown]
    leaders = (leader for department in sorted(departments) for leader in listed.leaders(department))
    participants = tuple(dict.fromkeys(named))
    others = tuple(dict.fromkeys(person for person in concerned if person not in participants))
    above = tuple(dict.fromkeys(each for each in leaders if each not in (*participants, *others)))
    return Circle(participants, others, above, tuple(dict.fromkeys(missed)))


def minutes_recipients(minutes: MeetingMinutes, listed: Directory) -> MinutesRecipients:
    """Participants and the departments concerned; leaders in copy."""
    found = circle(minutes, listed)
    names = tuple(dict.fromkeys(name for name, _ in found.missed))
    return MinutesRecipients((*found.participants, *found.departments), found.leaders, names)


def invited(meeting: MeetingMinutes, listed: Directory) -> tuple[Person, ...]:
    """Everybody who is named for a meeting and can be written to."""
    return circle(meeting, listed).participants


def _attendees(meeting: MeetingMinutes, listed: Directory) -> Iterator[tuple[str, str]]:
    """Names, each with the department that stands beside it: of the host, the recorder, attendees and delegates."""
    people = PeopleReader(listed.words, listed.names, listed.departments)
    for text in (meeting.host, meeting.recorder, meeting.attendees, meeting.delegates):
        yield from ((one.name, one.department) for one in people.attendees(text) if one.name)


def _owners(minutes: MeetingMinutes, listed: Directory) -> Iterator[tuple[str, str]]:
    for item in minutes.items:
        owner = read_owner(item.owner, listed.words, listed.names, listed.departments)
        if owner.kind is OwnerKind.PERSON:
            yield owner.name, owner.department or item.department


def _found(
    names: Iterable[tuple[str, str]], listed: Directory
) -> tuple[list[Person], list[tuple[str, Unreachable]]]:
    people: list[Person] = []
    missed: list[tuple[str, Unreachable]] = []
    for name, department in names:
        found = listed.find(name, department)
        if isinstance(found, Unreachable):
            missed.append((name, found))
        else:
            people.append(found)
    return people, missed
