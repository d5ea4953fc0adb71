"""The command serve: makes a pass each hour where there is no cron, until it is asked to stop."""

import gc
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType

import schedule

from sheet_templates import words
from sync.commands.scheduling import timetable
from sync.commands.several import CLOSELOOP
from sync.tracker import find_tracker, tracker_names

_LONGEST_NAP = 1.0 if sys.platform == "win32" else 60.0
"""Seconds after which the clock is looked at anew: a machine may have slept. On Windows no signal ends a nap."""


def serve(
    path: Path | None, config: Path | None, name: str | None, arguments: Sequence[str], every: int
) -> None:
    """Make a pass at once and then every so many minutes: each hour at this tracker's minute.

    Each pass is a process of its own: nothing of it stays, and one that breaks or hangs takes nothing with it. A
    signal to stop lets a pass that has begun come to its end.
    """
    hourly = timetable(path, config, name)
    names = tracker_names(path, config)
    settings = find_tracker(path, config, name or (names[0] if names else None)).settings
    texts = words(settings.language)["schedule"]
    gc.enable()  # which commands that end soon do without
    timer = schedule.Scheduler()
    job = timer.every().hour.at(f":{hourly.minute:02d}") if every == 60 else timer.every(every).minutes
    with stopping() as stop:
        _say(texts["serving"].format(minute=f"{hourly.minute:02d}", every=every))
        repeat(timer, job, lambda: make_pass([*CLOSELOOP, "run", *hourly.arguments, *arguments]), stop)
        _say(texts["stopped"])


def repeat(
    timer: schedule.Scheduler,
    job: schedule.Job,
    make: Callable[[], object],
    stop: Event,
    most: int | None = None,
) -> int:
    """Do a job at once and then whenever it is due, until ``stop`` is set, or so many times. Returns how often."""
    job.do(make)
    timer.run_all()
    done = 1
    while not stop.is_set() and (most is None or done < most):
        if job.should_run:
            timer.run_pending()
            done += 1
        else:
            stop.wait(min(max(timer.idle_seconds or 0, 0.01), _LONGEST_NAP))
    return done


def make_pass(command: Sequence[str]) -> int:
    """One pass, apart from the terminal's Ctrl-C, which is meant for whoever serves."""
    if sys.platform == "win32":
        apart = subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.run(command, check=False, creationflags=apart).returncode  # noqa: S603 - ourselves
    return subprocess.run(command, check=False, start_new_session=True).returncode  # noqa: S603 - ourselves


@contextmanager
def stopping() -> Iterator[Event]:
    """An event that SIGTERM and Ctrl-C set instead of ending the process."""
    stop = Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    former = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
