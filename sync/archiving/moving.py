"""Rows moved to the archive: copied, read back, and only then removed."""

from sheet_templates import template, words
from sync.archiving.cabinet import Drawer, drawers
from sync.archiving.filing import Filed, Filing, copies, removals
from sync.archiving.proving import Archive, prove_tabs
from sync.archiving.shelf import Shelf
from sync.books.book import Book
from sync.changes import Plan
from sync.faults import BusyFault, ChangedFault, WorkbookFault
from sync.finding_tables import find_layouts
from sync.guard import guard
from sync.settings import Settings


def elsewhere(shelf: Shelf | None) -> tuple[tuple[Drawer, ...], WorkbookFault | None]:
    """The archive's tabs in other workbooks; none of them, and the reason, where one cannot be read: rows are
    judged all the same."""
    try:
        books = [shelf.book(place) for place in shelf.there()] if shelf else []
        return tuple(drawer for book in books for drawer in drawers(book.read())), None
    except WorkbookFault as fault:
        return (), fault


def move(workbook: Book, shelf: Shelf, filing: Filing, left: str, settings: Settings) -> Filed:
    """Archive in two phases: rows are copied (into the tracker itself by the pass's plan, into other workbooks here),
    all is read back, and what is found in the archive word for word is removed. ``left`` is the tracker's fingerprint
    after the pass has written. Whatever stops it, each row stands in one place at least, and the next pass goes on."""
    if not filing.leaving:
        return Filed({}, filing.stopped)
    try:
        for place in filing.places():
            _copy(shelf.book(place), place, filing, settings)
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
    except (BusyFault, WorkbookFault) as fault:
        return Filed({}, fault)
    tables = {layout.tab: key for key, layout in layouts.items()}
    return Filed({tables[each.tab]: len(each.rows) for each in removed})


def _copy(archive: Book, place: str, filing: Filing, settings: Settings) -> None:
    """Put rows into another workbook of the archive, where they do not stand there yet."""
    snapshot = archive.read()
    tabs = copies(filing, snapshot, place, drawers(snapshot), words(settings.language))
    prove_tabs(tabs, snapshot, Archive())
    archive.apply(Plan(snapshot.fingerprint, tabs=tabs))
