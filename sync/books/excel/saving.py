"""Replace a workbook's file: the old one or the new one is there at every moment, never half of one."""

from pathlib import Path

from sync.books.excel.backups import Backups
from sync.books.excel.disk import holds, in_words, sync_folder, written
from sync.books.excel.refusal import ChangedError


def replace_file(path: Path, new: bytes, old: bytes, backups: Backups | None = None) -> None:
    """Put new bytes in the file's place if it still holds the old ones, which are kept as a backup.

    ``path`` is the file itself, not a link to it. Mode, owner and extended attributes are kept.
    Raises ChangedError when the file changed meanwhile, BusyError when it cannot be written now,
    RefusalError when the disk is full or broken.
    """
    with in_words():
        with written(path.parent, path.name, new, path) as temporary:
            _check_unchanged(path, old)  # before the backup, so that only what we replace is kept
            kept = backups.keep_bytes(old, path) if backups else None
            _check_unchanged(path, old)
            temporary.replace(path)
        sync_folder(path.parent)
        if backups:
            backups.remove_old(kept)


def put_file(path: Path, new: bytes, like: Path) -> None:
    """Put bytes where no file is, with the mode and owner of another. Raises as ``replace_file`` does."""
    with in_words():
        with written(path.parent, path.name, new, like) as temporary:
            if path.exists():
                raise ChangedError("changed while closeloop worked on it; the next pass writes it")
            temporary.replace(path)
        sync_folder(path.parent)


def _check_unchanged(path: Path, old: bytes) -> None:
    if not holds(path, old):
        raise ChangedError("changed while closeloop worked on it; the next pass writes it")
