"""Who gets the minutes of a meeting, and who is invited (001 §二(三), §四(四); M208): pure, never guessed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rules.attendance import PeopleReader
from rules.directory import Directory, Person, Unreachable
from rules.owners import OwnerKind, read_owner
from sync.reports.minutes import MeetingMinutes


@dataclass(frozen=True)
class MinutesRecipients:
    """Who gets minutes: ``to`` have taken part or have to act, ``copy`` are leaders who are kept informed.

    ``missed`` are names that the directory does not have, or has twice, or without an address.
    """

    to: tuple[Person, ...]
    copy: tuple[Person, ...]
    missed: tuple[str, ...]


def minutes_recipients(minutes: MeetingMinutes, listed: Directory) -> MinutesRecipients:
    """Attendees, and the heads of the departments concerned (of attendees and of action items); leaders in copy.

    Of a confidential meeting only those who are named as attendees, with host and recorder, and their leaders.
    """
    named, missed = _found(_attendees(minutes, listed), listed)
    departments = {person.department for person in named}
    if not minutes.confidential:
        departments |= {item.department for item in minutes.items}
        owners, unknown = _found(_owners(minutes, listed), listed)
        named, missed = [*named, *owners], [*missed, *unknown]
        named += [head for department in sorted(departments) for head in listed.heads(department)]
    to = tuple(dict.fromkeys(named))
    leaders = (leader for department in sorted(departments) for leader in listed.leaders(department))
    copy = tuple(dict.fromkeys(leader for leader in leaders if leader not in to))
    return MinutesRecipients(to, copy, tuple(dict.fromkeys(missed)))


def invited(meeting: MeetingMinutes, listed: Directory) -> tuple[Person, ...]:
    """Everybody who is named for a meeting and can be written to."""
    return tuple(dict.fromkeys(_found(_attendees(meeting, listed), listed)[0]))


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


def _found(names: Iterable[tuple[str, str]], listed: Directory) -> tuple[list[Person], list[str]]:
    people: list[Person] = []
    missed: list[str] = []
    for name, department in names:
        found = listed.find(name, department)
        if isinstance(found, Unreachable):
            missed.append(name)
        else:
            people.append(found)
    return people, missed
