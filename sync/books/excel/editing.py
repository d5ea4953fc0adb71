"""A plan carried out on a package: which parts become what. Nothing is written to disk here."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby

from sheet_templates.template import template
from sync.books.excel.adopting import StyleMap
from sync.books.excel.colours import with_colours
from sync.books.excel.columns import with_width
from sync.books.excel.generating import Put, TabMaker
from sync.books.excel.grafting import open_scratch
from sync.books.excel.looking import array_areas, has_formulas
from sync.books.excel.markup import utf8
from sync.books.excel.package import Package
from sync.books.excel.parts import Parts
from sync.books.excel.reading import read_styles
from sync.books.excel.references import LAST_COLUMN, LAST_ROW, cell_name, holds
from sync.books.excel.refusal import RefusalError
from sync.books.excel.removing import check_removable, remove_rows
from sync.books.excel.shifting import Removal
from sync.books.excel.tables import Table, check_room, extend_filter, extended, lengthened, read_tables
from sync.books.excel.values import written
from sync.books.excel.workbook import Sheet, read_workbook, recalculating, with_filter_name
from sync.books.excel.worksheet import Worksheet, merged_areas, open_worksheet, parse_worksheet, widened
from sync.books.excel.writing import CellWriter, Dress, Write
from sync.books.excel.zipping import Content, Packed, packed
from sync.changes import AddColumn, AppendRow, Plan, SetCell, SetColours
from sync.generated import GeneratedTab
from sync.snapshot import Area, CellValue

Wanted = dict[int, dict[int, CellValue]]
"""Row, then column, then the value asked for."""


@dataclass(frozen=True)
class Edited:
    """What a plan makes of a package: changed, removed and added parts, and per sheet the values asked for.

    ``generated`` are the sheets that are ours altogether, with their looks.
    """

    changed: Mapping[str, Content]
    removed: frozenset[str]
    wanted: Mapping[Sheet, Wanted]
    added: Mapping[str, bytes] = field(default_factory=dict)
    removals: Mapping[Sheet, Removal] = field(default_factory=dict)
    generated: frozenset[Sheet] = frozenset()

    def without_content(self) -> "Edited":
        """The same with names only, once the contents are packed."""
        changed, added = dict.fromkeys(self.changed, b""), dict.fromkeys(self.added, b"")
        return replace(self, changed=changed, added=added)


@dataclass
class _TabPlan:
    columns: list[AddColumn] = field(default_factory=list)
    cells: list[SetCell] = field(default_factory=list)
    rows: list[AppendRow] = field(default_factory=list)
    colours: SetColours | None = None


_LARGE = 1 << 20
"""Bytes of a worksheet's cells."""
_SHORT = 20
"""Characters: a column that is wider holds texts."""


