"""Files written whole or not at all, and what the disk's errors mean to the person at the terminal."""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.books.excel.refusal import BusyError, ChangedError, RefusalError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY, errno.EAGAIN, errno.ENOLCK}
_CHUNK = 1 << 20
_TEMPORARY = ".closeloop-{name}-{process}.tmp"


@contextmanager
def in_words() -> Iterator[None]:
    """Turn an error of the disk into a reason: busy where a later pass may do it, refused where not.

    Windows says a sharing violation as a denied permission.
    """
    try:
        yield
    except OSError as error:
        detail = error.strerror or error
        if error.errno in _GONE:
            raise ChangedError(
                "was moved or deleted while closeloop worked on it; the next pass looks again"
            ) from error
        if error.errno in FULL:
            raise RefusalError(
                "cannot be saved, since the disk is full; the old file is intact, free some space"
            ) from error
        if error.errno in _DENIED or isinstance(error, PermissionError):
            raise BusyError(
                "cannot be written now ({detail}); the next pass tries again", detail=detail
            ) from error
        raise RefusalError("cannot be saved ({detail}); the old file is intact", detail=detail) from error


def temporary_file(folder: Path, name: str) -> Path:
    """Where this process writes what will become, or be kept of, the file of that name."""
    return folder / _TEMPORARY.format(name=name[:40], process=os.getpid())


def remove_leftovers(folder: Path, name: str) -> None:
    """Delete temporary files for that name whose process is gone; as far as we may."""
    start, end = _TEMPORARY.format(name=name[:40], process="\0").split("\0")
    pattern = re.compile(re.escape(start) + "([0-9]{1,10})" + re.escape(end))
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            match = pattern.fullmatch(file.name)
            if match and (int(match[1]) == os.getpid() or not _alive(int(match[1]))):
                remove(file)


def remove(file: Path) -> None:
    """Delete a file of ours if it is there and we may."""
    with contextlib.suppress(OSError):
        file.unlink()


@contextmanager
def written(folder: Path, name: str, data: bytes, like: Path) -> Iterator[Path]:
    """A temporary file with these bytes, down to the disk, with the mode and owner of another file.

    It is to be moved to its place in the same folder, and is deleted where it was not.
    """
    remove_leftovers(folder, name)
    temporary = temporary_file(folder, name)
    try:
        _write(temporary, data, like)
        yield temporary
    finally:
        remove(temporary)


def _write(file: Path, data: bytes, like: Path) -> None:
    # Nobody else may read it before it has the mode of the file that it replaces.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(file, flags, 0o600)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        _dress(descriptor, like)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if not holds(file, data):
        raise RefusalError(
            "cannot be saved, since the disk does not hold what was written; the old file is intact"
        )


def holds(file: Path, data: bytes) -> bool:
    """Whether a file has these very bytes, and kept them while it was read."""
    before = file.stat()
    if before.st_size != len(data):
        return False
    known = memoryview(data)
    with file.open("rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK):
            if chunk != known[: len(chunk)]:
                return False
            known = known[len(chunk) :]
    return not known and _state(before) == _state(file.stat())


def sync_folder(folder: Path) -> None:
    """Have the disk remember the folder's entries."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):  # some network folders cannot be synced; the file itself was
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _dress(descriptor: int, like: Path) -> None:
    """Give the open file the mode, owner and extended attributes (with them the access list) of another."""
    status = like.stat()
    if hasattr(os, "fchown"):
        for owner in (status.st_uid, -1):
            with contextlib.suppress(OSError):
                os.fchown(descriptor, owner, status.st_gid)
                break
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
        _check_owner(status, os.fstat(descriptor))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(like):
                with contextlib.suppress(OSError):
                    os.setxattr(descriptor, name, os.getxattr(like, name))


def _check_owner(wanted: os.stat_result, got: os.stat_result) -> None:
    """A file may pass to closeloop's user only where its former owner's group, or everybody, can still write it."""
    if wanted.st_uid == got.st_uid:
        return
    left = got.st_mode & (stat.S_IWOTH | (stat.S_IWGRP if wanted.st_gid == got.st_gid else 0))
    if wanted.st_mode & stat.S_IWUSR and not left:
        raise BusyError(
            "belongs to another user, who could no longer write it after closeloop; "
            "run closeloop as that user, or let the file's group write"
        )


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
