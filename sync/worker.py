"""One pass over a tracking table: the only place where the pure core meets files, mail and the ledger.

book.read ─► tables ─► judge ─► plan ─► guard ─► book.apply
                          │
                          └─► notices ─► minus ledger ─► send ─► record
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from types import MappingProxyType

import pandas as pd

from rules.directory import directory
from rules.handbook import RULES
from rules.judge import Judgement, judge
from rules.proposals import with_proposals
from rules.risk import risks
from rules.table import Book
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import LANGUAGES, template, words
from sync.answering.answer import Answer
from sync.answering.standing import Proposal, Standing, notes_of
from sync.answering.taking import Postbag, Postbox
from sync.archiving.cabinet import Drawer, drawers, numbers_of
from sync.archiving.due import HERE
from sync.archiving.filing import Filed, Filing, FilingRules, copies, plan_filing, removals
from sync.archiving.proving import Archive, prove_tabs
from sync.archiving.shelf import Shelf
from sync.baseline import KnownFault, known_faults, mark_old
from sync.books.book import Book as Workbook
from sync.changes import Plan
from sync.faults import BusyFault, ChangedFault, WorkbookFault
from sync.finding_tables import find_layouts
from sync.guard import guard
from sync.history import RowState, row_digests, row_states, with_blocked
from sync.ledger import Ledger
from sync.numbering import numbers
from sync.plan import make_plan
from sync.reports.facts import facts
from sync.reports.past import Past
from sync.reports.periods import quarter_of
from sync.reports.planning import Desk, Reports, Wanted, places, plan_reports
from sync.sentences import status_words
from sync.settings import Settings
from sync.snapshot import Snapshot
from sync.tables import own_days, read_tables, with_history
from sync.tell.channel import Channel, Delivery
from sync.tell.groups import GroupsTold
from sync.tell.notice import Notice, Recipient
from sync.tell.notices import due_notices
from sync.tell.recipients import Missed
from sync.tell.robots.robot import Robot
from sync.telling import Brake, Teller, settled_ladder

_AGAIN = 2
"""How often a workbook that changed under a pass is read and judged anew, before the next pass has to do it."""


@dataclass(frozen=True)
class Judged:
    """A snapshot and all that follows from it, without anything having been written or sent."""

    snapshot: Snapshot
    judgement: Judgement
    risks: "pd.Series[str]"
    plan: Plan
    ids: Mapping[int, str]
    states: Mapping[str, RowState]
    notices: tuple[Notice, ...]
    missed: tuple[Missed, ...]
    reports: Reports
    filing: Filing
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True)
class Pass:
    """What a pass has done. ``told`` are the notices that went out, ``held`` those that wait for the sending
    window or behind the ``brake``, ``failed`` the people whose mail could not be handed over, each with what
    became of it, ``groups`` what was posted by robots, ``busy`` why nothing could be written, ``without_tabs``
    why the reports' tabs could not, ``filed`` what went to the archive, ``postbag`` what was answered by mail."""

    judged: Judged
    run: int
    told: tuple[Notice, ...]
    held: tuple[Notice, ...]
    mails: int
    failed: tuple[tuple[Recipient, Delivery], ...]
    busy: BusyFault | None = None
    brake: Brake | None = None
    groups: GroupsTold = field(default_factory=GroupsTold)
    without_tabs: WorkbookFault | None = None
    filed: Filed = field(default_factory=Filed)
    postbag: Postbag = field(default_factory=Postbag)


@dataclass(frozen=True)
class Unchanged:
    """A pass that found the workbook as the last one had left it, on the same day and under the same settings:
    there is nothing to judge anew. ``since`` is the moment of that pass, ``read`` and ``findings`` its figures."""

    run: int
    since: datetime
    read: int
    findings: int
    held: int


