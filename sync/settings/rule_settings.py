"""The sections [rules.CODE]: what may stand in them, and what it makes of a rule."""

from collections.abc import Mapping
from typing import Any

from rules.catalogue import Rule
from rules.findings import Severity
from rules.tuning import RuleTuning
from sync.settings.unfit import UnfitError, one_of

_LARGEST = 3650
"""Days, working days, times: no parameter of a rule is larger."""


def check_rule_setting(rule: Rule, name: str, given: Any) -> None:
    """Raises UnfitError where a rule has no such setting, or it cannot have this value."""
    one_of(name, ["off", "severity", *rule.parameters], rule.code)
    if name == "off" and not isinstance(given, bool):
        raise UnfitError("true or false is needed here, not {value!r}", rule.code, name, value=given)
    if name == "severity":
        one_of(str(given), [severity.value for severity in Severity], rule.code, name)
    usual = rule.parameters.get(name)
    if usual is not None and type(given) is not type(usual):
        raise UnfitError(
            "a value such as {usual!r} is needed here, not {value!r}",
            rule.code,
            name,
            usual=usual,
            value=given,
        )
    if isinstance(given, int) and not 0 <= given <= _LARGEST:
        raise UnfitError(
            "a number from 0 to {most} is needed here, not {value!r}",
            rule.code,
            name,
            most=_LARGEST,
            value=given,
        )


def tuned(given: Mapping[str, Any]) -> RuleTuning:
    """A rule's section as its tuning."""
    parameters = {name: value for name, value in given.items() if name not in {"off", "severity"}}
    severity = Severity(given["severity"]) if "severity" in given else None
    return RuleTuning(given.get("off", False), severity, parameters)
