"""spreadsheets.batchUpdate: every kind of request that the worker sends, one function each, all or nothing."""

import copy
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from tests.sheets_server.grid import Bounds, Cell, Json, Sheet, Spreadsheet, filled
from tests.sheets_server.reading import BadRequest, column_location, parse_mask

Kind = Callable[[Spreadsheet, Json], Json | None]
_PASTED = {
    "PASTE_NORMAL": ("userEnteredValue", "userEnteredFormat", "note", "dataValidation", "textFormatRuns"),
    "PASTE_VALUES": ("userEnteredValue",),
    "PASTE_FORMULA": ("userEnteredValue",),
    "PASTE_FORMAT": ("userEnteredFormat",),
}
_LONGEST = 50_000
"""Characters that a cell can hold."""


def apply(book: Spreadsheet, requests: list[Json]) -> tuple[Spreadsheet, list[Json]]:
    """The spreadsheet with all requests carried out, and a reply for each; BadRequest names the first bad one."""
    new = book.copy()
    replies = []
    if not requests:
        raise BadRequest("Must specify at least one request.")
    for number, request in enumerate(requests):
        if len(request) != 1:
            raise BadRequest(f"Invalid requests[{number}]: Must specify exactly one kind of request.")
        [(kind, given)] = request.items()
        if kind not in KINDS:
            raise NotImplementedError(f"the test server does not know {kind}")
        try:
            answer = KINDS[kind](new, given)
        except BadRequest as error:
            raise BadRequest(f"Invalid requests[{number}].{kind}: {error}") from None
        replies.append({kind: answer} if answer is not None else {})
    return new, replies


def _sheet(book: Spreadsheet, number: int | None) -> Sheet:
    sheet = book.by_id(number or 0)
    if sheet is None:
        raise BadRequest(f"No grid with id: {number or 0}")
    return sheet


def _area(book: Spreadsheet, place: Json) -> tuple[Sheet, Bounds]:
    sheet = _sheet(book, place.get("sheetId"))
    area = sheet.bounds(place)
    if area.bottom > sheet.row_count or area.right > sheet.column_count:
        raise BadRequest(
            f"Range ({sheet.title}) exceeds grid limits. Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
        )
    if area.top >= area.bottom or area.left >= area.right:
        raise BadRequest("range cannot be empty.")
    return sheet, area


def _add_sheet(book: Spreadsheet, given: Json) -> Json:
    asked = given.get("properties", {})
    number = asked.get("sheetId", book.unused_id())
    title = asked.get("title", f"Sheet{len(book.sheets) + 1}")
    if book.by_id(number):
        raise BadRequest(f"Sheet with id {number} already exists. Please specify a different id.")
    if any(sheet.title.casefold() == title.casefold() for sheet in book.sheets):
        raise BadRequest(f'A sheet with the name "{title}" already exists. Please enter another name.')
    grid = asked.get("gridProperties", {})
    sheet = Sheet(
        number, title, grid.get("rowCount", 1000), grid.get("columnCount", 26), asked.get("hidden", False)
    )
    sheet.frozen_rows = grid.get("frozenRowCount", 0)
    book.sheets.insert(asked.get("index", len(book.sheets)), sheet)
    properties = {"sheetId": number, "title": title, "index": book.sheets.index(sheet), "sheetType": "GRID"}
    return {"properties": properties | {"gridProperties": {"rowCount": sheet.row_count, "columnCount": sheet.column_count}}}  # fmt: skip


def _delete_sheet(book: Spreadsheet, given: Json) -> None:
    sheet = _sheet(book, given.get("sheetId"))
    if len([each for each in book.sheets if not each.hidden and each is not sheet]) == 0:
        raise BadRequest("You can't remove all the visible sheets in a document.")
    book.sheets.remove(sheet)


