"""Who is told what, and when (handbook §4), read from ``ladder.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal


@dataclass(frozen=True)
class Rung:
    """One kind of reminder; ``ladder.toml`` says what each field means. ``off`` is an organisation's own word."""

    kind: str
    about: Literal["item", "meeting", "paper", "figures"]
    colour: str
    to: tuple[str, ...]
    copy: tuple[str, ...] = ()
    days: int = 0
    unit: Literal["days", "working_days"] = "working_days"
    rule: str = ""
    repeat: int = 0
    until: int = 0
    first: bool = False
    silent: tuple[str, ...] = ()
    off: bool = False


@cache
def rungs() -> Mapping[str, Rung]:
    """All kinds of reminders, the most urgent first."""
    raw = tomllib.loads(files(__package__).joinpath("ladder.toml").read_text("utf-8"))
    return {
        kind: Rung(kind=kind, **{name: _frozen(value) for name, value in its.items()})
        for kind, its in raw.items()
    }


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
