"""What a pass remembers of former ones, taken from the ledger in one go."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sheet_templates import LANGUAGES, words
from sync.answering.answer import Answer
from sync.answering.kept import kept_answers
from sync.baseline import KnownFault
from sync.history import RowState
from sync.ledger.ledger import Ledger
from sync.ledger.remembering import past
from sync.reports.past import Closed, Past
from sync.reports.periods import quarter_of


@dataclass(frozen=True)
class Memory:
    """``states`` are what the rows were (None: there is no ledger yet), ``baseline`` the faults that stood already
    when the tracker was adopted, ``past`` what the reports remember, ``answers`` what was answered by mail lately."""

    states: Mapping[str, RowState] | None = None
    baseline: frozenset[KnownFault] = frozenset()
    past: Past | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def rows(self) -> Mapping[str, RowState]:
        """What is remembered of each row, by its number."""
        return self.states or {}

    @property
    def from_now_on(self) -> "Memory":
        """The same for a pass that writes: with it the rows' history begins, where there was none."""
        return replace(self, states=self.rows)

    @property
    def closed(self) -> tuple[Closed, ...]:
        """Items that are closed, some of which have left the table."""
        return self.past.closed if self.past else ()


NOTHING = Memory()


def recall(ledger: Ledger, now: datetime) -> Memory:
    """All that a look needs of the ledger; for the reports of this quarter and the one before.

    Raises LedgerFault where it cannot be read.
    """
    since = quarter_of(quarter_of(now.date()).before).first
    done_words = [words(language)["status"]["done"] for language in LANGUAGES]
    return Memory(
        ledger.row_states(), ledger.baseline(), past(ledger, since, done_words), kept_answers(ledger, now)
    )
