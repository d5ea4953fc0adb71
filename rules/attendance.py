"""Lists of people as they are typed under 参会人员 and 已确认人员: 市场部 王芳、李娜；技术部：张伟，主管；运营部5人."""

import re
import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from rules.owners import NamedOwner, OwnerKind, closed_up, looks_like_name, read_owner, surname_of
from rules.wordlists import WordLists, fold

_GROUPS = re.compile(r"[;\n\r。]+")
_BRACKETS = re.compile(r"(?P<before>[^(\[【)\]】、,/+|:\s]*)\s*[(\[【](?P<inside>[^)\]】]*)[)\]】]")
_LISTED = re.compile(
    r"[、,/+|:]|(?<![A-Za-z])&|&(?![A-Za-z])|(?<=[一-鿿]{2})[和与與及跟](?=[一-鿿]{2})|(?<=[一-鿿*])\s+|\s+(?=[一-鿿*])"
)
_REMARK = re.compile(r"(?P<who>[^()、,;。\s]+)\s*\((?P<said>[^()、,;]*)\)")
_INCLUDING = re.compile(r"\A\s*(?:其中|包括|包含|含|including|incl\.?)\s*", re.IGNORECASE)
_HEADS = re.compile(r"(?P<before>.*?)(?:共|等|计|計)?\s*(?P<count>\d{1,3})\s*(?:人|名|位|people|persons)")
_FIGURES = re.compile(r"(?=\D{0,3}\d)[\d\s/共人名位已确認确认確回复覆]+")
_BUT = re.compile(
    r"(?:除了?|except|\bbut\b)(?P<but>[^,;。]*?)(?=以外|之外|外|均|都|全|其|,|;|。|$)(?:以外|之外|外)?",
    re.IGNORECASE,
)
_CONFIRMED = re.compile(
    r"[均都已经經可以能会會将將]*(?:确认|確認|回复|回覆|参加|參加|出席)(?:了|参加|參加|出席)?|"
    r"[√✓✔]|\b(?:(?:has |have )?confirmed|yes|ok)\b",
    re.IGNORECASE,
)
_SAYS_YES = re.compile(
    r"\s*(?:(?:[已均都可能会會皆了人员員是√✓✔]|回[复覆]|[确確][认認]|同意|准时|準時|[参參][加会會]|出席|到[会會]|ok|yes)\s*)*",
    re.IGNORECASE,
)
"""What confirms and names nobody (均可参加, 已确认, √): where no name stands beside it, it speaks for everybody."""

LONGEST = 2000
"""Signs of a cell that are read; what is longer is a text and no list."""


class Attendee(NamedTuple):
    """One entry of a list; ``name`` is '' for posts, for several people counted, for a department alone."""

    department: str
    name: str
    heads: int = 1


@dataclass(frozen=True)
class _Answers:
    """What a list of answers says: the names of those who have not confirmed, the names and the departments that
    have, and whether everybody else has."""

    lacking: Set[str]
    names: Set[str]
    departments: Set[str]
    everybody: bool

    def of_those(self, asked: Sequence[str], words: WordLists) -> "_Answers":
        """The same, 周总 as the only 周 among those who were asked."""
        lacking, names = (
            {_in_full(name, asked, words) for name in said} for said in (self.lacking, self.names)
        )
        return replace(self, lacking=lacking, names=names)

    def confirm(self, one: Attendee) -> bool:
        """Whether somebody has confirmed."""
        name = _alike(one.name)
        by_name_or_department = name in self.names or one.department in self.departments
        return name not in self.lacking and (self.everybody or by_name_or_department)


