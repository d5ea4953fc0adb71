"""The words of each language, read from ``words/<language>/*.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh-CN", "zh-TW", "en")
"""The languages, in the order in which ``columns.toml`` gives headings."""


@dataclass(frozen=True)
class Words:
    """One language: groups of texts by key (``status``, ``risk``, ``rules``, ``mail``, ``report`` …).

    A group is a table of that name in the language's files, which may share it; texts may hold ``{fields}``.
    """

    language: str
    groups: Mapping[str, Mapping[str, str]]

    def __getitem__(self, group: str) -> Mapping[str, str]:
        return self.groups[group]

    @property
    def head(self) -> int:
        """Position of this language among a column's ``heads``."""
        return LANGUAGES.index(self.language)


@cache
def words(language: str) -> Words:
    """The words of a language of ``LANGUAGES``."""
    groups: dict[str, Mapping[str, str]] = {}
    for file in files(__package__).joinpath("words", language).iterdir():
        if file.name.endswith(".toml"):
            for group, texts in tomllib.loads(file.read_text("utf-8")).items():
                groups[group] = {**groups.get(group, {}), **texts}
    return Words(language, groups)


def group_of_words(language: str, group: str) -> Mapping[str, str]:
    """One group without the rest of the language, out of the file of its name: help has no time for more."""
    text = files(__package__).joinpath("words", language, f"{group}.toml").read_text("utf-8")
    texts: Mapping[str, str] = tomllib.loads(text)[group]
    return texts
