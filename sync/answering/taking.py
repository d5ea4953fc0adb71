"""Takes the answers that have come in since the last pass; what was taken is marked only once the pass has written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sync.answering.answer import Answer
from sync.answering.kept import keep_answers, mark_of, sent_mails, set_mark
from sync.answering.mailbox import Fetched, ImapMailbox
from sync.answering.reading import read_mail
from sync.answering.sorting import Sorter
from sync.faults import DeliveryFault
from sync.ledger.ledger import Ledger

_FIRST = timedelta(days=7)
"""How far a first look goes back."""


@dataclass(frozen=True)
class Postbag:
    """What came in since the last pass: ``new`` are answers, ``ignored`` how many mails were left aside by reason,
    ``fault`` why the mailbox could not be read."""

    new: tuple[Answer, ...] = ()
    ignored: Mapping[str, int] = field(default_factory=dict)
    fetched: Fetched | None = None
    ours: tuple[int, ...] = ()
    fault: DeliveryFault | None = None


@dataclass(frozen=True)
class Postbox:
    """A mailbox as a tracker uses it. ``domain`` is that of the address which its mails come from, ``server`` the name
    by which the receiving server signs its checks, '' where they are not asked for."""

    mailbox: ImapMailbox
    domain: str
    server: str = ""

    def take(self, ledger: Ledger, now: datetime) -> Postbag:
        """Read what is new and remember what it says. A mailbox that cannot be read stops no pass."""
        place = self.mailbox.settings.place
        try:
            fetched = self.mailbox.fetch(mark_of(ledger, place), (now - _FIRST).date())
        except DeliveryFault as fault:
            return Postbag(fault=fault)
        mails = [read_mail(letter.raw) for letter in fetched.letters]
        named = [
            mail if mail.message else replace(mail, message=f"<{fetched.mark.validity}.{letter.uid}@{place}>")
            for mail, letter in zip(mails, fetched.letters, strict=True)
        ]
        sent = sent_mails(ledger, self.domain, now) if named else {}
        found = Sorter(ledger.tracker, self.domain, sent, self.server).sort(named, now)
        if found.answers:
            ledger.prepare()
            keep_answers(ledger, found.answers)
        ours = tuple(letter.uid for letter, mine in zip(fetched.letters, found.ours, strict=True) if mine)
        return Postbag(found.answers, found.ignored, fetched, ours)

    def settle(self, bag: Postbag, ledger: Ledger) -> Postbag:
        """The pass has written: mark what was taken, and remember how far the mailbox was read. Mails that answer none of
        ours are left as they are."""
        if bag.fetched is None:
            return bag
        try:
            self.mailbox.settle(bag.ours)
        except DeliveryFault as fault:
            return replace(bag, fault=fault)
        set_mark(ledger, self.mailbox.settings.place, bag.fetched.mark)
        return bag
