"""Puts generated tabs into a package: grafted when they are new, shown anew in place afterwards."""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sync.books.excel.adopting import StyleMap, base_font
from sync.books.excel.colours import with_colours
from sync.books.excel.drawings import Charts
from sync.books.excel.grafting import (
    Scratch,
    check_graftable,
    check_name,
    graft,
    open_scratch,
    sheet_names,
)
from sync.books.excel.looking import has_formulas
from sync.books.excel.marks import Mark, Marked, read_marks, with_marks
from sync.books.excel.markup import escaped
from sync.books.excel.package import open_package
from sync.books.excel.parts import Parts
from sync.books.excel.plain import is_plain, with_rows
from sync.books.excel.reading import Values
from sync.books.excel.references import bounding, quoted
from sync.books.excel.refreshing import (
    Block,
    check_numbered,
    in_the_way,
    scratch_cells,
    scratch_heights,
)
from sync.books.excel.scratch import Base, frame_of, scratch_workbook
from sync.books.excel.strings import SharedStrings
from sync.books.excel.styles import Stylesheet
from sync.books.excel.surroundings import with_breaks, with_frame, with_links, with_merged
from sync.books.excel.workbook import Sheet, Workbook
from sync.books.excel.worksheet import Worksheet, merged_areas, parse_worksheet, widened
from sync.generated import GeneratedTab
from sync.snapshot import Area, CellValue

Wanted = dict[int, dict[int, CellValue]]


@dataclass(frozen=True)
class Put:
    """A generated tab in its place: the values asked of it, and whether it calculates or a formula has left."""

    sheet: Sheet
    wanted: Wanted
    new: bool
    calculates: bool
    formulas_gone: bool = False


@dataclass(frozen=True)
class _Made:
    """A tab as a sheet of a scratch workbook, and the styles of that in the target."""

    scratch: Scratch
    sheet: Sheet
    styles: StyleMap


