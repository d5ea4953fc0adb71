"""closeloop under a real cron, with a real SMTP server, while people edit: ``python -m tests.under_cron --minutes 30``.

A pass each minute in place of each hour. People type into the workbook through all of it: mostly with the lock that
Excel leaves beside it, and now and then as a program without locks, whose saving takes back what was written meanwhile.
At the end it is counted whether a row was lost or changed, a mail came twice, or a traceback was printed. It needs
Debian's cron and the rights to start it, and puts the former crontab back.
"""

import argparse
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller

from sheet_templates import template
from sync.books.excel import ExcelBook
from sync.changes import Plan, SetCell
from sync.commands.demonstration import run_demo
from sync.faults import BusyFault
from sync.finding_tables import find_layouts
from sync.settings import Settings
from sync.snapshot import CellValue

CLOSELOOP = Path(sys.executable).with_name("closeloop")
SETTINGS = """
workbook = "tracker.xlsx"
[reminders]
send_from = 00:00:00
send_until = 23:59:00
[mail]
channel = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
[log]
file = "passes.log"
"""


@dataclass
class Letters:
    """What the SMTP server has taken."""

    taken: list[tuple[str, str]] = field(default_factory=list)
    """Recipient and Message-ID."""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken += [(address, str(message["Message-ID"])) for address in envelope.rcpt_tos]
        return "250 OK"


@dataclass
class People:
    """They type rows and change their own; ``typed`` is what has to stand there, by description."""

    path: Path
    chance: random.Random
    typed: dict[str, dict[str, CellValue]] = field(default_factory=dict)
    waited: int = 0

    def edit(self) -> None:
        """One edit, as Excel makes it, or as a program that knows no locks."""
        if self.chance.random() < 0.7:
            with self._lock():
                self._save(ExcelBook(self.path), self.chance.uniform(0, 8))
            return
        own = self.path.with_name("own-copy.tmp.xlsx")
        shutil.copy(self.path, own)
        self._save(ExcelBook(own), self.chance.uniform(0, 8))
        own.replace(self.path)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        lock = self.path.with_name(f"~${self.path.name}")
        lock.write_bytes(b"\x05Excel".ljust(165))
        try:
            yield
        finally:
            lock.unlink()

    def _save(self, book: ExcelBook, seconds: float) -> None:
        snapshot = book.read()
        layout = find_layouts(snapshot, template(), {})["actions"]
        rows = snapshot.tab(layout.tab).rows
        at = {row[layout.columns["description"] - 1]: number for number, row in enumerate(rows, 1)}
        if self.typed and self.chance.random() < 0.5:
            description = self.chance.choice([*self.typed])
            row, cells = at[description], {"remark": f"第{self.chance.randrange(1000)}次跟进"}
        else:
            description, row = f"输出《第{len(self.typed) + 1}号周报》", max(at.values()) + 1
            due = date.today() + timedelta(days=self.chance.randrange(-5, 30))
            cells = {
                "description": description,
                "owner": "王芳",
                "department": "客服部",
                "due": due.isoformat(),
            }
        time.sleep(seconds)
        changes = (
            SetCell(layout.tab, row, position, key, "", None, value)
            for key, value in cells.items()
            if (position := layout.columns.get(key))
        )
        lock = book.path.with_name(f"~${book.path.name}")
        held = lock.exists() and lock.rename(lock.with_name("held"))
        try:
            book.apply(Plan(snapshot.fingerprint, cells=tuple(sorted(changes))))
            self.typed.setdefault(description, {}).update(cells)
        except BusyFault:  # a pass has just written it; people would be told that the file has changed
            self.waited += 1
        finally:
            if held:
                held.rename(lock)


