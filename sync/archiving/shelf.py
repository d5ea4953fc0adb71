"""Where archived rows are kept beside the tracker itself: workbooks for a year, and one that others may not read."""

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Protocol

from sync.archiving.due import HERE, Folder
from sync.books.book import Book
from sync.books.excel import ExcelBook
from sync.faults import WorkbookFault

_YEAR = "{year}"
_OPEN, _PRIVATE = 0o666, 0o600


class Shelf(Protocol):
    """The archive's workbooks, each under the name of its place."""

    def place(self, folder: Folder) -> str:
        """Where a row belongs: ``HERE`` or another workbook's place."""

    def there(self) -> Sequence[str]:
        """The places of all workbooks that exist by now."""

    def book(self, place: str) -> Book:
        """The workbook of a place, made where it does not exist."""


@dataclass(frozen=True)
class ExcelShelf:
    """Archive workbooks as files. ``usual`` and ``secret`` are their paths, with ``{year}`` for one a year; ``usual``
    is None where rows stay in the tracker. ``cover`` is the name and the text of a new workbook's first sheet."""

    usual: Path | None
    secret: Path
    cover: tuple[str, str]

    def place(self, folder: Folder) -> str:
        """The path of a row's workbook."""
        path = self.secret if folder.secret else self.usual
        return str(path).replace(_YEAR, str(folder.year)) if path else HERE

    def there(self) -> Sequence[str]:
        """The paths of the workbooks that exist."""
        found = [each for path in (self.usual, self.secret) if path for each in _existing(path)]
        return [str(path) for path in dict.fromkeys(found)]

    def book(self, place: str) -> Book:
        """A workbook by its path. Raises WorkbookFault when it cannot be made."""
        path = Path(place)
        if not path.exists():
            try:
                _make(path, self.cover, _OPEN if self._is_usual(path) else _PRIVATE)
            except OSError as reason:
                raise WorkbookFault(
                    "{file} cannot be written: {detail}", file=path, detail=reason.strerror or reason
                ) from None
        return ExcelBook(path)

    def _is_usual(self, path: Path) -> bool:
        return self.usual is not None and _is_of(path, self.usual) and not _is_of(path, self.secret)


def _existing(path: Path) -> list[Path]:
    """The file, or those of all years."""
    if _YEAR not in path.name:
        return [path] if path.is_file() else []
    files = path.parent.iterdir() if path.parent.is_dir() else ()
    return sorted(each for each in files if _is_of(each, path))


def _is_of(path: Path, pattern: Path) -> bool:
    """Whether a path is the pattern's, of whatever year."""
    name = re.escape(pattern.name).replace(re.escape(_YEAR), "[0-9]{4}")
    return path.parent == pattern.parent and re.fullmatch(name, path.name) is not None


def _make(path: Path, cover: tuple[str, str], mode: int) -> None:
    """Write an empty workbook, whole or not at all; never over one that is there."""
    from openpyxl import Workbook  # slow to import

    made, stream = Workbook(), BytesIO()
    made.worksheets[0].title, made.worksheets[0]["A1"] = cover
    made.save(stream)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(stream.getvalue())
            file.flush()
            os.fsync(file.fileno())
        if mode != _PRIVATE:
            Path(name).chmod(mode & ~_umask())
        os.link(name, path)
    finally:
        Path(name).unlink()


def _umask() -> int:
    present = os.umask(0o077)
    os.umask(present)
    return present
