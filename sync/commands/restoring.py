"""The command restore: puts a workbook back as it was before one of closeloop's writes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sheet_templates import words
from sync.books.excel import Backup, Backups, ExcelBook
from sync.faults import UsageFault, WorkbookFault
from sync.terminal import report
from sync.terminal.flowing import Flowing
from sync.terminal.printing import complain, show
from sync.tracker import Tracker, find_tracker


def show_backups(path: Path | None, config: Path | None, name: str | None = None) -> None:
    """Print the workbook's backups, newest first."""
    tracker = _of_a_file(path, config, name)
    found = _listed(tracker.backups(tracker.moment(None)), tracker)
    show(report.backups_section(found, words(tracker.settings.language)))


def restore_workbook(path: Path | None, config: Path | None, at: str, name: str | None = None) -> None:
    """Put one backup in the workbook's place, the nth newest or the one of that name, and say which.

    What the workbook is now becomes a backup itself, even where the settings keep none. Raises UsageFault
    when there is no such backup, BusyFault and WorkbookFault as ``ExcelBook.put_back`` does.
    """
    tracker = _of_a_file(path, config, name)
    backups = tracker.backups(tracker.moment(None))
    chosen = _chosen(_listed(backups, tracker), at, tracker)
    with tracker.alone():
        ExcelBook(tracker.path, replace(backups, keep=max(backups.keep, 1)), complain).put_back(chosen.path)
    said = words(tracker.settings.language)["report"]["restored"]
    show(Flowing(said.format(file=tracker.path, moment=f"{chosen.moment:%Y-%m-%d %H:%M:%S}")))


def _of_a_file(path: Path | None, config: Path | None, name: str | None) -> Tracker:
    tracker = find_tracker(path, config, name)
    if tracker.spreadsheet:
        raise UsageFault("Google keeps every version itself: File, Version history in the spreadsheet")
    return tracker


def _listed(backups: Backups, tracker: Tracker) -> Sequence[Backup]:
    try:
        return backups.listed()
    except OSError as reason:
        raise WorkbookFault(
            "the backups of {name} in {folder} cannot be read: {detail}",
            name=tracker.path.name,
            folder=backups.folder,
            detail=reason.strerror or reason,
        ) from None


def _chosen(found: Sequence[Backup], at: str, tracker: Tracker) -> Backup:
    if not found:
        raise WorkbookFault(
            "{name} has no backups yet; each write of closeloop makes one", name=tracker.path.name
        )
    for number, backup in enumerate(found, start=1):
        if at in (str(number), backup.path.name):
            return backup
    raise UsageFault("there is no backup {given!r}; 'closeloop restore --list' shows them", given=at)
