"""Why a workbook is not touched: a reason without the file's name, given its name at the book's edge."""

from collections.abc import Iterator
from contextlib import contextmanager

from sync.faults import BusyFault, Fault, WorkbookFault


class RefusalError(Exception):
    """The workbook cannot be read or edited without harm.

    ``str()`` continues the sentence "<file> …" and says what to do: "is encrypted; remove the password".
    """


class BusyError(Exception):
    """The workbook is in use or was changed; ``str()`` continues the sentence "<file> …"."""


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into one fault that names the file.

    Foreign exceptions (zip, XML, calamine, memory) mean that the file is not what it claims to be.
    """
    try:
        yield
    except Fault:
        raise
    except BusyError as busy:
        raise BusyFault(f"{name} {busy}") from busy
    except RefusalError as refusal:
        raise WorkbookFault(f"{name} {refusal}") from refusal
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # calamine's panics are no Exceptions
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise WorkbookFault(
            f"{name} cannot be read as a workbook ({said}); open it in Excel and save it anew"
        ) from error
