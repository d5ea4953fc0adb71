"""Locks beside the workbook: who has it open, and which locks a crashed program has left."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from excel_packages import parts, saved, sheet

from sync.books.excel import ExcelBook, locks
from sync.changes import Plan, SetCell
from sync.faults import BusyFault, Fault

EXCEL, LIBRE = "~$T.xlsx", ".~lock.T.xlsx#"
EXCEL_OWNER = bytes([4]) + b"Anna" + b" " * 51 + "\x06\0王小明 Li".encode("utf-16-le")
LOCKS = {
    EXCEL: (EXCEL_OWNER, "Excel.*by"),
    LIBRE: (b",anna,PC-7,20.11.2026 16:30,file:///x;", "LibreOffice.*by anna on PC-7"),
}
HERE = f",anna,{socket.gethostname()},20.11.2026 16:30,file:///x;".encode()
WEEK = 7 * 24 * 3600


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return saved(tmp_path, parts(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')))


def write(path: Path) -> list[str]:
    """Write a cell; gives what was remarked."""
    said: list[Fault] = []
    book = ExcelBook(path, remark=said.append)
    book.apply(Plan(book.read().fingerprint, cells=(SetCell("T", 1, 2, "message", "", None, "x"),)))
    return [str(fault) for fault in said]


def lock(path: Path, name: str, content: bytes, age: float = 0) -> Path:
    file = path.with_name(name)
    file.write_bytes(content)
    os.utime(file, (time.time() - age,) * 2)
    return file


@pytest.mark.parametrize("age", [0, WEEK - 600])
@pytest.mark.parametrize("name", LOCKS)
def test_an_open_workbook_is_busy_and_says_by_whom(name: str, age: float, path: Path) -> None:
    content, said = LOCKS[name]
    file = lock(path, name, content, age)
    with pytest.raises(BusyFault, match=said):
        write(path)
    assert sorted(path.parent.iterdir()) == sorted([path, file])
    file.unlink()
    assert write(path) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_of_last_week_that_nobody_holds_does_not_count(name: str, path: Path) -> None:
    file = lock(path, name, LOCKS[name][0], WEEK + 600)
    assert write(path) == [f"T.xlsx: the lock {name} is left over from a program that has crashed; delete it"]
    assert sorted(path.parent.iterdir()) == sorted([path, file])


def processes(folder: Path, *names: str) -> Path:
    """What /proc says where these programs run."""
    for number, name in enumerate(names, start=1):
        (folder / "proc" / str(number)).mkdir(parents=True)
        (folder / "proc" / str(number) / "comm").write_text(name + "\n")
    return folder / "proc"


@pytest.mark.parametrize(
    ("names", "counts"), [(["bash", "init"], False), (["bash", "soffice.bin"], True), ([], True)]
)
def test_a_lock_of_this_machine_counts_while_an_office_runs(
    names: list[str],
    counts: bool,
    path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(locks, "_PROCESSES", processes(tmp_path_factory.mktemp("p"), *names))
    lock(path, LIBRE, HERE)
    if counts:
        with pytest.raises(BusyFault, match="LibreOffice"):
            write(path)
    else:
        assert len(write(path)) == 1


def test_a_lock_of_another_machine_counts_whatever_runs_here(
    path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_PROCESSES", processes(tmp_path_factory.mktemp("p"), "bash"))
    lock(path, LIBRE, LOCKS[LIBRE][0])
    with pytest.raises(BusyFault, match="PC-7"):
        write(path)


def test_an_old_lock_of_this_machine_counts_while_an_office_runs(
    path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LibreOffice may have a file open for weeks, and locks nothing."""
    monkeypatch.setattr(locks, "_PROCESSES", processes(tmp_path_factory.mktemp("p"), "soffice.bin"))
    lock(path, LIBRE, HERE, 10 * WEEK)
    with pytest.raises(BusyFault, match="LibreOffice"):
        write(path)


HOLD = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    if sys.argv[2] == "locked":
        fcntl.lockf(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["locked", "open"])
def held(path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """The workbook, locked or only kept open by another process."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), request.param], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.communicate()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="other kinds of locks")
@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("name", LOCKS)
def test_an_old_lock_of_a_file_that_is_held_counts(name: str, path: Path) -> None:
    lock(path, name, LOCKS[name][0], 10 * WEEK)
    with pytest.raises(BusyFault, match="is open in"):
        write(path)


def test_an_old_lock_that_cannot_be_opened_counts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows the program that has the file open refuses it to others."""
    owner, real = lock(path, EXCEL, EXCEL_OWNER, 10 * WEEK), Path.open

    def refused(self: Path, mode: str = "r", *given: int, **named: str) -> object:
        if self == owner and "+" in mode:
            raise PermissionError(13, "sharing violation")
        return real(self, mode, *given, **named)

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(BusyFault, match="Excel"):
        write(path)
