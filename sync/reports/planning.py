"""Which generated tabs a pass wants: the weekly summary, the departments' tabs, the quarter's review. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from rules.judge import Judgement
from rules.wordlists import WordLists
from sheet_templates import LANGUAGES, Template, Words, words
from sync.changes import PutTab
from sync.generated import GeneratedTab
from sync.reports.counting import now_figures
from sync.reports.facts import Facts
from sync.reports.grid import shown
from sync.reports.grouping import groups, shown_names
from sync.reports.page import Page, Places
from sync.reports.past import Closed, Note, Past, Shown, Week
from sync.reports.periods import Period, quarter_number, quarter_of, week_of
from sync.reports.quarterly_figures import quarterly_figures
from sync.reports.quarterly_tab import quarterly_tab
from sync.reports.standing import (
    digest,
    free_name,
    home,
    is_older,
    is_shown,
    kept_notes,
    standing_cells,
    wanted_cells,
)
from sync.reports.weekly_figures import weekly_figures
from sync.reports.weekly_tab import weekly_tab
from sync.snapshot import Snapshot

_ALL = "all"
_FINAL_AFTER = timedelta(days=14)
"""So long after its end a quarter's review is still brought up to date; then it is final."""

_LINK_COLUMNS = {"actions": ("id", "description"), "meetings": ("name", "id"), "topics": ("title",)}


@dataclass(frozen=True)
class Wanted:
    """Which reports an organisation wants, and how they are told. ``departments`` are names, or "all"."""

    weekly: bool = True
    departments: tuple[str, ...] = ()
    quarterly: bool = True
    silent_days: int = 2
    on_time_target: float = 0.8


@dataclass(frozen=True)
class Reports:
    """What a pass does for its reports: the tabs to put, what they show by kind, what people wrote in them (by the
    tab's name), and what is remembered for later: the week's figures by scope, and items that are closed."""

    tabs: tuple[PutTab, ...] = ()
    shown: Mapping[str, Shown] = field(default_factory=dict)
    noted: tuple[tuple[str, Note], ...] = ()
    week: str = ""
    figures: Mapping[str, Week] = field(default_factory=dict)
    closed: tuple[Closed, ...] = ()


class _Report(NamedTuple):
    """One tab that is wanted: its key, its name in each language, and how it is made."""

    kind: str
    names: tuple[str, ...]
    spare: str
    build: Callable[[Page], GeneratedTab]


@dataclass(frozen=True)
class Desk:
    """All that the reports are made of. ``past`` is None where nothing is remembered."""

    facts: Facts
    places: Places
    lists: WordLists
    words: Words
    template: Template
    wanted: Wanted
    past: Past | None

    @property
    def today(self) -> date:
        """The day of the pass."""
        day: date = self.facts.today.date()
        return day


def places(judgement: Judgement) -> Places:
    """Where links to the judged tables lead."""
    layouts = {key: table.layout for key, table in judgement.book.tables.items()}
    columns = {
        key: next((layouts[key].columns[name] for name in names if name in layouts[key].columns), 1)
        for key, names in _LINK_COLUMNS.items()
        if key in layouts
    }
    tabs = {key: layout.tab for key, layout in layouts.items()}
    return Places(tabs, columns, layouts["actions"].header_row)


def plan_reports(snapshot: Snapshot, desk: Desk) -> Reports:
    """The tabs that do not show yet what they should, and what is to be remembered."""
    past = desk.past or Past()
    week = week_of(desk.today)
    scopes = {"": desk.facts} | {name: desk.facts.of_department(name) for name in _departments(desk)}
    made = Reports(
        week=week.first.isoformat(),
        figures={name: now_figures(facts) for name, facts in scopes.items()},
        closed=_closed(desk),
    )
    older = any(
        is_older(tab, shows)
        for shows in past.shown.values()
        for tab in snapshot.tabs
        if tab.name == shows.name
    )
    for report in _reports(desk):
        others = {each.name for kind, each in past.shown.items() if kind != report.kind}
        made = _with_report(made, report, snapshot, desk, others, older=older)
    return made


