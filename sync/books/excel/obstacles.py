"""Which rows cannot leave a worksheet with certainty: everything that may point at them, by an allow-list.

What is not known to be harmless holds every row. What moves with the rows (see ``removing``) holds none.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from html import unescape

from sync.books.excel.bystanders import parts_blocks
from sync.books.excel.cells import regular, rows
from sync.books.excel.formulas import parse_formula
from sync.books.excel.grouped import SharedFormula, shared_formulas
from sync.books.excel.judging import Question
from sync.books.excel.looking import filled_columns, has_formulas
from sync.books.excel.marks import read_marks
from sync.books.excel.markup import Element, located
from sync.books.excel.package import Package
from sync.books.excel.reasons import Block, Reason, above, everything
from sync.books.excel.references import LAST_ROW, area_of
from sync.books.excel.relationships import relationships
from sync.books.excel.sheet_elements import element_blocks, other_sheet_blocks
from sync.books.excel.tables import Table, read_tables
from sync.books.excel.workbook import Sheet, Workbook
from sync.books.excel.worksheet import Worksheet, parse_worksheet
from sync.snapshot import Area

FORMULA = r"<{0}f((?:\s[^>]*?)?)(?:/>|>([^<]*)</{0}f\s*>)"
_NUMBERS = re.compile("[0-9]+")
_KIND = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
_REF = re.compile(rb"""\sref\s*=\s*["']([^"']*)["']""")
_COLLAPSED = re.compile(rb"""\scollapsed\s*=\s*["'](?:1|true)["']""")
_CALM_NAMES = ("_xlnm._filterdatabase",)
_PRINTED = ("_xlnm.print_titles", "_xlnm.print_area")
_WORKBOOK_ELEMENTS = frozenset({
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "extLst", "AlternateContent", "revisionPtr",
})  # fmt: skip


def find_obstacles(
    package: Package, workbook: Workbook, sheet: Sheet, asked: Sequence[int]
) -> Mapping[int, Reason]:
    """The reasons why rows have to stay, for each of those asked about that has to.

    Any choice of the other rows may be removed together. When all data rows of a table are asked for, its
    last one has to stay, since a table may not be empty.
    """
    if not asked:
        return {}
    search = _Search(package, workbook, sheet, tuple(sorted(set(asked))))
    found: dict[int, Reason] = {}
    for block in search.blocks():
        for row in search.asked:
            if block.first <= row <= block.last:
                found.setdefault(row, block.reason)
        if len(found) == len(search.asked):
            return found
    for table in search.tables:
        data = range(table.area.first_row + table.headings, table.area.last_row - table.totals + 1)
        if data and all(row in search.asked and row not in found for row in data):
            found[data[-1]] = Reason.LAST_OF_TABLE
    return found


class _Search:
    """One question about rows of one worksheet, put to every part of the workbook."""

    def __init__(self, package: Package, workbook: Workbook, sheet: Sheet, asked: tuple[int, ...]) -> None:
        self.asked = asked
        self.tables = read_tables(package, sheet)
        self._package, self._workbook, self._sheet = package, workbook, sheet
        self._worksheet = parse_worksheet(package.part(sheet.part))
        names = {_name(table): table for table in self.tables}
        self._question = Question(sheet.name.casefold(), names, self._with_values)

    def blocks(self) -> Iterator[Block]:
        """Everything that holds rows; the same row may be named several times."""
        yield from self._workbook_blocks()
        yield from self._row_blocks()
        yield from self._table_blocks()
        yield from element_blocks(self._worksheet, self._question)
        yield from parts_blocks(self._package, self._sheet, self._question)
        yield from self._cell_blocks()
        generated = {mark.tab for mark in read_marks(self._workbook.data)}
        for other in self._workbook.sheets:
            if other.part != self._sheet.part:
                sheet = parse_worksheet(self._package.part(other.part))
                ours = other.name.casefold() in generated
                for block in other_sheet_blocks(sheet, self._question):
                    if not (ours and block.reason is Reason.LINK):  # our links are written anew in each pass
                        yield block

    def _workbook_blocks(self) -> Iterator[Block]:
        root = located(self._workbook.data)
        if any(child.name not in _WORKBOOK_ELEMENTS for child in root.children):
            yield everything(Reason.UNKNOWN)
        names = root.first("definedNames")
        for name in names.all("definedName") if names else ():
            kind = name.attributes.get("name", "").casefold()
            formula = parse_formula(name.text)
            if kind in _CALM_NAMES and self._is_own_filter(name):
                continue
            if kind in _PRINTED:  # whole columns are printed wherever the rows are
                formula = replace(formula, references=tuple(each for each in formula.references if each.rows))
            blocks = list(self._question.formula(formula, Reason.NAME))
            if any(not mark.fixed for reference in formula.references for mark in reference.rows):
                blocks = [everything(Reason.NAME)] if blocks else []  # relative to whatever cell uses it
            yield from blocks

    def _is_own_filter(self, name: Element) -> bool:
        """Whether a filter's hidden name names the filter of the worksheet itself, with which it moves."""
        if name.attributes.get("localSheetId") != str(self._sheet.index):
            return False
        try:
            return area_of(name.text.rpartition("!")[2]) == filter_area(self._worksheet)
        except ValueError:
            return False

    @cached_property
    def _rows(self) -> Mapping[int, tuple[int, int, int]]:
        """Where the rows in question stand in the bytes: tag from, to; content to."""
        wanted = set(self.asked)
        return {
            row.number: (row.start, row.inner, row.close)
            for row in rows(self._worksheet)
            if row.number in wanted
        }

    @cached_property
    def _filled_columns(self) -> Mapping[int, frozenset[int]]:
        wanted, by_text = set(self.asked), regular(self._worksheet)
        return {
            row.number: filled_columns(self._worksheet, row, by_text=by_text)
            for row in rows(self._worksheet)
            if row.number in wanted
        }

    def _with_values(self, first: int, last: int) -> Sequence[int]:
        return [
            row for row, columns in self._filled_columns.items() if any(first <= n <= last for n in columns)
        ]

    def _row_blocks(self) -> Iterator[Block]:
        """Rows that are heads of groups, and rows with something on the far side of an empty column."""
        for row, (start, inner, _) in self._rows.items():
            if _COLLAPSED.search(self._worksheet.view, start, inner):
                yield Block(row, row, Reason.GROUP)
        gaps: dict[int, bool] = {}
        for row, columns in self._filled_columns.items():
            inside = range(min(columns), max(columns)) if columns else ()
            if any(column not in columns and self._is_gap(column, gaps) for column in inside):
                yield Block(row, row, Reason.BESIDE)

    def _is_gap(self, column: int, known: dict[int, bool]) -> bool:
        """Whether the column is empty in all of the worksheet, so that it parts one table from another."""
        if column not in known:
            known[column] = column not in self._used_columns
        return known[column]

    @cached_property
    def _used_columns(self) -> frozenset[int]:
        asked, by_text = self._filled_columns, regular(self._worksheet)
        others = (row for row in rows(self._worksheet) if row.number not in asked)
        filled = (filled_columns(self._worksheet, row, by_text=by_text) for row in others)
        return frozenset().union(*asked.values(), *filled)

    def _table_blocks(self) -> Iterator[Block]:
        filtered = filter_area(self._worksheet)
        if filtered is not None:
            yield Block(filtered.first_row, filtered.first_row, Reason.HEADING)
        for table in self.tables:
            for area in table.guarded:
                yield Block(area.first_row, area.last_row, Reason.HEADING)
            yield from self._table_inside(table)
        for place, table in enumerate(self.tables):
            for other in self.tables[place + 1 :]:
                first = max(table.area.first_row, other.area.first_row)
                last = min(table.area.last_row, other.area.last_row)
                yield Block(first, last, Reason.BESIDE)

    def _table_inside(self, table: Table) -> Iterator[Block]:
        root = located(table.data)
        if root.attributes.get("tableType", "worksheet") != "worksheet" or any(
            link.kind == "queryTable" for link in relationships(self._package, table.part)
        ):
            yield above(table.area.last_row, Reason.TABLE)
        top = table.area.first_row + table.headings
        for element in root.descend():
            if element.name in ("calculatedColumnFormula", "totalsRowFormula"):
                formula = parse_formula(element.text)
                found = list(self._question.formula(formula, Reason.FORMULA, True, top))
                yield from (
                    above(table.area.last_row, block.reason) for block in found if block.last >= top - 1
                )
                if any(self._question.meant(each, True) and each.rows for each in formula.references):
                    yield above(top - 1, Reason.TABLE)  # relative to the first row, which must not move
            elif element.name.startswith("xml"):
                yield above(table.area.last_row, Reason.TABLE)

    def _cell_blocks(self) -> Iterator[Block]:
        """Formulas of the worksheet itself."""
        sheet = self._worksheet
        if not has_formulas(sheet):
            return
        if b"<![CDATA[" in sheet.body:
            yield everything(Reason.UNKNOWN)
            return
        pattern = re.compile(FORMULA.format(re.escape(sheet.prefix)).encode())
        opening = f"<{sheet.prefix}f".encode()
        clean: set[str] = set()
        for row in rows(sheet):
            if sheet.view.find(opening, row.inner, row.close) < 0:
                continue
            for match in pattern.finditer(sheet.view, row.inner, row.close):
                yield from self._cell_formula(match, row.number, clean)
        for shared in shared_formulas(sheet):
            yield from self._shared(shared)

    def _cell_formula(self, match: re.Match[bytes], row: int, clean: set[str]) -> Iterator[Block]:
        kind = _KIND.search(match[1])
        text = unescape((match[2] or b"").decode())
        if kind and kind[1] == b"shared" and not text:
            return
        if kind and kind[1] in (b"array", b"dataTable"):
            ref = _REF.search(match[1])
            area = area_of(ref[1].decode()) if ref else Area(1, 1, LAST_ROW, 1)
            if kind[1] == b"dataTable" or area.first_row != area.last_row or area.first_row != row:
                yield above(area.last_row if kind[1] == b"array" else LAST_ROW, Reason.ARRAY)
                return
        own = str(row)  # rows mostly repeat a formula
        alike = _NUMBERS.sub(lambda found: "\0" if found[0] == own else found[0], text)
        if alike in clean:
            return
        found = list(self._question.formula(parse_formula(text), Reason.FORMULA, True, row))
        yield from found
        if not found:
            clean.add(alike)

    def _shared(self, shared: SharedFormula) -> Iterator[Block]:
        formula = parse_formula(shared.text)
        mine = [each for each in formula.references if self._question.meant(each, True)]
        marks = [mark for each in mine for mark in each.rows]
        last = max((row for row, _ in shared.members), default=shared.row)
        if any(mark.fixed for mark in marks if mark.number >= shared.row):
            yield above(max(last, *(mark.number for mark in marks)), Reason.SHARED)
        if any(not mark.fixed and mark.number != shared.row for mark in marks):
            yield above(last + max(0, *(mark.number - shared.row for mark in marks)), Reason.FORMULA)
        if any(not mark.fixed for each in formula.references if each not in mine for mark in each.rows):
            yield above(last, Reason.SHARED)  # paired with rows of another sheet
        if formula.functions & {"ROW", "ROWS", "CELL", "ADDRESS"}:
            yield above(last, Reason.POSITION)
        if not shared.regular:
            yield above(max(last, shared.area.last_row), Reason.SHARED)
        elif any(column != shared.column for _, column in shared.members):
            yield Block(shared.row, shared.row, Reason.SHARED)


def filter_area(sheet: Worksheet) -> Area | None:
    """The area of a worksheet's own filter."""
    if b"autoFilter" not in sheet.tail:
        return None
    filtered = sheet.after()[0].first("autoFilter")
    return area_of(filtered.attributes.get("ref", "")) if filtered else None


def _name(table: Table) -> str:
    attributes = located(table.data).attributes
    return (attributes.get("displayName") or attributes.get("name", "")).casefold()
