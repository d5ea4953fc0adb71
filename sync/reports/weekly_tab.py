"""The weekly summary as a generated tab: figures and charts on the first page, then the lists. Pure."""

from collections.abc import Callable, Mapping
from functools import partial

from sync.generated import Chart, GeneratedTab, Series, TabCell
from sync.reports import weekly_lists
from sync.reports.counting import Rate
from sync.reports.grid import COLUMNS, Grid, cells, heads, place, plain, shown
from sync.reports.page import Page, add_notes, dash, day_text, remainder, section, series, share
from sync.reports.strip import add_strip
from sync.reports.weekly_figures import STATUSES, WeeklyFigures
from sync.snapshot import Area, ColourRule

_FIGURES = ("open", "new", "closed", "late", "at_risk", "blocked", "waiting", "due_next", "faulty")
_FEWER_IS_BETTER = frozenset({"open", "late", "at_risk", "blocked", "faulty"})
_CHART_ROWS = 14
_CHARTED = 10
_MOST_GROUPS = 20
_HALF = COLUMNS // 2
_FROZEN = 2
_SLICES = ("seventh", "first", "fourth", "second", "eighth")
_LINES = {"open": "first", "late": "fourth", "closed": "third"}
_BARS = {7: "fifth", 8: "eighth", 9: "second", 10: "fourth"}
"""Columns of the groups' table that the bars are made of, and their colours."""

Section = Callable[[], int | None]


def weekly_tab(figures: WeeklyFigures, page: Page) -> GeneratedTab:
    """Lay the figures out: of everything, or of the page's department."""
    grid = Grid()
    _head(grid, figures, page)
    rows = _figures(grid, figures, page)
    _trend(grid, figures, page)
    charts = grid.next_row - _CHART_ROWS - 1
    where = {key: add() for key, add in _sections(grid, figures, page, charts).items()}
    for key, row in rows.items():
        _lead(grid, page, row, where.get(key))
    add_notes(grid, page)
    return grid.tab(page.name, _FROZEN)


def _sections(grid: Grid, figures: WeeklyFigures, page: Page, charts: int) -> Mapping[str, Section]:
    """The sections below the first page in their order, by the figure that leads to them."""
    add = partial(partial, grid=grid, figures=figures, page=page)
    lists: dict[str, Section] = {
        "late": add(weekly_lists.add_late),
        "due_next": add(weekly_lists.add_due_next),
        "blocked": add(weekly_lists.add_blocked),
    }
    strip: Section = partial(add_strip, grid, figures, page)
    if page.department:
        return {"owners": partial(_groups, grid, figures, page, "owner", charts), **lists, "strip": strip}
    made: dict[str, Section] = {
        "departments": partial(_groups, grid, figures, page, "department", charts),
        **lists,
        "owners": partial(_groups, grid, figures, page, "owner", None),
        "strip": strip,
    }
    if figures.compliance:
        made |= {"undecided": add(weekly_lists.add_undecided), "meetings": add(weekly_lists.add_meetings)}
    return made | {"faulty": add(weekly_lists.add_faults)}


def _head(grid: Grid, figures: WeeklyFigures, page: Page) -> None:
    """The week, and the heartbeat: a day, not an hour, so that the passes of a day leave the tab as it is."""
    texts, week = page.words["summary"], figures.week
    year, number, _ = week.first.isocalendar()
    title = texts["department_title" if page.department else "title"].format(
        department=shown(page.department), year=year, week=number,
        first=day_text(week.first, page), last=day_text(week.last, page),
    )  # fmt: skip
    grid.add([(COLUMNS, TabCell(title, "title"))])
    silent = f"TODAY()-$K$2>{page.silent_days}"
    said = f"{_text(texts['silent_before'])}&(TODAY()-$K$2)&{_text(texts['silent_after'])}"
    alive = TabCell(texts["alive"], "good", formula=f"IF({silent},{said},{_text(texts['alive'])})")
    beat = [TabCell(texts["heartbeat"], "label"), TabCell(figures.today.date(), "date"), alive]
    grid.add(cells((_HALF, 2, 2, 4), [TabCell(texts["about"], "faint"), *beat]))
    fill, ink = page.template.colours["risk"]["warning"]
    grid.colours.append(ColourRule(Area(2, 11, 2, COLUMNS), silent, fill, ink))
    grid.skip()


def _text(text: str) -> str:
    """A text in a formula."""
    return '"' + text.replace('"', '""') + '"'


def _figures(grid: Grid, figures: WeeklyFigures, page: Page) -> dict[str, int]:
    """This week beside the last one, and the pie beside them; gives the row of each figure."""
    names, spans = page.words["summary_figures"], (3, 2, 2, 2)
    top = grid.next_row
    heads_ = [page.words["summary_heads"][key] for key in ("figure", "this_week", "last_week", "change")]
    grid.add(heads(spans, heads_))
    rows = {}
    for key in _FIGURES:
        now, before = figures.now[key], figures.before.get(key)
        unknown = dash(page)
        last, change = (unknown, unknown) if before is None else (plain(before), _change(key, now - before))
        rows[key] = grid.add(cells(spans, [TabCell(names[key], "label"), now, last, change]))
    now_rate, last_rate = (Rate(each["in_time"], each["due"]) for each in (figures.now, figures.before))
    rates = [share(now_rate, page), share(last_rate, page), _shift(now_rate, last_rate)]
    grid.add(cells(spans, [TabCell(names["on_time"], "label"), *rates]))
    grid.skip()
    _statuses(grid, figures, page, top)
    return rows


