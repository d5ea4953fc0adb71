"""Examples of what the rules ask, for the tab that departments read: data, read from ``guide.toml``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from sheet_templates.wording import LANGUAGES

Example = Mapping[str, tuple[str, ...]]
"""Texts by column key, each in the order of ``LANGUAGES``."""


@cache
def guide() -> Mapping[str, Mapping[str, Example]]:
    """By rule code what is ``good`` and what is ``bad``."""
    raw = tomllib.loads(files(__package__).joinpath("guide.toml").read_text("utf-8"))
    return {
        code: {
            verdict: {
                key: (text,) * len(LANGUAGES) if isinstance(text, str) else tuple(text)
                for key, text in cells.items()
            }
            for verdict, cells in shown.items()
        }
        for code, shown in raw.items()
    }
