"""Answers as Google gives them: field masks, A1 notation, effective values, and proto3's missing defaults."""

import re
from collections.abc import Iterator
from typing import Any

from tests.sheets_server.evaluating import evaluated
from tests.sheets_server.grid import Bounds, Cell, Json, Sheet, Spreadsheet

Mask = dict[str, Any]
ALL: Mask = {}
"""The mask under which everything is given: no name chosen."""
_SERIAL_FORMATS = {"DATE", "TIME", "DATE_TIME"}


class BadRequest(Exception):  # noqa: N818
    """What Google refuses with 400 INVALID_ARGUMENT."""


def parse_mask(text: str) -> Mask:
    """``a,b(c,d.e)`` as nested names."""
    tokens = re.findall(r"[\w*]+|[(),./]", text)
    if "".join(tokens) != text.replace(" ", ""):
        raise BadRequest(f"Request contains an invalid argument: fields {text!r}")
    mask, rest = _names(tokens)
    if rest:
        raise BadRequest(f"Request contains an invalid argument: fields {text!r}")
    return mask


def _names(tokens: list[str]) -> tuple[Mask, list[str]]:
    found: Mask = {}
    while tokens and tokens[0] != ")":
        path = [tokens[0]]
        tokens = tokens[1:]
        while tokens and tokens[0] in "./":
            path.append(tokens[1])
            tokens = tokens[2:]
        inner: Mask = {}
        if tokens and tokens[0] == "(":
            inner, tokens = _names(tokens[1:])
            tokens = tokens[1:]
        place = found
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place.setdefault(path[-1], {}).update(inner)
        if tokens and tokens[0] == ",":
            tokens = tokens[1:]
    return ({} if "*" in found else found), tokens


def masked(value: Any, mask: Mask) -> Any:
    """Only what the mask names."""
    if not mask:
        return value
    if isinstance(value, list):
        return [masked(each, mask) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: masked(value[name], inner) for name, inner in mask.items() if name in value}


def spreadsheet_json(
    book: Spreadsheet, mask: Mask, areas: dict[int, list[Bounds]] | None, grid: bool
) -> Json:
    """A Spreadsheet. ``areas`` restricts it to parts of some sheets, None gives all of them."""
    wanted = [sheet for sheet in book.sheets if areas is None or sheet.id in areas]
    sheets_mask = mask.get("sheets", {})
    with_data = "data" in sheets_mask or (not mask and grid)
    inner = sheets_mask.get("data", {})
    sheets = []
    for sheet in wanted:
        made = _sheet_json(sheet, book)
        if with_data:
            chosen = (
                areas[sheet.id] if areas is not None else [Bounds(0, 0, sheet.row_count, sheet.column_count)]
            )
            made["data"] = [_grid_json(sheet, book, area, inner) for area in chosen]
        sheets.append({name: made[name] if name == "data" else masked(made[name], sheets_mask.get(name, ALL)) for name in made if not sheets_mask or name in sheets_mask})  # fmt: skip
    whole = {
        "spreadsheetId": book.id,
        "properties": {
            "title": book.title,
            "locale": book.locale,
            "timeZone": book.zone,
            "autoRecalc": "ON_CHANGE",
        },
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{book.id}/edit",
    }
    answer = (
        masked(whole, {name: inner for name, inner in mask.items() if name != "sheets"}) if mask else whole
    )
    if mask and not {name for name in mask if name != "sheets"}:
        answer = {}
    return answer | ({"sheets": sheets} if not mask or "sheets" in mask else {})


