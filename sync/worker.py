"""One pass over a tracking table: the only place where the pure core meets files, mail and the ledger.

book.read ─► tables ─► judge ─► plan ─► guard ─► book.apply
                          │
                          └─► notices ─► minus ledger ─► send ─► record

Where rows are due for the archive they leave first, and what stays is read and judged anew: what is written and
told is of the workbook as it is then, so that the next pass finds nothing to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from types import MappingProxyType

from rules.wordlists import fold
from sheet_templates import template
from sync.answering.taking import Postbag, Postbox
from sync.archiving.filing import Filed, kept_back
from sync.archiving.moving import move
from sync.archiving.shelf import Shelf
from sync.baseline import KnownFault, known_faults
from sync.books.book import Book
from sync.changes import Plan
from sync.faults import BusyFault, ChangedFault, DeliveryFault, WorkbookFault
from sync.ledger.ledger import Ledger
from sync.ledger.remembering import keep_closed, keep_figures, will_show
from sync.looking import Judged, look
from sync.memory import Memory, recall
from sync.settings import Settings
from sync.tell.channel import Channel, Delivery
from sync.tell.groups import GroupsTold
from sync.tell.notice import PAPERS, Notice, Recipient
from sync.tell.robots.robot import Robot
from sync.telling import Brake, Teller

_AGAIN = 2
"""How often a workbook that changed under a pass is read and judged anew, before the next pass has to do it."""


@dataclass(frozen=True)
class Pass:
    """What a pass has done. ``told`` are the notices that went out, ``held`` those that wait for the sending
    window or behind the ``brake``, ``failed`` the people whose mail could not be handed over, each with what
    became of it, ``groups`` what was posted by robots, ``busy`` why nothing could be written, ``without_tabs``
    why the reports' tabs could not, ``filed`` what went to the archive, ``postbag`` what was answered by mail,
    ``unreachable`` why no mail could go at all."""

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
    unreachable: DeliveryFault | None = None


@dataclass(frozen=True)
class Unchanged:
    """A pass that found the workbook as the last one had left it, on the same day and under the same settings:
    there is nothing to judge anew. ``since`` is the moment of that pass, ``read`` and ``findings`` its figures."""

    run: int
    since: datetime
    read: int
    findings: int
    held: int


@dataclass(frozen=True)
class _Written:
    """What was judged and written, and the fingerprint that is left; '' where the workbook was ``busy``."""

    judged: Judged
    left: str
    busy: BusyFault | None = None
    without_tabs: WorkbookFault | None = None


def run_pass(  # noqa: PLR0913 - all that a pass meets of the world, each by its name
    workbook: Book,
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
    memory = recall(ledger, now).from_now_on

    def judge(memory: Memory) -> Judged:
        return keep_owed(look(workbook, settings, now, memory, shelf), ledger)

    judged = judge(memory)
    ledger.prepare()
    filed = Filed(later=judged.filing.stopped)
    if shelf and judged.filing.leaving:
        filed = _file(workbook, ledger, shelf, judged, settings)
        memory = recall(ledger, now).from_now_on
        judged = judge(memory)
    written = _write_anew(workbook, ledger, judged, lambda: judge(memory))
    done, left = written.judged, written.left
    if postbox and left:
        bag = postbox.settle(bag, ledger)
    run = _record(ledger, written, memory, now, sum(filed.rows.values()))
    teller = Teller(ledger, run, channel, robots, settings, now, done.states)
    told = teller.tell(done.notices, done.judgement.book, whole=not written.busy, release=release)
    if (
        left
        and not filed.later
        and not (
            told.failed or told.unreachable or told.brake or told.groups.failed or ledger.notices.waiting(now)
        )
    ):
        ledger.finish(run, left, _circumstances(settings, now), len(told.held))
    return Pass(
        done,
        run,
        told.notices,
        told.held,
        told.mails,
        told.failed,
        written.busy,
        told.brake,
        told.groups,
        written.without_tabs,
        filed,
        bag,
        told.unreachable,
    )


def set_baseline(workbook: Book, ledger: Ledger, settings: Settings, now: datetime) -> Judged:
    """Take all that is wrong now as known. Nothing is written into the workbook and nobody is told.

    The rows are remembered too, so that each gets the number under which its faults are known. The
    next pass judges anew, for this one leaves its findings to be written.
    """
    memory = Memory(ledger.row_states() or {})
    judged = look(workbook, settings, now, memory)
    ledger.prepare()
    _record_look(ledger, judged, Plan(judged.plan.fingerprint), memory, now)
    findings = judged.judgement.findings
    ledger.set_baseline(known_faults(findings, judged.judgement.book, judged.ids, template()))
    return judged


def _record(ledger: Ledger, written: _Written, memory: Memory, now: datetime, archived: int) -> int:
    """Write down what was written, how many rows were archived, and what is known from now on. Returns the run's
    number."""
    judged = written.judged
    run = _record_look(ledger, judged, judged.plan, memory, now, written.left, archived)
    keep_figures(ledger, judged.reports.week, judged.reports.figures)
    keep_closed(ledger, judged.reports.closed)
    if not written.busy and memory.baseline != (standing := _still_standing(judged)):
        ledger.set_baseline(standing)
    return run


def _record_look(
    ledger: Ledger,
    judged: Judged,
    plan: Plan,
    memory: Memory,
    now: datetime,
    after: str = "",
    archived: int = 0,
) -> int:
    new = {row_id: state for row_id, state in judged.states.items() if memory.rows.get(row_id) != state}
    return ledger.record(now, plan, len(judged.risks), len(judged.judgement.findings), new, after, archived)


def _still_standing(judged: Judged) -> frozenset[KnownFault]:
    """What is left of the baseline: what was mended or changed meanwhile is known no more."""
    old = (finding for finding in judged.judgement.findings if finding.old)
    return frozenset(known_faults(old, judged.judgement.book, judged.ids, template()))


def _unchanged(workbook: Book, ledger: Ledger, settings: Settings, now: datetime) -> Unchanged | None:
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


def keep_owed(judged: Judged, ledger: Ledger) -> Judged:
    """The same, but that no meeting leaves for the archive of which a document has still to go out. What is old when
    people are first told of anything never goes out."""
    papers = [each for each in judged.notices if each.kind in PAPERS]
    if not (papers and judged.filing.leaving and ledger.has_told()):
        return judged
    owed = {fold(each.subject.id) for each in ledger.notices.unknown(papers)}
    return replace(judged, filing=kept_back(judged.filing, judged.judgement.book, owed))


def _file(workbook: Book, ledger: Ledger, shelf: Shelf, judged: Judged, settings: Settings) -> Filed:
    """Let leave for the archive what is due; what the reports and later passes have to know of it is written down
    before."""
    leaving = {judged.ids[each.row] for each in judged.filing.leaving if each.table == "actions"}
    ledger.keep_rows({row_id: state for row_id, state in judged.states.items() if row_id in leaving})
    keep_closed(ledger, (each for each in judged.reports.closed if each.row_id in leaving))
    return move(workbook, shelf, judged.snapshot, judged.filing, settings)


def _write_anew(workbook: Book, ledger: Ledger, judged: Judged, judge: Callable[[], Judged]) -> _Written:
    """Write what was judged; where somebody has saved the workbook meanwhile, judge it anew."""
    written = _write(workbook, ledger, judged)
    for _ in range(_AGAIN):
        if isinstance(written.busy, ChangedFault):
            written = _write(workbook, ledger, judge())
    return replace(written, judged=_without_writing(written.judged)) if written.busy else written


def _write(workbook: Book, ledger: Ledger, judged: Judged) -> _Written:
    """Write a plan, without its generated tabs where the workbook cannot have any: rows are worth more than reports."""
    if not judged.plan.tabs:
        return _apply(workbook, judged)
    will_show(ledger, judged.reports.shown)
    try:
        return _apply(workbook, judged)
    except WorkbookFault as fault:
        bare = replace(judged, plan=replace(judged.plan, tabs=()))
        return replace(_apply(workbook, bare), without_tabs=fault)


def _apply(workbook: Book, judged: Judged) -> _Written:
    """A workbook that somebody has open is written by the next pass."""
    try:
        return _Written(judged, workbook.apply(judged.plan))
    except BusyFault as busy:
        return _Written(judged, "", busy)


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
