"""A pass as a service makes it: alone, watched, and written down whatever becomes of it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from sheet_templates import words
from sync.faults import EXIT_CODES, Fault, OverlapFault
from sync.running.logbook import Outcome, log_line, read_status, write_log, write_status
from sync.running.pinging import ping
from sync.running.watching import Stage, Watch, WatchedBook, WatchedChannel, WatchedRobot, late
from sync.terminal import machine_form
from sync.terminal.printing import complain
from sync.terminal.progress import bar
from sync.tracker import Tracker
from sync.worker import Pass, Unchanged, run_pass

PATIENCE = 3
"""How often in a row something that mends itself may happen before a person should look."""

_MENDING = {code for code, _, mends in EXIT_CODES if code and mends}


def one_pass(
    tracker: Tracker, now: datetime, watch: Watch | None = None, *, release: bool = False
) -> Pass | Unchanged:
    """Open ledger and ways out, and make a pass, alone with the tracker; ``release`` lets mails go, however many."""
    seen = watch or watch_over(tracker)
    with tracker.alone(), closing(tracker.ledger()) as ledger, progress(tracker) as seen.tell:
        book = WatchedBook(tracker.book(now, complain), seen)
        channel = WatchedChannel(tracker.channel(), seen)
        robots = {name: WatchedRobot(robot, seen) for name, robot in tracker.robots().items()}
        return run_pass(
            book,
            ledger,
            channel,
            tracker.settings,
            now,
            robots,
            shelf=tracker.shelf(),
            postbox=tracker.postbox(),
            release=release,
        )


def watched_pass(
    tracker: Tracker,
    now: datetime,
    conclude: Callable[[Pass | Unchanged], int],
    *,
    release: bool = False,
) -> tuple[Pass | Unchanged, int]:
    """A pass with its exit code, as ``conclude`` has it; ended when its time is up, and written down."""
    watch = watch_over(tracker)

    def end() -> None:
        fault = late(watch.seconds)
        complain(fault)
        _keep(tracker, now, watch, fault.exit_code, fault)
        sys.stderr.flush()
        os._exit(fault.exit_code)  # nothing less ends a pass that waits for a share or a server

    with watch.ended(end):
        try:
            done = one_pass(tracker, now, watch, release=release)
        except Fault as fault:
            _keep(tracker, now, watch, fault.exit_code, fault)
            raise
        except Exception as error:
            bug = Fault("{kind}: {detail}", kind=type(error).__name__, detail=error)
            _keep(tracker, now, watch, bug.exit_code, bug)
            raise
        code = conclude(done)
        _keep(tracker, now, watch, code, done)
    return done, code


def watch_over(tracker: Tracker) -> Watch:
    """A watch that begins now, with the time that the settings give a pass."""
    return Watch(tracker.settings.running.deadline * 60)


@contextmanager
def progress(tracker: Tracker) -> Iterator[Callable[[Stage], None]]:
    """A bar in the terminal, where the workbook is large."""
    is_there = not tracker.spreadsheet and tracker.path.is_file()
    size = tracker.path.stat().st_size if is_there else 0
    with bar(size, words(tracker.settings.language)) as tell:
        yield tell


def needs_a_person(tracker: Tracker, code: int) -> bool:
    """Whether the pass that ended so, the tracker's last, asks for a look: what mends itself only when it lasts."""
    return code != 0 and (code not in _MENDING or read_status(tracker.status).get("in_a_row", 0) >= PATIENCE)


def _keep(tracker: Tracker, now: datetime, watch: Watch, code: int, end: Pass | Unchanged | Fault) -> None:
    """Log, status file and monitor. Whatever of it fails is said, and fails no pass."""
    outcome = _outcome(tracker, now, watch, code, end)
    try:
        _write(tracker, outcome, is_last=not isinstance(end, OverlapFault))
    except OSError as reason:
        complain(
            Fault(
                "the pass cannot be written down in {file}: {detail}",
                file=reason.filename or tracker.status,
                detail=reason.strerror or reason,
            )
        )
    address = tracker.settings.log.ping
    if address and (code == 0 or needs_a_person(tracker, code)):
        problem = ping(address, good=code == 0)
        if problem:
            complain(Fault("the monitor could not be told of the pass: {detail}", detail=problem))


def _outcome(
    tracker: Tracker, now: datetime, watch: Watch, code: int, end: Pass | Unchanged | Fault
) -> Outcome:
    form = {} if isinstance(end, Fault) else machine_form.ran(end)
    figures = {name: value for name, value in form.items() if isinstance(value, int)}
    fault = end if isinstance(end, Fault) else isinstance(end, Pass) and (end.unreachable or end.busy)
    reason = fault.said(words(tracker.settings.language).groups.get("faults", {})) if fault else ""
    bad = read_status(tracker.status).get("in_a_row", 0) + 1 if code else 0
    return Outcome(tracker.name, now, watch.used, code, reason, figures, bad)


def _write(tracker: Tracker, outcome: Outcome, *, is_last: bool) -> None:
    """A pass that found another one at work leaves the status to that one."""
    log = tracker.settings.log
    if tracker.log:
        write_log(tracker.log, log_line(outcome, log.format), log.megabytes * 1_000_000, log.keep)
    if is_last and tracker.status.parent.is_dir():
        write_status(tracker.status, outcome)
