"""Which of a column's choices a cell means: a known word, alone or with a word about it (不通过，缺截图; In progress - 60%)."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping

from rules.wordlists import simplified
from sheet_templates.template import normalise

_WORD = re.compile(r"[^\W\d_]+|[√✓✔×✗]")
_APART = re.compile(r"[,;:。!?\n()\[\]]|\s-+\s|[–—]+")
_AND = ("/", "、", "&", "+")
_SETTLED = {"done", "accepted"}
"""What closes an item: a word that takes some of it back makes it unknown again."""
_TAKEN_BACK = re.compile(
    r"但|不过|只是|除|差|尚|未|没|无法|待|需|补|部分|%|\?|\b(?:but|except|however|pending|after|once|subject|if|partly|not|no)\b"
)


def choices_meant(texts: Collection[str], choices: Mapping[str, str]) -> dict[str, str]:
    """The choice that each different text means; '' for none, and where several or only part of one could be meant.

    ``choices`` maps folded ways of writing to values; either script stands for both.
    """
    ways = {simplified(way): value for way, value in choices.items()}
    return {text: _meant(text, ways) for text in set(texts)}


def _meant(text: str, ways: Mapping[str, str]) -> str:
    if not text:
        return ""
    if alone := ways.get(simplified(normalise(text))):
        return alone
    folded = simplified(unicodedata.normalize("NFKC", text).strip().casefold())
    head, end = _opening(folded, ways)
    beyond = folded[end:]
    others = {ways.get(normalise(part), head) for part in (*_APART.split(beyond), *_WORD.findall(beyond))}
    partly = head in _SETTLED and _TAKEN_BACK.search(beyond)
    counted = head == "done" and re.search(r"\d", beyond)  # 完成 3/5
    return "" if partly or counted or others - {head} else head


def _opening(folded: str, ways: Mapping[str, str]) -> tuple[str, int]:
    """The choice that a text begins with, in as many words as one has, and where they end."""
    ends = [found.end() for found in _words_in_front(folded)]
    for end in reversed(ends):
        way = normalise(folded[:end])
        if way in ways and not (way.isascii() and len(way) < 2):
            return ways[way], end
    return "", len(folded)


def _words_in_front(folded: str) -> Iterator[re.Match[str]]:
    """The words before the first digit or mark that sets apart; 讨论/决策 and 已完成、未完成 name two things."""
    if not _WORD.match(folded):
        return
    first = _APART.search(folded)
    for found in _WORD.finditer(folded, 0, first.start() if first else len(folded)):
        if re.search(r"\d", folded[: found.start()]) or folded[found.end() :].lstrip().startswith(_AND):
            return
        yield found
