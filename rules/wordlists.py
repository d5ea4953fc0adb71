"""The word lists of ``data/wordlists.toml``, with an organisation's own words added."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files


def fold(text: object) -> str:
    """Fold a word for comparison: width and case."""
    return unicodedata.normalize("NFKC", str(text)).strip().casefold()


def simplified(text: str) -> str:
    """A text with its Traditional signs as Simplified ones, sign by sign: its length and places stay."""
    return text if text.isascii() else text.translate(_signs())


@lru_cache(maxsize=256, typed=True)  # one text is held against several lists
def plain(text: object) -> str:
    """A text as it is compared with the word lists: folded, and in one script."""
    return simplified(fold(text))


@dataclass(frozen=True)
class WordLists:
    """All lists by name, each folded and in both scripts; and the patterns made of them that several rules use."""

    lists: Mapping[str, tuple[str, ...]]
    _patterns: dict[tuple[str, ...], re.Pattern[str]] = field(default_factory=dict, compare=False, repr=False)

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self.lists[name]

    def is_placeholder(self, text: str) -> bool:
        """Whether a text only fills the cell: 待定, TBD, 同上, --."""
        folded = plain(text)
        return folded in self.lists["placeholder"] or folded.strip("。.!?()") in self.lists["placeholder"]

    def says_nothing(self, text: str, *more: str) -> bool:
        """Whether a text is made of empty deeds alone (尽量完成, 优化一下, do it well), or of them and more lists."""
        return self.is_made_of(text, "empty_deeds", *more)

    def is_made_of(self, text: str, *names: str) -> bool:
        """Whether a text is made of these lists' words alone, with spaces and punctuation."""
        pattern = self._patterns.get(names)
        if pattern is None:
            pattern = self._patterns[names] = _nothing_but(self._words_of(names))
        return bool(pattern.fullmatch(plain(text)))

    def first_of(self, text: str, *names: str) -> str:
        """Which of these lists has the first word in a text, of several that begin there the longest; '' if none."""
        found = _any_of(self._words_of(names)).search(plain(text))
        return next((name for name in names if found and _has(self.lists[name], found[0])), "")

    def has_any(self, text: str, name: str) -> bool:
        """Whether a text holds one of a list's words anywhere; those in Latin letters as whole words."""
        return bool(_any_of(self.lists[name]).search(plain(text)))

    def opens_with(self, text: str, name: str) -> bool:
        """Whether a text begins with one of a list's words; those in Latin letters as whole words."""
        return bool(_any_of(self.lists[name]).match(plain(text)))

    def starts_with(self, text: str, name: str) -> bool:
        """Whether a text begins with one of a list's words."""
        return plain(text).startswith(self.lists[name])

    def _words_of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word for name in names for word in self.lists[name])


def word_lists(own: Mapping[str, Sequence[str]] | None = None) -> WordLists:
    """The package's lists with an organisation's own words added; KeyError for a list that is not known."""
    lists = dict(_packaged())
    for name, extra in (own or {}).items():
        lists[name] = _in_both_scripts((*lists[name], *(fold(word) for word in extra)))
    return WordLists(lists)


def _in_both_scripts(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*words, *map(simplified, words)]))


@cache
def _signs() -> Mapping[int, str]:
    raw = tomllib.loads(files(__package__).joinpath("data", "scripts.toml").read_text("utf-8"))
    return {ord(traditional): simple for traditional, simple in raw["signs"].split()}


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
    """One pattern for many words; those in Latin letters match as whole words, in the plural too."""
    ordered = sorted(words, key=len, reverse=True)
    whole = {word for word in words if word.isascii() and word[-1:].isalnum()}
    return re.compile(
        "|".join(
            rf"(?<![a-z0-9]){re.escape(w)}s?(?![a-z0-9])" if w in whole else re.escape(w) for w in ordered
        )
    )
