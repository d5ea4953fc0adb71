"""What the random tables have in common that people and the worker edit at once.

CLOSELOOP_INTERLEAVINGS=10000 tries as many (``make interleavings``).
"""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from sheet_templates import template
from tests.sheets_server.desk import Desk

TOP = 2
HEADS = ["编号", "行动项描述", "负责人", "计划完成时间", "状态", "我的列"]
OURS = frozenset(head for column in template().tables["actions"].worker_columns for head in column.heads)
_COUNT = int(os.environ.get("CLOSELOOP_INTERLEAVINGS", "60"))
_SHORT = _COUNT <= 60


def at_once(machine: type[RuleBasedStateMachine], desk: Desk) -> type[RuleBasedStateMachine]:
    """The machine with a desk to work at."""
    return type(machine.__name__, (machine,), {"desk": desk})


def play(
    machine: type[RuleBasedStateMachine],
    desk: Desk,
    figures: Counter[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Run the machine at a desk; the long form shows its figures. The short form is the same each time."""
    run_state_machine_as_test(
        at_once(machine, desk),
        settings=settings(
            max_examples=_COUNT,
            stateful_step_count=6,
            deadline=None,
            derandomize=_SHORT,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, *([Phase.shrink] if _SHORT else [])],
        ),
    )
    if not _SHORT:
        with capsys.disabled():
            print("\n" + ", ".join(f"{count} {name}" for name, count in sorted(figures.items())))  # noqa: T201
