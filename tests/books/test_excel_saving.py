"""Replacing the file: changes meanwhile, leftovers, links, modes and full disks."""

import errno
import os
import shutil
import stat
import struct
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from excel_packages import parts, saved, sheet
from excel_plans import setting

from sync.books.excel import Backups, ExcelBook
from sync.changes import Plan, SetCell
from sync.faults import BusyFault, ChangedFault, WorkbookFault


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return saved(tmp_path, parts(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')))


def plan_for(path: Path) -> Plan:
    return Plan(ExcelBook(path).read().fingerprint, cells=(SetCell("T", 1, 2, "message", "", None, "x"),))


def test_an_empty_plan_touches_nothing(path: Path) -> None:
    os.utime(path, (1, 1))
    ExcelBook(path).apply(Plan("whatever"))
    assert path.stat().st_mtime == 1


def test_a_plan_that_changes_nothing_touches_nothing(path: Path) -> None:
    setting(path, (1, 2, "x"))
    os.utime(path, (1, 1))
    setting(path, (1, 2, "x"))
    assert path.stat().st_mtime == 1


def test_a_workbook_that_changed_since_is_busy(path: Path) -> None:
    plan = plan_for(path)
    setting(path, (5, 5, "somebody"))
    before = path.read_bytes()
    with pytest.raises(ChangedFault, match=r"^T\.xlsx changed"):
        ExcelBook(path).apply(plan)
    assert path.read_bytes() == before


def test_a_workbook_that_changes_while_saving_is_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_for(path)
    flush = os.fsync

    def flush_and_change(descriptor: int) -> None:
        flush(descriptor)
        path.write_bytes(b"somebody else's")

    monkeypatch.setattr(os, "fsync", flush_and_change)
    with pytest.raises(ChangedFault, match="changed while"):
        ExcelBook(path).apply(plan)
    assert path.read_bytes() == b"somebody else's"
    assert list(path.parent.iterdir()) == [path]


def test_a_read_only_workbook_is_busy(path: Path) -> None:
    plan = plan_for(path)
    path.chmod(0o444)
    with pytest.raises(BusyFault, match="read-only"):
        ExcelBook(path).apply(plan)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (errno.ENOSPC, WorkbookFault),
        (errno.EACCES, BusyFault),
        (errno.EROFS, BusyFault),
        (errno.EIO, WorkbookFault),
    ],
)
def test_failures_of_the_disk_leave_the_old_file(
    code: int, fault: type[Exception], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, before = plan_for(path), path.read_bytes()

    def fail(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(fault, match=r"^T\.xlsx "):
        ExcelBook(path).apply(plan)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_leftovers_of_dead_processes_go(path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    gone = path.with_name(f".closeloop-T.xlsx-{int(dead.stdout)}.tmp")
    alive = path.with_name(f".closeloop-T.xlsx-{os.getppid()}.tmp")
    other = path.with_name(".closeloop-other.xlsx-1.tmp")
    for file in (gone, alive, other):
        file.write_bytes(b"half")
    setting(path, (1, 2, "x"))
    assert sorted(file.name for file in path.parent.iterdir()) == sorted([path.name, alive.name, other.name])


def test_mode_and_link_are_kept(path: Path, tmp_path: Path) -> None:
    path.chmod(0o640)
    link = tmp_path / "link.xlsx"
    link.symlink_to(path.name)
    has_attributes = hasattr(os, "setxattr") and attribute_set(path)
    setting(link, (1, 2, "x"))
    assert link.is_symlink()
    assert not has_attributes or os.getxattr(path, "user.place") == b"3F"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert ExcelBook(path).read().tabs[0].rows == [[1.0, "x"]]


def attribute_set(path: Path) -> bool:
    try:
        os.setxattr(path, "user.place", b"3F")
    except OSError:
        return False
    return True


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="access lists are attributes on Linux")
def test_an_access_list_is_kept(path: Path) -> None:
    entries = [
        (0x01, 6, 0xFFFFFFFF),
        (0x02, 6, 1234),
        (0x04, 4, 0xFFFFFFFF),
        (0x10, 6, 0xFFFFFFFF),
        (0x20, 0, 0xFFFFFFFF),
    ]
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(path, "system.posix_acl_access", acl)
    except OSError:
        pytest.skip("no access lists on this disk")
    setting(path, (1, 2, "x"))
    assert os.getxattr(path, "system.posix_acl_access") == acl


@pytest.mark.skipif(not hasattr(os, "fchown"), reason="no owners")
@pytest.mark.parametrize(("mode", "kept"), [(0o600, False), (0o640, False), (0o660, True), (0o666, True)])
def test_an_owner_is_not_locked_out(
    mode: int, kept: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid():
        pytest.skip("only root can give files away")
    os.chown(path, 1234, 0)
    path.chmod(mode)

    def give(descriptor: int, owner: int, group: int) -> None:
        if owner != -1:
            raise PermissionError(errno.EPERM, "not yours")

    monkeypatch.setattr(os, "fchown", give)
    if kept:
        setting(path, (1, 2, "x"))
        assert path.stat().st_uid == 0
        return
    with pytest.raises(BusyFault, match="belongs to another user"):
        setting(path, (1, 2, "x"))
    assert path.stat().st_uid == 1234
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "fchown"), reason="no owners")
def test_the_owner_is_kept_where_permitted(path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give files away")
    os.chown(path, 1234, 4321)
    path.chmod(0o600)
    setting(path, (1, 2, "x"))
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


def test_a_sharing_violation_is_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows says it: WinError 32 comes as a denied permission."""
    plan, before = plan_for(path), path.read_bytes()

    def taken(*_: object) -> None:
        raise PermissionError(errno.EACCES, "The process cannot access the file")

    monkeypatch.setattr(os, "rename", taken)
    monkeypatch.setattr(os, "replace", taken)
    with pytest.raises(BusyFault, match="cannot be written now"):
        ExcelBook(path).apply(plan)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("gone", ["file", "folder"])
def test_what_is_gone_in_the_middle_is_said(
    gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = saved(folder, parts(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')))
    plan, flush = plan_for(path), os.fsync

    def flush_and_delete(descriptor: int) -> None:
        flush(descriptor)
        path.unlink() if gone == "file" else shutil.rmtree(folder)

    monkeypatch.setattr(os, "fsync", flush_and_delete)
    with pytest.raises(ChangedFault, match="moved or deleted") as caught:
        ExcelBook(path, Backups(folder / "T.closeloop" / "backups", 5, datetime(2024, 6, 3))).apply(plan)
    assert caught.value.exit_code == BusyFault.exit_code
    assert not folder.exists() or not list(folder.iterdir())


def test_an_empty_plan_tidies_up_too(path: Path) -> None:
    stray = path.with_name(".closeloop-T.xlsx-999999999.tmp")
    stray.write_bytes(b"half")
    ExcelBook(path).apply(Plan("whatever"))
    assert list(path.parent.iterdir()) == [path]


def test_very_long_names_can_be_saved(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("")), "会议行动项跟踪表" * 10 + ".xlsx")
    setting(path, (1, 1, "x"))
    assert list(tmp_path.iterdir()) == [path]