def look(  # noqa: PLR0913 - all that a look rests on, each by its name
    workbook: Workbook,
    settings: Settings,
    now: datetime,
    before: Mapping[str, RowState] | None = None,
    baseline: frozenset[KnownFault] = frozenset(),
    past: Past | None = None,
    shelf: Shelf | None = None,
    *,
    answers: Sequence[Answer] = (),
) -> Judged:
    """Read a workbook and judge it. ``before`` is what the ledger remembers of its rows, None without a ledger;
    ``baseline`` the faults that stood already when the tracker was adopted; ``past`` what the ledger remembers for
    the reports; ``shelf`` has the archive's other workbooks, without which nothing is archived; ``answers`` were given
    by mail.

    Nothing is changed. Raises WorkbookFault when there is nothing to judge, GuardFault when the plan is not ours.
    """
    snapshot = workbook.read()
    remembered = before or {}
    tables = read_tables(snapshot, template(), settings.places, now.date(), remembered)
    digests = row_digests(tables["actions"], template().tables["actions"])
    elsewhere, damaged = _elsewhere(shelf)
    archived = numbers_of((*drawers(snapshot), *elsewhere), template())
    ids = numbers(tables["actions"].id, digests, remembered, archived)
    states = row_states(tables["actions"], ids, digests, remembered, now)
    known = tables if before is None else with_history(tables, ids, states)
    days = calendar(settings.calendar.country, own_days(tables), today=now.date())
    language = words(settings.language)
    book = Book(known, now, days, word_lists(settings.words))
    found = mark_old(judge(book, RULES, settings.tuning), baseline, ids, template())
    judgement = with_proposals(found, status_words(template(), language))
    levels = risks(judgement.book, judgement.findings, settings.reminders.due_soon_days)
    listed = directory(judgement.book.get("people"), judgement.book.words)
    proposals = Standing(judgement.book, listed, ids, states).proposals(answers)
    answered = notes_of(proposals, language)
    plan = make_plan(snapshot, judgement, levels, ids, template(), language, answered)
    counted = facts(judgement, levels, ids, states, past.closed if past else ())
    desk = Desk(counted, places(judgement), book.words, language, template(), _wanted(settings), past)
    reports = plan_reports(snapshot, desk)
    plan = replace(plan, tabs=reports.tabs)
    filing = Filing(stopped=damaged)
    if shelf and settings.archive.on and not damaged:
        rules = FilingRules(
            shelf.place, workbook.obstacles, settings.archive.after_days, template(), language
        )
        filing = plan_filing(snapshot, elsewhere, judgement, rules)
        archived_tabs = copies(filing, snapshot, HERE, (*drawers(snapshot), *elsewhere), language)
        plan = replace(plan, tabs=(*plan.tabs, *archived_tabs))
    guard(plan, snapshot, template(), settings.places, Archive(elsewhere))
    states = with_blocked(states, judgement.book.tables["actions"], ids, now)
    rungs = settled_ladder(settings)
    notices, missed = due_notices(judgement, ids, levels, states, rungs, template(), language)
    return Judged(snapshot, judgement, levels, plan, ids, states, notices, missed, reports, filing, proposals)


def run_pass(  # noqa: PLR0913 - all that a pass meets of the world, each by its name
    workbook: Workbook,
    ledger: Ledger,
    channel: Channel,
    settings: Settings,
    now: datetime,
    robots: Mapping[str, Robot] = MappingProxyType({}),
    *,
    shelf: Shelf | None = None,
    postbox: Postbox | None = None,
    release: bool = False,
) -> Pass | Unchanged:
    """One whole pass: judge, write what was found beside the rows, tell whoever has to be told, record it.

    ``release`` lets the mails go however many they are.
    """
    bag = postbox.take(ledger, now) if postbox else Postbag()
    nothing_came = not (bag.new or bag.ignored or bag.fault)
    if nothing_came and (unchanged := _unchanged(workbook, ledger, settings, now)):
        return unchanged
    before, baseline, past = ledger.row_states() or {}, ledger.baseline(), remembered(ledger, now)
    judged = look(workbook, settings, now, before, baseline, past, shelf, answers=bag.answers)
    ledger.prepare()
    judged, left, without = _written(workbook, ledger, judged)
    for _ in range(_AGAIN):
        if isinstance(left, ChangedFault):  # somebody has saved it meanwhile
            judged, left, without = _written(
                workbook,
                ledger,
                look(workbook, settings, now, before, baseline, past, shelf, answers=bag.answers),
            )
    busy = left if isinstance(left, BusyFault) else None
    done = _without_writing(judged) if busy else judged
    filed = _file(workbook, shelf, judged, left, settings) if shelf and isinstance(left, str) else Filed()
    if postbox and isinstance(left, str):
        bag = postbox.settle(bag, ledger)
    new = {row_id: state for row_id, state in done.states.items() if before.get(row_id) != state}
    run = ledger.record(now, done.plan, len(done.risks), len(done.judgement.findings), new)
    ledger.keep_figures(done.reports.week, done.reports.figures, done.reports.closed)
    if not busy and baseline != (standing := _still_standing(done)):
        ledger.set_baseline(standing)
    teller = Teller(ledger, run, channel, robots, settings, now, done.states)
    told = teller.tell(done.notices, done.judgement.book, whole=not busy, release=release)
    if (
        isinstance(left, str)
        and not (told.failed or told.brake or told.groups.failed or ledger.waiting(now))
        and filed == Filed()
    ):
        ledger.finish(run, left, _circumstances(settings, now), len(told.held))
    return Pass(
        done,
        run,
        told.notices,
        told.held,
        told.mails,
        told.failed,
        busy,
        told.brake,
        told.groups,
        without,
        filed,
        bag,
    )


def set_baseline(workbook: Workbook, ledger: Ledger, settings: Settings, now: datetime) -> Judged:
    """Take all that is wrong now as known. Nothing is written into the workbook and nobody is told.

    The rows are remembered too, so that each gets the number under which its faults are known. The
    next pass judges anew, for this one leaves its findings to be written.
    """
    before = ledger.row_states() or {}
    judged = look(workbook, settings, now, before)
    ledger.prepare()
    new = {row_id: state for row_id, state in judged.states.items() if before.get(row_id) != state}
    ledger.record(now, Plan(judged.plan.fingerprint), len(judged.risks), len(judged.judgement.findings), new)
    findings = judged.judgement.findings
    ledger.set_baseline(known_faults(findings, judged.judgement.book, judged.ids, template()))
    return judged