def _with_report(
    made: Reports, report: _Report, snapshot: Snapshot, desk: Desk, others: set[str], *, older: bool
) -> Reports:
    former = desk.past.shown.get(report.kind) if desk.past else None
    put = {tab.content.name for tab in made.tabs}
    tab = home(snapshot, report.names, former, others | put)
    notes = kept_notes(tab, former, desk.today, older=older)
    taken = [each.name for each in snapshot.tabs] + [*put]
    name = tab.name if tab else free_name(report.names[desk.words.head], report.spare, taken)
    page = Page(name, desk.words, desk.template, desk.places, desk.wanted.silent_days, notes=notes)
    content = report.build(page)
    if is_shown(tab, content, former):
        return made
    standing = standing_cells(tab) if tab else []
    shows = Shown(name, digest(content), wanted_cells(content), standing, notes)
    fresh = [(name, note) for note in notes if not former or note not in former.notes]
    return replace(
        made,
        tabs=(*made.tabs, PutTab(content)),
        shown={**made.shown, report.kind: shows},
        noted=(*made.noted, *fresh),
    )


def _reports(desk: Desk) -> Iterator[_Report]:
    remembered = desk.past.weeks if desk.past else {}
    if desk.wanted.weekly:
        figures = weekly_figures(desk.facts, desk.lists, remembered.get("", {}))
        yield _Report("weekly", *_names("summary", "tab", desk), lambda page: weekly_tab(figures, page))
    for department in _departments(desk):
        names = _names("summary", "department_tab", desk, department=shown(department, 20))
        yield _Report(f"department:{department}", *names, _department_builder(desk, department))
    if desk.wanted.quarterly:
        for quarter in _quarters(desk):
            fields = {"year": quarter.first.year, "number": quarter_number(quarter)}
            kind = "quarterly:{year}-{number}".format(**fields)
            yield _Report(kind, *_names("quarterly", "tab", desk, **fields), _quarter_builder(desk, quarter))


def _department_builder(desk: Desk, department: str) -> Callable[[Page], GeneratedTab]:
    def build(page: Page) -> GeneratedTab:
        remembered = desk.past.weeks.get(department, {}) if desk.past else {}
        figures = weekly_figures(desk.facts.of_department(department), desk.lists, remembered)
        return weekly_tab(figures, replace(page, department=department))

    return build


def _quarter_builder(desk: Desk, quarter: Period) -> Callable[[Page], GeneratedTab]:
    def build(page: Page) -> GeneratedTab:
        reopened = desk.past.reopened if desk.past else ()
        figures = quarterly_figures(desk.facts, quarter, reopened)
        final = desk.today > quarter.last
        return quarterly_tab(figures, page, desk.wanted.on_time_target, final=final)

    return build


def _names(group: str, key: str, desk: Desk, **fields: object) -> tuple[tuple[str, ...], str]:
    """A tab's name in each language, and the spare one for where people's sheet bears it."""
    names = tuple(words(language)[group][key].format(**fields) for language in LANGUAGES)
    return names, desk.words["summary"]["spare_tab"].format(tab=names[desk.words.head])


def _departments(desk: Desk) -> tuple[str, ...]:
    if desk.wanted.departments != (_ALL,):
        return tuple(dict.fromkeys(desk.wanted.departments))
    active = {group.name for group in groups(desk.facts, "department")}
    kept = desk.past.shown if desk.past else {}
    before = {kind.partition(":")[2] for kind in kept if kind.startswith("department:")}
    return tuple(sorted((active | before) - {""}))


def _quarters(desk: Desk) -> Iterator[Period]:
    """The one before while it is not final, where it has a tab; then the current one."""
    this = quarter_of(desk.today)
    last = quarter_of(this.before)
    kind = f"quarterly:{last.first.year}-{quarter_number(last)}"
    if desk.past and kind in desk.past.shown and desk.today - last.last <= _FINAL_AFTER:
        yield last
    yield this


def _closed(desk: Desk) -> tuple[Closed, ...]:
    """Items of the sheet that are closed, and were closed or due in this quarter or the last: their rows may go to
    the archive."""
    since = str(quarter_of(quarter_of(desk.today).before).first)
    items = desk.facts.items
    recent = items[items["row"].gt(0) & items.closed & (items.done.ge(since) | items.due.ge(since))]
    due = recent.due.dt.strftime("%Y-%m-%d").fillna("")
    done = recent.done.dt.strftime("%Y-%m-%d").fillna("")
    late = recent.late_days.fillna(0).astype(int)
    departments = shown_names(items, "department")[recent.index]  # no name that only confidential items have
    columns = zip(recent["id"], departments, due, done, late, recent.errors, strict=True)
    known = frozenset(desk.past.closed) if desk.past else frozenset()
    return tuple(each for each in (Closed(*row) for row in columns) if each not in known)
