"""Everything that can stop a pass, each with one sentence for the person at the terminal and an exit code."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar


def in_words(value: Any, sentences: Mapping[str, str]) -> Any:
    """A detail in a language where it is one of the sentences that ways out have for what befell a message."""
    return sentences.get(value, value) if isinstance(value, str) else value


class Fault(Exception):  # noqa: N818 - a fault is what the user has to know, not always an error
    """A pass or a command cannot go on: one sentence that says what is wrong, and what to do.

    It is given in English, with ``{fields}``, and shown in the user's language: the English sentence is
    the key under which ``words/<language>/faults.toml`` has the others.
    """

    exit_code: ClassVar[int] = 70
    meaning: ClassVar[str] = "an error inside closeloop; please report it"
    passing: ClassVar[bool] = False
    """Whether a later pass mends it by itself, so that nobody has to do anything yet."""

    def __init__(self, sentence: str, **fields: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = fields

    def __str__(self) -> str:
        return self.said({})

    def said(self, sentences: Mapping[str, str]) -> str:
        """The sentence by a language's sentences, in English where they have none; one line that can be printed."""
        fields = {name: in_words(value, sentences) for name, value in self.fields.items()}
        text = " ".join(sentences.get(self.sentence, self.sentence).format(**fields).split())
        return "".join(letter for letter in text if letter.isprintable())


class UsageFault(Fault):
    """The command's words are off."""

    exit_code = 2
    meaning = "the command's arguments are off (an unreadable date, an unknown code)"


class SettingsFault(Fault):
    """The settings file cannot be read, or says something unknown."""

    exit_code = 3
    meaning = "the settings file cannot be read or holds an unknown key or value"


class WorkbookFault(Fault):
    """The workbook is missing, unreadable or foreign, or has no table to judge."""

    exit_code = 4
    meaning = "the workbook is missing, unreadable, refused, or has no action table"


class BusyFault(Fault):
    """The workbook is open elsewhere or changed while we worked; a next pass can do it."""

    exit_code = 5
    meaning = "the workbook is open elsewhere, read-only, or changed meanwhile; the next pass writes it"
    passing = True


class ChangedFault(BusyFault):
    """The workbook is no longer the one that was read; read again, it can be written at once."""


class GuardFault(Fault):
    """The plan touches what is not ours."""

    exit_code = 6
    meaning = "the guard stopped the plan before anything was written or sent"


class DeliveryFault(Fault):
    """Mail could not be handed over."""

    exit_code = 7
    meaning = "mail could not be handed over; what was not sent is tried again in the next pass"
    passing = True


class LedgerFault(Fault):
    """The ledger cannot be opened or written."""

    exit_code = 8
    meaning = "the ledger cannot be opened or written"


class BrakeFault(Fault):
    """Far more would be sent than usual."""

    exit_code = 9
    meaning = (
        "the brake held all mail back, because far more would be sent than usual; --release-brake lets it go"
    )


class OverlapFault(Fault):
    """Another pass over the same tracker is at work."""

    exit_code = 10
    meaning = "another pass over this tracker is at work; this one did nothing"
    passing = True


class LateFault(Fault):
    """The pass took too long."""

    exit_code = 11
    meaning = "the pass took longer than `running.deadline` allows and was ended, with nothing half-written"
    passing = True


INTERRUPTED = 130
"""The exit code of a command that somebody has interrupted (Ctrl-C)."""

FAULTS: tuple[type[Fault], ...] = (
    UsageFault,
    SettingsFault,
    WorkbookFault,
    BusyFault,
    GuardFault,
    DeliveryFault,
    LedgerFault,
    BrakeFault,
    OverlapFault,
    LateFault,
)

EXIT_CODES: tuple[tuple[int, str, bool], ...] = (
    (0, "all is well", True),
    (1, "`check` found errors, or `doctor` what is not in order", False),
    *((fault.exit_code, fault.meaning, fault.passing) for fault in FAULTS),
    (Fault.exit_code, Fault.meaning, Fault.passing),
    (INTERRUPTED, "the command was interrupted", False),
)
"""Every exit code with its meaning, and whether a later pass mends it by itself."""


def worst(codes: Iterable[int]) -> int:
    """The exit code of many: what needs a person before what mends itself; a process that was killed is an error."""
    mending = {code for code, _, passing in EXIT_CODES if passing}
    known = (code if code >= 0 else Fault.exit_code for code in codes)
    return max(known, key=lambda code: (code != 0, code not in mending, code), default=0)
