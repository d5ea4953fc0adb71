"""Finds who is named at the beginning of a clause: 产品部林晓东, 王芳和罗敏, 采购部, Anna Lee."""

import re
from dataclasses import dataclass

from rules.owners import OwnerKind, looks_like_name, read_owner
from rules.wordlists import WordLists, plain
from sync.importing.deadlines import find_deadline

_LONGEST = 18
_DEPARTMENT, _GROUP = 10, 4
_NO_GROUP = ("全部", "内部", "局部", "外部", "上部")
_LISTING = re.compile(r"[、,/&]|(?<=[一-鿿]{2})[和与與及跟](?=[一-鿿]{2})")
_LATIN = re.compile(r"(?:(?:Dr|Mr|Ms|Mrs|Prof)\.\s?)?[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*\.?){0,2}")
_LATIN_GROUP = re.compile(r"(?:[Tt]he\s+)?(?P<group>\w+(?:\s+(?:team|department|group))?)")


@dataclass(frozen=True)
class NameReader:
    """Tells people and departments by the word lists, and by the directory's names and departments."""

    words: WordLists
    names: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    def is_who(self, text: str) -> bool:
        """Whether a text is one or several people or departments, and nothing else."""
        return all(map(self._is_one, _LISTING.split(text)))

    def at_start(self, text: str) -> str:
        """Who is named at the beginning of a clause, the longest that fits; '' where nobody is.

        What follows has to be a modal word (需, 负责), a deadline, a deed or the end.
        """
        for end in range(min(len(text), _LONGEST), 1, -1):
            who = text[:end]
            if who == who.strip(" ,:、") and self._goes_on(text[end:]) and self._ends(who):
                return who
        return ""

    def department_alone(self, who: str) -> bool:
        """Whether it names a department or a group, and no person."""
        return self._read(who) is OwnerKind.GROUP

    def _ends(self, who: str) -> bool:
        """Whether a name ends here, and has taken no modal word in (研发部需)."""
        return not plain(who).endswith(self.words["modals_behind"]) and self.is_who(who)

    def _goes_on(self, rest: str) -> bool:
        text = re.sub(r"^(?:负责人|負責人)", "", rest).lstrip()
        if not text or self.opens(text, "modals") or self.opens(text, "deeds"):
            return True
        deadline = find_deadline(text)
        return deadline is not None and deadline.start == 0

    def opens(self, text: str, name: str) -> bool:
        """Whether a text begins with one of a list's words."""
        return plain(text).startswith(self.words[name]) and not plain(text).startswith("负责人")

    def _is_one(self, text: str) -> bool:
        if len(text) < 2 or text != text.strip():
            return False
        if text in self.names or text in self.departments:
            return True
        if re.search(r"[^\w.'·*\- ()]|[\d由]", text) or self.words.has_any(text, "no_who"):
            return False
        if re.search(r"[A-Za-z]", text):
            return self._is_latin(text)
        kind = self._read(text)
        return (kind is OwnerKind.GROUP and self._is_group(text)) or (
            kind is OwnerKind.PERSON and self._is_person(text)
        )

    def _is_group(self, text: str) -> bool:
        """采购部, 各部门; not what only ends like one (王小明尽快回复客户)."""
        like = plain(text)
        named = like.endswith(self.words["department_endings"]) and len(text) <= _DEPARTMENT
        everybody = like.startswith(self.words["group_openings"])  # 老客户 is none of ours
        grouped = everybody and like.endswith(self.words["group_words"]) and len(text) <= _GROUP + 1
        return (
            like not in _NO_GROUP
            and (named or grouped)
            and (len(text) <= _GROUP or not self.opens(text, "deeds"))
        )

    def _is_latin(self, text: str) -> bool:
        found = _LATIN_GROUP.fullmatch(text)
        if found and self._read(found["group"]) is OwnerKind.GROUP:
            return text[:1].isupper() or text.startswith("the ")
        return bool(_LATIN.fullmatch(text)) and self._read(text) is OwnerKind.PERSON

    def _is_person(self, text: str) -> bool:
        owner = read_owner(text, self.words, self.names, self.departments)
        name = owner.name
        plainly = looks_like_name(name, self.words) and len(name) > 1
        titled = plain(name).endswith(self.words["posts"]) and name != text[:1]
        return name in self.names or "·" in name or ((plainly or titled) and not self.opens(name, "deeds"))

    def _read(self, text: str) -> OwnerKind:
        return read_owner(text, self.words, self.names, self.departments).kind
