"""Killed, or failed by the disk, at every call: the workbook is the old one or the new one, and the next pass tidies up.

CLOSELOOP_KILLS=300 kills a whole run that often, and tries every error at every call. Figures are shown by -s.
"""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from excel_crashing import NAME, backups_of, save
from excel_packages import parts, saved, sheet

from sync.books.excel import ExcelBook
from sync.cli import main

pytestmark = pytest.mark.skipif(os.name == "nt", reason="forks and kills as Unix does")
ROOT = Path(__file__).parents[2]
ERRORS = ("ENOSPC", "EACCES", "EIO", "ENOENT")
KILLS = int(os.environ.get("CLOSELOOP_KILLS", "12"))
THOROUGH = KILLS > 12


class Nursery:
    """The process whose children save."""

    def __init__(self) -> None:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "books")])
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("excel_crashing.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": paths},
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def save(self, folder: Path, **order: Any) -> dict[str, Any]:
        self.tell(json.dumps({"folder": str(folder), **order}))
        return self.hear()

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


class Place:
    """A folder with a workbook and as many backups as may be, that can be laid out anew."""

    def __init__(self, folder: Path) -> None:
        self.pattern, self.folder = folder / "pattern", folder / "here"
        kept = self.pattern / "T.closeloop" / "backups"
        kept.mkdir(parents=True)
        self.former = [b"older", b"old"]
        for number, data in enumerate(self.former, start=1):
            (kept / f"2024060{number}-100000-T.xlsx").write_bytes(data)
        self.old = saved(self.pattern, parts(sheet('<row r="1"><c r="A1"><v>1</v></c></row>'))).read_bytes()
        self.lay()
        save(self.folder)
        self.new = (self.folder / NAME).read_bytes()
        assert self.new != self.old

    def lay(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.pattern, self.folder)

    def kept(self) -> list[bytes]:
        return [backup.path.read_bytes() for backup in backups_of(self.folder).listed()]

    def strays(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.name.endswith(".tmp")]

    def check(self, ended: dict[str, Any]) -> None:
        """The old file or the new one, by what the pass said; what it replaced is kept; nothing is half."""
        now = (self.folder / NAME).read_bytes()
        assert now in (self.old, self.new), ended
        assert ended["end"] in {"saved", "fault", "killed"}, ended
        if ended["end"] == "saved":
            assert now == self.new
        if ended["end"] == "fault":
            assert now == self.old
            assert ended["code"] in {4, 5}
            assert "\n" not in ended["said"]
        kept = self.kept()
        assert set(kept) <= {self.old, *self.former}
        assert now == self.old or self.old in kept

    def check_next(self) -> None:
        """The next pass writes what this one could not and leaves nothing behind."""
        save(self.folder)
        assert (self.folder / NAME).read_bytes() == self.new
        assert ExcelBook(self.folder / NAME).read().tabs[0].rows == [[1.0, "x"]]
        assert not self.strays()
        assert self.old in self.kept()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.slow
def test_hit_at_every_call_that_saving_makes(place: Place, nursery: Nursery) -> None:
    place.lay()
    calls = nursery.save(place.folder)["calls"]
    assert calls > 40
    ends: Counter[str] = Counter()
    for call in range(1, calls + 1):
        for hit in ("kill", *(ERRORS if THOROUGH else ERRORS[call % 4 :][:1])):
            place.lay()
            ended = nursery.save(place.folder, call=call, hit=hit)
            place.check(ended)
            if ended["end"] == "fault":
                assert len(place.strays()) <= 1  # one where the call that failed was to delete it
            place.check_next()
            ends[f"{hit}: {ended['end']}"] += 1
    sys.stderr.write(f"{calls} calls: {dict(ends)}" + "\n")
    assert ends["kill: killed"] == calls


def traced_paths(folder: Path, pid: int) -> list[str]:
    kept = folder / "T.closeloop" / "backups"
    names = [path.name for path in kept.iterdir()] + [
        f".closeloop-{NAME}-{pid}.tmp",
        "20240603-100000-T.xlsx",
    ]
    beside = [folder / NAME, folder / f".closeloop-{NAME}-{pid}.tmp", folder / f"~${NAME}"]
    lock = folder / f".~lock.{NAME}#"
    return [
        str(path) for path in (folder, *beside, lock, kept.parent, kept, *(kept / name for name in names))
    ]


