"""Who a cell names: one person, several, a group, a post without a name, or nobody (001 §二(二) Who, §四(二))."""

import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from rules.wordlists import WordLists, plain, simplified


class OwnerKind(StrEnum):
    """What an owner cell holds."""

    NOBODY = "nobody"
    PERSON = "person"
    SEVERAL = "several"
    GROUP = "group"  # 技术部, 相关部门, 全体
    POST = "post"  # 部门负责人, 产品经理: a post, no name
    PLACEHOLDER = "placeholder"  # 待定, TBD


@dataclass(frozen=True)
class NamedOwner:
    """What an owner cell says. ``name`` is the bare name of a person, ``department`` what stood beside it."""

    kind: OwnerKind
    name: str = ""
    department: str = ""


_BRACKETS = re.compile(r"[(\[【](?P<inside>[^)\]】]*)[)\]】]")
_LISTING = re.compile(
    r"\s*(?:[、,;&+|→\n\r]|[-=]>|\b(?:and|or)\b|以及|或者|\s[和或]\s|(?<=[一-鿿]{2})[和与與及跟或](?=[一-鿿]{2}))\s*",
    re.IGNORECASE,
)
_INSTEAD_OF = re.compile(r"\s*(?:代替?|替|顶替|頂替)\s*:?\s*[一-鿿A-Za-z].*", re.DOTALL)
_LAST_FIRST = re.compile(r"(?P<last>[A-Za-z][A-Za-z'-]*),\s*(?P<first>[A-Za-z][A-Za-z .'-]*)")
_BESIDE = re.compile(r"\s*(?:[/\\:—–]|(?<![A-Za-z])-|-(?![A-Za-z]))\s*")
_AND_OTHERS = re.compile(r"(?:等(?:\d+|[一二三四五六七八九十]+)?人?|\bet al\.?|\bothers?)\s*$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:(?:工号|工號|员工编号|員工編號|编号|編號|电话|電話|手机|手機|分机|分機|tel|ext|no|id)\s*[.:]*\s*#?)?[+\d\s]+",
    re.IGNORECASE,
)
_SPACED = re.compile(r"(?<![一-鿿])(?:(?:[一-鿿]\s+){1,2}[一-鿿]|[一-鿿]\s+[一-鿿]{2})(?![一-鿿])")
_RANK = re.compile(r"(?:高级|高級|资深|資深|首席|中级|中級|初级|初級)\Z")
_AROUND_HAN = re.compile(r"(?<=[一-鿿*])\s+|\s+(?=[一-鿿*])")
_HAN = re.compile(r"[一-鿿*×·•]+")


def read_owner(
    text: str, lists: WordLists, names: Set[str] = frozenset(), departments: Set[str] = frozenset()
) -> NamedOwner:
    """Tell who a cell names. ``names`` and ``departments`` of the directory settle what words leave open."""
    cell = unicodedata.normalize("NFKC", text).strip().lstrip("@").strip()
    if not cell:
        return NamedOwner(OwnerKind.NOBODY)
    cell = _first_name_first(cell, names)
    if cell in names:
        return NamedOwner(OwnerKind.PERSON, cell)
    cell = closed_up(cell)
    if lists.is_placeholder(cell) or lists.has_any(cell, "unsure") or lists.opens_with(cell, "undecided"):
        return NamedOwner(OwnerKind.PLACEHOLDER)
    if _AND_OTHERS.search(cell):
        return NamedOwner(OwnerKind.SEVERAL)
    listed = [part for part in _LISTING.split(_BRACKETS.sub(_beside_brackets, cell)) if part]
    if plain(cell) in lists["group_words_english"]:
        listed = [cell]  # R&D
    read = [_read_one(part, lists, names, departments) for part in listed]
    if len(read) == 1:
        return read[0]
    return NamedOwner(OwnerKind.SEVERAL if read else OwnerKind.PLACEHOLDER)


def closed_up(text: str) -> str:
    """A text in which 张 三, padded to the width of three signs, reads as 张三, and 沈 雨薇 as 沈雨薇."""
    return _SPACED.sub(lambda found: re.sub(r"\s+", "", found[0]), text)


def _first_name_first(cell: str, names: Set[str]) -> str:
    """Chan, Kevin as Kevin Chan, where that is a name of the directory."""
    found = _LAST_FIRST.fullmatch(cell)
    turned = f"{found['first'].strip()} {found['last']}" if found else cell
    return turned if turned in names else cell


