"""The contract that every book keeps; ``tests/test_book_contract.py`` runs over all of them."""

from typing import Protocol

from sync.changes import Plan
from sync.snapshot import Snapshot


class Book(Protocol):
    """A workbook somewhere: a file, a Google spreadsheet, a value in memory."""

    def read(self) -> Snapshot:
        """All tabs as they are now. Raises WorkbookFault (missing, foreign, damaged, refused)."""

    def apply(self, plan: Plan) -> None:
        """Carry out all of the plan or nothing.

        Raises BusyFault when the workbook is open elsewhere or is no longer the one with the
        plan's fingerprint, and WorkbookFault when it cannot be edited without harm. An empty plan
        leaves every byte as it was.
        """