class Editor:
    """Carries out one plan on one package."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._workbook = read_workbook(package)
        self._styles_part = self._workbook.target("styles")
        styles = read_styles(package, self._workbook)
        if styles is None:
            raise RefusalError("has no styles part, so that nothing can be formatted; save it anew in Excel")
        self._styles = styles
        self._workbook_data = self._workbook.data
        self._changed: dict[str, Content] = {}
        self._parts = Parts(package, self._changed)
        self._overwritten = 0
        self._calculating = False
        self._own = _worker_columns()
        self._removals: dict[Sheet, Removal] = {}
        self._generated: set[Sheet] = set()

    def carry_out(self, plan: Plan) -> Edited:
        """All parts that the plan changes. Raises RefusalError when a change would do harm."""
        wanted: dict[Sheet, Wanted] = {}
        for name, changes in _by_tab(plan).items():
            sheet = self._workbook.sheet(name)
            wanted[sheet] = self._edit_tab(sheet, changes)
        maker = TabMaker(self._parts, self._workbook, self._styles, self._workbook_data)
        for put in maker.put([tab.content for tab in plan.tabs]):
            self._take(put, wanted)
        self._workbook_data = maker.data
        leaving: dict[str, set[int]] = defaultdict(set)
        for change in plan.removals:
            leaving[change.tab].update(change.rows)
        for name, rows in leaving.items():
            self._remove(name, rows, wanted)
        return self._edited(wanted)

    def _remove(self, tab: str, rows: set[int], wanted: dict[Sheet, Wanted]) -> None:
        """Take rows out, after all else: whether they may go is asked of the workbook as it was read."""
        if not rows:
            return
        sheet = self._workbook.sheet(tab)
        removal = check_removable(self._package, self._workbook, sheet, sorted(rows))
        self._workbook_data = remove_rows(self._parts, self._workbook, self._workbook_data, sheet, removal)
        self._removals[sheet] = removal
        self._overwritten += 1
        self._calculating = self._calculating or has_formulas(parse_worksheet(self._parts.get(sheet.part)))
        for other in self._workbook.sheets:
            if other.part in self._changed:
                wanted.setdefault(other, {})

    def graft(self, source: Package, names: Sequence[str], generated: Sequence[GeneratedTab]) -> Edited:
        """The parts with those worksheets of another workbook of ours put in, last, which are people's then, and
        with generated tabs after them.

        Raises RefusalError when the workbook cannot take them, or has a sheet of such a name.
        """
        wanted: dict[Sheet, Wanted] = {}
        maker = TabMaker(self._parts, self._workbook, self._styles, self._workbook_data)
        scratch = open_scratch(source)
        styles = StyleMap(scratch.styles, self._styles)
        for name in names:
            self._take(maker.add(scratch, scratch.workbook.sheet(name), styles), wanted)
        for put in maker.put(generated):
            self._take(put, wanted)
        self._workbook_data = maker.data
        return self._edited(wanted)

    def _take(self, put: Put, wanted: dict[Sheet, Wanted]) -> None:
        wanted[put.sheet] = put.wanted
        self._generated.add(put.sheet)
        self._calculating = self._calculating or put.calculates
        self._overwritten += put.formulas_gone

    def _edited(self, wanted: dict[Sheet, Wanted]) -> Edited:
        self._finish([sheet for sheet, asked in wanted.items() if asked or sheet in self._removals])
        removed = frozenset(self._parts.removed)
        sheets = {sheet.part for sheet in wanted}
        kept = {
            name: data
            for name, data in self._changed.items()
            if name not in removed and (name in sheets or data != utf8(self._package.part(name)))
        }
        added = self._parts.added
        touched = {
            sheet: asked for sheet, asked in wanted.items() if sheet.part in kept or sheet.part in added
        }
        return Edited(kept, removed, touched, added, self._removals, frozenset(self._generated))

    def _edit_tab(self, sheet: Sheet, changes: _TabPlan) -> Wanted:
        worksheet = open_worksheet(self._package, sheet.part)
        around = worksheet.head, worksheet.tail
        tables = read_tables(self._package, sheet)
        merged = merged_areas(worksheet)
        guarded = [area for table in tables for area in table.guarded]
        wanted = _wanted(changes)
        _check_cells(changes, guarded, (*_covered(merged), *array_areas(worksheet)))
        for column in sorted(changes.columns, key=lambda change: change.position):
            worksheet, tables = self._add_column(sheet, worksheet, tables, merged, column)
        for row in changes.rows:
            tables = [lengthened(table, row.row) for table in tables]
        if changes.colours is not None:
            worksheet = with_colours(worksheet, changes.colours.rules, self._styles)
        content = self._written(worksheet, changes) if wanted else None
        if content is not None:
            self._changed[sheet.part] = content
        elif (worksheet.head, worksheet.tail) != around:
            self._changed[sheet.part] = worksheet.data
        self._calculating = self._calculating or has_formulas(worksheet)
        self._changed |= {table.part: table.data for table in tables}
        return wanted

    def _add_column(
        self,
        sheet: Sheet,
        worksheet: Worksheet,
        tables: list[Table],
        merged: tuple[Area, ...],
        column: AddColumn,
    ) -> tuple[Worksheet, list[Table]]:
        for place, table in enumerate(tables):
            if (
                table.headings
                and table.area.first_row == column.row
                and (table.area.last_column == column.position - 1)
            ):
                tables[place] = extended(table, column.heading)
                check_room(tables, tables[place], merged)
        worksheet, old = extend_filter(worksheet, column.row, column.position)
        if old is not None:
            new = old._replace(last_column=column.position)
            self._workbook_data = with_filter_name(self._workbook_data, sheet, old, new)
        return with_width(worksheet, column.position, column.width, column.hidden), tables

    def _written(self, worksheet: Worksheet, changes: _TabPlan) -> Packed | None:
        """The worksheet's part with its cells written; None when it shows them already."""
        colours = template().colours["header"]["worker"]
        writer = CellWriter(worksheet, self._styles, colours)
        writes = self._writes(changes, worksheet.prefix)
        body = writer.body(writes)
        if body is None:
            return None
        columns = [write.column for row in writes.values() for write in row if write.value.content]
        rows = [row for row, asked in writes.items() if any(write.value.content for write in asked)]
        reach = Area(min(rows), min(columns), max(rows), max(columns)) if columns else None
        head = widened(worksheet, reach).head if reach else worksheet.head
        content = packed(chain([head], body, [worksheet.tail]), large=len(worksheet.body) > _LARGE)
        self._overwritten += writer.overwritten
        return content

    def _writes(self, changes: _TabPlan, prefix: str) -> dict[int, list[Write]]:
        known: dict[tuple[int, str, type, CellValue], Write] = {}  # columns repeat a few values
        found: dict[int, list[Write]] = defaultdict(list)
        date1904 = self._workbook.date1904
        for change in changes.cells:
            key = (change.position, change.column, type(change.now), change.now)
            write = known.get(key)
            if write is None:
                value, dress = (
                    written(change.now, date1904, prefix),
                    self._own.get(change.column, "inherited"),
                )
                write = known[key] = Write(change.position, value, dress)
            found[change.row].append(write)
        for column in changes.columns:
            value = written(column.heading, date1904, prefix)
            found[column.row].append(Write(column.position, value, "header"))
        for writes in found.values():
            writes.sort(key=_position)
        return found

    def _finish(self, written_to: list[Sheet]) -> None:
        """Styles, the workbook part, the calculation chain and the content types."""
        self._changed[self._styles_part] = self._styles.data()
        chain = self._workbook.target("calcChain")
        if self._overwritten and chain and self._package.has(chain):
            # Excel builds the chain anew; an entry for a cell without formula would be an error to it.
            links = self._parts.links(self._workbook.part)
            self._parts.unlink(self._workbook.part, [link.id for link in links if link.kind == "calcChain"])
            self._parts.remove(chain)
        self._parts.finish()
        new = self._parts.added
        if (any(sheet.part in self._changed for sheet in written_to) and self._calculates()) or (
            self._calculating and any(sheet.part in new for sheet in written_to)
        ):
            self._workbook_data = recalculating(self._workbook_data)
        self._changed[self._workbook.part] = self._workbook_data

    def _calculates(self) -> bool:
        chain = self._workbook.target("calcChain")
        if self._calculating or (chain and self._package.has(chain)):
            return True
        others = (sheet.part for sheet in self._workbook.sheets if sheet.part not in self._changed)
        return any(has_formulas(parse_worksheet(self._package.part(part))) for part in others)