def _beside_brackets(found: re.Match[str]) -> str:
    """张三(技术部) reads as 张三/技术部; what is listed in brackets (技术部(张三、李四)) stays a list. For whom somebody
    stands in (张三(代李四)) does not count."""
    return "" if _INSTEAD_OF.fullmatch(found["inside"]) else "/" + found["inside"]


def _read_one(part: str, lists: WordLists, names: Set[str], departments: Set[str]) -> NamedOwner:
    """One entry of a list: a name, perhaps with a department or part (牵头) beside it by a stroke, bracket or space."""
    beside = [piece for piece in _BESIDE.split(part) if piece]
    words = [word for piece in beside for half in _halves(piece, lists) for word in _words(half, names)]
    pieces = [
        word for word in words if not _NUMBER.fullmatch(word) and plain(word) not in lists["parts_beside"]
    ] or [part]
    read = [_read_name(piece, lists, names, departments) for piece in pieces]
    people = _without_title([owner for owner in read if owner.kind is OwnerKind.PERSON], lists)
    people = _without_nickname(people, names)
    groups = [piece for piece, owner in zip(pieces, read, strict=True) if owner.kind is OwnerKind.GROUP]
    if len(people) > 1:
        return NamedOwner(OwnerKind.SEVERAL)
    if people:
        return NamedOwner(OwnerKind.PERSON, people[0].name, people[0].department or "".join(groups[:1]))
    return NamedOwner(OwnerKind.SEVERAL) if len(groups) > 1 else read[0]


def _halves(piece: str, lists: WordLists) -> list[str]:
    """A hyphen parts a department from a name (HR-Lily), but not a foreign name (Chan Tai-man)."""
    department, _, name = piece.partition("-")
    return [department, name] if name and plain(department) in lists["group_words_english"] else [piece]


def _words(piece: str, names: Set[str]) -> list[str]:
    """Chinese names are parted by spaces (张三 李四); a foreign name keeps its own (Zhang San)."""
    if piece in names or not _HAN.search(piece):
        return [piece]
    return _AROUND_HAN.split(piece)


def _without_title(people: list[NamedOwner], lists: WordLists) -> list[NamedOwner]:
    """张工(张伟) is one person, by surname and post and by name."""
    surnames = [surname_of(owner.name, lists) for owner in people] if len(people) == 2 else []
    named = [owner for owner, surname in zip(people, surnames, strict=False) if not surname]
    return named if len(named) == 1 and named[0].name.startswith("".join(surnames)) else people


def _without_nickname(people: list[NamedOwner], names: Set[str]) -> list[NamedOwner]:
    """王芳(Fiona) is one person by two names, unless the directory has each of them; the one that it has counts."""
    han = [owner for owner in people if _HAN.search(owner.name)]
    listed = [owner for owner in people if owner.name in names]
    return (listed or han) if len(people) == 2 and len(han) == 1 else people


def _read_name(piece: str, lists: WordLists, names: Set[str], departments: Set[str]) -> NamedOwner:
    if piece in names:
        return NamedOwner(OwnerKind.PERSON, piece)
    if lists.is_placeholder(piece):
        return NamedOwner(OwnerKind.PLACEHOLDER)
    if piece in departments:
        return NamedOwner(OwnerKind.GROUP)
    if not _HAN.search(piece):
        return _read_latin(piece, lists)
    return _who_leads(piece, lists, names) or _read_han(piece, lists, names)


def _read_latin(piece: str, lists: WordLists) -> NamedOwner:
    words = [word.strip(".,'").casefold() for word in piece.split()]
    groups, posts = lists["group_words_english"], lists["posts_english"]
    if words[1:2] == ["of"] and words[0] in posts:
        return NamedOwner(OwnerKind.POST)
    if any(word in groups for word in words):
        return NamedOwner(
            OwnerKind.POST if words[-1] in posts and words[-1] not in groups else OwnerKind.GROUP
        )
    if all(word in posts for word in words):
        return NamedOwner(OwnerKind.POST)
    leading = next(place for place, word in enumerate(words) if word not in posts)
    return NamedOwner(OwnerKind.PERSON, " ".join(piece.split()[leading:]) if leading else piece)


