"""The word lists of ``data/wordlists.toml``, with an organisation's own words added."""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files


def fold(text: object) -> str:
    """Fold a word for comparison: width and case."""
    return unicodedata.normalize("NFKC", str(text)).strip().casefold()


def simplified(text: str) -> str:
    """A text with its Traditional signs as Simplified ones, sign by sign: its length and places stay."""
    return text if text.isascii() else _traditional().sub(lambda found: _signs()[found[0]], text)


@lru_cache(1024, typed=True)  # one text is often compared with several lists
def plain(text: object) -> str:
    """A text as it is compared with the word lists: folded, and in one script."""
    return simplified(fold(text))


def _all_plain(texts: Collection[str]) -> Iterable[tuple[str, str]]:
    """Many texts, each with what ``plain`` makes of it, all at once: thousands of calls take longer than the work."""
    whole = simplified(unicodedata.normalize("NFKC", "\0".join(texts)).casefold()).split("\0")
    known = map(str.strip, whole) if len(whole) == len(texts) else map(plain, texts)
    return zip(texts, known, strict=True)


def _foreign(signs: Iterable[str], known: Collection[str]) -> re.Pattern[str]:
    """A pattern of those signs that cannot be part of a text made of known signs, spaces and punctuation alone, however
    the text is folded."""
    parts = {
        *known,
        *unicodedata.normalize("NFKD", "".join(known)),
        "s",
        "_",
    }  # words match in the plural too
    foreign = [sign for sign in signs if any(part.isalnum() and part not in parts for part in plain(sign))]
    return re.compile(f"[{re.escape(''.join(foreign))}]" if foreign else "(?!)")


_ENDINGS = "。.!?()"
_PLACE = re.compile(
    r"第\s*(?:\d+|[一二三四五六七八九十]+)\s*(?:条|條|点|點|项|項|款|页|頁|节|節|章|号|號|行|个|個|部分|次会议|次會議)?|"
    r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,3}-?|#)?\d+(?:[.-]\d+)*(?![\dA-Za-z%％])\s*[号號条條]?"
)
"""Where something stands in another text: 第3条, A003, 2.1."""
_PLACE_SIGNS = "第一二三四五六七八九十条点项款页节章号行个部分次会议0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST_POINTER = 40  # signs: what is longer says something itself


@dataclass(frozen=True)
class WordLists:
    """All lists by name, each folded and in both scripts; and the patterns made of them that several rules use."""

    lists: Mapping[str, tuple[str, ...]]

    @cached_property
    def _placeholders(self) -> frozenset[str]:
        return frozenset(self.lists["placeholder"])

    @cached_property
    def _patterns(self) -> dict[tuple[bool, tuple[str, ...]], re.Pattern[str]]:
        """What was made of some lists already: by whether nothing but their words may stand there, and their names."""
        return {}

    def _pattern(self, names: tuple[str, ...], *, alone: bool = False) -> re.Pattern[str]:
        known = self._patterns.get((alone, names))
        if known is None:
            words = tuple(word for name in names for word in self.lists[name])
            known = self._patterns[alone, names] = (_nothing_but if alone else _any_of)(words)
        return known

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self.lists[name]

    def is_placeholder(self, text: str) -> bool:
        """Whether a text only fills the cell: 待定, TBD, 同上, --."""
        return self._fills(plain(text))

    def placeholders(self, texts: Collection[str]) -> set[str]:
        """Which of many texts only fill the cell."""
        return {text for text, its in _all_plain(texts) if self._fills(its)}

    def may_say_nothing(self, texts: Collection[str], *more: str) -> set[str]:
        """Which of many texts only fill the cell, or are made of empty deeds and more lists' words alone, but for the numbers
        of places in other texts (第3条)."""
        names = ("placeholder", "empty_deeds", *more)
        alone = self._pattern(names[1:], alone=True).fullmatch
        known = [*map("".join, map(self.__getitem__, names)), _PLACE_SIGNS]
        foreign = _foreign(set("".join(texts)), frozenset("".join(known)))
        near = [text for text in texts if not foreign.search(text)]  # most texts say something, and end here
        return {
            text
            for text, its in _all_plain(near)
            if self._fills(its) or alone(its) or alone(without_place(its))
        }

    def _fills(self, folded: str) -> bool:
        return folded in self._placeholders or folded.strip(_ENDINGS) in self._placeholders

    def says_nothing(self, text: str, *more: str) -> bool:
        """Whether a text is made of empty deeds alone (尽量完成, 优化一下, do it well), or of them and more lists."""
        return self.is_made_of(text, "empty_deeds", *more)

    def is_made_of(self, text: str, *names: str) -> bool:
        """Whether a text is made of these lists' words alone, with spaces and punctuation."""
        return bool(self._pattern(names, alone=True).fullmatch(plain(text)))

    def points_elsewhere(self, text: str, *more: str) -> bool:
        """Whether a text only points to where it may be said (按会议要求执行, 见纪要第3条, 同A003), or has more lists' words."""
        bare = without_place(text)
        return self.has_any(bare, "pointers") and self.says_nothing(bare, "pointers", "pointed_to", *more)

    def first_of(self, text: str, *names: str) -> str:
        """Which of these lists has the first word in a text, of several that begin there the longest; '' if none."""
        found = self._pattern(names).search(plain(text))
        return next((name for name in names if found and _has(self.lists[name], found[0])), "")

    def has_any(self, text: str, name: str) -> bool:
        """Whether a text holds one of a list's words anywhere; those in Latin letters as whole words."""
        return bool(self._pattern((name,)).search(plain(text)))

    def opens_with(self, text: str, name: str) -> bool:
        """Whether a text begins with one of a list's words; those in Latin letters as whole words."""
        return bool(self._pattern((name,)).match(plain(text)))

    def starts_with(self, text: str, name: str) -> bool:
        """Whether a text begins with one of a list's words."""
        return plain(text).startswith(self.lists[name])


