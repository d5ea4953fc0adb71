"""The commands reopen and archive: an item comes back, and what has passed its time is listed or removed."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from sheet_templates import template, words
from sync.archiving.cabinet import archived_on, drawers
from sync.archiving.due import HERE
from sync.archiving.proving import Archive, prove_tabs
from sync.archiving.reopening import (
    Filed,
    Found,
    appended,
    cleared,
    find_item,
    released,
    row_of,
    with_meeting,
)
from sync.archiving.shelf import Shelf
from sync.books.book import Book
from sync.changes import Plan
from sync.faults import ChangedFault, UsageFault
from sync.finding_tables import find_layouts
from sync.guard import guard
from sync.settings import Settings
from sync.snapshot import Snapshot
from sync.terminal import report
from sync.terminal.flowing import Flowing
from sync.terminal.printing import complain, show
from sync.tracker import find_tracker


def reopen_item(number: str, path: Path | None, config: Path | None, name: str | None = None) -> None:
    """Bring an archived item back and say where it stands."""
    tracker = find_tracker(path, config, name)
    book = tracker.book(tracker.moment(None), complain)
    item, tab, row = reopen(number, book, tracker.shelf(), tracker.settings)
    said = words(tracker.settings.language)["archive"]["reopened"]
    show(Flowing(said.format(id=number, tab=item.drawer.tab, place=tab, row=row)))


def reopen(number: str, book: Book, shelf: Shelf, settings: Settings) -> tuple[Found, str, int]:
    """Bring an archived item back: added to the table first, and taken from the archive once it is read there. Gives
    it with the tab and the row where it stands now.

    Raises UsageFault when the archive has no such item, WorkbookFault when it finds no place.
    """
    language = words(settings.language)
    snapshot = book.read()
    kept = everything(snapshot, shelf)
    layouts = find_layouts(snapshot, template(), settings.places)
    item = find_item(number, kept, template())
    found = with_meeting(item, kept, snapshot, layouts, template())
    row = row_of(item, snapshot, layouts, template())
    back = found if row is None else found[1:]
    plan = Plan(snapshot.fingerprint, rows=appended(back, snapshot, layouts, template(), language))
    archive = Archive(tuple(drawer for place, drawer in kept if place != HERE))
    guard(plan, snapshot, template(), settings.places, archive)
    book.apply(plan)
    row = row_of(item, book.read(), layouts, template())
    if row is None:
        raise ChangedFault("the workbook has changed since it was read; the next pass writes it")
    take_out(found, book, shelf, settings)
    return item, layouts["actions"].tab, row


def everything(snapshot: Snapshot, shelf: Shelf) -> list[Filed]:
    """All tabs of the archive with the places of their workbooks."""
    kept = [(HERE, drawer) for drawer in drawers(snapshot)]
    return kept + [(place, drawer) for place in shelf.there() for drawer in drawers(shelf.book(place).read())]


def take_out(found: Sequence[Found], book: Book, shelf: Shelf, settings: Settings) -> None:
    """Write the archive's tabs without these rows, whose going somebody has asked for."""
    archive = Archive(released=released(found))
    for place in dict.fromkeys(each.place for each in found):
        its = book if place == HERE else shelf.book(place)
        snapshot = its.read()
        kept = [(place, drawer) for drawer in drawers(snapshot)]
        tabs = cleared(found, kept, words(settings.language)).get(place, ())
        prove_tabs(tabs, snapshot, archive)
        its.apply(Plan(snapshot.fingerprint, tabs=tabs))


def archive_workbook(
    path: Path | None,
    config: Path | None,
    now: datetime | None,
    name: str | None = None,
    *,
    remove: bool,
    sure: bool,
) -> None:
    """List the archived rows that have passed the years for which they are kept; remove them when that is asked
    for twice."""
    if remove and not sure:
        raise UsageFault("--remove-expired removes rows for good; say so with --yes")
    tracker = find_tracker(path, config, name)
    book, shelf = tracker.book(tracker.moment(now), complain), tracker.shelf()
    years = tracker.settings.archive.keep_years
    found = expired(everything(book.read(), shelf), tracker.moment(now).date(), years)
    language = words(tracker.settings.language)
    show(report.expired_section(found, years, language))
    if remove and found:
        take_out(found, book, shelf, tracker.settings)
        show(Flowing(language["archive"]["removed"].format(count=len(found))))


def expired(kept: Sequence[Filed], today: date, years: int) -> list[Found]:
    """Rows archived so many years ago or more; those whose day cannot be read never are."""
    limit = _years_before(today, years)
    return [
        Found(place, drawer, row)
        for place, drawer in kept
        for row in drawer.rows
        if (day := archived_on(row)) and day <= limit
    ]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - years, day=28)