def _read_han(piece: str, lists: WordLists, names: Set[str]) -> NamedOwner:
    if post := _post(piece, lists):
        return post
    like = simplified(piece)
    if len(piece) == 2 and looks_like_name(piece, lists):
        return NamedOwner(OwnerKind.PERSON, piece)  # 杨科, 李办: a name, or a surname and a short post
    if (
        like in lists["not_names"]
        or plain(piece).endswith(lists["department_endings"])
        or lists.has_any(piece, "group_words")
    ):
        return NamedOwner(OwnerKind.GROUP)
    if found := _after_department(lists).match(like):
        rest = _without_post(piece[found.start("rest") :], lists)
        if rest in names or rest.startswith("*") or looks_like_name(rest, lists):
            return NamedOwner(OwnerKind.PERSON, rest, piece[: found.end("department")])
        if not looks_like_name(piece, lists):  # 李科峰 is no section 李科
            return _post(rest, lists) or NamedOwner(OwnerKind.GROUP)
    return NamedOwner(OwnerKind.PERSON, _without_post(piece, lists))


def _who_leads(piece: str, lists: WordLists, names: Set[str]) -> NamedOwner | None:
    """The person in 张伟牵头 and 技术部张伟负责; None where no part of that kind ends the text, or no name has it."""
    like = simplified(piece)
    if not like.endswith(lists["parts_beside"]):  # as good as always
        return None
    parts = (part for part in lists["parts_beside"] if len(part) > 1 and part not in lists["posts"])
    rests = (piece[: -len(part)] for part in parts if like.endswith(part) and len(piece) > len(part) + 1)
    owners = (_read_han(rest, lists, names) for rest in rests)
    return next(
        (owner for owner in owners if owner.name in names or looks_like_name(owner.name, lists)), None
    )


def _without_post(piece: str, lists: WordLists) -> str:
    """高级工程师王伟 and 财务张三 name 王伟 and 张三; what does not end in a name is left as it is."""
    found = _leading_words((*lists["posts"], *lists["not_names"])).match(simplified(piece))
    rest = piece[found.start("rest") :] if found else ""
    return rest if len(rest) > 1 and looks_like_name(rest, lists) else piece


def _post(piece: str, lists: WordLists) -> NamedOwner | None:
    """王经理 and *经理 name a person; 负责人 and 产品经理 do not. None where no post ends the text."""
    like = simplified(piece)
    ending = max((post for post in lists["posts"] if like.endswith(post)), key=len, default="")
    if not ending:
        return None
    before = _RANK.sub("", piece[: -len(ending)])
    department = ""
    if found := _after_department(lists).match(simplified(before) + "\0"):
        department, before = before[: found.end("department")], before[found.start("rest") :]
    if (
        before in {"*", "×"}
        or simplified(before) in lists["compound_surnames"]
        or (before and looks_like_name(before, lists))
    ):
        return NamedOwner(OwnerKind.PERSON, piece.removeprefix(department), department)
    if not before or department or len(ending) > 1 or simplified(before) in lists["not_names"]:
        return NamedOwner(OwnerKind.POST)
    return None


def surname_of(name: str, lists: WordLists) -> str:
    """The surname that stands before a post (林总, 欧阳经理); '' where there is a given name too, or no post."""
    surnames = (*lists["surnames"], *lists["compound_surnames"])
    rests = (name.removesuffix(post) for post in lists["posts"] if name.endswith(post))
    return next((rest for rest in rests if rest in surnames), "")


def looks_like_name(name: str, lists: WordLists) -> bool:
    """A surname alone or with one or two signs after it; 项目 and 高级 only begin like one."""
    text = simplified(name)
    short = len(text) <= 3 or (len(text) <= 4 and text.startswith(lists["compound_surnames"]))
    known = text[:1] in lists["surnames"] or text.startswith(lists["compound_surnames"])
    return short and known and text not in lists["not_names"]


@cache
def _department_pattern(endings: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(endings, key=len, reverse=True)
    return re.compile(
        r"(?P<department>.{1,12}?(?:" + "|".join(map(re.escape, longest_first)) + r"))的?(?P<rest>.+)",
        re.DOTALL,
    )


@cache
def _leading_words(words: tuple[str, ...]) -> re.Pattern[str]:
    longer = sorted((word for word in words if len(word) > 1), key=len, reverse=True)
    return re.compile(r"(?:" + "|".join(map(re.escape, longer)) + r")+(?P<rest>.+)", re.DOTALL)


def _after_department(lists: WordLists) -> re.Pattern[str]:
    return _department_pattern(lists["department_endings"])
