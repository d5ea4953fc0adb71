"""A letter becomes a message: headers that a name cannot break, and the same bytes for the same input."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from sync.tell.digest import Letter, one_line
from sync.tell.notice import Recipient

SUBJECT_LENGTH = 120
NAME_LENGTH = 60

_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\"\\]+@[\w-]+(\.[\w-]+)*")
_ADDRESS_LENGTH = 254  # RFC 5321 §4.5.3.1, less the angle brackets
_LOCAL_LENGTH = 64


@dataclass(frozen=True)
class Sender:
    """Who writes: the name and address of the From line, and where answers go (None: to the sender)."""

    name: str
    email: str
    reply_to: str | None = None


@dataclass(frozen=True)
class Attached:
    """A text that comes with a mail as a file: its name, its kind (``calendar`` of text/calendar) with parameters.

    ``instead`` has mail programs show it instead of the mail's text: so an invitation can be answered.
    """

    name: str
    kind: str
    content: str
    parameters: tuple[tuple[str, str], ...] = ()
    instead: bool = False


def message(
    letter: Letter,
    recipient: Recipient,
    sender: Sender,
    keys: tuple[str, ...],
    now: datetime,
    *,
    thread: str | None = None,
    attached: Sequence[Attached] = (),
) -> EmailMessage:
    """The mail to one person, ready for a channel. Raises ValueError when ``now`` has no time zone.

    ``keys`` are the ledger keys of what it tells: they alone make the Message-ID, so that a server's log
    answers whether a mail went out. Mails to a person with the same ``thread`` (the tracker's name) refer to one
    root, so that a mail program shows them together. Nothing is refused here; ``recipient_of`` says whether a
    mail can be sent.
    """
    if now.utcoffset() is None:
        raise ValueError("the moment of a message needs a time zone")
    to, author = _address(recipient.name, recipient.email), _address(sender.name, sender.email)
    answers = _address("", sender.reply_to) if sender.reply_to else author
    identity = _identity(keys)
    domain = author.domain or "localhost"
    # A local part outside ASCII has no encoded form: such a message needs a server with SMTPUTF8.
    is_ascii = all(address.username.isascii() for address in (to, author, answers))
    mail = EmailMessage(policy=SMTP if is_ascii else SMTPUTF8)
    mail["From"], mail["To"] = author, to
    mail["Subject"] = _header_text(letter.subject, SUBJECT_LENGTH)
    mail["Date"] = now
    mail["Message-ID"] = message_id(keys, domain)
    if thread is not None:
        mail["In-Reply-To"] = mail["References"] = thread_root(thread, to.addr_spec, domain)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice answers it
    mail["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    mail["List-Id"] = f"<closeloop.{domain}>"
    if sender.reply_to:
        mail["Reply-To"] = answers
    _fill(mail, letter, identity, [file for file in attached if file.instead])
    files = [file for file in attached if not file.instead]
    for file in files:
        _attach(mail, file)
    if files:
        mail.set_boundary(f"=_{identity}_")
    return mail


def message_id(keys: Sequence[str], domain: str) -> str:
    """The Message-ID of the mail that tells notices of these keys."""
    return f"<{_identity(keys)}@{domain}>"


def thread_root(thread: str, email: str, domain: str) -> str:
    """What all mails about one tracker to one address refer to; no mail has this id itself."""
    root = hashlib.sha256(json.dumps([thread, email.casefold()]).encode()).hexdigest()[:32]
    return f"<{root}.thread@{domain}>"


def domain_of(email: str) -> str:
    """The domain of the Message-IDs of mails that come from an address."""
    return _address("", email).domain or "localhost"


def _identity(keys: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(sorted(keys)).encode()).hexdigest()[:32]


def recipient_of(mail: EmailMessage) -> str | None:
    """The address that a message goes to, or None when its To line is not one deliverable address."""
    return _sole_address(mail, "To")


def sender_of(mail: EmailMessage) -> str | None:
    """The address that a message comes from, or None when its From line is not one address."""
    return _sole_address(mail, "From")


def _sole_address(mail: EmailMessage, line: str) -> str | None:
    header = mail[line]
    if header is None or len(header.addresses) != 1:
        return None
    address: str = header.addresses[0].addr_spec
    local, _, domain = address.rpartition("@")
    fits = len(local.encode()) <= _LOCAL_LENGTH and len(address.encode()) <= _ADDRESS_LENGTH
    return address if fits and domain.isascii() and _ADDRESS.fullmatch(address) else None


def _address(name: str, email: str) -> Address:
    """Name and address for a header; the domain in its ASCII form. What is no address stays one token."""
    local, at, domain = one_line(email, 320).replace(" ", "").rpartition("@")
    if not at:
        local, domain = domain, ""
    return Address(_header_text(name, NAME_LENGTH), local, _ascii_domain(domain))


def _header_text(text: str, limit: int) -> str:
    """One line that receivers show as it is: ``=?`` would have them decode what follows."""
    return one_line(one_line(text).replace("=?", "= ?"), limit)


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:  # an empty or overlong label: no such domain, the channel refuses it
        return domain


def _fill(mail: EmailMessage, letter: Letter, identity: str, instead: Sequence[Attached]) -> None:
    """Text and HTML as alternatives, encoded so that the oldest relay passes them on unchanged."""
    text, html = _encodable(letter.text), _encodable(letter.html)
    mail.set_content(text, cte=_transfer_encoding(text))
    mail.add_alternative(html, subtype="html", cte=_transfer_encoding(html))
    for file in instead:
        content = _encodable(file.content)
        mail.add_alternative(
            content, subtype=file.kind, cte=_transfer_encoding(content), params=dict(file.parameters)
        )
    # "=_" stands in neither encoding, so that no body can contain the boundary.
    mail.set_boundary(f"=_{identity}")


def _attach(mail: EmailMessage, file: Attached) -> None:
    text = _encodable(file.content)
    mail.add_attachment(
        text,
        subtype=file.kind,
        cte=_transfer_encoding(text),
        filename=file.name,
        params=dict(file.parameters),
    )


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _transfer_encoding(text: str) -> str:
    """Quoted-printable for text that is mostly ASCII (base64 of it looks like spam), else base64."""
    return "quoted-printable" if len(text.encode("utf-8")) < 1.3 * len(text) else "base64"
