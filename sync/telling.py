"""Tells people what is due: minus what they know already, claimed in the ledger, sent, and settled (DESIGN §5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from rules.directory import directory
from rules.handbook import RULES
from rules.table import Book
from sheet_templates import words
from sync.ledger import Ledger, Usual
from sync.settings import Settings
from sync.tell.channel import Channel, Delivery
from sync.tell.digest import compose, digests
from sync.tell.ladder import Ladder, Reached, ladder, notice
from sync.tell.letter import Sender, message
from sync.tell.notice import Digest, Figures, Kind, Notice, Recipient
from sync.tell.recipients import Recipients


@dataclass(frozen=True)
class Brake:
    """How many people and notices a pass would have told, and how many it may."""

    people: int
    items: int
    may: Usual


@dataclass(frozen=True)
class Told:
    """What became of the notices that nobody knew of: ``notices`` went out in so many ``mails``, ``held`` wait for the
    sending window or for the ``brake`` to be released, ``failed`` are the people whose mail could not be handed
    over, each with what became of it."""

    notices: tuple[Notice, ...] = ()
    held: tuple[Notice, ...] = ()
    mails: int = 0
    failed: tuple[tuple[Recipient, Delivery], ...] = ()
    brake: Brake | None = None


@dataclass(frozen=True)
class Teller:
    """One pass's way of telling people: its ledger and run, the way out, the settings and the moment."""

    ledger: Ledger
    run: int
    channel: Channel
    settings: Settings
    now: datetime

    def tell(self, notices: Sequence[Notice], book: Book, *, whole: bool, release: bool) -> Told:
        """Tell what nobody knows of. ``whole`` says that the notices are all there are, ``release`` that however many
        of them may go.

        Before anybody has been told of anything, only what is due or late now goes out; whatever else stands in
        the sheet counts as known.
        """
        fresh = self.ledger.unknown(notices)
        if not self.ledger.has_told():
            fresh = self._adopted(fresh, whole=whole)
        if not may_send(book, self.settings, self.now):
            told = Told(held=fresh)
        elif (brake := self._brake(fresh)) and not release:
            told = replace(self._send(self._alarm(brake, book)), held=fresh, brake=brake)
        else:
            told = self._send(fresh)
        self.ledger.hold(self.run, told.held, self.now)
        if whole:
            usual = Told() if told.brake else told
            self.ledger.count_told(self.run, usual.mails, len(usual.notices))
        return told

    def _adopted(self, fresh: Sequence[Notice], *, whole: bool) -> tuple[Notice, ...]:
        chosen = settled_ladder(self.settings)
        first = tuple(each for each in fresh if chosen[each.kind].first)
        if whole:
            self.ledger.know(self.run, [each for each in fresh if not chosen[each.kind].first], self.now)
        return first

    def _brake(self, fresh: Sequence[Notice]) -> Brake | None:
        """Whether that is far more than passes have told lately."""
        usual, limits = self.ledger.usual(), self.settings.brake
        may = Usual(usual.people + limits.people, usual.items + limits.items)
        people = len({each.recipient.email.casefold() for each in fresh})
        over = people > may.people or len(fresh) > may.items
        return Brake(people, len(fresh), may) if over else None

    def _alarm(self, brake: Brake, book: Book) -> tuple[Notice, ...]:
        """What the coordinators are told of the brake, once a day."""
        language, today = words(self.settings.language), self.now.date()
        if not settled_ladder(self.settings).is_on(Kind.BRAKE):
            return ()
        texts = language["mail_figures"]
        figures = (
            (texts["brake_people"], texts["brake_count"].format(count=brake.people, may=brake.may.people)),
            (texts["brake_items"], texts["brake_count"].format(count=brake.items, may=brake.may.items)),
            (texts["brake_release"], "closeloop run --release-brake"),
        )
        account = Figures("brake", texts["brake_title"], today, figures)
        reached = Reached(Kind.BRAKE, today.isoformat(), "0", today)
        people = Recipients(directory(book.get("people"), book.words), today, {}).coordinators()
        return self.ledger.unknown([notice(reached, "", person, account) for person in people])

    def _send(self, fresh: Sequence[Notice]) -> Told:
        """Claim, send and settle, person by person."""
        if not fresh:
            return Told()
        told: list[Notice] = []
        failed: list[tuple[Recipient, Delivery]] = []
        mails = 0
        with self.channel.open() as post:
            for digest in digests(fresh):
                claimed = self.ledger.claim(self.run, digest.notices, self.now)
                if not claimed:
                    continue
                delivery = post.send(self._mail(Digest(digest.recipient, claimed)))
                self.ledger.settle(claimed, delivery, self.now)
                if delivery.sent:
                    told.extend(claimed)
                    mails += 1
                else:
                    failed.append((digest.recipient, delivery))
        return Told(tuple(told), (), mails, tuple(failed))

    def _mail(self, digest: Digest) -> EmailMessage:
        mail = self.settings.mail
        sender = Sender(mail.sender_name, mail.sender, mail.reply_to)
        letter = compose(digest, words(self.settings.language), self.ledger.tracker)
        keys = tuple(each.key for each in digest.notices)
        zone = ZoneInfo(self.settings.timezone)
        return message(letter, digest.recipient, sender, keys, self.now.replace(tzinfo=zone))


def may_send(book: Book, settings: Settings, now: datetime) -> bool:
    """Not at night and not on a day off (handbook §4)."""
    return settings.reminders.open_at(now) and book.calendar.is_working(now.date())


def settled_ladder(settings: Settings) -> Ladder:
    """The ladder of reminders as the settings and the rules' parameters make it."""
    by_rule = {rule.code: settings.tuning.parameters(rule) for rule in RULES}
    return ladder(settings.reminders.tuned, by_rule, settings.reminders.weekly_on)