def _update_sheet(book: Spreadsheet, given: Json) -> None:
    asked = given["properties"]
    sheet = _sheet(book, asked.get("sheetId"))
    mask = parse_mask(given["fields"])
    if "title" in mask:
        if any(
            each.title.casefold() == asked["title"].casefold() and each is not sheet for each in book.sheets
        ):
            raise BadRequest(
                f'A sheet with the name "{asked["title"]}" already exists. Please enter another name.'
            )
        sheet.title = asked["title"]
    if "hidden" in mask:
        sheet.hidden = asked.get("hidden", False)
        if all(each.hidden for each in book.sheets):
            raise BadRequest("You can't hide all the sheets in a document.")
    grid = mask.get("gridProperties")
    if grid is not None and "rowCount" in grid:  # an absolute number, whatever people have added by now
        sheet.row_count = asked["gridProperties"]["rowCount"]
        del sheet.rows[sheet.row_count :]
    if grid is not None and "columnCount" in grid:
        sheet.column_count = asked["gridProperties"]["columnCount"]
    if grid is not None and "frozenRowCount" in grid:
        sheet.frozen_rows = asked["gridProperties"].get("frozenRowCount", 0)


def _update_cells(book: Spreadsheet, given: Json) -> None:
    names = tuple(parse_mask(given["fields"]))
    if "start" in given:
        start = given["start"]
        sheet = _sheet(book, start.get("sheetId"))
        area = Bounds(
            start.get("rowIndex", 0), start.get("columnIndex", 0), sheet.row_count, sheet.column_count
        )
    else:
        sheet, area = _area(book, given["range"])
    lines = [line.get("values", []) for line in given.get("rows", [])]
    if not lines:
        _empty(sheet, area, names)
        return
    if area.top + len(lines) > area.bottom or any(area.left + len(line) > area.right for line in lines):
        raise BadRequest(f"Attempting to write outside the grid of {sheet.title}.")
    if "range" in given:  # the rest of a range is emptied
        lines += [[]] * (area.bottom - area.top - len(lines))
        lines = [line + [{}] * (area.right - area.left - len(line)) for line in lines]
    for row, line in enumerate(lines, start=area.top):
        for column, new in enumerate(line, start=area.left):
            sheet.put(row, column, _with_parts(sheet.cell(row, column), _checked(new), names))


def _empty(sheet: Sheet, area: Bounds, names: tuple[str, ...]) -> None:
    for row, column, cell in list(filled(sheet)):
        if area.top <= row < area.bottom and area.left <= column < area.right:
            sheet.put(row, column, _with_parts(cell, {}, names))


def _checked(cell: Json) -> Json:
    text = cell.get("userEnteredValue", {}).get("stringValue", "")
    if len(text) > _LONGEST:
        raise BadRequest(
            f"Your input contains more than the maximum of {_LONGEST} characters in a single cell."
        )
    if cell.get("userEnteredValue") == {"stringValue": ""}:
        return {name: value for name, value in cell.items() if name != "userEnteredValue"}
    return cell


def _with_parts(old: Cell, new: Json, names: tuple[str, ...]) -> Json:
    kept = {name: value for name, value in (old or {}).items() if names and name not in names}
    return kept | {name: value for name, value in new.items() if not names or name in names}


