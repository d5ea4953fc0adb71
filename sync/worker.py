"""One pass over a tracking table: the only place where the pure core meets files, mail and the ledger.

book.read ─► tables ─► judge ─► plan ─► guard ─► book.apply
                          │
                          └─► notices ─► minus ledger ─► send ─► record
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from itertools import chain
from zoneinfo import ZoneInfo

import pandas as pd

from rules.handbook import RULES, by_code
from rules.judge import Judgement, judge
from rules.risk import risks
from rules.table import Book
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import template, words
from sync.books.book import Book as Workbook
from sync.changes import Plan
from sync.faults import BusyFault, ChangedFault
from sync.guard import guard
from sync.history import RowState, row_digests, row_states
from sync.ledger import Ledger
from sync.numbering import numbers
from sync.plan import make_plan
from sync.settings import Settings
from sync.snapshot import Snapshot
from sync.tables import own_days, read_tables, with_history
from sync.tell.channel import Channel, Delivery
from sync.tell.digest import compose, digests
from sync.tell.letter import Sender, message
from sync.tell.notice import Digest, Notice, Recipient
from sync.tell.notices import Ladder, due_notices
from sync.tell.recipients import Missed

_AGAIN = 2
"""How often a workbook that changed under a pass is read and judged anew, before the next pass has to do it."""


@dataclass(frozen=True)
class Judged:
    """A snapshot and all that follows from it, without anything having been written or sent."""

    snapshot: Snapshot
    judgement: Judgement
    risks: "pd.Series[str]"
    plan: Plan
    states: Mapping[str, RowState]
    notices: tuple[Notice, ...]
    missed: tuple[Missed, ...]


@dataclass(frozen=True)
class Pass:
    """What a pass has done. ``told`` are the notices that went out, ``held`` those that wait for the sending
    window, ``failed`` the people whose mail could not be handed over, each with what became of it, ``busy``
    why nothing could be written."""

    judged: Judged
    run: int
    told: tuple[Notice, ...]
    held: tuple[Notice, ...]
    mails: int
    failed: tuple[tuple[Recipient, Delivery], ...]
    busy: BusyFault | None = None


def look(
    workbook: Workbook, settings: Settings, now: datetime, before: Mapping[str, RowState] | None = None
) -> Judged:
    """Read a workbook and judge it. ``before`` is what the ledger remembers of its rows, None without a ledger.

    Nothing is changed. Raises WorkbookFault when there is nothing to judge, GuardFault when the plan is not ours.
    """
    snapshot = workbook.read()
    remembered = before or {}
    tables = read_tables(snapshot, template(), settings.places, now.date(), remembered)
    digests = row_digests(tables["actions"], template().tables["actions"])
    ids = numbers(tables["actions"].id, digests, remembered)
    states = row_states(tables["actions"], ids, digests, remembered, now)
    known = tables if before is None else with_history(tables, ids, states)
    days = calendar(settings.calendar.country, own_days(tables), today=now.date())
    judgement = judge(Book(known, now, days, word_lists(settings.words)), RULES, settings.tuning)
    levels = risks(judgement.book, judgement.findings, settings.reminders.due_soon_days)
    language = words(settings.language)
    plan = make_plan(snapshot, judgement, levels, ids, template(), language)
    guard(plan, snapshot, template(), settings.places)
    notices, missed = due_notices(judgement, ids, levels, _ladder(settings), template(), language)
    return Judged(snapshot, judgement, levels, plan, states, notices, missed)


def run_pass(workbook: Workbook, ledger: Ledger, channel: Channel, settings: Settings, now: datetime) -> Pass:
    """One whole pass: judge, write what was found beside the rows, tell whoever has to be told, record it."""
    before = ledger.row_states() or {}
    judged = look(workbook, settings, now, before)
    ledger.prepare()
    busy = _write(workbook, judged.plan)
    for _ in range(_AGAIN):
        if isinstance(busy, ChangedFault):  # somebody has saved it meanwhile
            judged = look(workbook, settings, now, before)
            busy = _write(workbook, judged.plan)
    done = _without_writing(judged) if busy else judged
    new = {row_id: state for row_id, state in done.states.items() if before.get(row_id) != state}
    run = ledger.record(now, done.plan, len(done.risks), len(done.judgement.findings), new)
    fresh = ledger.unknown(done.notices)
    if not may_send(done, settings, now):
        return Pass(done, run, (), fresh, 0, (), busy)
    told, mails, failed = _tell(digests(fresh), run, ledger, channel, settings, now)
    return Pass(done, run, told, (), mails, failed, busy)


def may_send(judged: Judged, settings: Settings, now: datetime) -> bool:
    """Not at night and not on a day off (handbook §4)."""
    window = settings.reminders.send_from <= now.time() <= settings.reminders.send_until
    return window and judged.judgement.book.calendar.is_working(now.date())


def _write(workbook: Workbook, plan: Plan) -> BusyFault | None:
    """Apply a plan; a workbook that somebody has open is written by the next pass."""
    try:
        workbook.apply(plan)
    except BusyFault as busy:
        return busy
    return None


def _without_writing(judged: Judged) -> Judged:
    """What is left of a pass that could not write: a row whose number does not stand in the sheet yet is not
    known to anybody, so that nothing is remembered or told of it."""
    unknown = {cell.now for cell in judged.plan.cells if cell.column == "id"}
    return replace(
        judged,
        plan=Plan(judged.plan.fingerprint),
        states={row_id: state for row_id, state in judged.states.items() if row_id not in unknown},
        notices=tuple(notice for notice in judged.notices if notice.item.id not in unknown),
    )


def _ladder(settings: Settings) -> Ladder:
    risk_after = settings.tuning.parameters(by_code("A116"))["working_days"]
    return Ladder(settings.reminders.due_soon_days, settings.reminders.overdue_every, risk_after)


def _tell(
    mails: Sequence[Digest], run: int, ledger: Ledger, channel: Channel, settings: Settings, now: datetime
) -> tuple[tuple[Notice, ...], int, tuple[tuple[Recipient, Delivery], ...]]:
    """Claim, send and settle, person by person. Returns the notices told, the mails sent and the failures."""
    if not mails:
        return (), 0, ()
    told: list[tuple[Notice, ...]] = []
    failed: list[tuple[Recipient, Delivery]] = []
    with channel.open() as post:
        for digest in mails:
            claimed = ledger.claim(run, digest.notices, now)
            if not claimed:
                continue
            delivery = post.send(_mail(Digest(digest.recipient, claimed), ledger.tracker, settings, now))
            ledger.settle(claimed, delivery, now)
            if delivery.sent:
                told.append(claimed)
            else:
                failed.append((digest.recipient, delivery))
    return tuple(chain.from_iterable(told)), len(told), tuple(failed)


def _mail(digest: Digest, tracker: str, settings: Settings, now: datetime) -> EmailMessage:
    sender = Sender(settings.mail.sender_name, settings.mail.sender, settings.mail.reply_to)
    letter = compose(digest, words(settings.language), tracker)
    keys = tuple(notice.key for notice in digest.notices)
    return message(letter, digest.recipient, sender, keys, now.replace(tzinfo=ZoneInfo(settings.timezone)))
