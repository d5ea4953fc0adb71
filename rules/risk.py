"""The risk level of an action item (handbook §3), from its dates and from what the rules found."""

from collections.abc import Iterable

import pandas as pd

from rules.findings import Finding
from rules.table import Book

RAISED_BY = {"A117": "escalated", "A116": "warning"}
"""The rules that raise a level beyond lateness, the highest first: tuned, waived or off, they take it along."""


def risks(book: Book, findings: Iterable[Finding], due_soon_days: int = 2) -> "pd.Series[str]":
    """For each action item: normal, due_soon (within so many days), late, warning, escalated.

    '' for an open item without a due date, which cannot be said to be on time.
    """
    actions = book.tables["actions"]
    days_left = (actions.due.dt.normalize() - book.today).dt.days
    level = pd.Series("normal", index=actions.rows, dtype="str")
    level = level.mask(actions.open & actions.due.isna(), "")
    level = level.mask(actions.open & days_left.between(0, due_soon_days), "due_soon")
    level = level.mask(actions.open & days_left.lt(0), "late")
    caught = {code: {finding.row for finding in findings if finding.code == code} for code in RAISED_BY}
    for code, raised in reversed(RAISED_BY.items()):
        level = level.mask(
            actions.open & pd.Series(actions.rows.isin(caught[code]), index=actions.rows), raised
        )
    return level