def _sheet_json(sheet: Sheet, book: Spreadsheet) -> Json:
    grid = {"rowCount": sheet.row_count, "columnCount": sheet.column_count}
    properties: Json = {
        "sheetId": sheet.id,
        "title": sheet.title,
        "index": book.sheets.index(sheet),
        "sheetType": "GRID",
        "gridProperties": grid | ({"frozenRowCount": sheet.frozen_rows} if sheet.frozen_rows else {}),
    }
    if sheet.hidden:
        properties["hidden"] = True
    lists = {
        "merges": [without_zero_sheet(each) for each in sheet.merges],
        "conditionalFormats": [
            rule | {"ranges": [without_zero_sheet(each) for each in rule["ranges"]]}
            for rule in sheet.conditional
        ],
        "protectedRanges": [each | {"range": without_zero_sheet(each["range"])} for each in sheet.protected],
        "developerMetadata": sheet.metadata,
        "charts": sheet.charts,
        "filterViews": sheet.filter_views,
        "tables": sheet.tables,
    }
    made = {"properties": properties} | {name: value for name, value in lists.items() if value}
    return made | ({"basicFilter": sheet.basic_filter} if sheet.basic_filter else {})


def without_zero_sheet(place: Json) -> Json:
    """A GridRange as it is answered: the sheet of id 0 is not named."""
    return {name: value for name, value in place.items() if not (name == "sheetId" and value == 0)}


def _grid_json(sheet: Sheet, book: Spreadsheet, area: Bounds, mask: Mask) -> Json:
    made: Json = {}
    if area.top and (not mask or "startRow" in mask):
        made["startRow"] = area.top
    if area.left and (not mask or "startColumn" in mask):
        made["startColumn"] = area.left
    if not mask or "rowData" in mask:
        values_mask = mask.get("rowData", {}).get("values", {})
        lines = [_line(sheet, book, row, area, values_mask) for row in range(area.top, min(area.bottom, len(sheet.rows)))]  # fmt: skip
        while lines and not lines[-1]:
            lines.pop()
        if lines:
            made["rowData"] = lines
    if not mask or "columnMetadata" in mask:
        made["columnMetadata"] = [
            masked(_column_json(sheet, at), mask.get("columnMetadata", ALL))
            for at in range(area.left, area.right)
        ]
    return made


def _column_json(sheet: Sheet, at: int) -> Json:
    made = {"pixelSize": 100} | (sheet.columns[at] if at < len(sheet.columns) else {})
    if "developerMetadata" in made:
        place = {"location": column_location(sheet, at)}
        made["developerMetadata"] = [each | place for each in made["developerMetadata"]]
    return made


