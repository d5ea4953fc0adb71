"""Which answers stand as proposals beside which rows: those of an item's owner, until somebody edits the row. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rules.directory import Directory, Person, Unreachable
from rules.owners import OwnerKind
from rules.table import Book
from rules.wordlists import fold
from sheet_templates import Words
from sync.answering.answer import Answer
from sync.history import RowState

_FACTS = ("owner_kind", "owner_name", "owner_beside", "department")


@dataclass(frozen=True)
class Proposal:
    """An answer that stands beside a row of the action table, and who gave it."""

    row: int
    answer: Answer
    name: str


@dataclass(frozen=True)
class Standing:
    """What a book makes of answers. ``ids`` gives each row's number, ``states`` what is remembered of it."""

    book: Book
    listed: Directory
    ids: Mapping[int, str]
    states: Mapping[str, RowState]

    def proposals(self, answers: Sequence[Answer]) -> tuple[Proposal, ...]:
        """The last answer to each row, if nobody has edited the row since; none of closed items."""
        last: dict[int, Proposal] = {}
        for answer in sorted(answers, key=lambda each: (each.moment, each.message, each.place)):
            last |= {proposal.row: proposal for proposal in self.meant(answer)}
        return tuple(each for _, each in sorted(last.items()) if not self._edited_since(each))

    def meant(self, answer: Answer) -> Iterator[Proposal]:
        """The rows that an answer is about: open, named by their number (or the only one that its mail told of), and
        owned by whoever wrote it, as the directory knows them now."""
        names = answer.names.splitlines()
        rows = [row for name in names for row in self._rows.get(fold(name), ())]
        if not rows and not any(map(str.isdigit, answer.names)):  # or else another number may be meant
            rows = [*self._rows.get(fold(answer.sole), ())]
        for row in dict.fromkeys(rows):
            person = self._owner(row)
            if person and answer.email in self._addresses(person):
                yield Proposal(row, answer, person.name)

    def _edited_since(self, proposal: Proposal) -> bool:
        return self.states[self.ids[proposal.row]].touched > proposal.answer.moment

    def _owner(self, row: int) -> Person | None:
        frame = self.book.tables["actions"].frame
        kind, name, beside, department = (str(frame.at[row, key]) for key in _FACTS)
        if kind != OwnerKind.PERSON:
            return None
        found = self.listed.find(name, beside, department)
        return None if isinstance(found, Unreachable) else found

    def _addresses(self, owner: Person) -> set[str]:
        """Those of the owner, and of whoever stands in today."""
        return {each.email.casefold() for each in (owner, self.listed.present(owner, self.book.today.date()))}

    @cached_property
    def _rows(self) -> Mapping[str, Sequence[int]]:
        """The open rows of each number."""
        actions = self.book.tables["actions"]
        rows: dict[str, list[int]] = {}
        for row in actions.rows[actions.open.to_numpy(dtype=bool)]:
            rows.setdefault(fold(self.ids[int(row)]), []).append(int(row))
        return rows


def notes_of(proposals: Sequence[Proposal], words: Words) -> dict[int, list[str]]:
    """What is said beside each row of what was answered."""
    return {each.row: [_note(each, words)] for each in proposals}


def _note(proposal: Proposal, words: Words) -> str:
    answer, texts = proposal.answer, words["answers"]
    key = f"{answer.verb}_why" if answer.reason else answer.verb
    said = texts[key].format(day=answer.day, reason=answer.reason)
    return texts["note"].format(name=proposal.name, said=said, day=f"{answer.moment:%Y-%m-%d}")
