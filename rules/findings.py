"""What a rule found: codes and fields, never a sentence."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad it is: an error must be mended, a warning should be, advice may be."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANK[self]


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


class Finding(NamedTuple):
    """One fault of one row.

    ``row`` is the 1-based row of the sheet, ``columns`` the template keys of the cells at fault,
    ``fields`` what the message needs (always with ``value``, what stands in the first of them). ``old``
    marks what the baseline knows: it stood already when the tracker was adopted.
    """

    code: str
    severity: Severity
    table: str
    row_id: str
    row: int
    columns: tuple[str, ...]
    fields: Mapping[str, object]
    old: bool = False
