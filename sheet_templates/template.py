"""The tables of handbook §1 with their headings, types, choices and owners, read from ``columns.toml``."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Owner = Literal["people", "shared", "worker"]
Colour = tuple[str, str]
"""Fill and ink, each ``#RRGGBB``."""

TABLE_KEYS = ("actions", "meetings", "topics", "people", "days")
_BRACKETED = re.compile(r"[(\[【<].*?[)\]】>]")
_NOISE = re.compile(r"[\W_]+")


def normalise(text: object) -> str:
    """Fold a heading or choice for comparison: width, case, brackets, spaces and punctuation go.

    ``" 计划完成 时间（必填）* "`` and ``计划完成时间`` fold to the same. What consists of
    punctuation only (``√``, ``-``) is kept.
    """
    folded = unicodedata.normalize("NFKC", str(text)).strip().casefold()
    return _NOISE.sub("", _BRACKETED.sub("", folded)) or _NOISE.sub("", folded) or folded


@dataclass(frozen=True)
class Column:
    """One column of a table.

    ``heads`` are the headings in the order of ``LANGUAGES``; ``names`` all folded headings that mean
    this column; ``past`` marks dates of what is over; ``choices`` maps each folded way of writing to the value that the rules see.
    """

    key: str
    heads: tuple[str, ...]
    names: frozenset[str]
    type: str
    owner: Owner
    width: float
    must: bool
    hidden: bool
    optional: bool
    past: bool
    choices: Mapping[str, str]
    shown_choices: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class TemplateTable:
    """One table: its key, the tab's name per language, all folded names, and its columns in order."""

    key: str
    heads: tuple[str, ...]
    names: frozenset[str]
    columns: Mapping[str, Column]

    @property
    def worker_columns(self) -> tuple[Column, ...]:
        """The columns that only the worker writes, in order."""
        return tuple(column for column in self.columns.values() if column.owner == "worker")

    @property
    def compulsory(self) -> tuple[str, ...]:
        """Keys of the columns without which the table cannot be judged (rule S001)."""
        return tuple(column.key for column in self.columns.values() if column.must)


@dataclass(frozen=True)
class Template:
    """All tables by key, and the colours by group (``status``, ``risk``, ``fault``, ``header``)."""

    tables: Mapping[str, TemplateTable]
    colours: Mapping[str, Mapping[str, Colour]]


def _folded(names: list[str]) -> frozenset[str]:
    return frozenset(normalise(name) for name in names)


def _column(key: str, raw: Mapping[str, Any], choices: Mapping[str, Mapping[str, list[str]]]) -> Column:
    kind = raw["type"]
    offered = choices.get(raw.get("choices", "yes" if kind == "yes" else ""), {})
    return Column(
        key=key,
        heads=tuple(raw["heads"]),
        names=_folded([*raw["heads"], *raw.get("also", [])]),
        type=kind,
        owner=raw.get("owner", "people"),
        width=raw["width"],
        must=raw.get("must", False),
        hidden=raw.get("hidden", False),
        optional=raw.get("optional", False),
        past=raw.get("past", False),
        choices={normalise(way): value for value, ways in offered.items() for way in ways},
        shown_choices=tuple(tuple(ways[:3]) for ways in offered.values()),
    )


@cache
def template() -> Template:
    """The template that the package carries."""
    raw = tomllib.loads(files(__package__).joinpath("columns.toml").read_text("utf-8"))
    tables = {
        key: TemplateTable(
            key=key,
            heads=tuple(raw[key]["heads"]),
            names=_folded([*raw[key]["heads"], *raw[key]["also"]]),
            columns={
                name: _column(name, column, raw["choices"]) for name, column in raw[key]["columns"].items()
            },
        )
        for key in TABLE_KEYS
    }
    colours = {
        group: {name: (pair[0], pair[1]) for name, pair in members.items()}
        for group, members in raw["colours"].items()
    }
    return Template(tables, colours)