def _position(write: Write) -> int:
    return write.column


def _by_tab(plan: Plan) -> dict[str, _TabPlan]:
    tabs: dict[str, _TabPlan] = defaultdict(_TabPlan)
    for column in plan.columns:
        tabs[column.tab].columns.append(column)
    for cell in plan.cells:
        tabs[cell.tab].cells.append(cell)
    for row in plan.rows:
        tabs[row.tab].rows.append(row)
        tabs[row.tab].cells += [
            SetCell(row.tab, row.row, position, "", row.row_id, None, value) for position, value in row.values
        ]
    for colours in plan.colours:
        tabs[colours.tab].colours = colours
    return tabs


def _worker_columns() -> dict[str, Dress]:
    """How the cells of each column of ours look: the message is a line of text, the others are short."""
    columns = (column for table in template().tables.values() for column in table.worker_columns)
    return {column.key: "line" if column.width > _SHORT else "short" for column in columns}


def _wanted(changes: _TabPlan) -> Wanted:
    wanted: Wanted = {}
    alike: dict[tuple[object, ...], dict[int, CellValue]] = {}  # most rows ask for what others ask for too
    for row, each in groupby(sorted(changes.cells, key=_row), key=_row):
        cells = list(each)
        asked = {cell.position: cell.now for cell in cells}
        _check_once(len(asked) == len(cells))
        values = asked.values()
        wanted[row] = alike.setdefault((*asked, *values, *map(type, values)), asked)
    for column in changes.columns:
        asked = wanted.get(column.row, {})
        _check_once(column.position not in asked)
        wanted[column.row] = {**asked, column.position: column.heading}
    return wanted


def _check_once(once: bool) -> None:
    if not once:
        raise RefusalError("is to get two values in one cell; please report it")


def _row(cell: SetCell) -> int:
    return cell.row


def _covered(merged: tuple[Area, ...]) -> tuple[Area, ...]:
    """The merged areas without their first cells, which are the only ones to hold a value."""
    parts: list[Area] = []
    for area in merged:
        if area.first_column < area.last_column:
            parts.append(area._replace(first_column=area.first_column + 1))
        if area.first_row < area.last_row:
            parts.append(area._replace(first_row=area.first_row + 1))
    return tuple(parts)


def _check_cells(changes: _TabPlan, guarded: list[Area], closed: tuple[Area, ...]) -> None:
    """Raise RefusalError for a cell past the sheet, of a table's heading or totals, merged, of an array."""
    by_column: dict[int, list[int]] = defaultdict(list)
    for cell in changes.cells:
        by_column[cell.position].append(cell.row)
    for position, rows in by_column.items():
        rows.sort()
        if not (1 <= position <= LAST_COLUMN and rows[0] >= 1 and rows[-1] <= LAST_ROW):
            raise RefusalError(
                "has no cell in row {row}, column {column}; please report it", row=rows[-1], column=position
            )
    for area in guarded:
        if within := _first_within(area, by_column):
            raise RefusalError(
                "needs a value in {cell}, which is a heading or total of a table; rename it in Excel",
                cell=within,
            )
    headings = {column.position: [column.row] for column in changes.columns}
    for area in closed:
        if within := _first_within(area, by_column) or _first_within(area, headings):
            raise RefusalError(
                "needs a value in {cell}, which is part of merged cells or of an array formula; "
                "unmerge or clear it",
                cell=within,
            )


def _first_within(area: Area, by_column: Mapping[int, list[int]]) -> str | None:
    """The name of the first cell to be written that lies in the area."""
    for position, rows in by_column.items():
        place = bisect_left(rows, area.first_row)
        if place < len(rows) and holds(area, rows[place], position):
            return cell_name(rows[place], position)
    return None
