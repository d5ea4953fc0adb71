"""A document of a meeting as the mail that one person gets of it: minutes, or a notice with its invitation. Pure."""

from dataclasses import replace
from datetime import datetime

from rules.directory import Directory
from sheet_templates import Words
from sync.reports.document import Document
from sync.reports.document_html import html_page
from sync.reports.document_text import plain_text
from sync.reports.invitation import invitation
from sync.reports.minutes import MeetingMinutes
from sync.reports.minutes_document import minutes_document
from sync.reports.minutes_recipients import invited
from sync.reports.notice_document import notice_document
from sync.tell.digest import Letter, one_line
from sync.tell.letter import Attached
from sync.tell.notice import Kind, Notice


def paper(notice: Notice, minutes: MeetingMinutes, words: Words, tracker: str) -> Letter:
    """The document as a letter. The subject of what is confidential has the meeting's number and nothing else of it."""
    texts = words["papers"]
    document = _document(notice.kind, minutes, words)
    name = minutes.id if minutes.confidential else minutes.name or minutes.id
    form = texts["confidential_subject" if minutes.confidential else "subject"]
    day = "" if minutes.held_on is None else minutes.held_on.isoformat()
    subject = form.format(title=document.title, name=one_line(name, 60), day=day).strip()
    said = [texts["copy"]] if notice.copy else []
    if notice.kind is Kind.MINUTES and notice.recipient.name == minutes.recorder:
        said.append(texts["recorder"])
    closing = texts["between"].join(
        [document.closing, *said, texts["origin"].format(book=one_line(tracker, 80))]
    )
    document = replace(document, closing=closing)
    return Letter(subject, plain_text(document), html_page(document))


def _document(kind: Kind, minutes: MeetingMinutes, words: Words) -> Document:
    return (minutes_document if kind is Kind.MINUTES else notice_document)(minutes, words)


def invitations(
    kind: Kind,
    minutes: MeetingMinutes,
    listed: Directory,
    organizer: str,
    tracker: str,
    now: datetime,
    words: Words,
) -> tuple[Attached, ...]:
    """What comes with the notice of a meeting: its entry for calendars, as an invitation. ``now`` needs a time zone."""
    if kind is not Kind.INVITATION:
        return ()
    entry = invitation(minutes, invited(minutes, listed), organizer, tracker, now, words)
    if entry is None:
        return ()
    return (Attached("invite.ics", "calendar", entry.decode(), (("method", "REQUEST"),), instead=True),)
