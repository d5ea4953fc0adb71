"""A mail server that drops the line at any stage of the dialogue, in TLS: nobody gets a mail twice, nobody goes without
one, and what may have arrived is listed as unsettled."""

from collections import Counter
from contextlib import closing
from datetime import datetime
from email import message_from_bytes

import pytest
from scripted_smtp import DROP, ScriptedServer
from telling_crashing import PEOPLE, book

from sync.ledger.ledger import Ledger
from sync.ledger.notices import CLAIMED, KNOWN, SENT
from sync.settings import Settings
from sync.tell.smtp import SmtpChannel, SmtpSettings
from sync.worker import run_pass

DAY = datetime(2024, 6, 3)
OFFERS = {"EHLO": "250-scripted\r\n250-STARTTLS\r\n250 AUTH PLAIN"}
EARLY = ["greeting", "EHLO", "STARTTLS", "handshake", "secured", "AUTH", "logged in"]
INSIDE = ["MAIL", "RCPT", "DATA", "body"]


@pytest.fixture
def trusted(certificate, monkeypatch):
    """A certificate that clients of this test trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


def passes(folder, server: ScriptedServer, hours: range) -> list[str]:
    """What each pass had to complain of when it came to the server."""
    settings = SmtpSettings("localhost", server.port, "starttls", "me", "right", timeout=5)
    said = []
    for hour in hours:
        with closing(Ledger.in_file(folder / "ledger.sqlite", "t")) as ledger:
            done = run_pass(book(), ledger, SmtpChannel(settings), Settings(), DAY.replace(hour=hour))
            away = "no line" if getattr(done, "unreachable", None) else ""
            said.append(" ".join([away, *(each.detail for _, each in getattr(done, "failed", ()))]).strip())
    return said


def states(folder) -> dict[str, set[str]]:
    """The states of each person's notices, but those that were known when the tracker was adopted."""
    found: dict[str, set[str]] = {}
    with closing(Ledger.in_file(folder / "ledger.sqlite", "t")) as ledger:
        for entry in ledger.notices.entries():
            if entry.state != KNOWN:
                found.setdefault(entry.email, set()).add(entry.state)
    return found


def copies(server: ScriptedServer) -> Counter[str]:
    return Counter(str(message_from_bytes(message)["To"]) for message in server.messages)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("stage", [*EARLY, *INSIDE])
def test_dropped_before_the_dot_everybody_has_one_mail_in_the_end(tmp_path, trusted, stage, times):
    scripts = [{**OFFERS, stage: DROP}] * times + [OFFERS]
    with ScriptedServer(*scripts, certificate=trusted) as server:
        said = passes(tmp_path, server, range(10, 15))
        mails = copies(server)

    assert any(said[:2]), said
    assert not any(said[3:]), said
    unsettled = [email for email, found in states(tmp_path).items() if found != {SENT}]
    arrived = [count for count in mails.values() if count]
    # A small mail has left whole, dot and all, before its sender can notice that nobody reads it.
    assert len(unsettled) <= (times if stage == "body" else 0)
    assert set(arrived) == {1}
    assert len(arrived) + len(unsettled) == PEOPLE


def test_dropped_after_the_dot_it_is_not_sent_again_but_listed(tmp_path, trusted):
    with ScriptedServer({**OFFERS, "dot": DROP}, OFFERS, certificate=trusted) as server:
        said = passes(tmp_path, server, range(10, 15))
        mails = copies(server)

    assert "the line broke before the server answered" in said[0]
    assert not any(said[1:])
    assert set(mails.values()) == {1}
    assert len(mails) == PEOPLE
    assert Counter(map(frozenset, states(tmp_path).values())) == {
        frozenset({SENT}): PEOPLE - 1,
        frozenset({CLAIMED}): 1,
    }
