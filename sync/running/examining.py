"""Everything that a pass needs, looked at: what meets the disk, the mail server and the robots. It makes nothing."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from html import escape
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from rules.judge import Judgement
from rules.wordlists import word_lists
from rules.workdays import announced_years
from sheet_templates import template, words
from sync import diagnosis
from sync.answering.mailbox import ImapMailbox
from sync.books.excel import ExcelBook
from sync.diagnosis import Diagnosis, State, bad, good, warning
from sync.faults import BusyFault, Fault
from sync.looking import look
from sync.running.logbook import read_status
from sync.running.passes import needs_a_person
from sync.settings.sections import MailSettings
from sync.tell.digest import Letter
from sync.tell.group_message import GroupMessage
from sync.tell.letter import Sender, message
from sync.tell.notice import Recipient
from sync.tell.robots.poster import Poster, secrets_in
from sync.tell.robots.presence import Presence, presence
from sync.tell.robots.setup import address_of
from sync.tell.smtp import SmtpChannel
from sync.tracker import Tracker

_TIMEOUT = 10.0
"""Seconds to wait for a server: somebody is looking on."""

_STANDS = {
    Presence.THERE: State.GOOD,
    Presence.AWAY: State.BAD,
    Presence.STRANGER: State.BAD,
    Presence.TROUBLED: State.WARNING,
}
_POSTED = {True: (State.GOOD, "posted"), False: (State.BAD, "refused")}


def examined(tracker: Tracker, now: datetime, send_test: str | None) -> Iterator[Diagnosis]:
    """Everything that a pass over a tracker needs; ``send_test`` is where a test mail goes, and has robots post one."""
    yield good("settings", tracker=tracker.name, language=tracker.settings.language)
    yield from _workbook(tracker, now)
    yield from _of_faults("mail", lambda: _mail(tracker, send_test, now))
    if tracker.settings.replies.on:
        yield from _of_faults("replies", lambda: _replies(tracker))
    if tracker.settings.robots:
        yield from _of_faults("robots", lambda: _robots(tracker, post=bool(send_test)))
    country = tracker.settings.calendar.country
    yield diagnosis.years(announced_years() if country.upper() == "CN" else (), country, now.date())
    ledger, last = _ledger(tracker)
    yield diagnosis.clock(now, last, tracker.settings.timezone)
    yield ledger
    if ledger.state is not State.BAD:
        yield diagnosis.passes(last, now, _failed(tracker))
    yield from _disk(tracker)


def _of_faults(name: str, check: Callable[[], Iterable[Diagnosis]]) -> Iterator[Diagnosis]:
    """What a check finds; a fault that it meets is what it finds then."""
    try:
        yield from check()
    except Fault as fault:
        yield bad(name, "fault", fault=fault)


def _workbook(tracker: Tracker, now: datetime) -> Iterator[Diagnosis]:
    """Whether it can be read and written, and what stands in it."""
    try:
        book = tracker.book(now)
        judgement = look(book, tracker.settings, now).judgement
    except Fault as fault:
        yield bad("workbook", "fault", fault=fault)
        return
    yield good("workbook", file=str(tracker.path))
    if isinstance(book, ExcelBook):
        yield _access(book)
    yield from _content(judgement, tracker)


def _access(book: ExcelBook) -> Diagnosis:
    try:
        left = book.check_writable()
    except BusyFault as busy:
        return warning("access", "fault", fault=busy)
    return warning("access", "left", locks=list(left)) if left else good("access")


def _content(judgement: Judgement, tracker: Tracker) -> Iterator[Diagnosis]:
    language = words(tracker.settings.language)
    heads = {key: each.heads[language.head] for key, each in template().tables["actions"].columns.items()}
    yield diagnosis.columns(judgement, heads)
    yield from diagnosis.people(judgement, word_lists(tracker.settings.words))


def _mail(tracker: Tracker, send_test: str | None, now: datetime) -> Iterator[Diagnosis]:
    """Connect and log in, with little patience; the test mail only where it was asked for."""
    channel, files = tracker.channel(), tracker.settings.mail.channel == "outbox"
    if files:
        closed = tracker.settings.mail.outbox and _closed(tracker.outbox)  # or it lies beside the ledger
        outbox = str(tracker.outbox)
        yield bad("mail", "closed", place=str(closed)) if closed else warning("mail", "outbox", folder=outbox)
        if not send_test:
            return  # opening it would make the folder
    if isinstance(channel, SmtpChannel):
        channel = SmtpChannel(replace(channel.settings, timeout=min(_TIMEOUT, channel.settings.timeout)))
    with channel.open() as post:
        if not files:
            mail = tracker.settings.mail
            yield good("mail", server=f"{mail.host}:{mail.port}")
            if mail.sender == MailSettings().sender:
                yield warning("mail", "sender", sender=mail.sender)
        if send_test:
            delivery = post.send(_test_mail(send_test, tracker, now))
            fields = {"email": send_test, "detail": delivery.detail}
            if delivery.sent and files:
                yield warning("test_mail", "filed", folder=str(tracker.outbox))
            else:
                yield good("test_mail", **fields) if delivery.sent else bad("test_mail", "refused", **fields)


def _replies(tracker: Tracker) -> Iterator[Diagnosis]:
    """Log in to the mailbox and open its folder, with little patience."""
    postbox, replies = tracker.postbox(), tracker.settings.replies
    if postbox:
        patient = replace(postbox.mailbox.settings, timeout=min(_TIMEOUT, replies.timeout))
        count = ImapMailbox(patient).look()
        yield good("replies", user=replies.user, server=f"{replies.host}:{replies.port}", count=count)


def _robots(tracker: Tracker, *, post: bool) -> Iterator[Diagnosis]:
    """Make each robot as a pass does and ask whether it is there, or have it post a test message."""
    texts = words(tracker.settings.language)["doctor_mail"]
    for name, robot in tracker.robots().items():
        chosen = tracker.settings.robots[name]
        url = address_of(name, chosen, os.environ)
        host = urlsplit(url).hostname or chosen.kind
        if post:
            text = texts["group"].format(tracker=tracker.name)
            sent = robot.send(GroupMessage(name, texts["subject"], text, (), "", "", False, ()))
            fields = {"robot": name, "host": host, "detail": sent.detail}
            yield Diagnosis("robots", *_POSTED[sent.sent], fields)
        elif chosen.kind == "apprise":
            yield Diagnosis("robots", State.GOOD, "made", {"robot": name})
        else:
            found, detail = presence(chosen.kind, url, Poster(_TIMEOUT, (url, *secrets_in(url))))
            yield Diagnosis(
                "robots", _STANDS[found], found.value, {"robot": name, "host": host, "detail": detail}
            )


def _test_mail(address: str, tracker: Tracker, now: datetime) -> EmailMessage:
    language, mail = words(tracker.settings.language)["doctor_mail"], tracker.settings.mail
    text = language["text"].format(tracker=tracker.name)
    letter = Letter(language["subject"], text, f"<p>{escape(text)}</p>")
    sender = Sender(mail.sender_name, mail.sender, mail.reply_to)
    moment = now.replace(tzinfo=ZoneInfo(tracker.settings.timezone))
    return message(letter, Recipient("", address), sender, (f"test {address} {moment.isoformat()}",), moment)


def _ledger(tracker: Tracker) -> tuple[Diagnosis, datetime | None]:
    """Whether it opens and is whole; and when the last pass was."""
    try:
        with closing(tracker.ledger()) as ledger:
            last, damage = ledger.last_moment(), ledger.database.damage()
    except Fault as fault:
        mend = {} if tracker.settings.ledger.url else {"advice": "ledger.mend"}
        return bad("ledger", "fault", fault=fault, **mend), None
    if damage:
        return bad("ledger", "damaged", detail=damage), last
    place = tracker.ledger_place
    if isinstance(place, Path):
        readonly = place if place.exists() and not os.access(place, os.W_OK) else None
        if closed := _closed(place.parent) or readonly:
            return bad("ledger", "closed", place=str(closed)), last
    return good("ledger"), last


def _closed(folder: Path) -> Path | None:
    """What keeps closeloop from writing into a folder, or from making it; None where nothing does."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    return None if there.is_dir() and os.access(there, os.W_OK) else there


def _failed(tracker: Tracker) -> str:
    """Why the last pass needs a person; '' where it does not."""
    status = read_status(tracker.status)
    code = status.get("code", 0)
    return str(status.get("reason") or code) if needs_a_person(tracker, code) else ""


def _disk(tracker: Tracker) -> Iterator[Diagnosis]:
    folder = next((each for each in (tracker.folder, *tracker.folder.parents) if each.is_dir()), Path())
    size = tracker.path.stat().st_size if tracker.path.is_file() else 0
    yield diagnosis.disk(shutil.disk_usage(folder).free, size)
