"""The mail of a digest, or of a document, as the settings want it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from rules.directory import directory
from rules.table import Book
from sheet_templates import words
from sync.history import RowState
from sync.reports.minutes import minutes_of
from sync.settings import Settings
from sync.tell.calendar_entry import attachments
from sync.tell.digest import compose
from sync.tell.letter import Sender, message
from sync.tell.notice import PAPERS, Digest, Meeting, Notice
from sync.tell.papers import invitations, paper


@dataclass(frozen=True)
class Composer:
    """Writes the mails of one pass over ``book``. ``tracker`` names it; ``states`` is what is remembered of each row,
    by its number."""

    book: Book
    tracker: str
    settings: Settings
    states: Mapping[str, RowState]
    now: datetime

    def mail(self, digest: Digest, dated: Sequence[Notice]) -> EmailMessage:
        """The mail of one digest, with calendar entries for what is ``dated``; or that of a document."""
        first = digest.notices[0]
        if first.kind in PAPERS and isinstance(first.subject, Meeting):
            return self._document(digest, first, first.subject)
        language = words(self.settings.language)
        files = attachments(dated, self.states, self.tracker, self._moment, language)
        letter = compose(digest, language, self.tracker)
        keys = tuple(each.key for each in digest.notices)
        return message(
            letter,
            digest.recipient,
            self._sender,
            keys,
            self._moment,
            thread=self.tracker,
            attached=files,
        )

    def _document(self, digest: Digest, first: Notice, meeting: Meeting) -> EmailMessage:
        """The minutes of a meeting or the invitation to it, in a thread of its own."""
        language, mail = words(self.settings.language), self.settings.mail
        minutes = minutes_of(self.book, meeting.id or meeting.name)
        listed = directory(self.book.get("people"), self.book.words)
        organizer = mail.reply_to or mail.sender
        files = invitations(first.kind, minutes, listed, organizer, self.tracker, self._moment, language)
        return message(
            paper(first, minutes, language, self.tracker),
            digest.recipient,
            self._sender,
            (first.key,),
            self._moment,
            thread=f"{self.tracker} {minutes.id or minutes.name}",
            attached=files,
        )

    @property
    def _moment(self) -> datetime:
        return self.now.replace(tzinfo=ZoneInfo(self.settings.timezone))

    @property
    def _sender(self) -> Sender:
        mail = self.settings.mail
        return Sender(mail.sender_name, mail.sender, mail.reply_to)
