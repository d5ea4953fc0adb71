"""A mailbox over IMAP, where answers come in: the only module that speaks it. Reading leaves no trace."""

import base64
import imaplib
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from sync.faults import DeliveryFault
from sync.tell.digest import one_line

MOST = 200
"""Mails that one pass reads; the next one reads on."""
_MOST_BYTES = 256 * 1024
_DETAIL = 200
_ASCII_RUN = re.compile(r"[^\x20-\x7e]+")


@dataclass(frozen=True)
class ImapSettings:
    """How to reach the mailbox. ``timeout`` in seconds, for each answer; ``move_to`` a folder for what was taken, ''
    to leave it where it is and mark it as seen; ``token`` gives an access token for the user, to log in with instead
    of the password (XOAUTH2)."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    move_to: str = ""
    timeout: float = 30.0
    token: Callable[[], str] | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """What tells this mailbox apart from others."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"


class Mark(NamedTuple):
    """How far a mailbox was read: the last mail's number, which means something under one ``validity`` alone."""

    validity: int
    last: int


class Letter(NamedTuple):
    """A mail by its number in the mailbox; at most its first 256 KiB."""

    uid: int
    raw: bytes


class Fetched(NamedTuple):
    """What was read, and how far."""

    letters: tuple[Letter, ...]
    mark: Mark


class ImapMailbox:
    """The mailbox of the settings. Each method opens a line of its own; all raise DeliveryFault."""

    def __init__(self, settings: ImapSettings) -> None:
        self.settings = settings

    def look(self) -> int:
        """How many mails there are; to see that everything is in order."""
        with self._line(readonly=True) as line:
            return _number(line.response("EXISTS")[1])

    def fetch(self, after: Mark | None, since: date) -> Fetched:
        """The mails after a mark; without one, or where the server has numbered them anew, those of the days since."""
        with self._line(readonly=True) as line:
            validity = _number(line.response("UIDVALIDITY")[1])
            known = after.last if after and after.validity == validity else 0
            wanted = f"UID {known + 1}:*" if known else f"SINCE {_imap_day(since)}"
            uids = sorted(uid for uid in _uids(_good(line.uid("SEARCH", wanted))) if uid > known)[:MOST]
            letters = tuple(Letter(uid, _body(line, uid)) for uid in uids)
            return Fetched(letters, Mark(validity, max([known, *uids])))

    def settle(self, uids: Sequence[int]) -> None:
        """Mark mails as seen, and move them where the settings say so."""
        if not uids:
            return
        chosen = ",".join(map(str, uids))
        with self._line(readonly=False) as line:
            _good(line.uid("STORE", chosen, "+FLAGS.SILENT", "(\\Seen)"))
            if not self.settings.move_to:
                return
            folder = _quoted(self.settings.move_to)
            if b"MOVE" in _words(_good(line.capability())):  # more is offered once one is logged in
                _good(line.uid("MOVE", chosen, folder))
            else:  # no EXPUNGE: it would take away what people have marked themselves
                _good(line.uid("COPY", chosen, folder))
                _good(line.uid("STORE", chosen, "+FLAGS.SILENT", "(\\Deleted)"))

    @contextmanager
    def _line(self, *, readonly: bool) -> Iterator[imaplib.IMAP4]:
        """A line that is encrypted and logged in, with the folder open."""
        try:
            line = _dialled(self.settings)
            try:
                _log_in(line, self.settings)
                _good(line.select(_quoted(self.settings.folder), readonly=readonly))
                yield line
            finally:
                with suppress(imaplib.IMAP4.error, OSError):
                    line.logout()
        except (imaplib.IMAP4.error, OSError, UnicodeError, ValueError) as error:
            raise self._fault(error) from None  # some errors carry what was sent, and the login is among it

    def _fault(self, error: Exception) -> DeliveryFault:
        detail = one_line(str(getattr(error, "verify_message", "") or error).strip("b'\""), _DETAIL)
        if self.settings.token:
            return DeliveryFault(
                "the mailbox of {user} at {server} cannot be read with the token ({detail}): check that the application "
                "may read it over IMAP, and that replies.user is the mailbox itself",
                user=self.settings.user,
                server=f"{self.settings.host}:{self.settings.port}",
                detail=detail.rstrip("."),
            )
        if self.settings.password:
            detail = detail.replace(self.settings.password, "***")
        return DeliveryFault(
            "the mailbox of {user} at {server} cannot be read ({detail}): check [replies] in the settings; "
            "many providers want an app password (授权码), and that IMAP is switched on",
            user=self.settings.user,
            server=f"{self.settings.host}:{self.settings.port}",
            detail=detail.rstrip("."),
        )


def _dialled(settings: ImapSettings) -> imaplib.IMAP4:
    if settings.security == "tls":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=context, timeout=settings.timeout)
    line = imaplib.IMAP4(settings.host, settings.port, timeout=settings.timeout)
    if settings.security == "starttls":
        try:
            line.starttls(ssl.create_default_context())
        except BaseException:
            line.shutdown()
            raise
    return line


def _log_in(line: imaplib.IMAP4, settings: ImapSettings) -> None:
    if not settings.token:
        line.login(settings.user, settings.password)
        return
    told = [f"user={settings.user}\x01auth=Bearer {settings.token()}\x01\x01".encode()]
    # A server that refuses the token says why and waits for an empty line.
    line.authenticate("XOAUTH2", lambda _challenge: told.pop() if told else b"")


def _good(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    kind, data = answer
    if kind != "OK":
        said = data[0] if data else ""
        raise imaplib.IMAP4.error(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said))
    return data


def _number(data: Sequence[object]) -> int:
    said = data[0] if data else None
    return int(said) if isinstance(said, bytes) and said.isdigit() else 0


def _uids(data: Sequence[object]) -> list[int]:
    return [int(uid) for uid in _words(data)]


def _words(data: Sequence[object]) -> list[bytes]:
    return [word for part in data if isinstance(part, bytes) for word in part.upper().split()]


def _body(line: imaplib.IMAP4, uid: int) -> bytes:
    """A mail's beginning, or b'' where it has gone meanwhile; it stays unseen."""
    data = _good(line.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{_MOST_BYTES}>)"))
    raw = next((part[1] for part in data if isinstance(part, tuple) and isinstance(part[1], bytes)), b"")
    # What is cut off inside a line of base64 could not be decoded at all.
    return raw if len(raw) < _MOST_BYTES else raw[: raw.rfind(b"\n") + 1]


def _imap_day(day: date) -> str:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{day.day}-{months[day.month - 1]}-{day.year}"


def _quoted(folder: str) -> str:
    """A folder's name as IMAP writes it: other letters in its own form of UTF-7 (RFC 3501 §5.1.3)."""
    shifted = _ASCII_RUN.sub(_shifted, folder.replace("&", "&-"))
    return '"' + shifted.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shifted(run: re.Match[str]) -> str:
    packed = base64.b64encode(run[0].encode("utf-16-be")).decode().rstrip("=")
    return f"&{packed.replace('/', ',')}-"