def without_place(text: str) -> str:
    """A text without the numbers by which another is pointed to: 详见附件1 says no more than 详见附件."""
    return _PLACE.sub(" ", text) if len(text) <= _LONGEST_POINTER else text


def word_lists(own: Mapping[str, Sequence[str]] | None = None) -> WordLists:
    """The package's lists with an organisation's own words added; KeyError for a list that is not known."""
    lists = dict(_packaged())
    for name, extra in (own or {}).items():
        lists[name] = _in_both_scripts((*lists[name], *(fold(word) for word in extra)))
    return WordLists(lists)


def _in_both_scripts(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*words, *map(simplified, words)]))


@cache
def _signs() -> Mapping[str, str]:
    raw = tomllib.loads(files(__package__).joinpath("data", "scripts.toml").read_text("utf-8"))
    return {pair[0]: pair[1] for pair in raw["signs"].split()}


@cache
def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{''.join(_signs())}]")


@cache
def _packaged() -> Mapping[str, tuple[str, ...]]:
    raw = tomllib.loads(files(__package__).joinpath("data", "wordlists.toml").read_text("utf-8"))
    return {
        name: tuple(words)
        if name == "carried_patterns"
        else _in_both_scripts(tuple(words if name == "surnames" else map(fold, words)))
        for name, words in raw.items()
    }


def _has(words: tuple[str, ...], found: str) -> bool:
    """Whether a word that was found is of a list, in the plural too."""
    return found in words or found.removesuffix("s") in words


@cache
def _nothing_but(words: tuple[str, ...]) -> re.Pattern[str]:
    """A text of a list's words, spaces and punctuation only. Longest word first and never taken back, so
    that the first other sign settles it."""
    return re.compile(rf"(?>{_any_of(words).pattern}|[\W_])*+")


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for many words; those in Latin letters match as whole words, in the plural too. It looks at the first
    sign before it tries them all."""
    ordered = sorted(words, key=len, reverse=True)
    whole = {word for word in words if word.isascii() and word[-1:].isalnum()}
    every = "|".join(
        rf"(?<![a-z0-9]){re.escape(w)}s?(?![a-z0-9])" if w in whole else re.escape(w) for w in ordered
    )
    return re.compile(rf"(?=[{''.join(sorted({re.escape(word[0]) for word in words}))}])(?:{every})")
