"""Requests of a batch: cells, new columns, copies of what stands there, rows put away."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import NamedTuple

from sync.books.google.address import Json, a1, encoded, grid_range
from sync.books.google.placing import Write
from sync.books.google.reading import Grid, Sheet
from sync.books.google.values import entered, number_format
from sync.changes import AddColumn
from sync.colours import LAST_ROW
from sync.snapshot import Area, CellValue

PAYLOAD = 1_900_000
"""Bytes of a request, below the two million that Google recommends."""
_LONG_RUN = 8
_MOST_LINES = 500


class Piece(NamedTuple):
    """A request that writes some cells, those cells, and its bytes."""

    request: Json
    writes: Sequence[Write]
    size: int


def portions(sheet: int, writes: Sequence[Write]) -> list[list[Piece]]:
    """The requests for these cells, in as many parts as the payload asks for; the numbers come with the first."""
    numbers = [write for write in writes if write.key == "id"]
    others = [write for write in writes if write.key != "id"]
    parts: list[list[Piece]] = [[]]
    size = 0
    for piece in chain(_pieces(sheet, numbers), _pieces(sheet, others)):
        if size + piece.size > PAYLOAD and parts[-1]:
            parts.append([])
            size = 0
        parts[-1].append(piece)
        size += piece.size
    return parts


def _pieces(sheet: int, writes: Sequence[Write]) -> Iterator[Piece]:
    """One request for each long run of the same value down a column, and for each rectangle of what is left."""
    single: list[Write] = []
    by_place = sorted(writes, key=lambda write: (write.column, write.row))
    for _, run in groupby(enumerate(by_place), key=lambda item: _same_run(*item)):
        alike = [write for _, write in run]
        if len(alike) < _LONG_RUN:
            single += alike
            continue
        area = Area(alike[0].row, alike[0].column, alike[-1].row, alike[0].column)
        made = {"range": grid_range(sheet, area), "cell": alike[0].cell, "fields": "userEnteredValue"}
        yield _piece({"repeatCell": made}, alike)
    for columns, lines in _rectangles(single):
        for first in range(0, len(lines), _MOST_LINES):
            part = lines[first : first + _MOST_LINES]
            start = {"sheetId": sheet, "rowIndex": part[0][0].row - 1, "columnIndex": columns[0] - 1}
            rows = [{"values": [write.cell for write in line]} for line in part]
            filled: Json = {"start": start, "rows": rows, "fields": "userEnteredValue"}
            yield _piece({"updateCells": filled}, [write for line in part for write in line])


def _same_run(place: int, write: Write) -> tuple[int, int, str]:
    return write.column, write.row - place, repr(write.cell)


def _piece(request: Json, writes: Sequence[Write]) -> Piece:
    return Piece(request, writes, len(encoded(request)))


def _rectangles(writes: Sequence[Write]) -> Iterator[tuple[tuple[int, ...], list[list[Write]]]]:
    open_: dict[tuple[int, ...], list[list[Write]]] = {}
    for row, in_row in groupby(sorted(writes, key=lambda write: write[:2]), key=lambda write: write.row):
        for line in _runs(list(in_row)):
            columns = tuple(write.column for write in line)
            lines = open_.get(columns)
            if lines and lines[-1][0].row == row - 1:
                lines.append(line)
                continue
            if lines:
                yield columns, lines
            open_[columns] = [line]
    yield from open_.items()


def _runs(line: Sequence[Write]) -> Iterator[list[Write]]:
    run: list[Write] = []
    for write in line:
        if run and write.column != run[-1].column + 1:
            yield run
            run = []
        run.append(write)
    yield run


def new_columns(sheet: Sheet, header_row: int, columns: Sequence[AddColumn]) -> Iterator[Json]:
    """Insert our columns: nothing is overwritten, whatever stands there by now. The table's filter, filter views
    and Google table are drawn over them, so that a sort takes them along; whoever edits them is warned."""
    if not columns:
        return
    for new in columns:
        at = {
            "sheetId": sheet.id,
            "dimension": "COLUMNS",
            "startIndex": new.position - 1,
            "endIndex": new.position,
        }
        yield {"insertDimension": {"range": at, "inheritFromBefore": False}}
        shown = {"pixelSize": round(new.width * 7 + 5), "hiddenByUser": new.hidden}
        yield {
            "updateDimensionProperties": {
                "range": at,
                "properties": shown,
                "fields": "pixelSize,hiddenByUser",
            }
        }
    first, last = columns[0].position, columns[-1].position
    if first > 1:
        yield {
            "copyPaste": {
                "source": grid_range(sheet.id, Area(header_row, first - 1, header_row, first - 1)),
                "destination": grid_range(sheet.id, Area(header_row, first, header_row, last)),
                "pasteType": "PASTE_FORMAT",
            }
        }
    for new in columns:
        yield {
            "updateCells": {
                "start": {"sheetId": sheet.id, "rowIndex": header_row - 1, "columnIndex": new.position - 1},
                "rows": [{"values": [{"userEnteredValue": {"stringValue": new.heading}}]}],
                "fields": "userEnteredValue",
            }
        }
    yield from _widened(sheet, header_row, first, last)
    ours = grid_range(sheet.id, Area(header_row, first, LAST_ROW, last))
    yield {
        "addProtectedRange": {
            "protectedRange": {"range": ours, "description": "closeloop", "warningOnly": True}
        }
    }


def _widened(sheet: Sheet, header_row: int, first: int, last: int) -> Iterator[Json]:
    """What people sort and filter by, where it ends at our columns."""

    def ends_here(place: Json) -> bool:
        start, end = place.get("startRowIndex", 0), place.get("endRowIndex", LAST_ROW)
        return bool(start < header_row <= end and place.get("endColumnIndex") == first - 1)

    if sheet.basic_filter and "tableId" not in sheet.basic_filter and ends_here(sheet.basic_filter["range"]):
        wider = sheet.basic_filter["range"] | {"endColumnIndex": last}
        yield {"setBasicFilter": {"filter": sheet.basic_filter | {"range": wider}}}
    for view in sheet.filter_views:
        if ends_here(view.get("range", {})):
            wide = {"filterViewId": view["filterViewId"], "range": view["range"] | {"endColumnIndex": last}}
            yield {"updateFilterView": {"filter": wide, "fields": "range"}}
    for table in sheet.tables:
        if ends_here(table["range"]):
            wide = {"tableId": table["tableId"], "range": table["range"] | {"endColumnIndex": last}}
            yield {"updateTable": {"table": wide, "fields": "range"}}


def new_row(
    sheet: int, row: int, values: Sequence[tuple[int, CellValue]], like_above: bool
) -> Iterator[Json]:
    """Insert a row with these values by column; it looks ``like_above``, or like nothing."""
    place = {"sheetId": sheet, "dimension": "ROWS", "startIndex": row - 1, "endIndex": row}
    yield {"insertDimension": {"range": place, "inheritFromBefore": like_above}}
    for column, value in values:
        look = number_format(value)
        cell = entered(value) | ({"userEnteredFormat": {"numberFormat": look}} if look else {})
        fields = "userEnteredValue" + ",userEnteredFormat.numberFormat" * bool(look)
        start = {"sheetId": sheet, "rowIndex": row - 1, "columnIndex": column - 1}
        yield {"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": fields}}


def taken_in(sheet: Sheet, header_row: int, last: int) -> Iterator[Json]:
    """What people filter, and a Google table, where they end above rows that were added: as far as the ``last``."""

    def longer(place: Json) -> Json | None:
        start, end = place.get("startRowIndex", 0), place.get("endRowIndex", LAST_ROW)
        return place | {"endRowIndex": last} if start < header_row <= end < last else None

    own = sheet.basic_filter if sheet.basic_filter and "tableId" not in sheet.basic_filter else {}
    if own and (place := longer(own["range"])):
        yield {"setBasicFilter": {"filter": own | {"range": place}}}
    for view in sheet.filter_views:
        if place := longer(view.get("range", {"endRowIndex": LAST_ROW})):
            wide = {"filterViewId": view["filterViewId"], "range": place}
            yield {"updateFilterView": {"filter": wide, "fields": "range"}}
    for table in sheet.tables:
        if place := longer(table["range"]):
            yield {"updateTable": {"table": {"tableId": table["tableId"], "range": place}, "fields": "range"}}


def kept_copies(sheet: int, kept: int, writes: Sequence[Write], fresh: frozenset[int]) -> Iterator[Json]:
    """Copies of what stands where we write, made in the same batch before it: on the hidden tab, in the same cells."""
    for area in written_areas(writes, fresh):
        yield {
            "copyPaste": {
                "source": grid_range(sheet, area),
                "destination": grid_range(kept, area),
                "pasteType": "PASTE_FORMULA",
            }
        }


def written_areas(writes: Sequence[Write], fresh: frozenset[int] = frozenset()) -> Iterator[Area]:
    """For each column that is written, from its first row to its last; columns side by side are one area."""
    ends: dict[int, tuple[int, int]] = {}
    for write in writes:
        if write.column not in fresh:
            first, last = ends.get(write.column, (write.row, write.row))
            ends[write.column] = min(first, write.row), max(last, write.row)
    for _, run in groupby(enumerate(sorted(ends)), key=lambda item: item[1] - item[0]):
        columns = [column for _, column in run]
        first, last = min(ends[at][0] for at in columns), max(ends[at][1] for at in columns)
        yield Area(first, columns[0], last, columns[-1])


def removals(sheet: int, kept: int, header: int, rows: Sequence[int], width: int) -> Iterator[Json]:
    """Put whole rows away and take them out, from below: whatever row is there at that moment, a copy of it is kept,
    under the headings of that moment."""
    groups = row_groups(rows)
    for first, last in [(header, header), *groups] if groups else []:
        area = Area(first, 1, last, width)
        yield {
            "copyPaste": {
                "source": grid_range(sheet, area),
                "destination": grid_range(kept, area),
                "pasteType": "PASTE_NORMAL",
            }
        }
    for first, last in reversed(groups):
        place = {"sheetId": sheet, "dimension": "ROWS", "startIndex": first - 1, "endIndex": last}
        yield {"deleteDimension": {"range": place}}


def row_groups(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending rows as stretches from first to last."""
    found: list[tuple[int, int]] = []
    for row in sorted(rows):
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found


def before_removal(rows: Sequence[int], shown: Grid) -> Grid:
    """What a sheet shows after rows were taken out, counted as it was before."""
    if not rows:
        return shown
    moved: dict[int, int] = {}

    def former(row: int) -> int:
        if row not in moved:
            there = row
            for gone in sorted(rows):
                there += gone <= there
            moved[row] = there
        return moved[row]

    return {(former(row), column): value for (row, column), value in shown.items()}


def reply_ranges(title: str, areas: Sequence[Area]) -> list[str]:
    """The ranges to be shown after a write, in A1 notation."""
    return [a1(title, area) for area in dict.fromkeys(areas)]
