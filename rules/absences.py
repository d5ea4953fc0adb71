"""What is said of those who do not come to a meeting: 李四(出差，由王五代理)；周启明,去机房处理割接."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rules.attendance import LONGEST, PeopleReader
from rules.wordlists import fold

_NUMBERED = re.compile(r"(?:^|(?<=[,;。]))\s*\d{1,2}[.)、]", re.MULTILINE)
_PHRASES = re.compile(r"[,、;:。\n]+|(?<=[一-鿿])\s+|\s+(?=[一-鿿])")
_DELEGATE = re.compile(
    r"(?:代理人?|\bdelegated?(?: to)?|\bdeputy)\s*[:是为為]?\s*[^,、;。\s()\[\]【】]+", re.IGNORECASE
)
_DELEGATION = re.compile(
    r"由(?![于於])|代理|代为|代為|代替|代参|代參|代会|代會|代表|代[出参參]席|委托|委託|顶替|頂替|替[他她其会會]?|代$|"
    r"delegat|deput|represent|on behalf|cover|substitut|stand[- ]in|instead",
    re.IGNORECASE,
)

_NO_DELEGATE = re.compile(
    r"(?:[暂暫尚]?[无無]|[没沒]有?|[未不])(?:安排|指定|指派|派|设置?|設置?|找到?|确定|確定|需要?)?人?"
    r"(?:代理|代表|代替|委托|委託|代|替)人?|(?:代理人?|\bdelegate|\bdeputy)\s*[:是为為]?\s*"
    r"(?:[暂暫]?[无無]|[没沒]有|[待未]定|待指定|tb[dc]|none|nobody)|\b(?:no|without(?: an?)?) (?:delegate|deputy|substitute|stand-in)",
    re.IGNORECASE,
)
_STANDS_IN = re.compile(
    r"(?P<name>[^由(\[【:]{2,}?)\s*(?:代(?!理人|理?\s*[:是为為])|顶替|頂替|替|"
    r"\b(?:covers?|covering|stands? in|represents|deputi[sz]es|instead)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Absence:
    """One person who does not come, as the cell names them, and what it says of it."""

    who: str
    has_reason: bool
    has_delegate: bool


def read_absences(text: str, people: PeopleReader) -> tuple[Absence, ...]:
    """Everybody whom a cell names as absent, but who only came late. What is said of several (张三、李四均出差) counts for
    each of them."""
    words = people.words
    cell = re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFKC", text[:LONGEST]))
    if words.is_placeholder(cell) or fold(cell).strip("。.!") in words["nobody_absent"]:
        return ()
    absences: list[Absence] = []
    for who, remarks in _entries(cell, people):
        if words.has_any(remarks, "came_late") and not words.has_any(remarks, "absence_alone"):
            continue
        reason, delegate = _said(remarks, people)
        if remarks.lstrip(" ([【").startswith(("均", "都", "皆")):
            absences = [
                Absence(each.who, each.has_reason or reason, each.has_delegate or delegate)
                for each in absences
            ]
        absences.append(Absence(who, reason, delegate))
    return tuple(absences)


def _entries(cell: str, people: PeopleReader) -> Iterator[tuple[str, str]]:
    """Each absentee with what follows up to the next one. The first phrase always names one, whatever it looks like."""
    who, remarks = "", ""
    for token in re.split(r"[、,;。\n]+(?![^(\[【]*[)\]】])", _NUMBERED.sub("", cell)):
        if who and _stands_in(token.strip(), people):
            remarks += f" {token}"
            continue
        name, rest = _name_and_rest(token.strip(), people, first=not who)
        if not name:
            remarks += f" {rest}"
            continue
        if who:
            yield who, remarks
        who, remarks = name, rest
    if who:
        yield who, remarks


def _stands_in(token: str, people: PeopleReader) -> bool:
    """Whether a phrase names who comes instead of the one before: 罗敏代, 罗敏代为参会."""
    found = _STANDS_IN.match(token)
    return found is not None and _names_somebody(found["name"], people)


def _name_and_rest(token: str, people: PeopleReader, *, first: bool) -> tuple[str, str]:
    """A phrase as a name and what follows it: 李四(出差), 张三出差, 市场部王芳 请假; ('', phrase) where none begins it."""
    openings = (*people.words["absence_openings"], *people.words["came_late"])
    opening = _one_of(openings).search(token, 2)
    end = opening.start() if opening else len(token)
    name = token[:end].strip(" -:")
    if first or _names_somebody(name, people):
        return name, token[end:]
    return "", token


def _said(remarks: str, people: PeopleReader) -> tuple[bool, bool]:
    """Whether a remark gives a reason, and whether it names a delegate."""
    reason = delegate = False
    text, delegates = _DELEGATE.subn(" ", _NO_DELEGATE.sub(" ", remarks))
    for phrase in _PHRASES.split(re.sub(r"[()\[\]【】]", ",", text)):
        found = _DELEGATION.search(phrase)
        delegate = delegate or found is not None
        reason = reason or _is_reason(phrase[: found.start()] if found else phrase, people)
    return reason, delegate or delegates > 0


def _is_reason(phrase: str, people: PeopleReader) -> bool:
    said = _one_of(people.words["absence_alone"]).sub("", phrase).strip("均都皆已 -.")
    return len(said) > 1 and not people.words.is_placeholder(said) and not _names_somebody(said, people)


def _names_somebody(text: str, people: PeopleReader) -> bool:
    """Whether a phrase is a name; one in Latin letters is told from other words by its capitals."""
    return text[:1] == text[:1].upper() and any(one.name for one in people.attendees(text))


@cache
def _one_of(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(
        "|".join(
            rf"(?<![A-Za-z]){re.escape(word)}" if word[0].isascii() else re.escape(word)
            for word in longest_first
        ),
        re.IGNORECASE,
    )
