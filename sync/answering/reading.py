"""A mail that has come in as a value: who wrote, what it answers, and its text. Pure; whatever a mail holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

from rules.directory import ADDRESS
from sync.tell.digest import one_line

_ID = re.compile(r"<[^<>\s]{1,250}>")
_MOST_TEXT = 20_000
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "hr"})
_HIDDEN = frozenset({"style", "script", "head", "title", "blockquote"})


@dataclass(frozen=True)
class Incoming:
    """One mail. ``sender`` is the only address of its From line, folded ('' where there is not just one), ``answers`` the
    Message-IDs that it refers to, ``automatic`` whether a machine has answered, ``results`` the headers in which
    the receiving server says what it has checked, the newest first."""

    message: str
    sender: str
    answers: tuple[str, ...]
    automatic: bool
    results: tuple[str, ...]
    text: str


def read_mail(raw: bytes) -> Incoming:
    """Read a mail; what cannot be read of it is empty."""
    mail = message_from_bytes(raw, policy=default)
    return Incoming(
        message=next(iter(_ids(_header(mail, "Message-ID"))), ""),
        sender=_sender(mail),
        answers=tuple(dict.fromkeys(_ids(_header(mail, "In-Reply-To") + " " + _header(mail, "References")))),
        automatic=_is_automatic(mail),
        results=tuple(_headers(mail, "Authentication-Results")),
        text=_text(mail)[:_MOST_TEXT],
    )


def passed_checks(incoming: Incoming, server: str) -> bool:
    """Whether the receiving server says that the From line is genuine (DMARC). Only its newest header counts, and only
    by its own name: whoever sends a mail can write such headers too, below the server's."""
    for result in incoming.results[:1]:
        name, _, checks = result.partition(";")
        if name.split() and name.split()[0].casefold() == server.casefold():
            return bool(re.search(r"(?:^|[;\s])dmarc\s*=\s*pass\b", checks, re.IGNORECASE))
    return False


def _headers(mail: EmailMessage, name: str) -> Sequence[str]:
    try:
        return [str(value) for value in mail.get_all(name, [])]
    except (
        ValueError,
        IndexError,
        AttributeError,
        TypeError,
    ):  # what the library raises for headers made to break it
        return []


def _header(mail: EmailMessage, name: str) -> str:
    return " ".join(_headers(mail, name)[:1])


def _ids(text: str) -> list[str]:
    return _ID.findall(text[:20_000])


def _sender(mail: EmailMessage) -> str:
    try:
        lines = mail.get_all("From", [])
        addresses = [address for line in lines for address in line.addresses]
        sole = str(addresses[0].addr_spec) if len(addresses) == len(lines) == 1 else ""
        return sole.casefold() if re.fullmatch(ADDRESS, sole) else ""
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""


def _is_automatic(mail: EmailMessage) -> bool:
    submitted = _header(mail, "Auto-Submitted").split(";")[0].strip().casefold()
    precedence = _header(mail, "Precedence").strip().casefold()
    marked = any(_headers(mail, name) for name in ("X-Autoreply", "X-Autorespond", "List-Id"))
    return marked or submitted not in {"", "no"} or precedence in {"bulk", "junk", "list", "auto_reply"}


def _text(mail: EmailMessage) -> str:
    """The plain text, or else what the HTML shows, without what is quoted in it."""
    try:
        part = mail.get_body(("plain", "html"))
        if part is None:
            return ""
        content = str(part.get_content())
        return content if part.get_content_subtype() == "plain" else _shown(content)
    except (LookupError, ValueError, AttributeError, TypeError):  # unknown charsets, broken parts
        return ""


def _shown(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(one_line(line, 1000) for line in "".join(reader.pieces).splitlines())


class _Reader(HTMLParser):
    """Collects the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in _HIDDEN
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data.replace("\n", " "))
