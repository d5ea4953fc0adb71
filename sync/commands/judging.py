"""The commands that look at a tracker or make a pass over it: check, plan, run."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from math import inf
from pathlib import Path

from rich.console import RenderableType

from rules.findings import Severity
from sheet_templates import template, words
from sync.archiving.filing import Filed, Filing
from sync.faults import BrakeFault, BusyFault, DeliveryFault, Fault, LedgerFault
from sync.looking import Judged, look
from sync.memory import NOTHING, recall
from sync.running.passes import needs_a_person, progress, watched_pass
from sync.running.watching import Watch, WatchedBook
from sync.telling import Brake, would_tell
from sync.terminal import machine_form, report
from sync.terminal.flowing import Flowing
from sync.terminal.printing import complain, print_json, show
from sync.terminal.told import answers_section, failed_section, missed_section, notices_section
from sync.tracker import Tracker, find_tracker
from sync.worker import Pass, Unchanged, keep_owed, set_baseline


def check_workbook(
    path: Path | None,
    config: Path | None,
    now: datetime | None,
    *,
    proposals: bool,
    as_json: bool,
    every: bool = False,
    name: str | None = None,
) -> int:
    """Judge a workbook and print every finding, or what is proposed alone. Returns 1 if there are errors: new ones,
    or ``every`` one."""
    tracker = find_tracker(path, config, name)
    judged = look_at(tracker, now)
    language = words(tracker.settings.language)
    judgement = judged.judgement
    if proposals and as_json:
        print_json(machine_form.proposed(judgement))
    elif proposals:
        show(report.proposals_section(judgement, language, template()))
    elif as_json:
        print_json(machine_form.checked(judgement, language, template()))
    else:
        show(
            report.read_section(judgement, language),
            report.findings_section(judgement, language, template()),
            report.every_finding(judgement, language, template()) if judgement.findings else None,
            report.silent_section(judgement, language, template()),
        )
    counted = (finding for finding in judgement.findings if every or not finding.old)
    return int(any(finding.severity is Severity.ERROR for finding in counted))


def baseline_workbook(
    path: Path | None, config: Path | None, now: datetime | None, *, as_json: bool, name: str | None = None
) -> None:
    """Take all that is wrong now as known, and print how much that is."""
    tracker = find_tracker(path, config, name)
    moment = tracker.moment(now)
    with tracker.alone(), closing(tracker.ledger()) as ledger:
        judged = set_baseline(tracker.book(moment, complain), ledger, tracker.settings, moment)
    language = words(tracker.settings.language)
    if as_json:
        print_json(machine_form.known(judged.judgement))
        return
    said = language["report"]["baseline"].format(count=len(judged.judgement.findings))
    show(report.findings_section(judged.judgement, language, template()), Flowing(f"\n{said}", style="green"))


def plan_workbook(
    path: Path | None, config: Path | None, now: datetime | None, *, as_json: bool, name: str | None = None
) -> None:
    """Print what a run would write, and whom it would tell."""
    tracker = find_tracker(path, config, name)
    moment = tracker.moment(now)
    with closing(tracker.ledger()) as ledger:
        judged = keep_owed(look_at(tracker, moment), ledger)
        told = would_tell(judged.notices, judged.judgement.book, ledger, tracker.settings, moment)
    language = words(tracker.settings.language)
    if as_json:
        print_json(machine_form.planned(judged, told))
        return
    show(
        report.plan_section(judged.plan, language, template(), done=False),
        report.every_change(judged.plan, language, template()) if judged.plan.cells else None,
        report.archive_section(
            _filed(judged.filing), judged.filing, judged.judgement.book, language, done=False
        ),
        notices_section((*told.notices, *told.held), language, done=False),
        _held(len(told.held), tracker),
        missed_section(judged.missed, language),
    )


def run_workbook(
    path: Path | None,
    config: Path | None,
    now: datetime | None,
    *,
    as_json: bool,
    name: str | None = None,
    quiet: bool = False,
    release: bool = False,
) -> int:
    """Make one pass and print what happened; ``quiet`` prints only what needs a person, ``release`` lets mails go,
    however many they are. Returns the exit code: that of BusyFault where the workbook could not be written, of
    BrakeFault where far more would have been sent than usual, of DeliveryFault where mail failed for now; an address
    that is refused for good is reported, not alarmed about each hour."""
    tracker = find_tracker(path, config, name)
    moment = tracker.moment(now)
    said: list[Fault] = []
    try:
        done, code = watched_pass(tracker, moment, lambda done: conclude(done, said.append), release=release)
    except Fault as fault:
        if quiet and not needs_a_person(tracker, fault.exit_code):
            return fault.exit_code
        raise
    if as_json:
        print_json(machine_form.ran(done))
    elif not quiet:
        show(*pass_report(done, tracker, moment))
    if not quiet or code == 0 or needs_a_person(tracker, code):
        for each in said:
            complain(each)
    return code


def conclude(done: Pass | Unchanged, say: Callable[[Fault], None] = complain) -> int:
    """Complain about what could not be written or handed over, and give the exit code."""
    if isinstance(done, Unchanged):
        return 0
    for recipient, delivery in done.failed:
        say(
            DeliveryFault(
                "the mail to {email} was not handed over: {detail}",
                email=recipient.email,
                detail=delivery.detail,
            )
        )
    for robot, delivery in done.groups.failed:
        say(
            DeliveryFault(
                "the group robot {robot} did not take the message: {detail}",
                robot=robot,
                detail=delivery.detail,
            )
        )
    if done.postbag.fault:
        say(done.postbag.fault)
    if done.brake:
        say(_braked(done.brake))
    for fault in filter(None, (done.busy, done.unreachable)):
        say(fault)
    if done.busy and not done.unreachable:
        return BusyFault.exit_code
    if done.brake:
        return BrakeFault.exit_code
    failures = (delivery for _, delivery in (*done.failed, *done.groups.failed))
    failed = done.postbag.fault or done.unreachable or any(not delivery.permanent for delivery in failures)
    return DeliveryFault.exit_code if failed else 0


def _braked(brake: Brake) -> BrakeFault:
    return BrakeFault(
        "nothing was sent: {people} people would have been told {items} things, and {most} people and {limit} things"
        " are the most; look at 'closeloop notices --state held', then 'closeloop run --release-brake' lets them go",
        people=brake.people,
        items=brake.items,
        most=brake.may.people,
        limit=brake.may.items,
    )


def look_at(tracker: Tracker, now: datetime | None) -> Judged:
    """Judge without writing: with what the ledger remembers if there is one, and making none."""
    with closing(tracker.ledger()) as ledger:
        try:
            memory = recall(ledger, tracker.moment(now))
        except LedgerFault as fault:  # what was remembered only adds to a look
            complain(fault)
            memory = NOTHING
    moment = tracker.moment(now)
    with progress(tracker) as tell:
        book = WatchedBook(tracker.book(moment), Watch(inf, tell))
        return look(book, tracker.settings, moment, memory, tracker.shelf())


def pass_report(done: Pass | Unchanged, tracker: Tracker, now: datetime) -> list[RenderableType | None]:
    """All sections of a pass's report, in the settings' language."""
    language = words(tracker.settings.language)
    if isinstance(done, Unchanged):
        return [
            report.heading(now, language),
            report.unchanged(done.since, done.read, done.findings, language),
            _held(done.held, tracker),
        ]
    judged = done.judged
    files = [("workbook", tracker.place), ("ledger", tracker.ledger_place)]
    if tracker.settings.mail.channel == "outbox":
        files.append(("outbox", tracker.outbox))
    return [
        report.heading(now, language),
        report.read_section(judged.judgement, language),
        report.findings_section(judged.judgement, language, template()),
        report.busy_section(done.busy, language)
        if done.busy
        else report.plan_section(judged.plan, language, template(), done=True),
        report.tabs_section(judged.reports.noted, done.without_tabs, language),
        report.archive_section(done.filed, judged.filing, judged.judgement.book, language, done=True),
        notices_section((*done.told, *done.groups.told), language, done=True),
        None if done.brake else _held(len(done.held), tracker),
        missed_section(judged.missed, language),
        failed_section(done.failed, done.unreachable, language),
        answers_section(done.postbag, judged.proposals, language),
        report.silent_section(judged.judgement, language, template()),
        report.files_section(files, language),
    ]


def _filed(filing: Filing) -> Filed:
    """What a run would archive."""
    return Filed(filing.rows, filing.stopped)


def _held(count: int, tracker: Tracker) -> RenderableType | None:
    """How many notices wait for the sending window."""
    window = tracker.settings.reminders
    start, end = f"{window.send_from:%H:%M}", f"{window.send_until:%H:%M}"
    text = words(tracker.settings.language)["report"]["held"].format(count=count, start=start, end=end)
    return Flowing(text) if count else None
