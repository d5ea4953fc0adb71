"""Adds the template's tabs to a workbook that people already have, so that it can become a tracker."""

import io

from sheet_templates import Template, Words, template
from sync.books.excel import ExcelBook
from sync.finding_tables import tables_there
from sync.new_workbook import write_workbook
from sync.rules_tab import rules_tab
from sync.settings import Settings
from sync.snapshot import Snapshot


def add_tabs(book: ExcelBook, words: Words, settings: Settings) -> tuple[str, ...]:
    """Add the tabs that the workbook lacks, last, empty and in that language, and what the rules ask; gives their names.

    A tab counts as there when a sheet has its name or its table is found. Nothing else is touched.
    Raises WorkbookFault and BusyFault as a book does.
    """
    snapshot = book.read()
    names = lacking(snapshot, template(), words, settings)
    guides = () if _has_guide(snapshot, words) else (rules_tab(settings.tuning, words, template()),)
    made = io.BytesIO()
    if names:
        write_workbook(made, template(), words)
    book.graft(made.getvalue(), names, snapshot.fingerprint, guides)
    return *names, *(tab.name for tab in guides)


def _has_guide(snapshot: Snapshot, words: Words) -> bool:
    """Whether a sheet says what the rules ask, ours or one of people's."""
    return words["rules_tab"]["name"] in {tab.name for tab in snapshot.tabs}


def lacking(snapshot: Snapshot, known: Template, words: Words, settings: Settings) -> tuple[str, ...]:
    """The names of the tabs that the workbook does not have yet."""
    there = tables_there(snapshot, known, settings.places)
    return tuple(table.heads[words.head] for key, table in known.tables.items() if key not in there)
