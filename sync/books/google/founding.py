"""The template's tabs in a spreadsheet that people have: headings, drop-downs and widths, for people to use."""

from collections.abc import Iterator, Sequence

from sheet_templates import Column, Template, TemplateTable, Words
from sync.books.google import colours
from sync.books.google.address import Json, grid_range
from sync.colours import LAST_ROW
from sync.snapshot import Area

_ROWS = 1000
_FORMATS = {
    "date": {"type": "DATE", "pattern": "yyyy-mm-dd"},
    "datetime": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"},
    "time": {"type": "TIME", "pattern": "hh:mm"},
    "id": {"type": "TEXT"},
}


def new_tabs(template: Template, words: Words, names: Sequence[str], taken: frozenset[int]) -> Iterator[Json]:
    """The requests that add these tabs, empty, behind those that are there. ``taken`` are the sheets' ids."""
    number = max(taken, default=0)
    for table in template.tables.values():
        if table.heads[words.head] in names:
            number += 1
            yield from _tab(number, table, template, words)


def _tab(number: int, table: TemplateTable, template: Template, words: Words) -> Iterator[Json]:
    columns = [column for column in table.columns.values() if not column.optional]
    grid = {"rowCount": _ROWS, "columnCount": len(columns), "frozenRowCount": 1}
    title = table.heads[words.head]
    yield {"addSheet": {"properties": {"sheetId": number, "title": title, "gridProperties": grid}}}
    header = {"values": [_head(column, template, words) for column in columns]}
    yield {
        "updateCells": {
            "start": {"sheetId": number, "rowIndex": 0, "columnIndex": 0},
            "rows": [header],
            "fields": "userEnteredValue,userEnteredFormat,note",
        }
    }
    for at, column in enumerate(columns, start=1):
        yield from _column(number, at, column, words)
    whole = grid_range(number, Area(1, 1, LAST_ROW, len(columns)))
    yield {"setBasicFilter": {"filter": {"range": whole}}}
    ours = [at for at, column in enumerate(columns, start=1) if column.owner == "worker"]
    if ours:
        area = grid_range(number, Area(1, ours[0], LAST_ROW, ours[-1]))
        warned = {"range": area, "description": "closeloop", "warningOnly": True}
        yield {"addProtectedRange": {"protectedRange": warned}}


def _head(column: Column, template: Template, words: Words) -> Json:
    fill, ink = template.colours["header"]["worker" if column.owner == "worker" else "people"]
    look = {
        "backgroundColor": colours.rgb(fill),
        "textFormat": {"bold": True, "foregroundColor": colours.rgb(ink)},
        "horizontalAlignment": "CENTER",
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "WRAP",
    }
    note = {"note": words["sheet"]["ours"]} if column.owner == "worker" and not column.hidden else {}
    return {"userEnteredValue": {"stringValue": column.heads[words.head]}, "userEnteredFormat": look} | note


def _column(number: int, at: int, column: Column, words: Words) -> Iterator[Json]:
    place = {"sheetId": number, "dimension": "COLUMNS", "startIndex": at - 1, "endIndex": at}
    shown = {"pixelSize": round((column.width + 2) * 7 + 5), "hiddenByUser": column.hidden}
    yield {
        "updateDimensionProperties": {"range": place, "properties": shown, "fields": "pixelSize,hiddenByUser"}
    }
    below = grid_range(number, Area(2, at, _ROWS, at))
    look: Json = {"numberFormat": _FORMATS[column.type]} if column.type in _FORMATS else {}
    if column.type == "text" and column.owner == "people":
        look["wrapStrategy"] = "WRAP"
    if look:
        fields = f"userEnteredFormat({','.join(look)})"
        yield {"repeatCell": {"range": below, "cell": {"userEnteredFormat": look}, "fields": fields}}
    if column.shown_choices and column.owner != "worker":
        offered = [{"userEnteredValue": choice[words.head]} for choice in column.shown_choices]
        condition = {"type": "ONE_OF_LIST", "values": offered}
        # It offers and does not insist: people may type their own word.
        rule = {"condition": condition, "strict": False, "showCustomUi": True}
        yield {"setDataValidation": {"range": below, "rule": rule}}
