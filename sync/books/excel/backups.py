"""What a workbook was before each of our writes: a few files in a folder of their own, the oldest making way."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sync.books.excel.disk import (
    FULL,
    holds,
    remove,
    remove_leftovers,
    sync_folder,
    written,
)
from sync.books.excel.refusal import BusyError

_MOMENT = "%Y%m%d-%H%M%S"
_NAME = re.compile(r"([0-9]{8}-[0-9]{6})(?:\.([0-9]{1,4}))?-.+", re.DOTALL)
_LONGEST = 40


@dataclass(frozen=True)
class Backup:
    """One backup. ``turn`` tells those of one second apart."""

    path: Path
    moment: datetime
    turn: int
    size: int


@dataclass(frozen=True)
class Backups:
    """The backups of one workbook. ``keep`` is how many there may be (0: none are made), ``now`` dates a new one.

    The folder's parent's parent has to be there; nothing is made above the two.
    """

    folder: Path
    keep: int
    now: datetime

    def listed(self) -> list[Backup]:
        """All that are there, newest first. Raises OSError when the folder cannot be read."""
        return sorted(self._found(), key=lambda backup: (backup.moment, backup.turn), reverse=True)

    def keep_bytes(self, data: bytes, like: Path) -> Path | None:
        """Keep what a workbook holds, whole and down to the disk; None when that is not wanted or kept already.

        ``like`` is the workbook, whose name, mode and owner the backup has.
        """
        if not self.keep:
            return None
        try:
            return self._kept(data, like)
        except OSError as error:
            if error.errno in FULL or not like.parent.exists():
                raise
            raise BusyError(
                "cannot be backed up in {folder} ({detail}), so nothing was written; "
                "let closeloop write there, or set backups.keep = 0",
                folder=self.folder,
                detail=error.strerror or error,
            ) from error

    def remove_old(self, latest: Path | None) -> None:
        """Delete those that hold the same as ``latest``, and the oldest above ``keep``.

        ``latest`` stays whatever the clock said when it was made.
        """
        if not self.keep:
            return
        # A pass that has written does not fail for what it could not tidy up.
        with contextlib.suppress(OSError):
            others = [backup for backup in self.listed() if backup.path != latest]
            known = latest.read_bytes() if latest else None
            twins = [backup for backup in others if known is not None and holds(backup.path, known)]
            left = [backup for backup in others if backup not in twins]
            for backup in (*twins, *left[self.keep - (latest is not None) :]):
                remove(backup.path)

    def _found(self) -> Iterator[Backup]:
        if not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            match = _NAME.fullmatch(path.name)
            if match and path.is_file() and (moment := _moment(match[1])):
                yield Backup(path, moment, int(match[2] or 1), path.stat().st_size)

    def _kept(self, data: bytes, like: Path) -> Path | None:
        for folder in (self.folder.parent, self.folder):
            folder.mkdir(exist_ok=True)
        before = self.listed()
        if before and holds(before[0].path, data):
            remove_leftovers(self.folder, like.name)
            return None
        place = self._free(like.name)
        with written(self.folder, like.name, data, like) as temporary:
            temporary.replace(place)
        for folder in (self.folder, self.folder.parent, self.folder.parent.parent):
            sync_folder(folder)
        return place

    def _free(self, name: str) -> Path:
        """A name later than that of every backup of this second; a workbook's very long name is cut."""
        stem, ending = Path(name).stem[:_LONGEST], Path(name).suffix
        second = self.now.replace(microsecond=0)
        turn = 1 + max((backup.turn for backup in self._found() if backup.moment == second), default=0)
        moment = f"{second:{_MOMENT}}" + (f".{turn}" if turn > 1 else "")
        return self.folder / f"{moment}-{stem}{ending}"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _MOMENT)
    except ValueError:
        return None