def _change(key: str, change: int) -> TabCell:
    if not change:
        return TabCell("–", "date")
    text = f"{'▲' if change > 0 else '▼'} {abs(change)}"
    if key in _FEWER_IS_BETTER:
        return TabCell(text, "bad" if change > 0 else "good")
    return TabCell(text, "good" if key == "closed" and change > 0 else "text")


def _shift(now: Rate, last: Rate) -> TabCell:
    """By how many percentage points a rate has changed."""
    if now.share is None or last.share is None:
        return TabCell("–", "date")
    points = round(100 * (now.share - last.share))
    if not points:
        return _change("closed", 0)
    return TabCell(f"{'▲' if points > 0 else '▼'} {abs(points)}%", "good" if points > 0 else "bad")


def _statuses(grid: Grid, figures: WeeklyFigures, page: Page, top: int) -> None:
    """How many items stand how, and the pie of them beside all figures."""
    spans = (3, 2, 4)
    texts = page.words["summary_heads"]
    head = grid.add(heads(spans, [texts["status"], texts["count"], texts["share"]]))
    total = sum(figures.statuses)
    for status, count in zip(STATUSES, figures.statuses, strict=True):
        part = TabCell(count / total, "percent") if total else dash(page)
        grid.add(cells(spans, [TabCell(page.words["status"][status], "label"), count, part]))
    last = grid.next_row - 1
    slices = tuple(page.template.colours["chart"][name][0] for name in _SLICES)
    values = Series(Area(head, 4, head, 4), Area(head + 1, 4, last, 4), points=slices)
    title = page.words["summary_sections"]["statuses"]
    area = Area(top, 10, last, COLUMNS)
    grid.charts.append(Chart("pie", title, Area(head + 1, 1, last, 1), (values,), area))
    grid.skip()


def _trend(grid: Grid, figures: WeeklyFigures, page: Page) -> None:
    """Twelve weeks as figures and as lines; the other half of the lines' place is for a later section."""
    names, title = page.words["summary_figures"], page.words["summary_sections"]["trend"]
    spans = (4, *(1,) * len(figures.trend))
    week_text = page.words["summary"]["week"]
    starts = [
        week_text.format(month=each.week.first.month, day=each.week.first.day) for each in figures.trend
    ]
    head = grid.add(heads(spans, [title, *starts]))
    for key in _LINES:
        counts = [getattr(each, key) for each in figures.trend]
        grid.add(cells(spans, [TabCell(names[key], "label"), *counts]))
    lines = tuple(
        Series(Area(row, 1, row, 1), Area(row, 5, row, COLUMNS), page.template.colours["chart"][colour][0])
        for row, colour in enumerate(_LINES.values(), start=head + 1)
    )
    grid.skip()
    place_ = Area(grid.next_row, 1, grid.next_row + _CHART_ROWS - 1, _HALF)
    grid.charts.append(Chart("line", title, Area(head, 5, head, COLUMNS), lines, place_))
    grid.skip(_CHART_ROWS + 1)


def _groups(grid: Grid, figures: WeeklyFigures, page: Page, by: str, charts: int | None) -> int | None:
    """Departments or owners, and where there is room on the first page the chart of them."""
    found = figures.departments if by == "department" else figures.owners
    if not found:
        return None
    spans = (4, 2, 1, 1, 1, 1, 1, 1, 2, 2)
    columns = ("open", "normal", "due_next", "late", "at_risk", "blocked", "waiting", "closed", "on_time")
    key = f"{by}s"
    first = section(grid, page, key, spans, by, *columns)
    start = grid.next_row
    nobody = page.words["summary"]["nobody"]
    for group in found[:_MOST_GROUPS]:
        counts = [getattr(group, column) for column in columns[:-1]]
        counts[3:5] = [TabCell(count, "bad" if count else "number") for count in counts[3:5]]
        grid.add(
            cells(spans, [TabCell(shown(group.name) or nobody, "label"), *counts, share(group.on_time, page)])
        )
    remainder(grid, page, len(found) - _MOST_GROUPS, 0)
    grid.skip()
    if charts is not None:
        last = min(start + _CHARTED, start + len(found)) - 1
        colours = tuple(page.template.colours["chart"][name][0] for name in _BARS.values())
        bars = series(start - 1, start, last, tuple(_BARS), colours)
        area = Area(charts, _HALF + 1, charts + _CHART_ROWS - 1, COLUMNS)
        title = page.words["summary_sections"][key]
        grid.charts.append(Chart("stacked_bar", title, Area(start, 1, last, 1), bars, area))
    return first


def _lead(grid: Grid, page: Page, row: int, target: int | None) -> None:
    """Let a figure lead to its list, or else to the action table."""
    places = page.places
    table = place(places.tabs["actions"], places.header_row, places.columns["actions"])
    grid.lead(row, 4, place(page.name, target) if target else table)
