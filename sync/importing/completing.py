"""Makes of what was found a row for the action table, and says what is unsure of it."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from rules.directory import Directory, Unreachable
from rules.owners import OwnerKind, read_owner
from rules.typed_dates import Reading, read_date
from rules.wordlists import plain
from sync.importing.items import FoundItem
from sync.importing.names import NameReader
from sync.reports.document import readable


class Doubt(StrEnum):
    """Why somebody should look at a row before it is added."""

    NO_OWNER = "no_owner"
    DEPARTMENT_ONLY = "department_only"
    SEVERAL_OWNERS = "several_owners"
    UNKNOWN_OWNER = "unknown_owner"
    AMBIGUOUS_OWNER = "ambiguous_owner"
    NO_DUE = "no_due"
    VAGUE_DUE = "vague_due"
    DUE_BEFORE_MEETING = "due_before_meeting"
    NO_STANDARD = "no_standard"
    THERE_ALREADY = "there_already"


@dataclass(frozen=True)
class NewRow:
    """A row to be added, by the columns of the action table. ``due`` is an ISO day where it is one."""

    description: str
    owner: str
    department: str
    assisting: str
    due: str
    standard: str
    doubts: tuple[Doubt, ...]
    source: str

    @property
    def due_day(self) -> date | None:
        """The due day; None where what was said names none."""
        try:
            return date.fromisoformat(self.due)
        except ValueError:
            return None


@dataclass(frozen=True)
class Completer:
    """Completes items of one meeting. ``held`` is its day; ``there`` what the table has of it already, folded."""

    names: NameReader
    held: date
    listed: Directory | None = None
    there: frozenset[str] = field(default_factory=frozenset)

    def complete(self, item: FoundItem) -> NewRow:
        """The row of an item."""
        owner, department, doubt = self._who(item)
        due, late = self._due(item.due)
        what = " ".join(readable(item.description).split())
        doubts = [
            doubt,
            late,
            None if item.standard else Doubt.NO_STANDARD,
            Doubt.THERE_ALREADY if plain(what) in self.there else None,
        ]
        return NewRow(
            description=what,
            owner=owner,
            department=department,
            assisting=readable(item.assisting),
            due=due,
            standard=readable(item.standard),
            doubts=tuple(each for each in doubts if each),
            source=readable(item.source),
        )

    def _who(self, item: FoundItem) -> tuple[str, str, Doubt | None]:
        """Owner, department and what is unsure of them."""
        said = " ".join(readable(item.owner).split())
        department = readable(item.department)
        read = read_owner(said, self.names.words, self.names.names, self.names.departments)
        match read.kind:
            case OwnerKind.PERSON:
                beside = department or read.department
                plainly = re.fullmatch(r"[A-Za-z][A-Za-z .'-]*", said)  # Dr. Chen keeps the title
                return self._person(said if plainly and not beside else read.name, beside)
            case OwnerKind.SEVERAL:
                return said, department, Doubt.SEVERAL_OWNERS
            case OwnerKind.GROUP | OwnerKind.POST:
                return "", department or said, Doubt.DEPARTMENT_ONLY
            case _:
                return "", department, Doubt.DEPARTMENT_ONLY if department else Doubt.NO_OWNER

    def _person(self, name: str, department: str) -> tuple[str, str, Doubt | None]:
        """A person, with the directory's department where nothing is said of it."""
        if self.listed is None or not self.listed.people:
            return name, department, None
        found = self.listed.find(name, department)
        if found is Unreachable.UNKNOWN:
            return name, department, Doubt.UNKNOWN_OWNER
        if found is Unreachable.AMBIGUOUS:
            return name, department, Doubt.AMBIGUOUS_OWNER
        if isinstance(found, Unreachable):
            return name, department, None
        return found.name, department or found.department, None

    def _due(self, said: str) -> tuple[str, Doubt | None]:
        if not said.strip():
            return "", Doubt.NO_DUE
        read = read_date(said, self.held)
        if read.reading is not Reading.EXACT or read.moment is None:
            return readable(said), Doubt.VAGUE_DUE
        day = read.moment.date()
        return day.isoformat(), Doubt.DUE_BEFORE_MEETING if day < self.held else None