def main() -> None:
    """Run it and print the figures; exits with 1 where something must not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if not shutil.which("cron"):
        sys.exit("there is no cron here: apt-get install cron")
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(_run(Path(folder), chosen.minutes, random.Random(chosen.seed)))


def _run(folder: Path, minutes: float, chance: random.Random) -> int:
    letters = Letters()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(letters, hostname="127.0.0.1", port=port)
    server.start()
    place = folder / "tracker"
    run_demo(place)
    _work_today(place / "tracker.xlsx")
    (place / "closeloop.toml").write_text(SETTINGS.format(port=port), "utf-8")
    people = People(place / "tracker.xlsx", chance)
    before = _rows(place / "tracker.xlsx")
    end = time.monotonic() + minutes * 60
    with _cron(place):
        while time.monotonic() < end:
            people.edit()
            time.sleep(chance.uniform(2, 12))
        time.sleep(70)  # a last pass that nobody disturbs
    server.stop()
    return _judge(place, before, people, letters)


def _work_today(path: Path) -> None:
    """Make today and tomorrow working days where the tracker is, for nobody is told anything on a day off."""
    book = ExcelBook(path)
    snapshot = book.read()
    layout = find_layouts(snapshot, template(), {})["days"]
    row, beside = len(snapshot.tab(layout.tab).rows) + 1, layout.columns.get("kind", layout.width + 1)
    today = datetime.now(ZoneInfo(Settings().timezone)).date()
    places = [(layout.header_row, beside, "休/班")]
    for later in range(2):
        places += [
            (row + later, layout.columns["day"], today + timedelta(later)),
            (row + later, beside, "班"),
        ]
    cells = (SetCell(layout.tab, at, position, "", "", None, value) for at, position, value in places)
    book.apply(Plan(snapshot.fingerprint, cells=tuple(cells)))


@contextmanager
def _cron(place: Path) -> Iterator[None]:
    """The line of ``closeloop schedule show``, each minute, in a cron of our own."""
    shown = subprocess.check_output([CLOSELOOP, "schedule", "show", "--kind", "cron"], cwd=place, text=True)
    _, line = shown.strip().split(" ", 1)
    former = subprocess.run(["crontab", "-l"], capture_output=True, check=False).stdout
    printed = place.parent / "printed.txt"
    subprocess.run(
        ["crontab", "-"], input=f"* {line} >> {printed} 2>&1\n", text=True, check=True, env=os.environ
    )
    cron = subprocess.Popen([shutil.which("cron") or "cron", "-f"])
    try:
        yield
    finally:
        cron.terminate()
        cron.wait()
        subprocess.run(["crontab", "-"], input=former, check=True)


def _rows(path: Path) -> list[dict[str, CellValue]]:
    """People's cells of each row, and its number."""
    snapshot = ExcelBook(path).read()
    layout = find_layouts(snapshot, template(), {})["actions"]
    keys = {
        key: at
        for key, at in layout.columns.items()
        if template().tables["actions"].columns[key].owner != "worker"
    }
    return [
        {key: row[at - 1] if at <= len(row) else None for key, at in keys.items()}
        for row in snapshot.tab(layout.tab).rows[layout.header_row :]
    ]


def _judge(place: Path, before: list[dict[str, CellValue]], people: People, letters: Letters) -> int:
    after = _rows(place / "tracker.xlsx")
    printed = (
        (place.parent / "printed.txt").read_text("utf-8") if (place.parent / "printed.txt").exists() else ""
    )
    passes = (place / "passes.log").read_text("utf-8").splitlines()
    by_text = Counter(row["description"] for row in after)
    numbers = Counter(row["id"] for row in after)
    typed = [row["id"] for row in after if row["description"] in people.typed]
    unsettled = subprocess.check_output(
        [CLOSELOOP, "notices", "--state", "claimed", "--json"], cwd=place, text=True
    )
    wrong = {
        "tracebacks": printed.count("Traceback"),
        "rows of before changed or lost": sum(row not in after for row in before if row["description"]),
        "typed rows lost or doubled": sum(by_text[text] != 1 for text in people.typed),
        "typed cells changed": sum(
            row[key] != value
            for row in after
            for key, value in people.typed.get(str(row["description"]), {}).items()
        ),
        "typed rows without a number, or with another's": sum(
            not each or numbers[each] > 1 for each in typed
        ),
        "no mail at all": not letters.taken,
        "mails that came twice": sum(count > 1 for count in Counter(letters.taken).values()),
        "unsettled notices": unsettled.count('"key"'),
    }
    print(f"{len(passes)} passes, {len(people.typed)} rows typed, {people.waited} edits gave way to a pass,")
    print(f"{len(letters.taken)} mails to {len({address for address, _ in letters.taken})} people")
    for line in {line for line in printed.splitlines() if line.strip()}:
        print(f"  printed: {line}")
    for what, count in wrong.items():
        print(f"{count:>6}  {what}")
    return int(any(wrong.values()))


if __name__ == "__main__":
    main()
