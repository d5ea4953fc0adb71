"""The command demo: a believable tracker, one pass over it, and what happened."""

import shutil
import sys
from pathlib import Path

from sheet_templates import words
from sheet_templates.demo import demo
from sync.commands.beginning import write_new
from sync.commands.judging import conclude, pass_report
from sync.faults import UsageFault
from sync.new_workbook import Content
from sync.running.passes import one_pass
from sync.settings import Settings
from sync.settings.file import settings_file
from sync.terminal import report
from sync.terminal.printing import show
from sync.tracker import USUAL_SETTINGS, Tracker


def run_demo(folder: Path) -> int:
    """Write the demonstration into a folder, anew each time, run one pass over it and print what happened.

    Returns the exit code.
    """
    path = folder / "tracker.xlsx"
    tracker = Tracker(path, Settings(workbook=Path(path.name)), folder)
    shown = demo()
    try:
        _clear_demo(folder, tracker)
        write_new(path, tracker.settings.language, Content(shown.rows, shown.merged, shown.without))
        settings = settings_file(Path(path.name), tracker.settings.language)
        (folder / USUAL_SETTINGS.name).write_text(settings, "utf-8")
    except OSError as reason:
        raise UsageFault(
            "{file} cannot be written ({detail}); choose another folder", file=folder, detail=reason.strerror
        ) from None
    done = one_pass(tracker, shown.now)
    language = words(tracker.settings.language)
    show(*pass_report(done, tracker, shown.now), report.next_section(_program(), path, shown.now, language))
    return conclude(done)


def _program() -> str:
    """What to type for closeloop here: its name where a terminal finds it, or the path by which it was called."""
    if shutil.which("closeloop"):
        return "closeloop"
    return sys.argv[0] if Path(sys.argv[0]).stem == "closeloop" else "python -m sync"


def _clear_demo(folder: Path, tracker: Tracker) -> None:
    """Make room for the demonstration, in a folder that is empty or holds a former one; never anything else."""
    mark = folder / ".closeloop-demo"
    if folder.exists() and not folder.is_dir():
        raise UsageFault("{file} is a file; the demonstration needs a folder", file=folder)
    if folder.exists() and not mark.exists() and any(folder.iterdir()):
        raise UsageFault(
            "{file} holds other files, which the demonstration does not touch; choose a new folder",
            file=folder,
        )
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()
    for former in (tracker.path, folder / USUAL_SETTINGS.name):
        former.unlink(missing_ok=True)
    shutil.rmtree(tracker.folder, ignore_errors=True)