@dataclass(frozen=True)
class PeopleReader:
    """Reads lists of people by the word lists, and by the names and departments of the directory."""

    words: WordLists
    names: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    def attendees(self, text: str) -> tuple[Attendee, ...]:
        """Everybody whom a list names or counts. A department with nobody behind it stands for one person."""
        cell = closed_up(re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFKC", text[:LONGEST])))
        return tuple(one for group in _GROUPS.split(cell) for one in self._of_group(group))

    def unconfirmed(self, invited: str, confirmed: str) -> tuple[str, ...]:
        """The names of those invited who are not among those who have confirmed: by name, by department (技术部),
        or as everybody but some (除张伟外均已确认)."""
        cell = unicodedata.normalize("NFKC", confirmed[:LONGEST])
        if _FIGURES.fullmatch(cell):
            return ()  # 8/10: nobody can say who
        asked = [one for one in self.attendees(invited) if one.name]
        answers = self._answers(cell).of_those([_alike(one.name) for one in asked], self.words)
        return tuple(dict.fromkeys(one.name for one in asked if not answers.confirm(one)))

    def awaited(self, invited: str, confirmed: str, *excused: str) -> tuple[str, ...]:
        """Who has yet to answer: those unconfirmed whom no other cell excuses (host, recorder, absentees)."""
        known = {_alike(one.name) for text in excused for one in self.attendees(text)}
        return tuple(name for name in self.unconfirmed(invited, confirmed) if _alike(name) not in known)

    def _answers(self, cell: str) -> _Answers:
        doubtful = {
            found[0]: found["who"] for found in _REMARK.finditer(cell) if self._in_doubt(found["said"])
        }
        for remarked in doubtful:
            cell = cell.replace(remarked, " ")
        parts = re.split(r"[,;\n。]", _BUT.sub(" ", cell))
        silent = [part for part in parts if self.words.has_any(part, "not_confirmed")]
        lacking = [_without(part, self.words["not_confirmed"]) for part in silent]
        lacking += [*doubtful.values(), *(found["but"] for found in _BUT.finditer(cell))]
        agreed = {part: _without(part, self.words["everybody"]) for part in parts if part not in silent}
        said = [one for rest in agreed.values() for one in self.attendees(rest)]
        names = {_alike(one.name) for one in said} - {""}
        return _Answers(
            lacking={_alike(one.name) for part in lacking for one in self.attendees(part)},
            names=names,
            departments={one.department for one in said if not one.name} - {""},
            everybody=any(self._is_of_all(part, rest, bool(names)) for part, rest in agreed.items()),
        )

    def _in_doubt(self, said: str) -> bool:
        """Whether a remark says of somebody that they have not confirmed: (待定), (未回复)."""
        return self.words.is_placeholder(said) or self.words.has_any(said, "not_confirmed")

    def _is_of_all(self, part: str, rest: str, named: bool) -> bool:
        """Whether a part of an answer speaks for everybody: 全部确认; 均可参加, where no name stands beside it."""
        names_nobody = _SAYS_YES.fullmatch(rest) is not None
        if self.words.has_any(part, "everybody") and (names_nobody or not self.attendees(rest)):
            return True
        return not named and bool(part.strip()) and names_nobody

    def _of_group(self, group: str) -> Iterator[Attendee]:
        """The entries of one group: what is listed behind a department belongs to it."""
        department, waiting = "", False
        listed = _LISTED.split(_BRACKETS.sub(self._opened, group))
        for piece in filter(None, map(str.strip, listed)):
            heads = _HEADS.fullmatch(piece)
            owner = self._read(heads["before"] if heads else piece)
            if owner.kind is OwnerKind.GROUP:
                if waiting:
                    yield Attendee(department, "")
                department, waiting = (heads["before"] if heads else piece), True
            named = owner.kind in {OwnerKind.PERSON, OwnerKind.POST}
            if named:
                if waiting and owner.department not in {"", department}:
                    yield Attendee(department, "")
                department = owner.department or department
                yield Attendee(department, owner.name if self._is_name(owner.name) else "")
            if heads:
                yield Attendee(department, "", max(1, int(heads["count"]) - named))
            waiting = waiting and not (named or heads)
        if waiting:
            yield Attendee(department, "")

    def _opened(self, found: re.Match[str]) -> str:
        """Brackets hold people behind a department (技术部(张伟、赵磊), 客服部(含王芳)), and a remark behind a name (王芳(主持))."""
        inside = _INCLUDING.sub("", found["inside"])
        people = self._read(found["before"]).kind is OwnerKind.GROUP or _LISTED.search(inside)
        return f"{found['before']}:{inside}" if people else found["before"]

    def _read(self, piece: str) -> NamedOwner:
        return read_owner(piece, self.words, self.names, self.departments)

    def _is_name(self, text: str) -> bool:
        """What surely names somebody: 王芳, 李娜A, 艾力·买买提, Tom Lee; not 主持 or a * that hides the name."""
        han = re.sub(r"[a-z0-9]+$", "", fold(text))
        return (
            text in self.names
            or "·" in text
            or (bool(re.fullmatch(r"[a-z][a-z .'-]+", fold(text))) or looks_like_name(han, self.words))
        )


def _without(text: str, words: tuple[str, ...]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(re.escape(word), " ", text, flags=re.IGNORECASE)
    return _CONFIRMED.sub(" ", text)


def _in_full(name: str, asked: Sequence[str], words: WordLists) -> str:
    """For a surname with a post the one name among those asked that it may stand for; else as it is."""
    surname = "" if name in asked else surname_of(name, words)
    meant = {other for other in asked if surname and other.startswith(surname)}
    return meant.pop() if len(meant) == 1 else name


def _alike(name: str) -> str:
    return "".join(fold(name).split())
