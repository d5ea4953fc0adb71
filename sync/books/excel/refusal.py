"""Why a workbook is not touched: a reason without the file's name, given its name at the book's edge."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from sync.faults import BusyFault, ChangedFault, Fault, WorkbookFault


class _ReasonError(Exception):
    """A sentence without its beginning, the file's name; with ``fields`` as a Fault has them, none called name."""

    fault: ClassVar[type[Fault]] = WorkbookFault

    def __init__(self, sentence: str, **fields: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = fields

    def __str__(self) -> str:
        return self.sentence.format(**self.fields)


class RefusalError(_ReasonError):
    """The workbook cannot be read or edited without harm.

    The sentence continues "<file> …" and says what to do: "is encrypted; remove the password".
    """


class BusyError(_ReasonError):
    """The workbook is in use or cannot be written now; the sentence continues "<file> …"."""

    fault = BusyFault


class ChangedError(BusyError):
    """The workbook is no longer the one that was read; the sentence continues "<file> …"."""

    fault = ChangedFault


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into one fault that names the file.

    Foreign exceptions (zip, XML, calamine, memory) mean that the file is not what it claims to be.
    """
    try:
        yield
    except Fault:
        raise
    except _ReasonError as reason:
        raise reason.fault("{name} " + reason.sentence, name=name or ".", **reason.fields) from reason
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # calamine's panics are no Exceptions
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise WorkbookFault(
            "{name} cannot be read as a workbook ({detail}); open it in Excel and save it anew",
            name=name,
            detail=said,
        ) from error
