"""Take rows out of a worksheet: those below move up, and with them all that ``obstacles`` allows to stand there.

Formats and validations that reached the sheet's last row still do. Of a table one data row always stays.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape

from sync.books.excel.cells import Row, cells, regular, rows
from sync.books.excel.coverage import CONTAINERS, as_text, coverages
from sync.books.excel.formulas import Reference, RowNumber, parse_formula
from sync.books.excel.grouped import SharedFormula, shared_formulas
from sync.books.excel.markup import Edit, Element, located, splice, utf8, with_attribute
from sync.books.excel.obstacles import FORMULA, filter_area, find_obstacles
from sync.books.excel.package import Package
from sync.books.excel.parts import Parts
from sync.books.excel.references import area_name, area_of
from sync.books.excel.refusal import RefusalError
from sync.books.excel.shifting import Removal
from sync.books.excel.workbook import Sheet, Workbook, with_filter_name
from sync.books.excel.worksheet import Worksheet, parse_worksheet

_CELL_NUMBER = re.compile(rb"""(\sr\s*=\s*["']\s*[A-Za-z]+)[0-9]+""")
_ROW_NUMBER = re.compile(rb"""(\sr\s*=\s*["']\s*)[0-9]+""")
_LISTS = CONTAINERS | {"mergeCells", "hyperlinks", "extLst", "ext"}
_REF = re.compile(rb"""(\sref\s*=\s*["'])([^"']*)""")
_SHARED = re.compile(rb"""\st\s*=\s*["']shared["']""")
_INDEX = re.compile(rb"""\ssi\s*=\s*["']([0-9]+)["']""")


def check_removable(package: Package, workbook: Workbook, sheet: Sheet, asked: Sequence[int]) -> Removal:
    """The removal of these rows. Raises RefusalError when one of them has to stay."""
    found = find_obstacles(package, workbook, sheet, asked)
    if found:
        raise RefusalError(
            "is to lose row {row} of {tab!r}, which has to stay; run the pass again",
            row=min(found),
            tab=sheet.name,
        )
    return Removal(tuple(sorted(set(asked))))


def remove_rows(parts: Parts, workbook: Workbook, data: bytes, sheet: Sheet, removal: Removal) -> bytes:
    """Change all parts that the removal touches; ``data`` is the workbook part, whose new bytes are given."""
    worksheet = parse_worksheet(parts.get(sheet.part))
    filtered = filter_area(worksheet)
    home = sheet.name.casefold()
    _remove_from_tables(parts, sheet, removal)
    worksheet = _body(worksheet, removal, home)
    worksheet = worksheet.with_head(*_head_edits(worksheet, removal))
    worksheet = worksheet.with_tail(*_tail_edits(worksheet, removal, home))
    parts.put(sheet.part, worksheet.data)
    for part in [other.part for other in workbook.sheets if other.part != sheet.part] + [
        name for name in parts.added if "/worksheets/" in name and name.endswith(".xml")
    ]:
        _retarget(parts, part, removal, home)
    new = removal.area(filtered) if filtered else None
    return with_filter_name(data, sheet, filtered, new) if filtered and new and new != filtered else data


def _body(sheet: Worksheet, removal: Removal, home: str) -> Worksheet:
    formulas = _Formulas(sheet, removal, home)
    number = re.compile(rb'(<%sc r="[A-Z]+)[0-9]+' % re.escape(sheet.prefix.encode()))
    by_text = regular(sheet) and sheet.view is sheet.body
    edits: list[Edit] = []
    previous = 0
    for row in rows(sheet):
        if removal.holds(row.number):
            edits.append((row.start, row.end, b""))
            continue
        new = removal.moved(row.number)
        if row.number > removal.first:
            edits += _row_tag(sheet, row, new, previous)
        if row.number > removal.first and by_text:
            content = number.sub(rb"\g<1>%d" % new, sheet.body[row.inner : row.close])
            edits.append((row.inner, row.close, formulas.within(content, row, new)))
        elif row.number > removal.first:
            edits += [*_cell_numbers(sheet, row, new), *formulas.edits(row, new)]
        elif formulas.shared:
            edits += formulas.edits(row, new)
        previous = new
    return sheet.with_body(splice(sheet.body, edits))


def _row_tag(sheet: Worksheet, row: Row, new: int, previous: int) -> list[Edit]:
    """The row's tag with its new number; a row without one counts from the row before it."""
    tag = sheet.body[row.start : row.inner]
    renumbered, given = _ROW_NUMBER.subn(rb"\g<1>%d" % new, tag, count=1)
    if not given:
        renumbered = tag if new == previous + 1 else with_attribute(tag, "r", str(new))
    return [(row.start, row.inner, renumbered)] if renumbered != tag else []


def _cell_numbers(sheet: Worksheet, row: Row, new: int) -> Iterator[Edit]:
    for cell in cells(sheet, row):
        tag = sheet.body[cell.start : cell.inner]
        renumbered = _CELL_NUMBER.sub(rb"\g<1>%d" % new, tag, count=1)
        if renumbered != tag:
            yield (cell.start, cell.inner, renumbered)


class _Formulas:
    """The formulas of a worksheet that loses rows."""

    def __init__(self, sheet: Worksheet, removal: Removal, home: str) -> None:
        self._sheet, self._removal, self._home = sheet, removal, home
        self._pattern = re.compile(FORMULA.format(re.escape(sheet.prefix)).encode())
        self._opening = f"<{sheet.prefix}f".encode()
        self.shared = shared_formulas(sheet)
        self._heirs = dict(self._inheritances())

    def within(self, content: bytes, row: Row, new: int) -> bytes:
        """The content of a row that will stand at ``new``, with its formulas changed."""
        if content.find(self._opening) < 0:
            return content
        return self._pattern.sub(lambda match: self._changed(match, row, new), content)

    def edits(self, row: Row, new: int) -> Iterator[Edit]:
        """What changes in the formulas of a row that will stand at ``new``."""
        for match in self._pattern.finditer(self._sheet.view, row.inner, row.close):
            made = self._changed(match, row, new)
            if made != match[0]:
                yield (match.start(), match.end(), made)

    def _changed(self, match: re.Match[bytes], row: Row, new: int) -> bytes:
        index = _INDEX.search(match[1]) if _SHARED.search(match[1]) else None
        heritage = self._heirs.get((row.number, index[1])) if index else None
        return self._inherited(heritage, new) if heritage else self._shifted(match, row.number, new)

    def _inheritances(self) -> Iterator[tuple[tuple[int, bytes], SharedFormula]]:
        """Shared formulas whose first cell leaves, by row and number of the cell that takes the text over."""
        for shared in self.shared:
            if shared.text and self._removal.holds(shared.row):
                heir = next((row for row, _ in shared.members if not self._removal.holds(row)), None)
                if heir is not None:
                    yield (heir, shared.number), shared

    def _inherited(self, shared: SharedFormula, new: int) -> bytes:
        area = self._removal.area(shared.area) or shared.area
        text = as_text(self._moved(shared.text, shared.row, new))
        tag = f'<{self._sheet.prefix}f t="shared" ref="{area_name(area)}" si="'.encode()
        return tag + shared.number + b'">' + text + f"</{self._sheet.prefix}f>".encode()

    def _shifted(self, match: re.Match[bytes], row: int, new: int) -> bytes:
        content = match[0]
        if match[2]:
            text = unescape(match[2].decode())
            moved = self._moved(text, row, new)
            if moved != text:
                at, end = match.start(2) - match.start(), match.end(2) - match.start()
                content = content[:at] + as_text(moved) + content[end:]
        ref = _REF.search(match[1])
        place = self._removal.reference(ref[2].decode()) if ref else None
        if ref and place and place.encode() != ref[2]:
            content = content.replace(ref[0], ref[1] + place.encode(), 1)
        return content

    def _moved(self, text: str, row: int, new: int) -> str:
        """A formula whose references to its own row follow that row."""

        def wanted(reference: Reference, mark: RowNumber) -> int:
            own = reference.sheet in ("", self._home) and mark.number == row
            return new if own else mark.number

        return parse_formula(text).renumbered(wanted)


def _head_edits(sheet: Worksheet, removal: Removal) -> Iterator[Edit]:
    """The dimension, and where people have scrolled to and selected."""
    for element in sheet.before().children:
        if element.name == "dimension":
            yield from _attribute_edit(sheet.head, element, "ref", removal)
        for view in element.children if element.name == "sheetViews" else ():
            yield from _attribute_edit(sheet.head, view, "topLeftCell", removal)
            for part in view.children:
                yield from _view_edits(sheet.head, part, removal)


def _view_edits(data: bytes, element: Element, removal: Removal) -> Iterator[Edit]:
    tag = old = data[element.start : element.inner]
    for name in ("topLeftCell", "activeCell", "sqref"):
        value = element.attributes.get(name)
        if value:
            tag = with_attribute(tag, name, " ".join(_stood(part, removal) for part in value.split()))
    if tag != old:
        yield (element.start, element.inner, tag)


def _stood(reference: str, removal: Removal) -> str:
    """A selected place afterwards; where its rows are gone, the row that follows them."""
    area = area_of(reference)
    there = removal.moved(area.first_row)
    return removal.reference(reference) or area_name(area._replace(first_row=there, last_row=there))


def _attribute_edit(data: bytes, element: Element, name: str, removal: Removal) -> Iterator[Edit]:
    value = element.attributes.get(name)
    new = _stood(value, removal) if value else None
    if new != value:
        yield (element.start, element.inner, with_attribute(data[element.start : element.inner], name, new))


def _tail_edits(sheet: Worksheet, removal: Removal, home: str) -> list[Edit]:
    root, _ = sheet.after()
    data = sheet.root + sheet.tail
    edits: list[Edit] = []
    gone: set[int] = set()
    for coverage in coverages(root):
        if removal.references(coverage.listed):
            edits += coverage.edits(data, removal)
        else:
            gone.add(coverage.element.start)
    for filtered in root.all("autoFilter"):
        edits += _filter_edits(data, filtered, removal)
    for sort in root.all("sortState"):
        edits += _sort_edits(data, sort, removal)
    for name, child in (("mergeCells", "mergeCell"), ("hyperlinks", "hyperlink")):
        for listed in root.all(name):
            for element in listed.all(child):
                if removal.reference(element.attributes.get("ref", "")) is None:
                    gone.add(element.start)
                else:
                    edits += _place_edits(data, element, removal, home)
    return [*edits, *_pruned(data, root, gone)]


def _place_edits(data: bytes, element: Element, removal: Removal, home: str) -> Iterator[Edit]:
    """A merged area or hyperlink at its new place; a link into the worksheet leads to the row's new place."""
    tag = old = data[element.start : element.inner]
    tag = with_attribute(tag, "ref", removal.reference(element.attributes["ref"]))
    location = element.attributes.get("location")
    if location:
        tag = with_attribute(tag, "location", _led(location, removal, ("", home)))
    if tag != old and _differs(element, removal, home):
        yield (element.start, element.inner, tag)


def _differs(element: Element, removal: Removal, home: str) -> bool:
    location = element.attributes.get("location", "")
    reference = element.attributes["ref"]
    return removal.reference(reference) != reference or _led(location, removal, ("", home)) != location


def _led(location: str, removal: Removal, sheets: tuple[str, ...]) -> str:
    def wanted(reference: Reference, mark: RowNumber) -> int:
        return removal.moved(mark.number) if reference.sheet in sheets else mark.number

    mark = "#" if location.startswith("#") else ""
    return mark + parse_formula(location.removeprefix("#")).renumbered(wanted)


def _filter_edits(data: bytes, filtered: Element, removal: Removal) -> Iterator[Edit]:
    yield from _attribute_edit(data, filtered, "ref", removal)
    for sort in filtered.all("sortState"):
        yield from _sort_edits(data, sort, removal)


def _sort_edits(data: bytes, sort: Element, removal: Removal) -> Iterator[Edit]:
    """The range that was sorted; it goes when none of its rows stays."""
    places = [sort, *sort.all("sortCondition")]
    if any(removal.reference(each.attributes.get("ref", "A1")) is None for each in places):
        yield (sort.start, sort.end, b"")
        return
    for element in places:
        yield from _attribute_edit(data, element, "ref", removal)


def _pruned(data: bytes, root: Element, gone: set[int]) -> Iterator[Edit]:
    """Take elements out, with what holds nothing but them; the lists' counts follow."""

    def emptied(element: Element) -> bool:
        if element.start in gone:
            return True
        listing = element.name in _LISTS and bool(element.children)
        return listing and all(emptied(child) for child in element.children)

    def edits(element: Element) -> Iterator[Edit]:
        for child in element.children:
            if emptied(child):
                yield (child.start, child.end, b"")
            elif child.name in _LISTS:
                left = sum(not emptied(each) for each in child.children)
                if left < len(child.children) and "count" in child.attributes:
                    tag = with_attribute(data[child.start : child.inner], "count", str(left))
                    yield (child.start, child.inner, tag)
                yield from edits(child)

    return edits(root) if gone else iter(())


def _remove_from_tables(parts: Parts, sheet: Sheet, removal: Removal) -> None:
    for link in parts.links(sheet.part):
        if link.kind != "table" or not parts.has(link.target):
            continue
        data = utf8(parts.get(link.target))
        root = located(data)
        edits = [*_attribute_edit(data, root, "ref", removal)]
        for filtered in root.all("autoFilter"):
            edits += _filter_edits(data, filtered, removal)
        for sort in root.all("sortState"):
            edits += _sort_edits(data, sort, removal)
        if edits:
            parts.put(link.target, splice(data, edits))


def _retarget(parts: Parts, part: str, removal: Removal, home: str) -> None:
    """Hyperlinks of another worksheet that lead to rows which move."""
    data = parts.get(part)
    if b"location" not in data:
        return
    worksheet = parse_worksheet(data)
    listed = worksheet.after()[0].first("hyperlinks")
    edits: list[Edit] = []
    for link in listed.all("hyperlink") if listed else ():
        location = link.attributes.get("location", "")
        new = _led(location, removal, (home,))
        if new != location:
            tag = (worksheet.root + worksheet.tail)[link.start : link.inner]
            edits.append((link.start, link.inner, with_attribute(tag, "location", new)))
    if edits:
        parts.put(part, worksheet.with_tail(*edits).data)
