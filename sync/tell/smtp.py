"""A channel that hands messages to a mail server: one connection a pass, and the truth about each message."""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

from sync.faults import DeliveryFault
from sync.tell.channel import Delivery
from sync.tell.digest import one_line
from sync.tell.letter import recipient_of, sender_of

_LEADING_DOT = re.compile(rb"(?m)^\.")
_NEWLINE = re.compile(rb"\r\n|\r|\n")
_REPLY_LENGTH = 200

# Kind of error, and what is wrong and what to do: the first that fits is what the person at the terminal reads.
_SENTENCES: tuple[tuple[type[Exception], str], ...] = (
    (
        smtplib.SMTPAuthenticationError,
        (
            "the mail server {server} refuses the login of {user} ({detail}): check user and password; "
            "many providers want an app password (授权码), not the account's own"
        ),
    ),
    (
        smtplib.SMTPNotSupportedError,
        (
            "the mail server {server} does not offer what the settings ask for ({detail}): "
            "check port and security (usually tls on 465, starttls on 587)"
        ),
    ),
    (
        smtplib.SMTPServerDisconnected,
        (
            "the mail server {server} hung up or kept silent ({detail}): "
            "check port and security (usually tls on 465, starttls on 587)"
        ),
    ),
    (
        smtplib.SMTPResponseException,
        "the mail server {server} turns us away ({detail}): try again later or ask who runs it",
    ),
    (
        smtplib.SMTPException,
        "the mail server {server} offers no login that we know ({detail}): ask who runs it",
    ),
    (
        socket.gaierror,
        "the mail server {server} is not known ({detail}): check its name and the network",
    ),
    (
        ssl.SSLCertVerificationError,
        (
            "the mail server {server} shows a certificate that is not trusted ({detail}): "
            "check the host's name, or let this machine trust the organisation's certificate"
        ),
    ),
    (
        ssl.SSLError,
        (
            "the mail server {server} does not answer in TLS ({detail}): "
            "check port and security (usually tls on 465, starttls on 587)"
        ),
    ),
    (TimeoutError, "the mail server {server} does not answer: check host, port and firewall"),
    (
        ConnectionResetError,
        (
            "the mail server {server} hung up or kept silent ({detail}): "
            "check port and security (usually tls on 465, starttls on 587)"
        ),
    ),
    (ConnectionRefusedError, "the mail server {server} takes no connections: check host and port"),
    (
        OSError,
        "the mail server {server} cannot be reached ({detail}): check host, port and the network",
    ),
    (
        UnicodeError,
        "the mail server {server}, its user or password hold characters that cannot be sent: check them",
    ),
)


