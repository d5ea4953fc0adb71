"""One pass over a tracking table: the only place where the pure core meets files, mail and the ledger.

book.read ─► tables ─► judge ─► plan ─► guard ─► book.apply
                          │
                          └─► notices ─► minus ledger ─► send ─► record
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from zoneinfo import ZoneInfo

import pandas as pd

from rules.handbook import RULES, by_code
from rules.judge import Judgement, judge
from rules.proposals import with_proposals
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
from sync.sentences import status_words
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


@dataclass(frozen=True)
class Unchanged:
    """A pass that found the workbook as the last one had left it, on the same day and under the same settings:
    there is nothing to judge anew. ``since`` is the moment of that pass, ``read`` and ``findings`` its figures."""

    run: int
    since: datetime
    read: int
    findings: int
    held: int


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
    language = words(settings.language)
    book = Book(known, now, days, word_lists(settings.words))
    judgement = with_proposals(judge(book, RULES, settings.tuning), status_words(template(), language))
    levels = risks(judgement.book, judgement.findings, settings.reminders.due_soon_days)
    plan = make_plan(snapshot, judgement, levels, ids, template(), language)
    guard(plan, snapshot, template(), settings.places)
    notices, missed = due_notices(judgement, ids, levels, _ladder(settings), template(), language)
    return Judged(snapshot, judgement, levels, plan, states, notices, missed)


def run_pass(
    workbook: Workbook, ledger: Ledger, channel: Channel, settings: Settings, now: datetime
) -> Pass | Unchanged:
    """One whole pass: judge, write what was found beside the rows, tell whoever has to be told, record it."""
    if unchanged := _unchanged(workbook, ledger, settings, now):
        return unchanged
    before = ledger.row_states() or {}
    judged = look(workbook, settings, now, before)
    ledger.prepare()
    left = _write(workbook, judged.plan)
    for _ in range(_AGAIN):
        if isinstance(left, ChangedFault):  # somebody has saved it meanwhile
            judged = look(workbook, settings, now, before)
            left = _write(workbook, judged.plan)
    busy = left if isinstance(left, BusyFault) else None
    done = _without_writing(judged) if busy else judged
    new = {row_id: state for row_id, state in done.states.items() if before.get(row_id) != state}
    run = ledger.record(now, done.plan, len(done.risks), len(done.judgement.findings), new)
    fresh = ledger.unknown(done.notices)
    if may_send(done, settings, now):
        told, mails, failed = _tell(digests(fresh), run, ledger, channel, settings, now)
        finished = Pass(done, run, told, (), mails, failed, busy)
    else:
        finished = Pass(done, run, (), fresh, 0, (), busy)
    if isinstance(left, str) and not finished.failed:
        ledger.finish(run, left, _circumstances(settings, now), len(finished.held))
    return finished


def _unchanged(workbook: Workbook, ledger: Ledger, settings: Settings, now: datetime) -> Unchanged | None:
    """Most hourly passes: what was judged and told depends on the workbook, the day and the settings alone."""
    last = ledger.last_pass()
    if (
        last is None
        or last.circumstances != _circumstances(settings, now)
        or last.left != workbook.fingerprint()
    ):
        return None
    if last.held and settings.reminders.open_at(now) and not settings.reminders.open_at(last.moment):
        return None  # what was held can go out now; what was held in spite of the hour waits for another day
    run = ledger.record(now, Plan(last.left), last.rows, last.findings, {})
    ledger.finish(run, last.left, last.circumstances, last.held)
    return Unchanged(run, last.moment, last.rows, last.findings, last.held)


def _circumstances(settings: Settings, now: datetime) -> str:
    """All that a judgement rests on beside the workbook: the day, the settings and this version."""
    chosen = settings.model_dump_json(
        exclude={"mail": {"password"}, "running": True, "log": True, "trackers": True}
    )
    return sha256(f"{version('closeloop')} {now:%Y-%m-%d} {chosen}".encode()).hexdigest()


def may_send(judged: Judged, settings: Settings, now: datetime) -> bool:
    """Not at night and not on a day off (handbook §4)."""
    return settings.reminders.open_at(now) and judged.judgement.book.calendar.is_working(now.date())


def _write(workbook: Workbook, plan: Plan) -> str | BusyFault:
    """Apply a plan and give the fingerprint of what is left; a workbook that somebody has open is written by the
    next pass."""
    try:
        return workbook.apply(plan)
    except BusyFault as busy:
        return busy


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
