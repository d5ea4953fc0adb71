"""The demonstration: a department's tracker as data, in which every rule catches something."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

TABLES = ("actions", "meetings", "topics", "people", "days")


@dataclass(frozen=True)
class Demo:
    """Rows by table key, merged ranges and columns left out, and the moment at which the pass runs."""

    now: datetime
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    merged: Mapping[str, Sequence[str]]
    without: Mapping[str, Sequence[str]]


def demo() -> Demo:
    """The demonstration's data, from ``demo.toml``."""
    raw = tomllib.loads(files(__package__).joinpath("demo.toml").read_text("utf-8"))
    return Demo(raw["now"], {key: raw[key] for key in TABLES}, raw["merged"], raw["without"])