def traced(place: Place, nursery: Nursery, *options: str) -> tuple[dict[str, Any], list[str]]:
    """Save under strace, which sees the calls that touch the folder; gives how it ended and their names."""
    place.lay()
    nursery.tell(json.dumps({"folder": str(place.folder), "wait": True}))
    pid = nursery.hear()["pid"]
    log = place.folder.with_name("log")
    watched = [option for path in traced_paths(place.folder, pid) for option in ("-P", path)]
    tracer = subprocess.Popen(
        ["strace", "-o", str(log), *watched, *options, "-p", str(pid)], stderr=subprocess.PIPE, text=True
    )
    assert tracer.stderr
    said = tracer.stderr.readline()
    nursery.tell("go")
    ended = nursery.hear()
    tracer.wait(10)
    tracer.stderr.close()
    if "attached" not in said:
        pytest.skip(f"strace cannot attach here: {said.strip()}")
    return ended, re.findall(r"^([a-z0-9_]+)\(", log.read_text("utf-8", "replace"), re.MULTILINE)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("hit", ["signal=KILL", *(f"error={name}" for name in ERRORS if THOROUGH)])
def test_hit_at_every_system_call_that_touches_the_folder(hit: str, place: Place, nursery: Nursery) -> None:
    ended, names = traced(place, nursery)
    assert ended["end"] == "saved"
    assert len(names) > 60
    seen: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        ended, _ = traced(place, nursery, "-e", f"inject={name}:{hit}:when={seen[name]}")
        place.check(ended)
        place.check_next()
        ends[ended["end"]] += 1
    sys.stderr.write(f"{hit}, {len(names)} calls: {dict(ends)} {dict(seen)}" + "\n")
    assert "KILL" not in hit or ends["killed"] == len(names)


@pytest.mark.slow
def test_a_run_killed_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Runs(tmp_path, monkeypatch)
    ends: Counter[str] = Counter()
    chance = random.Random(20240603)
    for number in range(KILLS):
        ends[run.killed(chance, late=bool(number % 3))] += 1
    sys.stderr.write(f"{KILLS} kills: {dict(ends)}" + "\n")
    assert sum(ends.values()) == KILLS


class Runs:
    """Whole runs as children, to be killed, each followed by one that is not."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pattern, self.folder, self.patch = folder / "pattern", folder / "here", monkeypatch
        self.pattern.mkdir()
        monkeypatch.chdir(self.pattern)
        self.finish("init", "tracker.xlsx")
        self.fill()
        self.old = self.content(self.pattern)
        self.lay()
        start = time.monotonic()
        assert self.start().wait(60) == 0
        self.lasts = time.monotonic() - start
        self.new = self.content(self.folder)
        assert self.new != self.old

    def fill(self) -> None:
        from openpyxl import load_workbook

        book = load_workbook(self.pattern / "tracker.xlsx")
        tab = book["行动项跟踪表"]
        heads = {cell.value: cell.column for row in tab.iter_rows(max_row=3) for cell in row if cell.value}
        first = (
            next(cell.row for row in tab.iter_rows(max_row=3) for cell in row if cell.value == "负责人") + 1
        )
        for row in range(first, first + 60):
            tab.cell(row, heads["负责人"], "王芳")
            tab.cell(row, heads["行动项描述"], f"输出《流程V{row}.0》")
            tab.cell(row, heads["计划完成时间"], "2024-05-27")
        book.save(self.pattern / "tracker.xlsx")

    def lay(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.pattern, self.folder)

    @staticmethod
    def content(folder: Path) -> bytes:
        return (folder / "tracker.xlsx").read_bytes()

    def arguments(self) -> list[str]:
        return ["run", str(self.folder / "tracker.xlsx"), "--now", "2024-06-03T10:00"]

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "sync", *self.arguments()],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def finish(self, *arguments: str) -> None:
        """A run in this process, which nothing disturbs."""
        self.patch.setattr(sys, "argv", ["closeloop", *arguments])
        with contextlib.suppress(SystemExit):
            main()

    def strays(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.name.endswith(".tmp")]

    def killed(self, chance: random.Random, late: bool) -> str:
        """Kill one run: at any moment, or ``late``, about when it writes its first temporary file."""
        self.lay()
        child = self.start()
        until = time.monotonic() + (chance.uniform(0, self.lasts * 1.1) if not late else 60)
        while child.poll() is None and time.monotonic() < until:
            if late and self.strays():
                time.sleep(chance.uniform(0, 0.03))
                break
            time.sleep(0.0005)
        child.send_signal(signal.SIGKILL)
        died = child.wait(10) == -signal.SIGKILL
        left, now = bool(self.strays()), self.content(self.folder)
        assert now in (self.old, self.new)
        kept = sorted((self.folder / "tracker.closeloop").glob("backups/*.xlsx"))
        assert all(path.read_bytes() == self.old for path in kept)
        assert now == self.old or kept
        self.finish(*self.arguments())
        assert self.content(self.folder) == self.new
        assert not self.strays()
        state = "new" if now == self.new else "old"
        return f"{state}{', temporary file left' if left else ''}{'' if died else ', ended before'}"
