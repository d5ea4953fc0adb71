"""The catalogue: every rule of handbook §2, in the order of the codes."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from rules.catalogue import Rule
from rules.checks import (
    action_content,
    action_dates,
    action_following,
    action_owner,
    action_progress,
    meeting_agenda,
    meeting_notice,
    meeting_people,
    minutes,
    minutes_after,
    sheet,
    topic_outcome,
)

MODULES = (
    action_content,
    action_owner,
    action_dates,
    action_progress,
    action_following,
    meeting_notice,
    meeting_people,
    meeting_agenda,
    minutes,
    minutes_after,
    topic_outcome,
    sheet,
)
"""Where rules stand: a new module of rules is named here."""

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (value for module in MODULES for value in vars(module).values() if isinstance(value, Rule)),
        key=lambda rule: rule.code,
    )
)
"""All rules."""


@cache
def examples() -> Mapping[str, Any]:
    """By rule code what ``passes`` and what is ``caught``, taken from the rule's test cases by ``make docs``; and
    ``today``, the day on which they are judged."""
    return tomllib.loads(files(__package__).joinpath("data", "examples.toml").read_text("utf-8"))


def by_code(code: str) -> Rule:
    """The rule of a code, whatever its case; KeyError if there is none."""
    return {rule.code: rule for rule in RULES}[code.upper()]
