"""Tables and filters: take a new column in, so that people's sorts and filters carry it."""

from dataclasses import dataclass, replace

from sync.books.excel.markup import (
    Edit,
    Element,
    escaped,
    located,
    prefix_of,
    prefixed,
    splice,
    utf8,
    with_attribute,
)
from sync.books.excel.package import Package
from sync.books.excel.references import area_name, area_of, overlap
from sync.books.excel.refusal import RefusalError
from sync.books.excel.relationships import relationships
from sync.books.excel.workbook import Sheet
from sync.books.excel.worksheet import Worksheet
from sync.snapshot import Area


@dataclass(frozen=True)
class Table:
    """One table part of a worksheet, with the area it covers and how many heading and totals rows it has."""

    part: str
    data: bytes
    area: Area
    headings: int
    totals: int

    @property
    def heading_row(self) -> Area:
        """The cells whose text must equal the table's column names; rows and columns from 1."""
        return self.area._replace(last_row=self.area.first_row + self.headings - 1)

    @property
    def totals_row(self) -> Area:
        """The cells of the totals row."""
        return self.area._replace(first_row=self.area.last_row - self.totals + 1)

    @property
    def guarded(self) -> tuple[Area, ...]:
        """Cells that hold no data and must not be written singly."""
        return (self.heading_row,) * bool(self.headings) + (self.totals_row,) * bool(self.totals)


def read_tables(package: Package, sheet: Sheet) -> list[Table]:
    """The tables of a worksheet."""
    parts = [link.target for link in relationships(package, sheet.part) if link.kind == "table"]
    return [_table(part, utf8(package.part(part))) for part in parts if package.has(part)]


def _table(part: str, data: bytes) -> Table:
    attributes = located(data).attributes
    return Table(
        part,
        data,
        area_of(attributes.get("ref", "")),
        _count(attributes, "headerRowCount", 1),
        _count(attributes, "totalsRowCount", 0),
    )


def _count(attributes: dict[str, str], name: str, default: int) -> int:
    value = attributes.get(name, "")
    return int(value) if value.isdecimal() else default


def extended(table: Table, heading: str) -> Table:
    """The table with one more column at its right end.

    Raises RefusalError when the heading stands there already, or when a query fills the table.
    """
    root = located(table.data)
    if root.attributes.get("tableType", "worksheet") != "worksheet":
        raise RefusalError(
            "has a table {table!r} that a query or XML map fills; put the headings in by hand",
            table=root.attributes.get("displayName", ""),
        )
    area = table.area._replace(last_column=table.area.last_column + 1)
    edits: list[Edit] = [
        (root.start, root.inner, with_attribute(_tag(table.data, root), "ref", area_name(area)))
    ]
    columns = root.first("tableColumns")
    if columns is None:
        raise RefusalError("has a damaged table; save it anew in Excel")
    edits += _new_column(table.data, columns, heading)
    if (filtered := root.first("autoFilter")) is not None:
        edits += filter_edits(table.data, filtered, table.area.last_column)
    for sort in root.all("sortState"):
        edits += _reaching(table.data, sort, table.area.last_column)
    return Table(table.part, splice(table.data, edits), area, table.headings, table.totals)


def _new_column(data: bytes, columns: Element, heading: str) -> list[Edit]:
    present = columns.all("tableColumn")
    if heading.casefold() in {column.attributes.get("name", "").casefold() for column in present}:
        raise RefusalError(
            "has a table with a column {heading!r} already; rename one of them", heading=heading
        )
    identity = max((_count(column.attributes, "id", 0) for column in present), default=0) + 1
    name = escaped(heading.replace("\r\n", "\n")).replace("&#10;", "_x000a_")
    element = prefixed(f'<tableColumn id="{identity}" name="{name}"/>', prefix_of(data, columns))
    tag = with_attribute(_tag(data, columns), "count", str(len(present) + 1))
    return [(columns.start, columns.inner, tag), (columns.close, columns.close, element)]


def _tag(data: bytes, element: Element) -> bytes:
    return data[element.start : element.inner]


def _reaching(data: bytes, element: Element, last_column: int) -> list[Edit]:
    """Widen the element's ``ref`` by one column when it ends at that column."""
    area = area_of(element.attributes.get("ref", ""))
    if area.last_column != last_column:
        return []
    wider = area_name(area._replace(last_column=last_column + 1))
    return [(element.start, element.inner, with_attribute(_tag(data, element), "ref", wider))]


def filter_edits(data: bytes, filtered: Element, last_column: int) -> list[Edit]:
    """Widen an autoFilter, and the range that it remembers as sorted."""
    edits = _reaching(data, filtered, last_column)
    for sort in filtered.all("sortState"):
        edits += _reaching(data, sort, last_column)
    return edits


def extend_filter(sheet: Worksheet, row: int, position: int) -> tuple[Worksheet, Area | None]:
    """The worksheet whose own filter takes in the column, and the filter's former area.

    The filter must begin at the header row and end right before the column; else None.
    """
    if b"autoFilter" not in sheet.tail:
        return sheet, None
    root, shift = sheet.after()
    filtered = root.first("autoFilter")
    if filtered is None:
        return sheet, None
    area = area_of(filtered.attributes.get("ref", ""))
    if area.first_row != row or area.last_column != position - 1:
        return sheet, None
    return sheet.with_tail(
        *filter_edits(sheet.root + sheet.tail, filtered, position - 1)
    ), area if shift else None


def lengthened(table: Table, row: int) -> Table:
    """The table with the row right below its last one taken in; the same where it ends elsewhere.

    Raises RefusalError when the row would lie below a totals row.
    """
    if table.area.last_row != row - 1:
        return table
    if table.totals:
        raise RefusalError("has a totals row where a row is to be added; switch it off in Excel")
    root = located(table.data)
    area = table.area._replace(last_row=row)
    edits: list[Edit] = [
        (root.start, root.inner, with_attribute(_tag(table.data, root), "ref", area_name(area)))
    ]
    if (filtered := root.first("autoFilter")) is not None:
        tag = with_attribute(_tag(table.data, filtered), "ref", area_name(area))
        edits.append((filtered.start, filtered.inner, tag))
    return replace(table, data=splice(table.data, edits), area=area)


def check_room(tables: list[Table], grown: Table, merged: tuple[Area, ...]) -> None:
    """Raise RefusalError when a table's new column meets another table or merged cells."""
    column = grown.area._replace(first_column=grown.area.last_column)
    if any(other.part != grown.part and overlap(other.area, column) for other in tables):
        raise RefusalError(
            "has another table in {area}, where a column is to be added; move it", area=area_name(column)
        )
    if any(overlap(area, column) for area in merged):
        raise RefusalError(
            "has merged cells in {area}, where a column is to be added; unmerge them",
            area=area_name(column),
        )
