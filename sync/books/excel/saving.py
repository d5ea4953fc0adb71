"""Replace a workbook's file: the old one or the new one is there at every moment, never half of one."""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.books.excel.reading import fingerprint
from sync.books.excel.refusal import BusyError, RefusalError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY, errno.EAGAIN}


def replace_file(path: Path, data: bytes, former: str) -> None:
    """Put the bytes in the file's place if it still has the fingerprint ``former``.

    ``path`` is the file itself, not a link to it. Mode, owner and extended attributes are kept.
    Raises BusyError when the file changed meanwhile or cannot be written, RefusalError when the disk is full.
    """
    with _speaking():
        remove_leftovers(path)
        temporary = path.with_name(f"{_stem(path)}{os.getpid()}.tmp")
        try:
            _write(temporary, data, path)
            if fingerprint(path.read_bytes()) != former:
                raise BusyError("changed while closeloop worked on it; the next pass writes it")
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(path.parent)


@contextmanager
def _speaking() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BusyError(
            "was moved or deleted while closeloop worked on it; the next pass looks again"
        ) from error
    except OSError as error:
        if error.errno in _FULL:
            raise RefusalError(
                "cannot be saved, since the disk is full; the old file is intact, free some space"
            ) from error
        if error.errno in _DENIED or isinstance(error, PermissionError):
            raise BusyError(f"cannot be written now ({error.strerror}); the next pass tries again") from error
        raise RefusalError(f"cannot be saved ({error.strerror or error}); the old file is intact") from error


def _stem(path: Path) -> str:
    return f".closeloop-{path.name[:40]}-"


def _write(temporary: Path, data: bytes, like: Path) -> None:
    # Nobody else may read it before it has the mode of the file that it replaces.
    private = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(private, "wb") as file:
        file.write(data)
        file.flush()
        _dress(file.fileno(), like)
        os.fsync(file.fileno())
    if fingerprint(temporary.read_bytes()) != fingerprint(data):
        raise RefusalError(
            "cannot be saved, since the disk does not hold what was written; the old file is intact"
        )


def _dress(descriptor: int, like: Path) -> None:
    """Give the open file the mode, owner and extended attributes of another, as far as we may."""
    status = like.stat()
    if hasattr(os, "fchown"):
        with contextlib.suppress(OSError):
            os.fchown(descriptor, status.st_uid, status.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(like):
                with contextlib.suppress(OSError):
                    os.setxattr(descriptor, name, os.getxattr(like, name))


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):  # some network folders cannot be synced; the file itself was
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_leftovers(path: Path) -> None:
    """Delete temporary files of this workbook whose process is gone."""
    pattern = re.compile(re.escape(_stem(path)) + r"([0-9]{1,10})\.tmp")
    for file in path.parent.iterdir():
        match = pattern.fullmatch(file.name)
        if match and (int(match[1]) == os.getpid() or not _alive(int(match[1]))):
            with contextlib.suppress(OSError):
                file.unlink()


def _alive(process: int) -> bool:
    if os.name == "nt":  # there os.kill would end it; an open file cannot be deleted anyway
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