def _copy_paste(book: Spreadsheet, given: Json) -> None:
    source, taken = _area(book, given["source"])
    target, place = _area(book, given["destination"])
    names = _PASTED[given.get("pasteType", "PASTE_NORMAL")]
    lines = source.block(taken)
    down = max(1, (place.bottom - place.top) // len(lines))
    across = max(1, (place.right - place.left) // len(lines[0]))
    lines = [line * across for line in lines * down]
    if place.top + len(lines) > target.row_count or place.left + len(lines[0]) > target.column_count:
        raise BadRequest("destination exceeds the grid.")
    for row, line in enumerate(lines, start=place.top):
        for column, cell in enumerate(line, start=place.left):
            target.put(row, column, _with_parts(target.cell(row, column), cell or {}, names))


def _cut_paste(book: Spreadsheet, given: Json) -> None:
    sheet, taken = _area(book, given["source"])
    to = given["destination"]
    target = _sheet(book, to.get("sheetId"))
    lines = sheet.block(taken)
    sheet.put_block(taken.top, taken.left, [[None] * len(line) for line in lines])
    target.put_block(to.get("rowIndex", 0), to.get("columnIndex", 0), lines)


def _dimension(book: Spreadsheet, place: Json) -> tuple[Sheet, str, int, int]:
    sheet = _sheet(book, place.get("sheetId"))
    size = sheet.row_count if place["dimension"] == "ROWS" else sheet.column_count
    return sheet, place["dimension"], place.get("startIndex", 0), place.get("endIndex", size)


def _insert_dimension(book: Spreadsheet, given: Json) -> None:
    sheet, dimension, start, end = _dimension(book, given["range"])
    size = sheet.row_count if dimension == "ROWS" else sheet.column_count
    if start > size or end <= start:
        raise BadRequest(f"range.startIndex[{start}] is too large for the grid.")
    sheet.insert(dimension, start, end - start)


def _delete_dimension(book: Spreadsheet, given: Json) -> None:
    sheet, dimension, start, end = _dimension(book, given["range"])
    size = sheet.row_count if dimension == "ROWS" else sheet.column_count
    if end > size or end <= start:
        raise BadRequest(f"Cannot delete a {dimension.lower()[:-1]} that doesn't exist.")
    if end - start == size:
        raise BadRequest(f"You can't delete all the {dimension.lower()} on the sheet.")
    sheet.delete(dimension, start, end)


def _append_dimension(book: Spreadsheet, given: Json) -> None:
    sheet = _sheet(book, given.get("sheetId"))
    if given["dimension"] == "ROWS":
        sheet.row_count += given["length"]
    else:
        sheet.column_count += given["length"]


def _move_dimension(book: Spreadsheet, given: Json) -> None:
    sheet, dimension, start, end = _dimension(book, given["source"])
    sheet.move(dimension, start, end, given["destinationIndex"])


def _insert_range(book: Spreadsheet, given: Json) -> None:
    """Empty cells that push what is there down or to the right, the sheet growing where it has to."""
    sheet, area = _area(book, given["range"])
    down = given["shiftDimension"] == "ROWS"
    count = area.bottom - area.top if down else area.right - area.left
    if down:
        pushed = sheet.block(Bounds(area.top, area.left, max(len(sheet.rows), area.top), area.right))
        sheet.row_count = max(sheet.row_count, area.top + count + len(pushed))
    else:
        pushed = sheet.block(area._replace(right=sheet.column_count))
        used = max((at + 1 for line in pushed for at, cell in enumerate(line) if cell), default=0)
        pushed = [line[:used] for line in pushed]
        sheet.column_count = max(sheet.column_count, area.left + count + used)
    sheet.put_block(area.top, area.left, [[None] * (area.right - area.left)] * (area.bottom - area.top))
    sheet.put_block(area.top + count * down, area.left + count * (not down), pushed)


def _sort_range(book: Spreadsheet, given: Json) -> None:
    sheet, area = _area(book, given["range"])
    specs = given.get("sortSpecs", [])

    def key(line: list[Cell]) -> list[Any]:
        values = [
            (line[spec.get("dimensionIndex", 0) - area.left] or {}).get("userEnteredValue", {})
            for spec in specs
        ]
        return [(not value, str(next(iter(value.values()), ""))) for value in values]

    sheet.sort(area, key)


def _merge(book: Spreadsheet, given: Json) -> None:
    sheet, area = _area(book, given["range"])
    if any(_overlap(sheet.bounds(each), area) for each in sheet.merges):
        raise BadRequest("You must select all cells in a merged range to merge or unmerge them.")
    sheet.merges.append(given["range"] | {"sheetId": sheet.id})
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            if (row, column) != (area.top, area.left) and sheet.cell(row, column):
                sheet.put(row, column, _with_parts(sheet.cell(row, column), {}, ("userEnteredValue",)))


def _unmerge(book: Spreadsheet, given: Json) -> None:
    sheet, area = _area(book, given["range"])
    for each in list(sheet.merges):
        place = sheet.bounds(each)
        if not _overlap(place, area):
            continue
        if (
            place.top < area.top
            or place.left < area.left
            or place.bottom > area.bottom
            or place.right > area.right
        ):
            raise BadRequest("You must select all cells in a merged range to merge or unmerge them.")
        sheet.merges.remove(each)


def _overlap(one: Bounds, other: Bounds) -> bool:
    return (
        one.top < other.bottom
        and other.top < one.bottom
        and one.left < other.right
        and other.left < one.right
    )


def _add_rule(book: Spreadsheet, given: Json) -> None:
    rule = copy.deepcopy(given["rule"])
    sheet = _sheet(book, rule["ranges"][0].get("sheetId"))
    for place in rule["ranges"]:
        _area(book, place)
        area = sheet.bounds(place)
        place |= {"startRowIndex": area.top, "endRowIndex": area.bottom, "startColumnIndex": area.left, "endColumnIndex": area.right}  # fmt: skip
    sheet.conditional.insert(given.get("index", 0), rule)


def _delete_rule(book: Spreadsheet, given: Json) -> Json:
    sheet = _sheet(book, given.get("sheetId"))
    if given.get("index", 0) >= len(sheet.conditional):
        raise BadRequest(f"No conditional format on sheet: {sheet.id} at index: {given.get('index', 0)}")
    return {"rule": sheet.conditional.pop(given.get("index", 0))}


def _add_protected(book: Spreadsheet, given: Json) -> Json:
    asked = given["protectedRange"]
    sheet, _ = _area(book, asked["range"])
    used = {each["protectedRangeId"] for tab in book.sheets for each in tab.protected}
    made = asked | {"protectedRangeId": asked.get("protectedRangeId", max(used, default=0) + 1)}
    if made["protectedRangeId"] in used:
        raise BadRequest("There is already a protected range with that id.")
    sheet.protected.append(made)
    return {"protectedRange": made}


def _set_filter(book: Spreadsheet, given: Json) -> None:
    sheet, _ = _area(book, given["filter"]["range"])
    sheet.basic_filter = given["filter"]


def _update_filter_view(book: Spreadsheet, given: Json) -> None:
    asked = given["filter"]
    _replace(book, "filter_views", "filterViewId", asked, given["fields"])


def _update_table(book: Spreadsheet, given: Json) -> None:
    _replace(book, "tables", "tableId", given["table"], given["fields"])


def _replace(book: Spreadsheet, name: str, key: str, asked: Json, fields: str) -> None:
    for sheet in book.sheets:
        for each in getattr(sheet, name):
            if each[key] == asked[key]:
                each.update({part: asked[part] for part in parse_mask(fields) if part in asked})
                return
    raise BadRequest(f"No {key} {asked[key]} in the document.")


def _create_metadata(book: Spreadsheet, given: Json) -> Json:
    asked = given["developerMetadata"]
    place = asked["location"]
    column = place.get("dimensionRange")
    sheet = _sheet(book, (column or place).get("sheetId"))
    used = {each["metadataId"] for each, _ in _metadata(book)}
    unused = next(number for number in count(1) if number not in used)
    made = asked | {"metadataId": asked.get("metadataId", unused)}
    if made["metadataId"] in used:
        raise BadRequest("There is already metadata with that id.")
    if column is None:
        made["location"] = {"locationType": "SHEET", "sheetId": sheet.id}
        sheet.metadata.append(made)
    else:
        if column["dimension"] != "COLUMNS" or column["endIndex"] - column["startIndex"] != 1:
            raise NotImplementedError("the test server keeps metadata of sheets and single columns")
        if column["endIndex"] > sheet.column_count:
            raise BadRequest("location.dimensionRange exceeds the grid.")
        del made["location"]  # it lies with its column, wherever that goes
        sheet.column(column["startIndex"]).setdefault("developerMetadata", []).append(made)
    return {"developerMetadata": {"metadataId": made["metadataId"]}}


def _metadata(book: Spreadsheet) -> Iterator[tuple[Json, Json]]:
    """All metadata of sheets and columns, each with its location."""
    for sheet in book.sheets:
        for each in sheet.metadata:
            yield each, each["location"]
        for at, column in enumerate(sheet.columns):
            for each in column.get("developerMetadata", ()):
                yield each, column_location(sheet, at)


def _update_metadata(book: Spreadsheet, given: Json) -> Json:
    """What a lookup matches is changed; one that matches nothing is refused, unless the spreadsheet is lenient."""
    lookups = [each["developerMetadataLookup"] for each in given["dataFilters"]]
    changed = []
    for each, place in _metadata(book):
        if any(_matches(lookup, each, place) for lookup in lookups):
            each.update({name: given["developerMetadata"][name] for name in parse_mask(given["fields"])})
            changed.append({"metadataId": each["metadataId"]})
    if not changed and not book.lenient:
        raise BadRequest("No developer metadata matches the data filters.")
    return {"developerMetadata": changed}


def _matches(lookup: Json, metadata: Json, place: Json) -> bool:
    asked = lookup.get("metadataLocation")
    if asked and lookup.get("locationMatchingStrategy") != "EXACT_LOCATION":
        raise NotImplementedError("the test server matches exact locations")
    return lookup["metadataId"] == metadata["metadataId"] and (
        asked is None or asked["dimensionRange"] == place.get("dimensionRange")
    )


def _add_chart(book: Spreadsheet, given: Json) -> Json:
    chart = copy.deepcopy(given["chart"])
    sheet = _sheet(book, chart["position"]["overlayPosition"]["anchorCell"].get("sheetId"))
    used = {each["chartId"] for tab in book.sheets for each in tab.charts}
    chart.setdefault("chartId", max(used, default=0) + 1)
    if chart["chartId"] in used:
        raise BadRequest(f"There is already an embedded object with id {chart['chartId']}.")
    sheet.charts.append(chart)
    return {"chart": chart}


def _chart(book: Spreadsheet, number: int) -> tuple[Sheet, Json]:
    for sheet in book.sheets:
        for chart in sheet.charts:
            if chart["chartId"] == number:
                return sheet, chart
    raise BadRequest(f"No chart with id {number}.")


def _update_chart(book: Spreadsheet, given: Json) -> None:
    _chart(book, given["chartId"])[1]["spec"] = given["spec"]


def _move_chart(book: Spreadsheet, given: Json) -> Json:
    chart = _chart(book, given["objectId"])[1]
    parse_mask(given["fields"])
    chart["position"] = given["newPosition"]
    return {"position": chart["position"]}


def _delete_chart(book: Spreadsheet, given: Json) -> None:
    sheet, chart = _chart(book, given["objectId"])
    sheet.charts.remove(chart)


def _update_dimension(book: Spreadsheet, given: Json) -> None:
    sheet, dimension, start, end = _dimension(book, given["range"])
    if end > (sheet.row_count if dimension == "ROWS" else sheet.column_count):
        raise BadRequest("range exceeds the grid.")
    if dimension == "COLUMNS":
        for at in range(start, end):
            sheet.column(at).update({name: given["properties"][name] for name in parse_mask(given["fields"])})


def _set_validation(book: Spreadsheet, given: Json) -> None:
    sheet, area = _area(book, given["range"])
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            rule = {"dataValidation": given["rule"]} if "rule" in given else {}
            sheet.put(row, column, _with_parts(sheet.cell(row, column), rule, ("dataValidation",)))


def _repeat_cell(book: Spreadsheet, given: Json) -> None:
    sheet, area = _area(book, given["range"])
    names = tuple(parse_mask(given["fields"]))
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            sheet.put(row, column, _with_parts(sheet.cell(row, column), _checked(given["cell"]), names))


KINDS: dict[str, Kind] = {
    "addSheet": _add_sheet,
    "deleteSheet": _delete_sheet,
    "updateSheetProperties": _update_sheet,
    "updateCells": _update_cells,
    "repeatCell": _repeat_cell,
    "copyPaste": _copy_paste,
    "cutPaste": _cut_paste,
    "insertDimension": _insert_dimension,
    "deleteDimension": _delete_dimension,
    "appendDimension": _append_dimension,
    "moveDimension": _move_dimension,
    "insertRange": _insert_range,
    "sortRange": _sort_range,
    "mergeCells": _merge,
    "unmergeCells": _unmerge,
    "addConditionalFormatRule": _add_rule,
    "deleteConditionalFormatRule": _delete_rule,
    "addProtectedRange": _add_protected,
    "setBasicFilter": _set_filter,
    "updateFilterView": _update_filter_view,
    "updateTable": _update_table,
    "createDeveloperMetadata": _create_metadata,
    "updateDeveloperMetadata": _update_metadata,
    "addChart": _add_chart,
    "updateChartSpec": _update_chart,
    "updateEmbeddedObjectPosition": _move_chart,
    "deleteEmbeddedObject": _delete_chart,
    "updateDimensionProperties": _update_dimension,
    "setDataValidation": _set_validation,
}
