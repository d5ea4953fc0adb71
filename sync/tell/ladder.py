"""The ladder of reminders as an organisation has tuned it, and the values that lead from a rung to a notice."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import Any, NamedTuple

from rules.directory import Person
from sheet_templates import Rung, rungs
from sync.tell.notice import Kind, Notice, Recipient, Subject


@dataclass(frozen=True)
class Ladder:
    """Each kind of reminder as it is told here. ``weekday`` is that of weekly digests (1 for Monday)."""

    rungs: Mapping[str, Rung]
    weekday: int = 1

    def __getitem__(self, kind: Kind) -> Rung:
        return self.rungs[kind]

    def is_on(self, kind: Kind) -> bool:
        """Whether it is told at all."""
        return not self.rungs[kind].off


def ladder(
    tuned: Mapping[str, Mapping[str, Any]], by_rule: Mapping[str, Mapping[str, Any]], weekday: int = 1
) -> Ladder:
    """The ladder: its own numbers, under the parameters of the rules that it names, under the organisation's word.

    ``tuned`` gives fields of rungs by kind, ``by_rule`` the parameters of rules by code.
    """
    made = {}
    for kind, rung in rungs().items():
        ruled = _ruled(by_rule.get(rung.rule, {}))
        made[kind] = replace(rung, **{**ruled, **tuned.get(kind, {})})
    return Ladder(made, weekday)


def _ruled(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The days of a rule and their unit: rules say working_days, days or hours, and reminders go by whole days."""
    for unit in ("working_days", "days"):
        if parameters.get(unit):
            return {"days": int(parameters[unit]), "unit": unit}
    return {"days": ceil(parameters["hours"] / 24), "unit": "days"} if parameters.get("hours") else {}


class Reached(NamedTuple):
    """A rung that something has reached: ``anchor`` and ``step`` tell this time apart from others, ``since`` is the
    day from which on it is to be told."""

    kind: Kind
    anchor: str
    step: str
    since: date


def notice(reached: Reached, name: str, person: Person, subject: Subject, *, copy: bool = False) -> Notice:
    """The notice of a rung for one person; ``name`` is what it is about, unique in its table."""
    key = f"{reached.kind}:{name}:{reached.anchor}:{reached.step}:{person.email.lower()}"
    return Notice(reached.kind, key, Recipient(person.name, person.email), copy, reached.since, subject)
