"""Open items against the weeks: a strip of signs that conditional formats turn into bars. Pure."""

from datetime import date, timedelta

from sync.colours import letters
from sync.generated import TabCell
from sync.reports.grid import Grid, cells, heads, place, shown
from sync.reports.listing import Line
from sync.reports.page import Page, remainder, section
from sync.reports.periods import Period, week_of
from sync.reports.weekly_figures import WeeklyFigures
from sync.snapshot import Area, ColourRule

_BACK, _WEEKS = 3, 11
_LABEL = 5
RUNNING, DUE, LATE, EXPECTED = "■", "▲", "✕", "◇"


def add_strip(grid: Grid, figures: WeeklyFigures, page: Page) -> int | None:
    """Draw the open items; the week of today is the fourth."""
    found = figures.strip
    if not found.lines:
        return None
    first = section(grid, page, "strip", ())
    monday = figures.week.first - timedelta(weeks=_BACK)
    weeks = [week_of(monday + timedelta(weeks=number)) for number in range(_WEEKS)]
    text = page.words["summary"]["week"]
    starts = [text.format(month=week.first.month, day=week.first.day) for week in weeks]
    spans = (_LABEL, *(1,) * _WEEKS)
    grid.add(heads(spans, [page.words["summary_heads"]["item"], *starts]))
    top = grid.next_row
    for line in found.lines:
        where = place(page.places.tabs["actions"], line.row, page.places.columns["actions"])
        label = TabCell(shown(f"{line.id} {line.description}", 40), "text", link=where)
        signs = [TabCell(_sign(line, week, figures.today.date()), "date") for week in weeks]
        grid.add(cells(spans, [label, *signs]))
    _colour(grid, page, Area(top, _LABEL + 1, grid.next_row - 1, _LABEL + _WEEKS))
    remainder(grid, page, found.rest, found.secret)
    grid.skip()
    return first


def _sign(line: Line, week: Period, today: date) -> str:
    """What an item shows in a week; the last that applies of running, late, expected, due."""
    due = line.due or today
    began = line.began or due - timedelta(weeks=_BACK + 1)
    if week.first <= due <= week.last:
        return DUE
    if line.expected and week.first <= line.expected <= week.last:
        return EXPECTED
    if due < week.first <= today:
        return LATE
    return RUNNING if began <= week.last and week.last < due else ""


def _colour(grid: Grid, page: Page, area: Area) -> None:
    """Bars by conditional formats; they follow when somebody sorts the rows."""
    risk, status = page.template.colours["risk"], page.template.colours["status"]
    bar = page.template.colours["chart"]["fifth"][0]
    first = f"{letters(area.first_column)}{area.first_row}"
    for sign, (fill, ink) in {
        RUNNING: (bar, bar),
        DUE: (page.template.colours["chart"]["first"][0], "#FFFFFF"),
        LATE: risk["late"],
        EXPECTED: status["waiting"],
    }.items():
        grid.colours.append(ColourRule(area, f'{first}="{sign}"', fill, ink))
