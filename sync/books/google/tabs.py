"""Generated tabs: made once, known again by their mark, and written anew only when they show something else."""

import hashlib
from collections.abc import Iterator

from sheet_templates import template
from sync.books.google import colours
from sync.books.google.address import Json, grid_range
from sync.books.google.charts import chart_requests
from sync.books.google.formulas import localised
from sync.books.google.marks import Mark, put_mark
from sync.books.google.reading import File, Sheet
from sync.books.google.values import entered, number_format, same
from sync.faults import WorkbookFault
from sync.generated import GeneratedTab, TabCell
from sync.snapshot import Area

_FEWEST_ROWS, _FEWEST_COLUMNS = 100, 20
_PARTS = "userEnteredValue,userEnteredFormat(backgroundColor,textFormat,numberFormat,horizontalAlignment)"


def put_tab(file: File, tab: GeneratedTab) -> list[Json]:
    """The requests that make a tab of ours show this content; none when it does already.

    Raises WorkbookFault when people have a tab of that name.
    """
    names = {name.casefold(): sheet for name, sheet in file.sheets.items()}
    known = names.get(tab.name.casefold())
    if known is None:
        return list(_new(file, tab))
    if known.mark is None or known.mark.block is None:
        raise WorkbookFault(
            "{name} has a sheet {tab!r} that closeloop has not made, where it would put its own; rename yours",
            name="the spreadsheet",
            tab=known.tab.name,
        )
    if known.mark.frame == _digest(tab) and _shows(known, tab):
        return []
    return list(_again(file, known, known.mark, tab))


def _new(file: File, tab: GeneratedTab) -> Iterator[Json]:
    reach = _reach(tab)
    start = int.from_bytes(hashlib.sha256(tab.name.encode()).digest()[:3], "big")
    number = next(each for each in range(start + 1, 1 << 31) if each not in file.ids)
    grid = {
        "rowCount": max(reach.last_row, _FEWEST_ROWS),
        "columnCount": max(reach.last_column, _FEWEST_COLUMNS),
        "frozenRowCount": tab.frozen_rows,
        "hideGridlines": True,
    }
    yield {"addSheet": {"properties": {"sheetId": number, "title": tab.name, "gridProperties": grid}}}
    yield from _content(file, number, tab, tab.block, Mark())
    yield from colours.added(number, tab.colours, 0, file.locale)


def _again(file: File, known: Sheet, mark: Mark, tab: GeneratedTab) -> Iterator[Json]:
    former, new = mark.block or tab.block, tab.block
    reach = _reach(tab)
    lacking = {"ROWS": reach.last_row - known.size[0], "COLUMNS": reach.last_column - known.size[1]}
    for dimension, length in lacking.items():
        if length > 0:
            yield {"appendDimension": {"sheetId": known.id, "dimension": dimension, "length": length}}
    # What people have written beside the block gives way, wherever it is by now.
    if new.last_row > former.last_row:
        below = Area(former.last_row + 1, 1, new.last_row, max(former.last_column, new.last_column))
        yield {"insertRange": {"range": grid_range(known.id, below), "shiftDimension": "ROWS"}}
    if new.last_column > former.last_column:
        beside = Area(1, former.last_column + 1, former.last_row, new.last_column)
        yield {"insertRange": {"range": grid_range(known.id, beside), "shiftDimension": "COLUMNS"}}
    both = Area(1, 1, max(former.last_row, new.last_row), max(former.last_column, new.last_column))
    if any(
        area.first_row <= both.last_row and area.first_column <= both.last_column for area in known.tab.merged
    ):
        yield {"unmergeCells": {"range": grid_range(known.id, both)}}
    yield from _content(file, known.id, tab, both, mark)
    ours = colours.our_rules(known.rules, file.locale)
    if set(known.tab.colours) != set(tab.colours):
        yield from colours.removed(known.id, ours)
        yield from colours.added(known.id, tab.colours, len(known.rules) - len(ours), file.locale)


def _content(file: File, sheet: int, tab: GeneratedTab, area: Area, mark: Mark) -> Iterator[Json]:
    """Cells, merged areas, widths, charts and the mark."""
    lines = [{"values": [_cell(file, cell) for cell in cells]} for cells in tab.rows]
    yield {"updateCells": {"range": grid_range(sheet, area), "rows": lines, "fields": _PARTS}}
    for merged in tab.merged:
        yield {"mergeCells": {"range": grid_range(sheet, merged), "mergeType": "MERGE_ALL"}}
    for at, width in enumerate(tab.widths):
        place = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
        shown = {"pixelSize": round(width * 7 + 5)}
        yield {"updateDimensionProperties": {"range": place, "properties": shown, "fields": "pixelSize"}}
    charts, digests = chart_requests(sheet, tab, mark)
    yield from charts
    yield put_mark(sheet, Mark(tab.block, _digest(tab), digests, metadata=mark.metadata))


def _reach(tab: GeneratedTab) -> Area:
    """The rectangle from A1 over block and charts."""
    areas = [tab.block, *(chart.place for chart in tab.charts)]
    return Area(1, 1, max(area.last_row for area in areas), max(area.last_column for area in areas))


def _cell(file: File, cell: TabCell | None) -> Json:
    if cell is None:
        return {}
    value = {"formulaValue": "=" + localised(cell.formula, file.locale)} if cell.formula else {}
    made = {"userEnteredValue": value} if value else entered(cell.value)
    return made | {"userEnteredFormat": _look(file, cell)}


def _look(file: File, cell: TabCell) -> Json:
    """How a cell looks, in the template's colours."""
    fill, ink = template().colours["look"].get("link" if cell.link else cell.look, ("", ""))
    text: Json = {"bold": True} if cell.look in {"title", "heading", "label"} else {}
    if cell.look == "title":
        text["fontSize"] = 16
    if ink:
        text["foregroundColor"] = colours.rgb(ink)
    if cell.link:
        tab, _, place = cell.link.rpartition("!")
        if target := file.sheets.get(tab.strip("'")):
            text["link"] = {"uri": f"#gid={target.id}&range={place}"}
    look: Json = {"textFormat": text} if text else {}
    if fill:
        look["backgroundColor"] = colours.rgb(fill)
    if cell.look == "heading":
        look["horizontalAlignment"] = "CENTER"
    percent = cell.percent or cell.look == "percent"
    number = {"type": "PERCENT", "pattern": "0%"} if percent else number_format(cell.value)
    return look | ({"numberFormat": number} if number else {})


def _digest(tab: GeneratedTab) -> str:
    """What changes when the tab is to look or say something else."""
    return hashlib.sha256(repr(tab).encode()).hexdigest()[:16]


def _shows(known: Sheet, tab: GeneratedTab) -> bool:
    """Whether nobody has typed into the block since it was written."""
    for row, cells in enumerate(tab.rows, start=1):
        line = known.tab.rows[row - 1] if row <= len(known.tab.rows) else ()
        for at, cell in enumerate(cells, start=1):
            there = line[at - 1] if at <= len(line) else None
            if cell is None or cell.formula:
                continue
            if not same(there, cell.value):
                return False
    return True
