"""Read a workbook: values by calamine, and what calamine does not tell from the parts themselves."""

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from sync.books.excel.colours import read_colours
from sync.books.excel.looking import check_extent, error_cells, formula_cells
from sync.books.excel.marks import blocks
from sync.books.excel.package import Package
from sync.books.excel.refusal import RefusalError
from sync.books.excel.styles import Stylesheet
from sync.books.excel.workbook import Sheet, Workbook, read_workbook
from sync.books.excel.worksheet import merged_areas, open_worksheet
from sync.snapshot import CellValue, Snapshot, Tab

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_COUNT = re.compile(rb"""[cC]ount\s*=\s*["']\s*([0-9]+)""")
_BEGINNING = 1 << 20
_KEPT_ONCE = frozenset({str, date, datetime})


def fingerprint(data: bytes) -> str:
    """The SHA-256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def read_snapshot(package: Package) -> Snapshot:
    """Everything that a pass wants to know of the workbook."""
    workbook = read_workbook(package)
    styles = read_styles(package, workbook)
    reader = Values(package)
    generated = blocks(workbook.data)
    tabs = tuple(
        replace(_tab(package, sheet, reader, styles), generated=generated.get(sheet.name.casefold()))
        for sheet in workbook.sheets
    )
    return Snapshot(tabs, fingerprint(package.data))


def _tab(package: Package, sheet: Sheet, reader: "Values", styles: Stylesheet | None) -> Tab:
    worksheet = open_worksheet(package, sheet.part)
    check_extent(worksheet)
    tab = Tab(
        sheet.name,
        (),
        merged_areas(worksheet),
        formula_cells(worksheet),
        error_cells(worksheet),
        read_colours(worksheet, styles),
    )
    del worksheet  # a large sheet's bytes and its values need not be in memory together
    return replace(tab, rows=list(reader.each_row(sheet)))


def read_styles(package: Package, workbook: Workbook) -> Stylesheet | None:
    """The workbook's styles; None when it has no styles part."""
    part = workbook.target("styles")
    return Stylesheet(package.part(part)) if part and package.has(part) else None


class Values:
    """The values of a package's worksheets, sheet by sheet."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._opened: CalamineWorkbook | None = None

    def each_row(self, sheet: Sheet) -> Iterator[list[CellValue]]:
        """All rows of a sheet from its row 1 and column A; an empty cell is None.

        Call ``check_extent`` first: calamine ends the process when the cells span too much.
        Raises RefusalError for a value that it cannot read.
        """
        from python_calamine import CalamineError  # slow to import

        try:
            yield from self._normalised(sheet)
        except CalamineError as error:
            raise RefusalError(
                "cannot be read in its sheet {tab!r} ({detail}); open it in Excel and save it anew",
                tab=sheet.name,
                detail=str(error)[:120],
            ) from error
        except Exception:
            raise
        except BaseException as panic:  # calamine ends so when a date is past its calendar
            if type(panic).__name__ != "PanicException":
                raise
            raise RefusalError(
                "cannot be read in its sheet {tab!r} ({detail}), mostly for a number far too "
                "large for a date in a cell formatted as one; correct it",
                tab=sheet.name,
                detail=str(panic)[:80],
            ) from panic

    def _normalised(self, sheet: Sheet) -> Iterator[list[CellValue]]:
        opened = self._open()
        names = opened.sheet_names
        by_place = sheet.index < len(names) and names[sheet.index] == sheet.name
        found = opened.get_sheet_by_index(sheet.index) if by_place else opened.get_sheet_by_name(sheet.name)
        # calamine gives empty rows above the first value, but no cells left of it.
        left: list[CellValue] = [None] * (found.start[1] if found.start else 0)
        # One object for each text and day, of which most stand in many cells: half of the memory.
        known: dict[CellValue, CellValue] = {"": None}
        for row in found.iter_rows():
            yield left + [
                known.setdefault(cell, cell) if cell.__class__ in _KEPT_ONCE else cell for cell in row
            ]

    def _open(self) -> "CalamineWorkbook":
        if self._opened is None:
            from python_calamine import CalamineError, CalamineWorkbook  # slow to import

            # Whatever calamine unpacks is unpacked here first, within the sizes that were declared.
            for name in self._package.entries:
                if name.endswith(("sharedstrings.xml", "styles.xml", "workbook.xml", ".rels")):
                    _check_counts(self._package.part(name))
            try:
                self._opened = CalamineWorkbook.from_filelike(io.BytesIO(self._package.data))
            except CalamineError as error:
                raise RefusalError(
                    "cannot be read ({detail}); open it in Excel and save it anew", detail=error
                ) from error
        return self._opened


def _check_counts(part: bytes) -> None:
    """Raise RefusalError for a list that claims more entries than it has bytes: room is made for as many."""
    claimed = (int(number[:20]) for number in _COUNT.findall(part, 0, _BEGINNING))
    if any(number > len(part) for number in claimed):
        raise RefusalError(
            "holds a list that claims absurdly many entries; open it in Excel and save it anew"
        )
