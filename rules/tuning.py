"""How rules are tuned: a handbook profile, and an organisation's own word on single rules."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from rules.catalogue import Rule
from rules.findings import Severity


@dataclass(frozen=True)
class RuleTuning:
    """One rule as an organisation wants it. ``severity`` None leaves the rule's own."""

    off: bool = False
    severity: Severity | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Tuning:
    """The profile's name and the organisation's own tuning by code."""

    profile: str = "default"
    rules: Mapping[str, RuleTuning] = field(default_factory=dict)

    def is_on(self, rule: Rule) -> bool:
        """Whether the rule is applied at all."""
        return not self.rules.get(rule.code, RuleTuning()).off

    def severity(self, rule: Rule) -> Severity:
        """The rule's severity here."""
        return self.rules.get(rule.code, RuleTuning()).severity or rule.severity

    def parameters(self, rule: Rule) -> Mapping[str, Any]:
        """The rule's parameters here: its own, under the profile's, under the organisation's."""
        own = self.rules.get(rule.code, RuleTuning()).parameters
        return {**rule.parameters, **profiles()[self.profile].get(rule.code, {}), **own}


@cache
def profiles() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Parameters by profile and rule code, as the four documents set them."""
    return tomllib.loads(files(__package__).joinpath("data", "profiles.toml").read_text("utf-8"))
