"""Who has a workbook open: the files that Excel, WPS and LibreOffice lay beside it, and whether they still mean it."""

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from sync.books.excel.disk import in_words, remove, remove_leftovers, temporary_file
from sync.books.excel.refusal import BusyError

_STALE_AFTER = 7 * 24 * 3600
"""Seconds after which a lock that nobody holds is left over from a program that has crashed."""

_PROCESSES = Path("/proc")
_OFFICE = ("soffice", "oosplash", "libreoffice")
"""How the names of the processes begin that write such a lock."""


def check_free(path: Path) -> tuple[Path, ...]:
    """Raise BusyError when a program has the workbook open, or when it or its folder cannot be written.

    Gives the locks beside it that a crashed program has left, and that do not count.
    """
    with in_words():
        return tuple(_stale_locks(path))


def _stale_locks(path: Path) -> Iterator[Path]:
    if not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
        raise BusyError("is read-only; give closeloop the right to write it")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise BusyError("is in a folder that closeloop cannot write to; give it the right")
    owner = path.with_name(f"~${path.name}")
    if owner.exists():
        if not _is_old(owner) or _held(owner) or _held(path):
            raise _open_in_excel(owner)
        yield owner
    lock = path.with_name(f".~lock.{path.name}#")
    if lock.exists():
        user, host = _libreoffice_user(lock)
        # It keeps the file open without locking it, so that here only its process tells.
        crashed = _no_office_runs() if host == socket.gethostname() else _is_old(lock)
        if not crashed or _held(path):
            raise _open_in_libreoffice(user, host)
        yield lock


def _open_in_excel(owner: Path) -> BusyError:
    if user := _excel_user(owner):
        return BusyError("is open in Excel or WPS (by {user}); the next pass writes it", user=user)
    return BusyError("is open in Excel or WPS; the next pass writes it")


def _open_in_libreoffice(user: str, host: str) -> BusyError:
    if user and host:
        return BusyError(
            "is open in LibreOffice (by {user} on {host}); the next pass writes it", user=user, host=host
        )
    if user or host:
        return BusyError("is open in LibreOffice (by {user}); the next pass writes it", user=user or host)
    return BusyError("is open in LibreOffice; the next pass writes it")


def _is_old(lock: Path) -> bool:
    """Whether a lock is older than a week by the clock of the disk it is on, which may be another machine's."""
    remove_leftovers(lock.parent, lock.name)
    fresh = temporary_file(lock.parent, lock.name)
    try:
        fresh.touch(exist_ok=False)
        return fresh.stat().st_mtime - lock.stat().st_mtime > _STALE_AFTER
    finally:
        remove(fresh)


def _held(file: Path) -> bool:
    """Whether another process keeps the file locked, or open: so that nobody else may write it, or that we see it."""
    try:
        with file.open("r+b") as stream:
            if _locked(stream.fileno()):
                return True
    except PermissionError:  # a sharing violation (Windows)
        return True
    return _opened_here(file.stat())


def _opened_here(file: os.stat_result) -> bool:
    """Whether another process of this machine, as far as we may look, has a file open."""
    for process in _processes():
        if process.name != str(os.getpid()):
            with contextlib.suppress(OSError):  # it has ended meanwhile, or is somebody else's
                for descriptor in (process / "fd").iterdir():
                    with contextlib.suppress(OSError):
                        if os.path.samestat(descriptor.stat(), file):
                            return True
    return False


def _locked(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: a file that is locked could not have been opened
        return False
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:  # a disk that knows no locks tells nothing
        return error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}
    fcntl.lockf(descriptor, fcntl.LOCK_UN)
    return False


def _no_office_runs() -> bool:
    """Whether it is certain that no office program runs on this machine; False where processes cannot be listed."""
    names = []
    for process in _processes():
        with contextlib.suppress(OSError):  # it has ended meanwhile
            names.append((process / "comm").read_text("utf-8", "replace").strip())
    return bool(names) and not any(name.startswith(_OFFICE) for name in names)


def _processes() -> list[Path]:
    try:
        return [entry for entry in _PROCESSES.iterdir() if entry.name.isdecimal()]
    except OSError:  # no Linux
        return []


def _excel_user(owner: Path) -> str:
    """The name in an owner file: its length in a byte, then in the system's code page, then in UTF-16."""
    try:
        data = owner.read_bytes()[:400]
    except OSError:
        return ""
    length = data[0] if data else 0
    wide = data[56 : 56 + 2 * length].decode("utf-16-le", "ignore") if len(data) > 56 else ""
    return _shown(wide.strip("\0 ") or data[1 : 1 + length].decode("utf-8", "replace").strip("\0 "))


def _libreoffice_user(lock: Path) -> tuple[str, str]:
    """Who and on which machine, from a line ``name,login,host,since,profile;`` of which any field may be empty."""
    try:
        fields = lock.read_text("utf-8", "replace")[:400].split(",")
    except OSError:
        return "", ""
    name, login, host = ([_shown(field.strip()) for field in fields[:3]] + ["", "", ""])[:3]
    return name or login, host


def _shown(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())[:60]
