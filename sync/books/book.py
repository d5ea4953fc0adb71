"""The contract that every book keeps; ``tests/test_book_contract.py`` runs over all of them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sync.changes import Plan
from sync.snapshot import Snapshot


class Book(Protocol):
    """A workbook somewhere: a file, a Google spreadsheet, a value in memory."""

    def read(self) -> Snapshot:
        """All tabs as they are now.

        Raises WorkbookFault (missing, foreign, damaged, refused), BusyFault when it is locked for reading.
        """

    def fingerprint(self) -> str:
        """The fingerprint that ``read`` would give now, found without reading; '' where only reading tells."""

    def obstacles(self, tab: str, rows: Sequence[int]) -> Mapping[int, str]:
        """Which of these rows (from 1) cannot be removed without harm, and for each the reason in a few words.

        Of the workbook as it was last read. A reason is an English sentence of ``words/*/faults.toml``.
        """

    def check_writable(self) -> tuple[str, ...]:
        """Raise BusyFault where it can be told already that nothing can be written now. Gives the names of locks that
        a crashed program has left."""

    def apply(self, plan: Plan) -> str:
        """Carry out all of the plan or nothing; gives the fingerprint of the workbook as it was left.

        Raises BusyFault when the workbook is open elsewhere, ChangedFault when it is no longer the one
        with the plan's fingerprint, and WorkbookFault when it cannot be edited without harm. An empty plan
        leaves every byte as it was.
        """