class TabMaker:
    """Puts tabs into one package. ``data`` is the workbook part as it is by now."""

    def __init__(self, parts: Parts, workbook: Workbook, styles: Stylesheet, data: bytes) -> None:
        self._parts, self._workbook, self._styles, self.data = parts, workbook, styles, data
        name, size = base_font(styles)
        self._base = Base(name, size, workbook.date1904)
        self._marked: list[Marked] = []

    def put(self, tabs: Sequence[GeneratedTab]) -> Iterator[Put]:
        """Make each tab of ours show its content. Raises RefusalError for one that cannot, or is not ours."""
        if not tabs:
            return
        check_graftable(self.data, self._styles)
        standing = [self._standing(tab) for tab in tabs]
        for tab, there in zip(tabs, standing, strict=True):
            if not there:
                check_name(tab.name, sheet_names(self.data))
        scratch = open_scratch(open_package(scratch_workbook(tabs, self._base)))
        styles = StyleMap(scratch.styles, self._styles)
        for tab, source, there in zip(tabs, scratch.workbook.sheets, standing, strict=True):
            made = _Made(scratch, source, styles)
            yield self._put_again(tab, made, *there) if there else self._put_new(tab, made)
        self.data = with_marks(self.data, self._marked)

    def _standing(self, tab: GeneratedTab) -> tuple[Sheet, Mark] | None:
        """The tab as it stands in the workbook, with its mark; None where it does not, or is not ours."""
        name = tab.name.casefold()
        own = next((mark for mark in read_marks(self.data) if mark.tab == name), None)
        present = next((sheet for sheet in self._workbook.sheets if sheet.name.casefold() == name), None)
        return (present, own) if present and own else None

    def add(self, scratch: Scratch, sheet: Sheet, styles: StyleMap) -> Put:
        """Graft a sheet of a scratch workbook, which will be people's."""
        check_graftable(self.data, self._styles)
        grafted = self._graft(_Made(scratch, sheet, styles))
        values: Wanted = {}
        for row, cells in enumerate(Values(scratch.package).each_row(sheet), start=1):
            values[row] = {column: value for column, value in enumerate(cells, 1) if value not in (None, "")}
        return Put(grafted, values, new=True, calculates=False)

    def _graft(self, made: _Made) -> Sheet:
        grafted, self.data = graft(
            self._parts, self._workbook, self.data, made.scratch, made.sheet, made.styles
        )
        return grafted

    def _put_new(self, tab: GeneratedTab, made: _Made) -> Put:
        sheet = self._graft(made)
        worksheet = self._filled(parse_worksheet(self._parts.get(sheet.part)), tab)
        self._parts.put(sheet.part, with_colours(worksheet, tab.colours, self._styles).data)
        titles = _print_titles(sheet, tab.frozen_rows) if tab.frozen_rows else ""
        self._marked.append(Marked(tab.name, tab.block, frame_of(tab), titles))
        return Put(sheet, _values(tab), new=True, calculates=has_formulas(worksheet))

    def _put_again(self, tab: GeneratedTab, source: _Made, sheet: Sheet, mark: Mark) -> Put:
        scratch = source.scratch
        made = self._filled(parse_worksheet(scratch.package.part(source.sheet.part)), tab)
        old = parse_worksheet(self._parts.get(sheet.part))
        check_numbered(old)
        new_area = tab.block
        former = mark.area or new_area
        moved = in_the_way(old, former, new_area)
        strings = SharedStrings(self._parts.package, self._workbook)
        heights = scratch_heights(made)
        block = Block(
            old, (former, new_area), scratch_cells(made), scratch, source.styles, strings, heights, moved
        )
        worksheet = block.write()
        worksheet = self._around(worksheet, tab, (former, new_area), made)
        if mark.frame != frame_of(tab):
            worksheet = with_frame(worksheet, made, tab.widths)
        folder = posixpath.dirname(self._workbook.part)
        charts = Charts(self._parts, sheet.part, scratch.package, source.sheet.part, folder)
        worksheet = charts.put_on(worksheet)
        self._marked.append(Marked(sheet.name, new_area, frame_of(tab)))
        if worksheet.data != old.data:
            reach = bounding([new_area, *(Area(*place, *place) for place in moved.values())])
            self._parts.put(sheet.part, widened(worksheet, reach).data)
        wanted = _values(tab)
        for row, column in (*block.wanted, *block.dropped):  # under a merged area too nothing is left
            wanted.setdefault(row, {}).setdefault(column, None)
        for row, column in block.kept:
            wanted.get(row, {}).pop(column, None)
        self._expect_moved(sheet, moved, wanted)
        return Put(sheet, wanted, False, has_formulas(worksheet), block.formulas_gone)

    def _filled(self, worksheet: Worksheet, tab: GeneratedTab) -> Worksheet:
        return with_rows(worksheet, tab, date1904=self._base.date1904) if is_plain(tab) else worksheet

    def _around(
        self, worksheet: Worksheet, tab: GeneratedTab, ours: tuple[Area, Area], made: Worksheet
    ) -> Worksheet:
        """What stands after the cells: merged areas, colours and links of the block, and where pages begin."""
        worksheet = with_merged(worksheet, ours, merged_areas(made))
        worksheet = with_colours(worksheet, tab.colours, self._styles)
        return with_breaks(with_links(worksheet, ours, made), made)

    def _expect_moved(
        self, sheet: Sheet, moved: dict[tuple[int, int], tuple[int, int]], wanted: Wanted
    ) -> None:
        if not moved:
            return
        before = list(Values(self._parts.package).each_row(sheet))
        for (row, column), (new_row, new_column) in moved.items():
            cells = before[row - 1] if row <= len(before) else []
            value = cells[column - 1] if column <= len(cells) else None
            wanted.setdefault(new_row, {})[new_column] = value


def _values(tab: GeneratedTab) -> Wanted:
    return {
        row: {column: cell.value for column, cell in enumerate(cells, start=1) if cell is not None}
        for row, cells in enumerate(tab.rows, start=1)
    }


def _print_titles(sheet: Sheet, rows: int) -> str:
    place = escaped(f"{quoted(sheet.name)}!$1:${rows}")
    return f'<definedName name="_xlnm.Print_Titles" localSheetId="{sheet.index}">{place}</definedName>'
