"""A file that one process can hold at a time: the only place where the systems differ in it."""

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TRIES = 100

if sys.platform == "win32":
    import msvcrt

    def _hold(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True
else:
    import fcntl

    def _hold(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def held(file: Path) -> Iterator[bool]:
    """Hold a file while the context lasts; gives whether it could be held.

    The system lets go of it when the process ends, however it ends. The file is removed afterwards, and its folder
    if nothing else is in it: neither needs to be there before. Raises OSError where no file can be made or held.
    """
    descriptor = _take(file)
    if descriptor is None:
        yield False
        return
    try:
        yield True
    finally:
        with contextlib.suppress(OSError):  # Windows removes no open file: there it stays
            file.unlink()
        os.close(descriptor)
        with contextlib.suppress(OSError):
            file.parent.rmdir()


def _take(file: Path) -> int | None:
    """Open and hold a file. One that its former holder has removed meanwhile is nobody's lock: try the next."""
    while True:
        descriptor = _opened(file)
        try:
            is_ours = _hold(descriptor)
            if is_ours and _is_still(file, descriptor):
                return descriptor
        except OSError:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if not is_ours:
            return None


def _opened(file: Path) -> int:
    """Open a file for holding, in a folder that another process may take away at any moment."""
    for _ in range(_TRIES):
        file.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            return os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))


def _is_still(file: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(file.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
