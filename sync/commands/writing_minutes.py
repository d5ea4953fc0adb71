"""The commands minutes and notice: a meeting's documents from its rows, as files."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rules.directory import directory
from rules.table import Book
from sheet_templates import words
from sync.commands.judging import look_at
from sync.faults import UsageFault
from sync.reports.document import Document
from sync.reports.document_html import html_page
from sync.reports.invitation import invitation
from sync.reports.minutes import MeetingMinutes, minutes_of
from sync.reports.minutes_document import minutes_document
from sync.reports.minutes_recipients import invited
from sync.reports.notice_document import notice_document
from sync.tracker import Tracker, find_tracker
from sync.word import word_file

_FORMS: dict[str, Callable[[Document], bytes]] = {
    ".docx": word_file,
    ".html": lambda document: html_page(document).encode(),
}
_UNFIT = re.compile(r"[\\/:*?\"<>|\x00-\x1f]+")
_LONGEST = 60


def write_minutes(
    meeting: str,
    output: Path | None,
    path: Path | None,
    config: Path | None,
    now: datetime | None,
    name: str | None = None,
) -> Iterator[Path]:
    """Write the minutes of a meeting; yields the files. Overwrites nothing."""
    tracker, book = _judged(path, config, now, name)
    minutes = minutes_of(book, meeting)
    yield from _write(minutes_document(minutes, words(tracker.settings.language)), minutes, output, tracker)


def write_notice(
    meeting: str,
    output: Path | None,
    path: Path | None,
    config: Path | None,
    now: datetime | None,
    name: str | None = None,
) -> Iterator[Path]:
    """Write the notice of a meeting and the invitation for calendars beside it; yields the files."""
    tracker, book = _judged(path, config, now, name)
    texts, notice = words(tracker.settings.language), minutes_of(book, meeting)
    written = list(_write(notice_document(notice, texts), notice, output, tracker))
    yield from written
    people = invited(notice, directory(book.get("people"), book.words))
    moment = tracker.moment(now).replace(tzinfo=ZoneInfo(tracker.settings.timezone))
    sender = tracker.settings.mail.reply_to or tracker.settings.mail.sender
    entry = invitation(notice, people, sender, tracker.name, moment, texts)
    if entry is not None:
        yield _put(written[0].with_suffix(".ics"), entry, notice)


def _judged(
    path: Path | None, config: Path | None, now: datetime | None, name: str | None
) -> tuple[Tracker, Book]:
    tracker = find_tracker(path, config, name)
    return tracker, look_at(tracker, now).judgement.book


def _write(
    document: Document, meeting: MeetingMinutes, output: Path | None, tracker: Tracker
) -> Iterator[Path]:
    if output is None:
        stem = _free(tracker.folder / "minutes", _name(document, meeting))
        outputs = [stem.with_name(stem.name + form) for form in _FORMS]
    else:
        outputs = [output]
    for file in outputs:
        form = _FORMS.get(file.suffix.lower())
        if form is None:
            raise UsageFault("a document ends in .docx or .html, {file!r} does not", file=file.name)
        if file.exists():
            raise UsageFault("{file} exists already and is not overwritten; choose another name", file=file)
        yield _put(file, form(document), meeting)


def _put(file: Path, content: bytes, meeting: MeetingMinutes) -> Path:
    """Write a file; what is confidential is for its owner alone."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600 if meeting.confidential else 0o666, exist_ok=True)
        file.write_bytes(content)
    except OSError as reason:
        raise UsageFault(
            "{file} cannot be written ({detail}); choose another folder", file=file, detail=reason.strerror
        ) from None
    return file


def _name(document: Document, meeting: MeetingMinutes) -> str:
    """``Q3产品规划会-会议纪要-20240520``: what it is of, what it is, and the day."""
    day = f"{meeting.held_on:%Y%m%d}" if meeting.held_on else ""
    parts = (meeting.name or meeting.id, document.title, day)
    return "-".join(filter(None, (_UNFIT.sub(" ", part).strip(" .")[:_LONGEST] for part in parts)))


def _free(folder: Path, name: str) -> Path:
    """A name that no document has yet."""
    taken = {file.stem for file in folder.iterdir()} if folder.is_dir() else set()
    number = 1
    while (tried := name if number == 1 else f"{name} ({number})") in taken:
        number += 1
    return folder / tried
