"""The lists of the weekly summary: each gives the row where it begins, None where there is nothing to say."""

from typing import Any

from sync.generated import TabCell
from sync.reports.grid import COLUMNS, Grid, cells, heads, place, shown
from sync.reports.listing import Line, Listing
from sync.reports.page import Page, dash, remainder, section, share
from sync.reports.weekly_figures import WeeklyFigures

_LATE = (2, 4, 2, 2, 1, 3, 2)
_NEXT = (2, 6, 3, 3, 2)
_BLOCKED = (2, 4, 2, 4, 2, 2)
_UNDECIDED = (4, 6, 4, 2)
_RATES = (7, 3, 3, 3)
_MISSED = (2, 5, 2, 2, 2, 3)
_FAULTS = (4, 2, 2, 2, 6)


def add_late(grid: Grid, figures: WeeklyFigures, page: Page) -> int | None:
    """What is late, with its reason and new date."""
    heads_ = ("id", "item", "owner", "due", "late_days", "reason", "expected")
    first = _begin(grid, page, "late", figures.late, _LATE, heads_)
    for line in figures.late.lines:
        late = TabCell(line.late_days, "bad")
        values = [
            _id(line, page),
            line.description,
            _who(line, page),
            line.due,
            late,
            line.reason,
            line.expected,
        ]
        grid.add(cells(_LATE, values))
    return _end(grid, page, figures.late, first)


def add_due_next(grid: Grid, figures: WeeklyFigures, page: Page) -> int | None:
    """What is due in the next seven days."""
    first = _begin(grid, page, "due_next", figures.due_next, _NEXT, ("id", "item", "owner", "due", "status"))
    for line in figures.due_next.lines:
        status = page.words["status"][line.status]
        grid.add(cells(_NEXT, [_id(line, page), line.description, _who(line, page), line.due, status]))
    return _end(grid, page, figures.due_next, first)


def add_blocked(grid: Grid, figures: WeeklyFigures, page: Page) -> int | None:
    """What is blocked, why, and by when who resolves it: the expected date and the owner, as rule A113 asks."""
    heads_ = ("id", "item", "owner", "cause", "due", "resolved_by")
    first = _begin(grid, page, "blocked", figures.blocked, _BLOCKED, heads_)
    for line in figures.blocked.lines:
        resolved = line.expected or TabCell(page.words["summary"]["unknown"], "bad")
        grid.add(
            cells(
                _BLOCKED,
                [_id(line, page), line.description, _who(line, page), line.reason, line.due, resolved],
            )
        )
    return _end(grid, page, figures.blocked, first)


def add_undecided(grid: Grid, figures: WeeklyFigures, page: Page) -> int | None:
    """Decisions that nobody follows up."""
    found = figures.undecided
    first = section(grid, page, "undecided", _UNDECIDED, "meeting", "topic", "conclusion", "day")
    for line in found.lines:
        title = TabCell(shown(line.title), "text", link=_place(page, "topics", line.row))
        grid.add(cells(_UNDECIDED, [line.meeting, title, line.conclusion, line.day]))
    return _end(grid, page, found, first)


def add_meetings(grid: Grid, figures: WeeklyFigures, page: Page) -> int | None:
    """Which deadlines meetings kept, and those that missed one since last week."""
    names = page.words["summary_deadlines"]
    first = section(grid, page, "meetings", _RATES, "deadline", "this_week", "last_week", "twelve_weeks")
    grid.add(cells(_RATES, [TabCell(names["held"], "label"), *figures.held]))
    for kept in figures.compliance:
        rates = [share(rate, page) for rate in (kept.this, kept.last, kept.twelve)]
        grid.add(cells(_RATES, [TabCell(names[kept.key], "label"), *rates]))
    grid.skip()
    if figures.missed.total:
        _missed(grid, figures, page)
    return first


def _missed(grid: Grid, figures: WeeklyFigures, page: Page) -> None:
    names = page.words["summary_deadlines"]
    grid.add([(COLUMNS, TabCell(page.words["summary_sections"]["missed"], "label"))])
    texts = [
        page.words["summary_heads"][key]
        for key in ("id", "meeting", "day", "notice", "minutes", "distributed")
    ]
    grid.add(heads(_MISSED, texts))
    for line in figures.missed.lines:
        answers = [
            dash(page) if kept is None else TabCell(names["yes" if kept else "no"], "good" if kept else "bad")
            for kept in (line.notice, line.minutes, line.distributed)
        ]
        number = TabCell(shown(line.id) or str(line.row), "text", link=_place(page, "meetings", line.row))
        grid.add(cells(_MISSED, [number, line.name, line.day, *answers]))
    _end(grid, page, figures.missed, None)


def add_faults(grid: Grid, figures: WeeklyFigures, page: Page) -> int | None:
    """Rows that break a rule, by department."""
    first = section(grid, page, "faults", _FAULTS, "department", "rows", "errors", "warnings", "most")
    nobody = page.words["summary"]["nobody"]
    for each in figures.faults[:20]:
        most = f"{each.most} {page.words['titles'].get(each.most, '')}"
        name = TabCell(shown(each.name) or nobody, "label")
        grid.add(cells(_FAULTS, [name, each.rows, each.errors, each.warnings, most]))
    if not figures.faults:
        _nothing(grid, page)
    remainder(grid, page, len(figures.faults) - 20, 0)
    grid.skip()
    return first


def _begin(
    grid: Grid, page: Page, key: str, found: Listing[Line], spans: tuple[int, ...], columns: tuple[str, ...]
) -> int:
    return section(grid, page, key, spans, *(columns if found.lines else ()))


def _end(grid: Grid, page: Page, found: Listing[Any], first: int | None) -> int | None:
    if not found.total:
        _nothing(grid, page)
    remainder(grid, page, found.rest, found.secret)
    grid.skip()
    return first


def _nothing(grid: Grid, page: Page) -> None:
    grid.add([(COLUMNS, TabCell(page.words["summary"]["none"], "faint"))])


def _id(line: Line, page: Page) -> TabCell:
    return TabCell(shown(line.id), "text", link=_place(page, "actions", line.row))


def _who(line: Line, page: Page) -> str:
    owner, department = line.owner or page.words["summary"]["nobody"], line.department
    if page.department or not department or department in owner:
        return owner
    return page.words["summary"]["who"].format(owner=owner, department=department)


def _place(page: Page, table: str, row: int) -> str:
    """Where a link leads; nowhere for what is archived."""
    return place(page.places.tabs[table], row, page.places.columns[table]) if row else ""
