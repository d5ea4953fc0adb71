"""Backups: what was replaced is kept, the oldest makes way, and where none can be made nothing is written."""

import errno
import os
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from excel_packages import parts, saved, sheet

from sync.books.excel import Backups, ExcelBook
from sync.changes import Plan, SetCell
from sync.faults import BusyFault, ChangedFault, WorkbookFault

NOW = datetime(2024, 6, 3, 10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return saved(tmp_path, parts(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')))


def backups(path: Path, keep: int = 5, now: datetime = NOW) -> Backups:
    return Backups(path.parent / "T.closeloop" / "backups", keep, now)


def write(path: Path, text: str, kept: Backups) -> bytes:
    """Write a cell; gives what the file was."""
    before, book = path.read_bytes(), ExcelBook(path, kept)
    book.apply(Plan(book.read().fingerprint, cells=(SetCell("T", 1, 2, "message", "", None, text),)))
    return before


def test_what_is_replaced_is_kept_newest_first(path: Path) -> None:
    path.chmod(0o640)
    former = [write(path, f"{hour}", backups(path, 3, NOW + timedelta(hours=hour))) for hour in range(6)]
    listed = backups(path).listed()
    assert [backup.path.read_bytes() for backup in listed] == former[:2:-1]
    assert [backup.path.name for backup in listed] == [f"20240603-1{hour}0000-T.xlsx" for hour in (5, 4, 3)]
    assert [backup.moment.hour for backup in listed] == [15, 14, 13]
    assert [backup.size for backup in listed] == [len(data) for data in former[:2:-1]]
    assert {stat.S_IMODE(backup.path.stat().st_mode) for backup in listed} == {0o640}
    assert len(list(path.parent.iterdir())) == 2


def test_those_of_one_second_are_told_apart(path: Path) -> None:
    former = [write(path, str(turn), backups(path, 20)) for turn in range(12)]
    listed = backups(path).listed()
    assert [backup.path.read_bytes() for backup in listed] == former[::-1]
    assert listed[0].path.name == "20240603-100000.12-T.xlsx"


def test_the_newest_of_one_second_is_newest_though_older_ones_have_made_way(path: Path) -> None:
    former = [write(path, str(turn), backups(path, 2)) for turn in range(6)]
    assert [backup.path.read_bytes() for backup in backups(path).listed()] == former[:3:-1]


def test_a_clock_that_goes_back_never_loses_the_latest(path: Path) -> None:
    for day in range(4):
        write(path, f"{day}", backups(path, 2, NOW + timedelta(days=day)))
    former = write(path, "then", backups(path, 2, NOW - timedelta(days=900)))
    assert former in [backup.path.read_bytes() for backup in backups(path).listed()]
    assert len(backups(path).listed()) == 2


def test_the_same_bytes_are_kept_once(path: Path) -> None:
    old = path.read_bytes()
    for hour in range(3):
        path.write_bytes(old)
        write(path, str(hour), backups(path, 5, NOW + timedelta(hours=hour)))
    assert [backup.path.read_bytes() for backup in backups(path).listed()] == [old]


def test_none_are_made_or_removed_where_none_are_wanted(path: Path) -> None:
    write(path, "a", backups(path, 5))
    write(path, "b", backups(path, 0))
    assert len(backups(path).listed()) == 1


def test_other_files_in_the_folder_stay(path: Path) -> None:
    write(path, "a", backups(path))
    others = ["mine.xlsx", "20241399-100000-T.xlsx", "20240603-100000.xlsx"]
    for name in others:
        (backups(path).folder / name).write_bytes(b"")
    write(path, "b", backups(path, 1, NOW + timedelta(hours=1)))
    assert {file.name for file in backups(path).folder.iterdir()} == {*others, "20240603-110000-T.xlsx"}


def test_very_long_names_can_be_kept(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("")), "会议行动项跟踪表" * 10 + ".xlsx")
    write(path, "x", backups(path))
    assert [backup.path.suffix for backup in backups(path).listed()] == [".xlsx"]


def test_where_the_folder_cannot_be_made_nothing_is_written(path: Path) -> None:
    before = path.read_bytes()
    (path.parent / "T.closeloop").write_bytes(b"a file")
    with pytest.raises(BusyFault, match=r"^T\.xlsx cannot be backed up in .*T\.closeloop.*keep = 0"):
        write(path, "x", backups(path))
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 2
    write(path, "x", backups(path, 0))


def test_a_full_disk_at_the_backup_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, real, flushed = path.read_bytes(), os.fsync, []

    def fail(descriptor: int) -> None:
        flushed.append(descriptor)
        if len(flushed) == 2:
            raise OSError(errno.ENOSPC, "full")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WorkbookFault, match="disk is full"):
        write(path, "x", backups(path))
    assert path.read_bytes() == before
    assert not list(path.parent.rglob("*.tmp"))
    assert backups(path).listed() == []


def test_nothing_is_kept_of_a_file_that_changed_meanwhile(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def change(descriptor: int) -> None:
        real(descriptor)
        path.write_bytes(b"somebody else's")

    monkeypatch.setattr(os, "fsync", change)
    with pytest.raises(ChangedFault):
        write(path, "x", backups(path))
    assert backups(path).listed() == []