def _still_standing(judged: Judged) -> frozenset[KnownFault]:
    """What is left of the baseline: what was mended or changed meanwhile is known no more."""
    old = (finding for finding in judged.judgement.findings if finding.old)
    return frozenset(known_faults(old, judged.judgement.book, judged.ids, template()))


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
        exclude={"mail": {"password", "client_secret"}, "running": True, "log": True, "trackers": True}
    )
    return sha256(f"{version('closeloop')} {now:%Y-%m-%d} {chosen}".encode()).hexdigest()


def remembered(ledger: Ledger, now: datetime) -> Past | None:
    """What the ledger remembers for the reports: of this quarter and the one before."""
    since = quarter_of(quarter_of(now.date()).before).first
    return ledger.past(since, [words(language)["status"]["done"] for language in LANGUAGES])


def _written(
    workbook: Workbook, ledger: Ledger, judged: Judged
) -> tuple[Judged, str | BusyFault, WorkbookFault | None]:
    """Write a plan, without its generated tabs where the workbook cannot have any: rows are worth more than reports."""
    if not judged.plan.tabs:
        return judged, _write(workbook, judged.plan), None
    ledger.will_show(judged.reports.shown)
    try:
        return judged, _write(workbook, judged.plan), None
    except WorkbookFault as fault:
        bare = replace(judged, plan=replace(judged.plan, tabs=()))
        return bare, _write(workbook, bare.plan), fault


def _wanted(settings: Settings) -> Wanted:
    reports = settings.reports
    return Wanted(
        reports.weekly,
        tuple(reports.departments),
        reports.quarterly,
        reports.silent_days,
        reports.on_time_target / 100,
    )


def _write(workbook: Workbook, plan: Plan) -> str | BusyFault:
    """Apply a plan and give the fingerprint of what is left; a workbook that somebody has open is written by the
    next pass."""
    try:
        return workbook.apply(plan)
    except BusyFault as busy:
        return busy


def _elsewhere(shelf: Shelf | None) -> tuple[tuple[Drawer, ...], WorkbookFault | None]:
    """The archive's tabs in other workbooks; none of them, and the reason, where one cannot be read: rows are
    judged all the same."""
    try:
        books = [shelf.book(place) for place in shelf.there()] if shelf else []
        return tuple(drawer for book in books for drawer in drawers(book.read())), None
    except WorkbookFault as fault:
        return (), fault


def _file(workbook: Workbook, shelf: Shelf, judged: Judged, left: str, settings: Settings) -> Filed:
    """Archive in two phases: rows are copied (into the tracker itself by the pass's plan, into other workbooks here),
    all is read back, and what is found in the archive word for word is removed. Whatever stops it, each row stands
    in one place at least, and the next pass goes on."""
    filing = judged.filing
    if not filing.leaving:
        return Filed({}, filing.stopped)
    try:
        for place in filing.places():
            _copy(shelf.book(place), place, filing, settings)
        elsewhere, damaged = _elsewhere(shelf)
        snapshot = workbook.read()
        if damaged:
            raise damaged
        if snapshot.fingerprint != left:
            raise ChangedFault("the workbook has changed since it was read; the next pass writes it")
        kept = (*drawers(snapshot), *elsewhere)
        layouts = find_layouts(snapshot, template(), settings.places)
        removed = removals(filing, snapshot, layouts, template(), kept)
        plan = Plan(snapshot.fingerprint, removals=removed)
        guard(plan, snapshot, template(), settings.places, Archive(elsewhere))
        workbook.apply(plan)
    except (BusyFault, WorkbookFault) as fault:
        return Filed({}, fault)
    tables = {layout.tab: key for key, layout in layouts.items()}
    return Filed({tables[each.tab]: len(each.rows) for each in removed})


def _copy(archive: Workbook, place: str, filing: Filing, settings: Settings) -> None:
    """Put rows into another workbook of the archive, where they do not stand there yet."""
    snapshot = archive.read()
    tabs = copies(filing, snapshot, place, drawers(snapshot), words(settings.language))
    prove_tabs(tabs, snapshot, Archive())
    archive.apply(Plan(snapshot.fingerprint, tabs=tabs))


def _without_writing(judged: Judged) -> Judged:
    """What is left of a pass that could not write: a row whose number does not stand in the sheet yet is not
    known to anybody, so that nothing is remembered or told of it."""
    unknown = {cell.now for cell in judged.plan.cells if cell.column == "id"}
    return replace(
        judged,
        plan=Plan(judged.plan.fingerprint),
        states={row_id: state for row_id, state in judged.states.items() if row_id not in unknown},
        notices=tuple(notice for notice in judged.notices if notice.subject.id not in unknown),
        reports=replace(judged.reports, closed=()),
    )
