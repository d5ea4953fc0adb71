"""Rows moved to the archive: copied, read back, and only then removed."""

from sheet_templates import template, words
from sync.archiving.cabinet import Drawer, drawers
from sync.archiving.due import HERE
from sync.archiving.filing import Filed, Filing, copies, removals
from sync.archiving.proving import Archive, prove_tabs
from sync.archiving.shelf import Shelf
from sync.books.book import Book
from sync.changes import Plan
from sync.faults import BusyFault, ChangedFault, WorkbookFault
from sync.finding_tables import find_layouts
from sync.guard import guard
from sync.settings import Settings
from sync.snapshot import Snapshot


def elsewhere(shelf: Shelf | None) -> tuple[tuple[Drawer, ...], WorkbookFault | None]:
    """The archive's tabs in other workbooks; none of them, and the reason, where one cannot be read: rows are
    judged all the same."""
    try:
        books = [shelf.book(place) for place in shelf.there()] if shelf else []
        return tuple(drawer for book in books for drawer in drawers(book.read())), None
    except WorkbookFault as fault:
        return (), fault


def move(workbook: Book, shelf: Shelf, snapshot: Snapshot, filing: Filing, settings: Settings) -> Filed:
    """Archive in two phases: rows of the ``snapshot`` are copied, all is read back, and what is found in the archive
    word for word is removed. Whatever stops it, each row stands in one place at least, and the next pass goes on.

    Nothing is copied while the tracker is open elsewhere: what people change there until it can be removed would stand
    in the archive as it was."""
    if not filing.leaving:
        return Filed({}, filing.stopped)
    left = snapshot.fingerprint
    try:
        workbook.check_writable()
        for place in filing.places:
            if place == HERE:
                left = _copy(workbook, snapshot, place, filing, settings)
            else:
                archive = shelf.book(place)
                _copy(archive, archive.read(), place, filing, settings)
        return Filed(_remove(workbook, shelf, left, filing, settings))
    except (BusyFault, WorkbookFault) as fault:
        return Filed({}, fault)


def _copy(archive: Book, snapshot: Snapshot, place: str, filing: Filing, settings: Settings) -> str:
    """Put rows into a workbook of the archive, where they do not stand there yet; gives its fingerprint then."""
    tabs = copies(filing, snapshot, place, words(settings.language))
    prove_tabs(tabs, snapshot, Archive())
    return archive.apply(Plan(snapshot.fingerprint, tabs=tabs))


def _remove(workbook: Book, shelf: Shelf, left: str, filing: Filing, settings: Settings) -> dict[str, int]:
    """Remove what has its copy from the tracker, whose fingerprint was ``left`` by the copying. Gives how many rows
    of each table that were. Raises ChangedFault where the tracker is another by now."""
    kept_elsewhere, damaged = elsewhere(shelf)
    snapshot = workbook.read()
    if damaged:
        raise damaged
    if snapshot.fingerprint != left:
        raise ChangedFault("the workbook has changed since it was read; the next pass writes it")
    kept = (*drawers(snapshot), *kept_elsewhere)
    layouts = find_layouts(snapshot, template(), settings.places)
    removed = removals(filing, snapshot, layouts, template(), kept)
    plan = Plan(snapshot.fingerprint, removals=removed)
    guard(plan, snapshot, template(), settings.places, Archive(kept_elsewhere))
    workbook.apply(plan)
    tables = {layout.tab: key for key, layout in layouts.items()}
    return {tables[each.tab]: len(each.rows) for each in removed}
