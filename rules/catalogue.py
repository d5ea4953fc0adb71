"""What a rule is: a small vectorised function and what is known about it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from rules.findings import Severity
from rules.table import Book, Table

Check = Callable[..., "pd.Series[bool] | pd.DataFrame"]
"""Takes table, book and parameters, and gives the rows that it catches: a mask over the table's rows; or a
frame with a row for each one caught, whose index is the sheet row and whose columns are the fields of the
message. A column ``columns`` with tuples of keys names the cells at fault where they differ from row to row."""


@dataclass(frozen=True)
class Rule:
    """One line of handbook §2.

    ``on`` is the table that it looks at, "*" for each of them. ``columns`` are the keys of the cells
    at fault; a sheet that lacks one of ``needs`` (by default the columns) silences the rule.
    ``reads`` are other cells that it relies on: where one of them, or of the columns, was found
    broken by a rule that ``breaks`` cells, this rule keeps quiet, so that one broken cell gives one
    finding. ``closed`` says that it looks at closed items and at meetings long past too, ``recent`` that it
    looks at meetings to come and of the last days only, ``ahead`` at meetings that have not been held yet
    (``rules.meeting_facts``); ``waivable`` that a row's 豁免
    cell may excuse it: what says that the sheet itself cannot be read, may not be waived.
    """

    code: str
    on: str
    severity: Severity
    columns: tuple[str, ...]
    cites: str
    check: Check
    reads: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    needs_table: tuple[str, ...] = ()
    breaks: bool = False
    closed: bool = False
    recent: bool = False
    ahead: bool = False
    waivable: bool = True
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The rule's short name, as in ``exactly_one_owner``."""
        return self.check.__name__

    @property
    def documentation(self) -> str:
        """What it asks, why, and what to write instead."""
        return inspect.cleandoc(self.check.__doc__ or "")

    def catch(
        self, table: Table, book: Book, parameters: Mapping[str, Any]
    ) -> "pd.Series[bool] | pd.DataFrame":
        """The rows that it catches, before anything silences it."""
        return self.check(table, book, **{**self.parameters, **parameters})


def rule(
    code: str, *, on: str, severity: Severity, columns: tuple[str, ...], cites: str, **more: Any
) -> Callable[[Check], Rule]:
    """Make a rule of a function; its keyword-only arguments with their defaults are its parameters."""

    def made(check: Check) -> Rule:
        parameters = {
            name: parameter.default
            for name, parameter in inspect.signature(check).parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        }
        needs = more.pop("needs", columns)
        return Rule(code, on, severity, columns, cites, check, needs=needs, parameters=parameters, **more)

    return made
