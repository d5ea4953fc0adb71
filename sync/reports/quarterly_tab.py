"""The quarter's review as a generated tab, written for the meeting that goes through it. Pure."""

from sync.generated import Chart, GeneratedTab, TabCell
from sync.reports.counting import Rate
from sync.reports.grid import COLUMNS, Grid, cells, heads, place, plain, shown
from sync.reports.page import Page, add_notes, dash, remainder, series, share
from sync.reports.periods import quarter_number, quarter_of
from sync.reports.quarterly_figures import QuarterlyFigures, Value
from sync.snapshot import Area, CellValue

_FIGURES = {
    "items": ("on_time", "closed", "late_days", "still_late", "carried", "reopened", "waived", "complete"),
    "meetings": (
        "held", "notice", "notice_days", "minutes", "distributed", "overrun", "repeated", "rating", "no_plan",
    ),
}  # fmt: skip
_SPANS = (4, 2, 2, 8)
_MONTHS = (3, 2, 2, 2)
_GROUPS = (5, 2, 3, 2, 2, 2)
_MOST_GROUPS = 20
_FROZEN = 2
_CHART_ROWS = 12


def quarterly_tab(figures: QuarterlyFigures, page: Page, target: float, *, final: bool) -> GeneratedTab:
    """Lay a quarter out. ``target`` is the on-time rate that is asked for; ``final`` when the quarter is over."""
    grid = Grid()
    _head(grid, figures, page, final=final)
    for part, keys in _FIGURES.items():
        _figures(grid, figures, page, [key for key in keys if key in figures.now], part, target)
    _months(grid, figures, page)
    _departments(grid, figures, page, target)
    _to_discuss(grid, figures, page)
    add_notes(grid, page)
    return grid.tab(page.name, _FROZEN)


def _head(grid: Grid, figures: QuarterlyFigures, page: Page, *, final: bool) -> None:
    texts, quarter = page.words["quarterly"], figures.quarter
    title = texts["title"].format(year=quarter.first.year, number=quarter_number(quarter))
    grid.add([(COLUMNS, TabCell(title, "title"))])
    state = texts["final" if final else "running"].format(last=quarter.last.isoformat())
    grid.add([(COLUMNS, TabCell(state, "faint"))])


def _figures(
    grid: Grid, figures: QuarterlyFigures, page: Page, keys: list[str], part: str, target: float
) -> None:
    """Each figure beside that of the quarter before, with what it means."""
    if not keys:
        return
    texts = page.words["quarterly"]
    grid.skip()
    last = quarter_of(figures.quarter.before)
    before = texts["quarter"].format(year=last.first.year, number=quarter_number(last))
    now = texts["quarter"].format(year=figures.quarter.first.year, number=quarter_number(figures.quarter))
    grid.add(heads(_SPANS, [texts[part], now, before, texts["meaning"]]))
    for key in keys:
        name = TabCell(page.words["quarterly_figures"][key], "label")
        meaning = page.words["quarterly_meanings"][key].format(target=f"{target:.0%}")
        cell = _value(figures.now[key], page)
        if key == "on_time":
            cell = _judged(figures.now[key], cell, target)
        former = _value(figures.before.get(key), page)
        grid.add(cells(_SPANS, [name, cell, former, TabCell(meaning)]))


def _value(value: Value, page: Page) -> TabCell:
    if isinstance(value, Rate):
        return share(value, page)
    return dash(page) if value is None else plain(value)


def _judged(value: Value, cell: TabCell, target: float) -> TabCell:
    """Green from the target on, red below."""
    if not isinstance(value, Rate) or value.share is None:
        return cell
    return cell._replace(look="good" if value.share >= target else "bad", percent=True)


def _months(grid: Grid, figures: QuarterlyFigures, page: Page) -> None:
    """Six months as figures and as columns."""
    texts = page.words["quarterly"]
    grid.skip()
    top = grid.next_row
    grid.add(heads(_MONTHS, [texts["month"], texts["in_time"], texts["not_in_time"], texts["rate"]]))
    for month in figures.months:
        label = TabCell(texts["month_name"].format(month=month.first.month), "label")
        rate = share(Rate(month.on_time, month.on_time + month.not_on_time), page)
        grid.add(cells(_MONTHS, [label, month.on_time, month.not_on_time, rate]))
    last = top + len(figures.months)
    colours = page.template.colours["chart"]
    columns = series(top, top + 1, last, (4, 6), (colours["third"][0], colours["fourth"][0]))
    area = Area(top, 10, top + _CHART_ROWS - 1, COLUMNS)
    grid.charts.append(Chart("stacked_column", texts["by_month"], Area(top + 1, 1, last, 1), columns, area))
    grid.skip(_CHART_ROWS - len(figures.months) - 1)


def _departments(grid: Grid, figures: QuarterlyFigures, page: Page, target: float) -> None:
    if not figures.departments:
        return
    texts, names = page.words["quarterly"], page.words["summary_heads"]
    grid.skip()
    columns = [
        names["department"],
        texts["rate"],
        texts["hits"],
        texts["rate_before"],
        texts["closed"],
        texts["late"],
    ]
    grid.add(heads(_GROUPS, columns))
    for each in figures.departments[:_MOST_GROUPS]:
        name = TabCell(shown(each.name) or page.words["summary"]["nobody"], "label")
        rate = _judged(each.on_time, share(each.on_time, page), target)
        hits = f"{each.on_time.hits} / {each.on_time.of}"
        values: list[TabCell | CellValue] = [
            name,
            rate,
            TabCell(hits, "date"),
            share(each.before, page),
            each.closed,
            each.late,
        ]
        grid.add(cells(_GROUPS, values))
    remainder(grid, page, len(figures.departments) - _MOST_GROUPS, 0)


def _to_discuss(grid: Grid, figures: QuarterlyFigures, page: Page) -> None:
    """What the review has to talk about: topics that came again and again, meetings rated low without a plan."""
    texts, names = page.words["quarterly"], page.words["summary_heads"]
    if figures.repeated.total:
        grid.skip()
        grid.add(heads((12, 4), [texts["repeated"], texts["times"]]))
        for topic in figures.repeated.lines:
            grid.add(cells((12, 4), [topic.title, topic.times]))
        remainder(grid, page, figures.repeated.rest, figures.repeated.secret)
    if figures.low.total:
        grid.skip()
        grid.add(heads((9, 4, 3), [texts["low"], names["day"], texts["rating"]]))
        tab, column = page.places.tabs["meetings"], page.places.columns["meetings"]
        for meeting in figures.low.lines:
            where = place(tab, meeting.row, column) if meeting.row else ""  # nowhere for what is archived
            name = TabCell(shown(meeting.name), "text", link=where)
            grid.add(cells((9, 4, 3), [name, plain(meeting.day), plain(meeting.rating)]))
        remainder(grid, page, figures.low.rest, figures.low.secret)
