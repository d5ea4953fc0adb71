"""What the rules hand on is frozen: what one rule was given, no other can change."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import is_dataclass
from types import ModuleType

import rules
from rules.findings import Severity


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(rules.__path__, "rules."):
        yield importlib.import_module(found.name)


def test_values_are_frozen() -> None:
    values = [value for module in _modules() for value in vars(module).values() if isinstance(value, type)]

    thawed = {
        value.__name__ for value in values if is_dataclass(value) and not value.__dataclass_params__.frozen
    }
    assert thawed == {"_Look"}  # where findings are gathered


def test_how_bad_a_finding_is() -> None:
    assert {str(severity): severity.rank for severity in Severity} == {"error": 0, "warning": 1, "advice": 2}
