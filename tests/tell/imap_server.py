"""A small IMAP server on loopback: one mailbox, passwords and tokens, what closeloop asks of it and no more."""

import base64
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Reply = Iterator[bytes]
REFUSAL = base64.b64encode(b'{"status":"400","schemes":"Bearer"}')


@dataclass
class Mailbox:
    """Mails by number from 1, and which were marked as seen. ``token`` opens it for ``user`` beside the password."""

    user: str
    password: str
    token: str
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    marked: set[int] = field(default_factory=set)
    port: int = 0

    def deliver(self, raw: bytes, name: str) -> None:
        self.mails.append((name, raw))

    def seen(self) -> list[str]:
        return sorted(self.mails[uid - 1][0] for uid in self.marked)


class _Line(socketserver.StreamRequestHandler):
    """One client: a command a line, an answer of the method of its name."""

    server: "_Server"

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline().decode():
            tag, _, said = line.strip().partition(" ")
            command, _, rest = said.partition(" ")
            if command.upper() == "UID":
                command, _, rest = rest.partition(" ")
            for answer in getattr(self, f"do_{command.lower()}")(rest):
                self.wfile.write(re.sub(rb"^TAG", tag.encode(), answer) + b"\r\n")
            if command.upper() == "LOGOUT":
                return

    @property
    def box(self) -> Mailbox:
        return self.server.box

    def do_capability(self, _rest: str) -> Reply:
        yield b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2"
        yield b"TAG OK done"

    def do_login(self, rest: str) -> Reply:
        right = rest.replace('"', "") == f"{self.box.user} {self.box.password}"
        yield b"TAG OK done" if right else b"TAG NO [AUTHENTICATIONFAILED] Authentication failed."

    def do_authenticate(self, mechanism: str) -> Reply:
        assert mechanism == "XOAUTH2"
        yield b"+ "
        said = base64.b64decode(self.rfile.readline()).decode()
        if said == f"user={self.box.user}\x01auth=Bearer {self.box.token}\x01\x01":
            yield b"TAG OK done"
            return
        yield b"+ " + REFUSAL
        assert self.rfile.readline().strip() == b""
        yield b"TAG NO AUTHENTICATE failed."

    def do_examine(self, _rest: str) -> Reply:
        yield b"* %d EXISTS" % len(self.box.mails)
        yield b"* OK [UIDVALIDITY 7] valid"
        yield b"TAG OK done"

    do_select = do_examine

    def do_search(self, rest: str) -> Reply:
        first = re.match(r"UID (\d+):", rest)
        uids = range(int(first[1]) if first else 1, len(self.box.mails) + 1)
        yield " ".join(
            ["* SEARCH", *map(str, uids or [len(self.box.mails)])]
        ).encode()  # n:* is the last at least
        yield b"TAG OK done"

    def do_fetch(self, rest: str) -> Reply:
        uid, most = map(int, re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest).groups())
        raw = self.box.mails[uid - 1][1][:most]
        yield b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%b)" % (uid, uid, len(raw), raw)
        yield b"TAG OK done"

    def do_store(self, rest: str) -> Reply:
        uids, flags = re.fullmatch(r"([\d,]+) \+FLAGS\.SILENT \((.*)\)", rest).groups()
        assert flags == "\\Seen"
        self.box.marked |= {int(uid) for uid in uids.split(",")}
        yield b"TAG OK done"

    def do_logout(self, _rest: str) -> Reply:
        yield b"* BYE"
        yield b"TAG OK done"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    box: Mailbox


@contextmanager
def running(box: Mailbox) -> Iterator[Mailbox]:
    """Answer for a while; ``box.port`` says where."""
    with _Server(("127.0.0.1", 0), _Line) as server:
        server.box, box.port = box, server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
