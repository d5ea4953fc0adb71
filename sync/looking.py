"""Read a workbook and judge it: all that follows from what stands in it, before anything is written or sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from rules.directory import directory
from rules.handbook import RULES
from rules.judge import Judgement, judge
from rules.proposals import with_proposals
from rules.risk import risks
from rules.table import Book, Table
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import Words, template, words
from sync.answering.standing import Proposal, Standing, notes_of
from sync.archiving.archived import archived_tables
from sync.archiving.cabinet import Drawer, drawers, numbers_of
from sync.archiving.filing import Filing, FilingRules, plan_filing
from sync.archiving.moving import elsewhere
from sync.archiving.proving import Archive
from sync.archiving.shelf import Shelf
from sync.baseline import mark_old
from sync.books.book import Book as Workbook
from sync.changes import Plan
from sync.guard import guard
from sync.history import RowState, row_digests, row_states, with_blocked
from sync.memory import NOTHING, Memory
from sync.numbering import numbers
from sync.plan import make_plan
from sync.reports.facts import facts
from sync.reports.planning import Desk, Reports, Wanted, places, plan_reports
from sync.sentences import status_words
from sync.settings import Settings
from sync.settings.sections import ReportSettings
from sync.snapshot import Snapshot
from sync.tables import own_days, read_tables, with_history
from sync.tell.notice import Notice
from sync.tell.notices import due_notices
from sync.tell.recipients import Missed
from sync.telling import settled_ladder


@dataclass(frozen=True)
class Judged:
    """A snapshot and all that follows from it, without anything having been written or sent.

    ``ids`` has each row's number, ``states`` what is to be remembered of it by that number.
    """

    snapshot: Snapshot
    judgement: Judgement
    risks: "pd.Series[str]"
    plan: Plan
    ids: Mapping[int, str]
    states: Mapping[str, RowState]
    notices: tuple[Notice, ...]
    missed: tuple[Missed, ...]
    reports: Reports
    filing: Filing
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True)
class _Read:
    """The typed tables of a snapshot and of its archive, each item's number by its row, and what it is like by its
    number."""

    tables: Mapping[str, Table]
    archive: Mapping[str, Table]
    ids: Mapping[int, str]
    states: Mapping[str, RowState]


def look(
    workbook: Workbook,
    settings: Settings,
    now: datetime,
    memory: Memory = NOTHING,
    shelf: Shelf | None = None,
) -> Judged:
    """Read a workbook and judge it in the light of what is remembered of it. ``shelf`` has the archive's other
    workbooks, without which nothing is archived.

    Nothing is changed. Raises WorkbookFault when there is nothing to judge, GuardFault when the plan is not ours.
    """
    language = words(settings.language)
    snapshot = workbook.read()
    away, damaged = elsewhere(shelf)
    archive = (*drawers(snapshot), *away)
    read = _read(snapshot, archive, settings, now, memory)
    judgement = _judged(read, settings, now, memory, language)
    levels = risks(judgement.book, judgement.findings, settings.reminders.due_soon_days)
    known = {**memory.rows, **read.states}
    counted = facts(judgement, levels, read.ids, known, memory.closed, read.archive)
    wanted = _wanted(settings.reports)
    desk = Desk(counted, places(judgement), judgement.book.words, language, template(), wanted, memory.past)
    reports = plan_reports(snapshot, desk)
    filing = Filing(stopped=damaged)
    if shelf and settings.archive.on and not damaged:
        days = settings.archive.after_days
        rules = FilingRules(shelf.place, workbook.obstacles, days, template(), language)
        filing = plan_filing(snapshot, archive, judgement, rules)
    proposals = _proposals(judgement, read, memory) if settings.replies.on else ()
    answered = notes_of(proposals, language)
    plan = make_plan(snapshot, judgement, levels, read.ids, template(), language, answered)
    plan = replace(plan, tabs=reports.tabs)
    guard(plan, snapshot, template(), settings.places, Archive(away))
    states = with_blocked(read.states, judgement.book.tables["actions"], read.ids, now)
    rungs = settled_ladder(settings)
    notices, missed = due_notices(judgement, read.ids, levels, states, rungs, template(), language)
    return Judged(
        snapshot, judgement, levels, plan, read.ids, states, notices, missed, reports, filing, proposals
    )


def _read(
    snapshot: Snapshot, archive: tuple[Drawer, ...], settings: Settings, now: datetime, memory: Memory
) -> _Read:
    """What stands in the tables, with what is remembered of each row; numbers of archived rows are not given again."""
    tables = read_tables(snapshot, template(), settings.places, now.date(), memory.rows)
    actions = tables["actions"]
    digests = row_digests(actions, template().tables["actions"])
    ids = numbers(actions.id, digests, memory.rows, numbers_of(archive, template()))
    states = row_states(actions, ids, digests, memory.rows, now)
    known = tables if memory.states is None else with_history(tables, ids, states)
    return _Read(known, archived_tables(archive, template(), settings.places, now.date()), ids, states)


def _judged(read: _Read, settings: Settings, now: datetime, memory: Memory, language: Words) -> Judgement:
    """Every finding, the old ones marked, with what may be proposed."""
    days = calendar(settings.calendar.country, own_days(read.tables), today=now.date())
    book = Book(read.tables, now, days, word_lists(settings.words), read.archive)
    found = mark_old(judge(book, RULES, settings.tuning), memory.baseline, read.ids, template())
    return with_proposals(found, status_words(template(), language))


def _proposals(judgement: Judgement, read: _Read, memory: Memory) -> tuple[Proposal, ...]:
    """What owners have answered by mail, as far as it still stands."""
    listed = directory(judgement.book.get("people"), judgement.book.words)
    return Standing(judgement.book, listed, read.ids, read.states).proposals(memory.answers)


def _wanted(reports: ReportSettings) -> Wanted:
    return Wanted(
        reports.weekly,
        tuple(reports.departments),
        reports.quarterly,
        reports.silent_days,
        reports.on_time_target / 100,
    )