@dataclass(frozen=True)
class SmtpSettings:
    """How to reach the mail server. No ``user`` means no login; ``timeout`` in seconds, for each answer.

    ``token`` gives an access token for the user, to log in with instead of the password (XOAUTH2).
    ``per_minute`` keeps a steady pace for servers that allow only so many messages.
    """

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    per_minute: int | None = None
    token: Callable[[], str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _Envelope:
    """What the dialogue needs of one message; ``content`` has CRLF lines and its dots doubled."""

    sender: str
    recipient: str
    content: bytes
    options: tuple[str, ...]


class SmtpChannel:
    """The mail server of the settings. ``sleep`` waits so many seconds, for the pace."""

    def __init__(self, settings: SmtpSettings, sleep: Callable[[float], None] = time.sleep) -> None:
        self.settings = settings
        self._sleep = sleep

    @contextmanager
    def open(self) -> Iterator["SmtpPost"]:
        """Connect and log in for one pass; raises DeliveryFault when that fails."""
        post = SmtpPost(self.settings, self._sleep, _connected(self.settings))
        try:
            yield post
        finally:
            post.close()


class SmtpPost:
    """An open connection. After a dropped line the next message makes a new one, as long as that works."""

    def __init__(self, settings: SmtpSettings, sleep: Callable[[float], None], line: smtplib.SMTP) -> None:
        self._settings = settings
        self._sleep = sleep
        self._line: smtplib.SMTP | None = line
        self._unreachable = ""
        self._begun = False

    def send(self, message: EmailMessage) -> Delivery:
        """Hand one message over; see ``Delivery`` for what the answer tells apart."""
        envelope = _envelope(message)
        if isinstance(envelope, Delivery):
            return envelope
        line = self._ready()
        if line is None:
            return Delivery(False, self._unreachable)
        self._keep_pace()
        delivery, alive = _attempt(line, envelope)
        if not alive:
            line.close()
            self._line = None
        return delivery

    def close(self) -> None:
        """Say goodbye; what the server makes of it changes nothing any more."""
        if self._line is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._line.quit()
            self._line.close()
            self._line = None

    def _ready(self) -> smtplib.SMTP | None:
        """The line, made anew after a drop.

        A server that cannot be reached again is left alone until the next pass: waiting for it once for
        each message would take hours.
        """
        if self._line is None and not self._unreachable:
            try:
                self._line = _connected(self._settings)
            except DeliveryFault as fault:
                self._unreachable = str(fault)
        return self._line

    def _keep_pace(self) -> None:
        if self._begun and self._settings.per_minute:
            self._sleep(60 / self._settings.per_minute)
        self._begun = True


def _envelope(message: EmailMessage) -> _Envelope | Delivery:
    sender, recipient = sender_of(message), recipient_of(message)
    if recipient is None:
        return Delivery(False, "the recipient's mail address is not valid", permanent=True)
    if sender is None:
        return Delivery(False, "the sender's mail address is not valid: check it in the settings")
    raw = _NEWLINE.sub(b"\r\n", message.as_bytes())
    # Header lines outside ASCII appear only where an address has no encoded form.
    is_ascii = raw.partition(b"\r\n\r\n")[0].isascii() and (sender + recipient).isascii()
    options = () if is_ascii else ("SMTPUTF8", "BODY=8BITMIME")
    content = _LEADING_DOT.sub(b"..", raw if raw.endswith(b"\r\n") else raw + b"\r\n")
    return _Envelope(sender, recipient, content, options)


def _connected(settings: SmtpSettings) -> smtplib.SMTP:
    """A connection that is encrypted and logged in as the settings say."""
    try:
        line = _dialled(settings)
        try:
            if settings.security == "starttls":
                line.starttls(context=ssl.create_default_context())
            line.ehlo_or_helo_if_needed()  # again after STARTTLS: only now does the server offer its logins
            _log_in(line, settings)
        except BaseException:
            line.close()
            raise
    except (OSError, UnicodeError) as error:
        # Not "from error": some errors carry what was sent, and the login is among it.
        raise _fault(error, settings) from None
    return line


def _log_in(line: smtplib.SMTP, settings: SmtpSettings) -> None:
    if settings.token:
        token = settings.token()
        if "XOAUTH2" not in line.esmtp_features.get("auth", "").upper().split():
            raise smtplib.SMTPNotSupportedError("no XOAUTH2")
        said = f"user={settings.user}\x01auth=Bearer {token}\x01\x01"
        # A refusal comes with a reason that has to be acknowledged by an empty line before it is one.
        line.auth("XOAUTH2", lambda challenge=None: said if challenge is None else "")
    elif settings.user:
        line.login(settings.user, settings.password)


def _dialled(settings: SmtpSettings) -> smtplib.SMTP:
    host, port, name = settings.host, settings.port, _own_name()
    if settings.security == "tls":
        context = ssl.create_default_context()
        line: smtplib.SMTP = smtplib.SMTP_SSL(host, port, name, timeout=settings.timeout, context=context)
    else:
        line = smtplib.SMTP(host, port, name, timeout=settings.timeout)
    if line.sock:  # the final dot is sent by itself, and would else wait until the rest is acknowledged
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _own_name() -> str:
    """How we introduce ourselves: a machine's name can be Chinese, which the command cannot carry."""
    name = socket.getfqdn()
    return name if "." in name and re.fullmatch(r"[A-Za-z0-9.-]+", name) else "[127.0.0.1]"


def _fault(error: Exception, settings: SmtpSettings) -> DeliveryFault:
    sentence = next(text for kind, text in _SENTENCES if isinstance(error, kind))
    if isinstance(error, smtplib.SMTPResponseException):
        detail = _reply(error.smtp_code, error.smtp_error)
    else:
        detail = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or str(error)
    if settings.password:
        detail = detail.replace(settings.password, "***")
    server = f"{settings.host}:{settings.port}"
    if settings.token and isinstance(error, smtplib.SMTPAuthenticationError):
        return DeliveryFault(
            "the mail server {server} refuses the token for {user} ({detail}): "
            "the application or service account needs the right to send for this mailbox",
            server=server,
            user=settings.user,
            detail=detail.rstrip("."),
        )
    return DeliveryFault(sentence, server=server, user=settings.user, detail=detail.rstrip("."))


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{code} {words}", _REPLY_LENGTH)


def _attempt(line: smtplib.SMTP, envelope: _Envelope) -> tuple[Delivery, bool]:
    """What became of the message, and whether the line can carry another one."""
    if envelope.options and not line.has_extn("smtputf8"):
        return Delivery(False, f"the mail server cannot write to {envelope.recipient}", permanent=True), True
    try:
        refusal = _offered(line, envelope)
    except (smtplib.SMTPException, OSError) as error:
        return Delivery(False, f"the line broke before the message was sent: {error}"), False
    delivery = refusal or _answer(line)
    return delivery, not delivery.unsure and (delivery.sent or _reset(line))


def _offered(line: smtplib.SMTP, envelope: _Envelope) -> Delivery | None:
    """The dialogue up to the final dot: what the server says against it, or None. Raises if the line breaks.

    The dot goes out by itself: as long as it has not left, a broken line means that nothing was accepted.
    """
    code, reply = line.mail(envelope.sender, envelope.options)
    if code // 100 != 2:
        # This is about the sender or the login: it must not count against the recipient's address.
        return Delivery(False, f"the server refuses the sender: {_reply(code, reply)}")
    code, reply = line.rcpt(envelope.recipient)
    if code // 100 != 2:
        return _refusal(code, reply)
    code, reply = line.docmd("DATA")
    if code != 354:
        return _refusal(code, reply)
    line.send(envelope.content)
    line.send(b".\r\n")
    return None


def _answer(line: smtplib.SMTP) -> Delivery:
    """What the server says once it has the message; without a readable answer nobody knows."""
    try:
        code, reply = line.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return Delivery(False, f"the line broke before the server answered: {error}", unsure=True)
    if code // 100 == 2:
        return Delivery(True, _reply(code, reply))
    if code // 100 in (4, 5):
        return _refusal(code, reply)
    return Delivery(False, f"the server's answer cannot be read: {_reply(code, reply)}", unsure=True)


def _refusal(code: int, reply: bytes) -> Delivery:
    return Delivery(False, _reply(code, reply), permanent=code // 100 == 5)


def _reset(line: smtplib.SMTP) -> bool:
    """Ready for another message after a refusal; False when the server is leaving (421) or gone."""
    try:
        return line.rset()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False
