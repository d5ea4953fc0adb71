"""The command init: an empty workbook from the template, or the template's tabs for a workbook that people have."""

from collections.abc import Iterator
from pathlib import Path

from sheet_templates import LANGUAGES, template, words
from sync.books.excel import ExcelBook
from sync.changes import Plan, PutTab
from sync.faults import UsageFault, WorkbookFault
from sync.into import add_tabs, lacking
from sync.new_workbook import Content, write_workbook
from sync.rules_tab import rules_tab
from sync.settings import Settings, read_settings
from sync.settings.file import settings_file
from sync.terminal.typed import as_typed
from sync.tracker import USUAL_SETTINGS, Tracker, google_tracker


def init_files(path: Path, language: str) -> Iterator[Path | str]:
    """Write an empty workbook and its settings; yields what was written, and what to do next. Overwrites nothing."""
    _check_language(language)
    if path.suffix.lower() != ".xlsx":
        raise UsageFault("an empty workbook ends in .xlsx, {file!r} does not", file=path.name)
    if path.exists():
        raise UsageFault("{file} exists already and is not overwritten; choose another name", file=path)
    write_new(path, language)
    add_guide(path, language)
    yield path
    yield from _settings_beside(path, language)
    yield words(language)["report"]["begun"].format(file=as_typed(path))


def init_into(path: Path, language: str) -> Iterator[Path | str]:
    """Add the template's tabs to a workbook that people have, and settings beside it; yields what was done."""
    _check_language(language)
    texts = words(language)["report"]
    beside = path.with_name(USUAL_SETTINGS.name)
    settings = read_settings(beside) if beside.exists() else Settings()
    if settings.workbook is None or (beside.parent / settings.workbook).resolve() != path.resolve():
        settings = Settings()  # those are of another workbook
    tracker = Tracker(path, settings, path.parent)
    book = ExcelBook(path, tracker.backups(tracker.moment(None)))
    added = add_tabs(book, words(language), settings)
    said = texts["tabs_added"] if added else texts["no_tabs_added"]
    yield said.format(file=path, tabs=texts["comma"].join(added))
    yield from _settings_beside(path, language)


def init_google(address: str, credentials: Path | None, language: str) -> Iterator[Path | str]:
    """Add the template's tabs to a Google spreadsheet, and settings in this folder; yields what was done.

    An account of one's own is asked for consent in the browser first.
    """
    from sync.books.google.credentials import give_consent, is_client
    from sync.books.google.founding import new_tabs
    from sync.books.google.tabs import put_tab

    _check_language(language)
    known = read_settings(USUAL_SETTINGS) if USUAL_SETTINGS.exists() else Settings()
    key = credentials or known.google.credentials
    google = known.google.model_copy(update={"spreadsheet": address, "credentials": key})
    if is_client(key) and not google.consent.exists():
        give_consent(key, google.consent)
    settings = known.model_copy(update={"google": google})
    tracker = google_tracker(address, settings, Path())
    book = tracker.google_book()
    snapshot = book.read()
    names = lacking(snapshot, template(), words(language), settings)
    if names:
        tabs = list(new_tabs(template(), words(language), names, book.file.ids))
        guide = rules_tab(settings.tuning, words(language), template())
        there = any(tab.name == guide.name and tab.generated is None for tab in snapshot.tabs)
        book.add([*tabs, *([] if there else put_tab(book.file, guide))])
    texts = words(language)["report"]
    said = texts["tabs_added"] if names else texts["no_tabs_added"]
    yield said.format(file=tracker.place, tabs=texts["comma"].join(names))
    if not USUAL_SETTINGS.exists():
        given = {"spreadsheet": str(tracker.place), "name": book.file.title, "credentials": key.as_posix()}
        USUAL_SETTINGS.write_text(settings_file(None, language, given), "utf-8")
        yield USUAL_SETTINGS


def add_guide(path: Path, language: str) -> None:
    """What the rules ask, as a tab that closeloop generates: no pass takes it for a table."""
    book = ExcelBook(path)
    tab = rules_tab(Settings().tuning, words(language), template())
    book.apply(Plan(book.fingerprint(), tabs=(PutTab(tab),)))


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise UsageFault(
            "--language takes {known}, not {given!r}", known=", ".join(LANGUAGES), given=language
        )


def _settings_beside(path: Path, language: str) -> Iterator[Path]:
    settings = path.with_name(USUAL_SETTINGS.name)
    if not settings.exists():
        settings.write_text(settings_file(Path(path.name), language), "utf-8")
        yield settings


def write_new(path: Path, language: str, content: Content | None = None) -> None:
    """Write a workbook of the template's tabs, with its folder."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_workbook(path, template(), words(language), content)
    except OSError as reason:
        raise WorkbookFault("{file} cannot be written: {detail}", file=path, detail=reason.strerror) from None
