"""Google's answers as a snapshot, and what else of each sheet a write has to know."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.books.google.address import Json, area_of
from sync.books.google.colours import read_colours
from sync.books.google.marks import Mark, read_mark
from sync.books.google.tags import TAGS, Tag, read_tags
from sync.books.google.values import error_of, value_of
from sync.snapshot import CellValue, Snapshot, Tab

CELL = "effectiveValue,userEnteredValue.formulaValue,effectiveFormat.numberFormat.type"
_PROPERTIES = "properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount))"
_DATA = f"data(startRow,startColumn,{TAGS},rowData.values({CELL}))"
SHEET = f"sheets({_PROPERTIES},{_DATA})"
WHOLE = (
    f"properties(title,locale,timeZone),sheets({_PROPERTIES},merges,conditionalFormats,developerMetadata,basicFilter,"
    "filterViews(filterViewId,range),tables(tableId,range),"
    f"{_DATA})"
)
Grid = Mapping[tuple[int, int], CellValue]
"""Cells that show something, by row and column from 1."""


@dataclass(frozen=True)
class Sheet:
    """A tab with its id, its size, and what of it Google knows by position. ``rules`` are all conditional formats."""

    id: int
    tab: Tab
    size: tuple[int, int]
    rules: Sequence[Json] = ()
    mark: Mark | None = None
    basic_filter: Json | None = None
    filter_views: Sequence[Json] = ()
    tables: Sequence[Json] = ()
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)
    tags: frozenset[Tag] = frozenset()


@dataclass(frozen=True)
class File:
    """A spreadsheet as it was read. ``kept`` are the hidden tabs of closeloop, by the id of the sheet they serve."""

    snapshot: Snapshot
    sheets: Mapping[str, Sheet]
    locale: str
    title: str = ""
    kept: Mapping[int, Sheet] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[int]:
        """The ids of all sheets."""
        return frozenset(sheet.id for sheet in (*self.sheets.values(), *self.kept.values()))


class Part(NamedTuple):
    """Some ranges of one sheet."""

    title: str
    size: tuple[int, int]
    grid: Grid
    tags: frozenset[Tag] = frozenset()


def read_file(answer: Json) -> File:
    """A whole spreadsheet; sheets without cells (charts, connected data) are left out."""
    properties = answer.get("properties", {})
    locale = properties.get("locale", "en_US")
    found = [
        _sheet(each, locale)
        for each in answer.get("sheets", ())
        if each["properties"].get("sheetType", "GRID") == "GRID"
    ]
    kept = {
        sheet.mark.keeps: sheet for sheet in found if sheet.mark is not None and sheet.mark.keeps is not None
    }
    sheets = {sheet.tab.name: sheet for sheet in found if sheet not in kept.values()}
    tabs = tuple(sheet.tab for sheet in sheets.values())
    return File(Snapshot(tabs, fingerprint(tabs)), sheets, locale, properties.get("title", ""), kept)


def read_parts(answer: Json) -> dict[int, Part]:
    """The ranges that were asked for, by the sheet's id."""
    return {
        each["properties"].get("sheetId", 0): Part(
            each["properties"]["title"],
            _size(each),
            {place: value for place, cell in _cells(each) if (value := value_of(cell)) is not None},
            frozenset(read_tags(each.get("data", ()))),
        )
        for each in answer.get("sheets", ())
    }


def fingerprint(tabs: Sequence[Tab]) -> str:
    """What changes whenever something does that a pass looks at. What formulas on our own tabs show is not such: it
    follows from other cells, or, as the heartbeat does, from the clock."""
    shown = repr(
        [
            (
                tab.name,
                _trimmed(_typed(tab)),
                sorted(tab.merged),
                sorted(tab.formulas),
                sorted(tab.errors.items()) if tab.generated is None else [],
                tab.colours,
                tab.generated,
            )
            for tab in tabs
        ]
    )
    return hashlib.sha256(shown.encode()).hexdigest()


def _typed(tab: Tab) -> Sequence[Sequence[CellValue]]:
    """The cells of a tab, without what formulas show on one of ours."""
    if tab.generated is None:
        return tab.rows
    return [
        [None if (row, column) in tab.formulas else cell for column, cell in enumerate(cells, start=1)]
        for row, cells in enumerate(tab.rows, start=1)
    ]


def _trimmed(rows: Sequence[Sequence[CellValue]]) -> list[list[CellValue]]:
    """Rows without the empty cells and rows at their ends."""
    lines = []
    for cells in rows:
        line = [None if cell == "" else cell for cell in cells]
        while line and line[-1] is None:
            line.pop()
        lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _sheet(each: Json, locale: str) -> Sheet:
    size, rules = _size(each), each.get("conditionalFormats", [])
    mark = read_mark(each.get("developerMetadata", ()))
    rows: list[list[CellValue]] = []
    formulas: dict[tuple[int, int], str] = {}
    errors: dict[tuple[int, int], str] = {}
    for (row, column), cell in _cells(each):
        rows += [[] for _ in range(row - len(rows))]
        line = rows[row - 1]
        line += [None] * (column - 1 - len(line))
        line.append(value_of(cell))
        if formula := cell.get("userEnteredValue", {}).get("formulaValue"):
            formulas[row, column] = formula
        if "errorValue" in cell["effectiveValue"]:
            errors[row, column] = error_of(cell)
    tab = Tab(
        each["properties"]["title"],
        rows,
        tuple(area_of(place, *size) for place in each.get("merges", ())),
        frozenset(formulas),
        errors,
        read_colours(rules, size, locale),
        mark.block if mark else None,
    )
    return Sheet(
        each["properties"].get("sheetId", 0),
        tab,
        size,
        rules,
        mark,
        each.get("basicFilter"),
        each.get("filterViews", ()),
        each.get("tables", ()),
        formulas,
        frozenset(read_tags(each.get("data", ()))),
    )


def _size(each: Json) -> tuple[int, int]:
    grid = each["properties"]["gridProperties"]
    return grid.get("rowCount", 0), grid.get("columnCount", 0)


def _cells(each: Json) -> Iterator[tuple[tuple[int, int], Json]]:
    """Every cell that shows something, row by row within each range."""
    for data in each.get("data", ()):
        left = data.get("startColumn", 0) + 1
        for row, line in enumerate(data.get("rowData", ()), start=data.get("startRow", 0) + 1):
            for column, cell in enumerate(line.get("values", ()), start=left):
                if cell.get("effectiveValue"):
                    yield (row, column), cell
