"""Killed at any moment while mails go out: nobody gets a mail twice, and what is unsure is listed as unsettled.

CLOSELOOP_KILLS=500 kills that often. Figures are shown by -s.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
from aiosmtpd.controller import Controller
from robot_server import closed_port
from telling_crashing import PEOPLE

from sync.ledger.ledger import Ledger
from sync.ledger.notices import CLAIMED, KNOWN, SENT
from sync.ledger.tables import NOTICES

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="forks and kills as Unix does")]
ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("CLOSELOOP_KILLS", "10"))


class Office:
    """A mail server's handler that counts copies, and kills who is sending ``delay`` seconds after the line opened."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.copies: Counter[str] = Counter()
        self.people: Counter[str] = Counter()
        self.stage = ""
        self.victim: int | None = None
        self.delay = 0.0

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        self.stage = "before the first mail"
        if self.victim:
            timer = threading.Timer(self.delay, self._kill, [self.victim])
            timer.daemon = True
            timer.start()
            self.victim = None
        return responses

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802
        envelope.mail_from = address
        await self._pause("MAIL")
        return "250 ok"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        await self._pause("RCPT")
        return "250 ok"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.copies[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
        self.people[envelope.rcpt_tos[0]] += 1
        await self._pause("taken, not answered")
        self.stage = "answered"
        return "250 kept"

    async def _pause(self, stage: str) -> None:
        self.stage = stage
        await asyncio.sleep(self.chance.uniform(0, 0.004))

    @staticmethod
    def _kill(victim: int) -> None:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            return


class Nursery:
    """The process whose children make passes; a child is its zombie until it has said how it ended."""

    def __init__(self) -> None:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "tell")])
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("telling_crashing.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": paths},
        )

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def start(self, **order: Any) -> int:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.hear()["pid"])

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def office() -> Iterator[tuple[Office, int]]:
    handler, port = Office(random.Random(20240603)), closed_port()
    controller = Controller(handler, "127.0.0.1", port)
    controller.start()
    yield handler, port
    controller.stop()


def states(folder: Path) -> dict[str, Counter[str]]:
    """Of each person, how many notices are in which state."""
    ledger = Ledger.in_file(folder / "ledger.sqlite", "t")
    query = sql.select(NOTICES.c.email, NOTICES.c.state).where(NOTICES.c.state != KNOWN)
    with ledger.database._engine.connect() as connection:
        rows = connection.execute(query).all()
    ledger.close()
    found: dict[str, Counter[str]] = {}
    for email, state in rows:
        found.setdefault(email, Counter())[state] += 1
    return found


def test_killed_while_mails_go_out(tmp_path, nursery, office):
    handler, port = office
    chance = random.Random(505)
    ends: Counter[str] = Counter()
    for number in range(KILLS):
        folder = tmp_path / str(number)
        handler.copies.clear()
        handler.people.clear()
        handler.delay = chance.uniform(0, 0.22)
        handler.victim = nursery.start(folder=str(folder), port=port, hour=10)
        # The pid is said before the child has come to the mail server.
        ended = nursery.hear()
        assert ended["killed"] or ended["status"] == 0, ended
        stage = handler.stage if ended["killed"] else "ended before"
        arrived = set(handler.people)
        nursery.start(folder=str(folder), port=port, hour=11)
        assert nursery.hear()["status"] == 0
        unsettled = check(folder, handler)
        ends[f"{stage}: {unsure(unsettled, arrived)}"] += 1
    sys.stderr.write(f"{KILLS} kills: {json.dumps(dict(sorted(ends.items())))}\n")
    assert sum(ends.values()) == KILLS


def check(folder: Path, handler: Office) -> list[str]:
    """Nothing twice; whoever got nothing is listed, and so is whoever may have got something. Gives the latter."""
    found = states(folder)
    assert len(found) == PEOPLE
    assert set(handler.copies.values()) <= {1}
    assert set(handler.people.values()) <= {1}
    unsettled = [email for email, counts in found.items() if set(counts) == {CLAIMED}]
    assert len(unsettled) <= 1
    for email, counts in found.items():
        assert set(counts) in ({SENT}, {CLAIMED}), (email, counts)
        assert handler.people[email] == 1 or email in unsettled
    return unsettled


def unsure(unsettled: list[str], arrived: set[str]) -> str:
    if not unsettled:
        return "all sent once"
    return "one unsettled, arrived" if unsettled[0] in arrived else "one unsettled, not arrived"