def column_location(sheet: Sheet, at: int) -> Json:
    """Where the metadata of a column is."""
    place = {"sheetId": sheet.id, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
    return {"locationType": "COLUMN", "dimensionRange": place}


def _line(sheet: Sheet, book: Spreadsheet, row: int, area: Bounds, mask: Mask) -> Json:
    cells = sheet.rows[row][area.left : area.right]
    while cells and not cells[-1]:
        cells.pop()
    return {"values": [cell_json(cell, mask, book, sheet) for cell in cells]} if cells else {}


def cell_json(cell: Cell, mask: Mask, book: Spreadsheet, sheet: Sheet) -> Json:
    """A CellData with its effective value and format."""
    if not cell:
        return {}
    made = {}
    for name in mask or ("userEnteredValue", "effectiveValue", "formattedValue", "userEnteredFormat", "effectiveFormat", "note", "dataValidation", "textFormatRuns"):  # fmt: skip
        value = _part(cell, name, book, sheet)
        if value is None:
            continue
        inner = mask.get(name) if mask else None
        made[name] = masked(value, inner) if inner else value
    return made


def _part(cell: Json, name: str, book: Spreadsheet, sheet: Sheet) -> Any:
    if name == "effectiveFormat":
        return cell.get("userEnteredFormat")
    typed = cell.get("userEnteredValue")
    if name not in {"effectiveValue", "formattedValue"} or not typed:
        return cell.get(name)
    value = evaluated(typed["formulaValue"], book, sheet) if "formulaValue" in typed else typed
    if name == "effectiveValue":
        return value
    kind, content = next(iter(value.items()))
    return {"boolValue": str(content).upper(), "errorValue": "#ERROR!"}.get(kind, _shown(content))


def _shown(content: Any) -> str:
    return str(int(content)) if isinstance(content, float) and content.is_integer() else str(content)


_A1 = re.compile(r"(?:(?P<tab>'(?:[^']|'')+'|[^!]+)!)?(?P<from>\$?[A-Za-z]*\$?\d*)(?::(?P<to>\$?[A-Za-z]*\$?\d*))?$")  # fmt: skip


def a1_bounds(text: str, book: Spreadsheet) -> tuple[Sheet, Bounds]:
    """The rectangle that an A1 range or a tab's name means."""
    titles = {sheet.title: sheet for sheet in book.sheets}
    bare = text[1:-1].replace("''", "'") if text.startswith("'") and text.endswith("'") else text
    if bare in titles:
        sheet = titles[bare]
        return sheet, Bounds(0, 0, sheet.row_count, sheet.column_count)
    found = _A1.match(text)
    tab = found and (found["tab"] or "")
    if found is None or tab is None:
        raise BadRequest(f"Unable to parse range: {text}")
    title = tab[1:-1].replace("''", "'") if tab.startswith("'") else tab
    sheet = titles.get(title) if title else book.sheets[0]
    if sheet is None:
        raise BadRequest(f"Unable to parse range: {text}")
    top, left = _corner(found["from"])
    bottom, right = _corner(found["to"]) if found["to"] else (top, left)
    area = Bounds(
        (top or 1) - 1,
        (left or 1) - 1,
        min(bottom or sheet.row_count, sheet.row_count),
        min(right or sheet.column_count, sheet.column_count),
    )
    if area.top >= sheet.row_count or area.left >= sheet.column_count:
        raise BadRequest(
            f"Range ({text}) exceeds grid limits. Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
        )
    return sheet, area


def _corner(text: str) -> tuple[int, int]:
    plain = text.replace("$", "").upper()
    letters = plain.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(plain[len(letters) :] or 0), column


def a1_name(sheet: Sheet, area: Bounds) -> str:
    """A rectangle in A1 notation, the tab quoted where it has to be."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", sheet.title)
    title = sheet.title if plain else "'" + sheet.title.replace("'", "''") + "'"
    last = (
        f":{_letters(area.right)}{area.bottom}"
        if (area.bottom, area.right) != (area.top + 1, area.left + 1)
        else ""
    )
    return f"{title}!{_letters(area.left + 1)}{area.top + 1}{last}"


def _letters(position: int) -> str:
    text = ""
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(65 + rest) + text
    return text


def values_json(book: Spreadsheet, text: str, render: str, dimension: str) -> Json:
    """A ValueRange: trailing empty cells and rows are left out."""
    sheet, area = a1_bounds(text, book)
    lines = [[_value(sheet.cell(row, column), book, sheet, render) for column in range(area.left, area.right)] for row in range(area.top, min(area.bottom, len(sheet.rows)))]  # fmt: skip
    if dimension == "COLUMNS":
        lines = [list(line) for line in zip(*lines, strict=True)]
    lines = list(_without_tail(lines))
    made: Json = {"range": a1_name(sheet, area), "majorDimension": dimension}
    return made | ({"values": lines} if lines else {})


def _without_tail(lines: list[list[Any]]) -> Iterator[list[Any]]:
    last = max((number for number, line in enumerate(lines) if any(cell != "" for cell in line)), default=-1)
    for line in lines[: last + 1]:
        kept = list(line)
        while kept and kept[-1] == "":
            kept.pop()
        yield kept


def _value(cell: Cell, book: Spreadsheet, sheet: Sheet, render: str) -> Any:
    if not cell or "userEnteredValue" not in cell:
        return ""
    if render == "FORMULA":
        return next(iter(cell["userEnteredValue"].values()))
    if render == "UNFORMATTED_VALUE":
        return next(iter(_part(cell, "effectiveValue", book, sheet).values()))
    return _part(cell, "formattedValue", book, sheet)
