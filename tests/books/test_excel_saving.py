"""Replacing the file: locks, changes meanwhile, leftovers, links, modes and full disks."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from excel_packages import parts, saved, sheet
from excel_plans import setting

from sync.books.excel import ExcelBook, saving
from sync.changes import Plan, SetCell
from sync.faults import BusyFault, WorkbookFault


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
    with pytest.raises(BusyFault, match=r"^T\.xlsx changed"):
        ExcelBook(path).apply(plan)
    assert path.read_bytes() == before


def test_a_workbook_that_changes_while_saving_is_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_for(path)
    write = saving._write

    def write_and_change(temporary: Path, data: bytes, like: Path) -> None:
        write(temporary, data, like)
        path.write_bytes(b"somebody else's")

    monkeypatch.setattr(saving, "_write", write_and_change)
    with pytest.raises(BusyFault, match="changed while"):
        ExcelBook(path).apply(plan)
    assert path.read_bytes() == b"somebody else's"
    assert list(path.parent.iterdir()) == [path]


LOCKS = {
    "~$T.xlsx": (bytes([4]) + b"Anna" + b" " * 51 + "\x06\0王小明 Li".encode("utf-16-le"), "Excel.*by"),
    ".~lock.T.xlsx#": (b",anna,PC-7,20.11.2026 16:30,file:///x;", "LibreOffice.*by anna on PC-7"),
}


@pytest.mark.parametrize("name", LOCKS)
def test_an_open_workbook_is_busy_and_says_by_whom(name: str, path: Path) -> None:
    content, said = LOCKS[name]
    plan = plan_for(path)
    path.with_name(name).write_bytes(content)
    with pytest.raises(BusyFault, match=said):
        ExcelBook(path).apply(plan)
    path.with_name(name).unlink()
    ExcelBook(path).apply(plan)


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
    setting(link, (1, 2, "x"))
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert ExcelBook(path).read().tabs[0].rows == [[1.0, "x"]]


def test_very_long_names_can_be_saved(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("")), "会议行动项跟踪表" * 10 + ".xlsx")
    setting(path, (1, 1, "x"))
    assert list(tmp_path.iterdir()) == [path]
