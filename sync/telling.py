"""Tells people and groups what is due: minus what they know already, claimed, sent, and settled (DESIGN §5)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from rules.directory import directory
from rules.handbook import RULES
from rules.table import Book
from sheet_templates import words
from sync.composing import Composer
from sync.faults import DeliveryFault
from sync.history import RowState
from sync.ledger.ledger import Ledger, Usual
from sync.repeating import rested
from sync.settings import Settings
from sync.tell.calendar_entry import entries
from sync.tell.channel import Channel, Delivery, Post
from sync.tell.digest import digests
from sync.tell.group_message import Routes
from sync.tell.groups import Groups, GroupsTold, mailed_instead, posts, tell_groups
from sync.tell.ladder import Ladder, Reached, ladder, notice
from sync.tell.notice import PAPERS, Digest, Figures, Kind, Notice, Recipient
from sync.tell.periodic_notices import undelivered
from sync.tell.recipients import Recipients
from sync.tell.robots.robot import Robot


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
    over, each with what became of it, ``groups`` what robots have posted, ``unreachable`` why no mail could go at
    all."""

    notices: tuple[Notice, ...] = ()
    held: tuple[Notice, ...] = ()
    mails: int = 0
    failed: tuple[tuple[Recipient, Delivery], ...] = ()
    brake: Brake | None = None
    groups: GroupsTold = field(default_factory=GroupsTold)
    unreachable: DeliveryFault | None = None


@dataclass(frozen=True)
class Teller:
    """One pass's way of telling: its ledger and run, the ways out to people and groups, the settings and the moment.
    ``states`` is what is remembered of each row, by its number."""

    ledger: Ledger
    run: int
    channel: Channel
    robots: Mapping[str, Robot]
    settings: Settings
    now: datetime
    states: Mapping[str, RowState]

    def tell(self, notices: Sequence[Notice], book: Book, *, whole: bool, release: bool) -> Told:
        """Tell what nobody knows of. ``whole`` says that the notices are all there are, ``release`` that however many
        of them may go.

        Before anybody has been told of anything, only what is due or late now goes out, to people and groups;
        whatever else stands in the sheet counts as known.
        """
        groups = self._groups(book)
        due = (*notices, *self._undelivered(notices, book))
        if not self.ledger.has_told():
            due = self._adopted(due, groups, whole=whole)
        due = rested(due, settled_ladder(self.settings), self.ledger, book.calendar, self.now)
        fresh = self.ledger.notices.unknown(due, self.now)
        instead = mailed_instead(groups, due, self.ledger, self.now)
        waits = (*fresh, *instead, *self.ledger.notices.unknown(posts(groups, due), self.now))
        if not may_send(book, self.settings, self.now):
            told = Told(held=waits)
        elif (brake := self._brake((*fresh, *instead))) and not release:
            told = replace(self._send(self._alarm(brake, book), book), held=waits, brake=brake)
        else:
            posted = tell_groups(groups, due, self.run, self.ledger, self.now)
            if release or not self._brake((*fresh, *posted.instead)):
                instead = posted.instead  # also what was refused just now; or else the next pass stops at it
            told = replace(self._send((*fresh, *instead), book), groups=posted)
        if told.unreachable and not told.brake:
            return told  # what waits is as it was, for a pass that can send
        self.ledger.notices.hold(self.run, told.held, self.now)
        if whole:
            usual = Told() if told.brake else told
            people = {each.recipient.email.casefold() for each in usual.notices}
            self.ledger.count_told(self.run, len(people), len(usual.notices))
        return told

    def _adopted(self, due: Sequence[Notice], groups: Groups, *, whole: bool) -> tuple[Notice, ...]:
        chosen = settled_ladder(self.settings)
        if whole:
            old = [each for each in due if not chosen[each.kind].first]
            self.ledger.notices.know(self.run, (*old, *posts(groups, old)), self.now)
        return tuple(each for each in due if chosen[each.kind].first)

    def _undelivered(self, notices: Sequence[Notice], book: Book) -> Iterator[Notice]:
        """What the coordinators are told of addresses that were refused for good."""
        language, chosen = words(self.settings.language), settled_ladder(self.settings)
        return undelivered(self.ledger.notices.refused(notices), chosen, self._recipients(book), language)

    def _groups(self, book: Book) -> Groups:
        chosen = self.settings.robots
        departments = {name: chosen[name].departments for name in chosen if name in self.robots}
        routes = Routes(departments, directory(book.get("people"), book.words))
        return Groups(self.robots, routes, words(self.settings.language), self.ledger.tracker)

    def _recipients(self, book: Book) -> Recipients:
        return Recipients(directory(book.get("people"), book.words), self.now.date(), {})

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
        people = self._recipients(book).coordinators()
        return self.ledger.notices.unknown(
            [notice(reached, "", person, account) for person in people], self.now
        )

    def _send(self, fresh: Sequence[Notice], book: Book) -> Told:
        """Claim, send and settle, mail by mail: one for each person, and one for each document."""
        if not fresh:
            return Told()
        try:
            with self.channel.open() as post:
                return self._mailed(post, fresh, book)
        except DeliveryFault as fault:
            return Told(unreachable=fault)

    def _mailed(self, post: Post, fresh: Sequence[Notice], book: Book) -> Told:
        """As ``_send``, by a way out that is open."""
        told: list[Notice] = []
        failed: list[tuple[Recipient, Delivery]] = []
        mails = 0
        composer = Composer(book, self.ledger.tracker, self.settings, self.states, self.now)
        for digest in (*digests(each for each in fresh if each.kind not in PAPERS), *_papers(fresh)):
            claimed = self.ledger.notices.claim(self.run, digest.notices, self.now)
            if not claimed:
                continue
            own = entries(claimed, self.now.date()) if self.settings.mail.calendar else ()
            dated = self.ledger.notices.claim(self.run, own, self.now)
            delivery = post.send(composer.mail(Digest(digest.recipient, claimed), dated))
            self.ledger.notices.settle((*claimed, *dated), delivery, self.now)
            if delivery.sent:
                told.extend(claimed)
                mails += 1
            else:
                failed.append((digest.recipient, delivery))
        return Told(tuple(told), (), mails, tuple(failed))


def _papers(notices: Sequence[Notice]) -> Iterator[Digest]:
    """Each document for each person as a mail of its own."""
    yield from (Digest(each.recipient, (each,)) for each in notices if each.kind in PAPERS)


def would_tell(
    notices: Sequence[Notice], book: Book, ledger: Ledger, settings: Settings, now: datetime
) -> Told:
    """What a pass would tell people now, without telling anybody: as ``notices``, or as ``held`` where it would wait
    for the sending window. The brake and what became of robots' messages are left aside."""
    rungs = settled_ladder(settings)
    due = notices if ledger.has_told() else [each for each in notices if rungs[each.kind].first]
    fresh = ledger.notices.unknown(rested(due, rungs, ledger, book.calendar, now), now)
    return Told(fresh) if may_send(book, settings, now) else Told(held=fresh)


def may_send(book: Book, settings: Settings, now: datetime) -> bool:
    """Not at night and not on a day off (handbook §4)."""
    return settings.reminders.open_at(now) and book.calendar.is_working(now.date())


def settled_ladder(settings: Settings) -> Ladder:
    """The ladder of reminders as the settings and the rules' parameters make it."""
    by_rule = {rule.code: settings.tuning.parameters(rule) for rule in RULES}
    return ladder(settings.reminders.tuned, by_rule, settings.reminders.weekly_on)
