"""What stands around a generated tab's cells: merged areas, links, widths, panes, page breaks and print set-up."""

import re
from collections.abc import Iterator

from sync.books.excel.columns import with_width
from sync.books.excel.markup import Edit, Element, inserted, prefixed
from sync.books.excel.references import area_of, cell_name, overlap
from sync.books.excel.worksheet import Worksheet, merged_areas
from sync.snapshot import Area

ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
    "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks",
    "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties",
    "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF",
)  # fmt: skip
_PAGE = ("printOptions", "pageMargins", "pageSetup", "headerFooter")
_QUOTES = re.compile(r"['\s]")


def with_merged(sheet: Worksheet, ours: tuple[Area, ...], wanted: tuple[Area, ...]) -> Worksheet:
    """The worksheet in which these areas of the block are merged, and no others."""
    present = merged_areas(sheet)
    inside = {area for area in present if any(overlap(area, block) for block in ours)}
    if inside == set(wanted):
        return sheet
    root, _ = sheet.after()
    listed = root.first("mergeCells")
    data = sheet.root + sheet.tail
    kept = [
        data[each.start : each.end]
        for each in (listed.all("mergeCell") if listed else ())
        if area_of(each.attributes.get("ref", "")) not in inside
    ]
    new = [prefixed(f'<mergeCell ref="{_name(area)}"/>', sheet.prefix) for area in wanted]
    return _with_list(sheet, "mergeCells", [*kept, *new], counted=True)


def _name(area: Area) -> str:
    return f"{cell_name(area.first_row, area.first_column)}:{cell_name(area.last_row, area.last_column)}"


def with_links(sheet: Worksheet, ours: tuple[Area, ...], scratch: Worksheet) -> Worksheet:
    """The worksheet with the links of the scratch sheet in the block, and no others there."""
    wanted = {ref: (place, raw) for ref, place, raw in _links(scratch)}
    present = list(_links(sheet))
    inside = {ref: place for ref, place, _ in present if any(overlap(area_of(ref), block) for block in ours)}
    if inside == {ref: place for ref, (place, _) in wanted.items()}:
        return sheet
    kept = [raw for ref, _, raw in present if ref not in inside]
    new = [prefixed(raw.decode(), sheet.prefix) for _, raw in wanted.values()]
    return _with_list(sheet, "hyperlinks", [*kept, *new], counted=False)


def _links(sheet: Worksheet) -> Iterator[tuple[str, str, bytes]]:
    if b"hyperlink" not in sheet.tail:
        return
    root, _ = sheet.after()
    listed = root.first("hyperlinks")
    data = sheet.root + sheet.tail
    for each in listed.all("hyperlink") if listed else ():
        ref = each.attributes.get("ref", "")
        place = _QUOTES.sub("", each.attributes.get("location", "")).removeprefix("#").casefold()
        yield ref, place, data[each.start : each.end]


def with_breaks(sheet: Worksheet, scratch: Worksheet) -> Worksheet:
    """The worksheet with the scratch sheet's page breaks between rows, and no others."""
    wanted = _breaks(scratch)
    if _breaks(sheet) == wanted:
        return sheet
    items = "".join(f'<brk id="{row}" max="16383" man="1"/>' for row in wanted)
    whole = f'<rowBreaks count="{len(wanted)}" manualBreakCount="{len(wanted)}">{items}</rowBreaks>'
    return with_tail_element(sheet, "rowBreaks", prefixed(whole, sheet.prefix) if wanted else b"")


def _breaks(sheet: Worksheet) -> list[str]:
    if b"rowBreaks" not in sheet.tail:
        return []
    root, _ = sheet.after()
    listed = root.first("rowBreaks")
    return [each.attributes.get("id", "") for each in (listed.all("brk") if listed else ())]


def _with_list(sheet: Worksheet, name: str, items: list[bytes], *, counted: bool) -> Worksheet:
    """The worksheet with these as all items of a list after the cells; an empty list goes."""
    count = f' count="{len(items)}"' if counted else ""
    opening, closing = prefixed(f"<{name}{count}>", sheet.prefix), prefixed(f"</{name}>", sheet.prefix)
    return with_tail_element(sheet, name, opening + b"".join(items) + closing if items else b"")


def with_tail_element(sheet: Worksheet, name: str, new: bytes) -> Worksheet:
    """The worksheet with an element after the cells put in, replaced, or (b'') taken away."""
    root, _ = sheet.after()
    return sheet.with_tail(*_replacing(sheet.root + sheet.tail, root, name, new))


def _replacing(data: bytes, root: Element, name: str, new: bytes) -> Iterator[Edit]:
    present = root.first(name)
    if present is not None:
        yield (present.start, present.end, new)
    elif new:
        earlier = ORDER[: ORDER.index(name)]
        ends = [each.end for each in root.children if each.name in earlier and each.space == root.space]
        yield inserted(data, root, max(ends, default=root.inner), new)


def with_frame(sheet: Worksheet, scratch: Worksheet, widths: tuple[float, ...]) -> Worksheet:
    """The worksheet with the scratch sheet's panes, widths and print set-up."""
    for position, width in enumerate(widths, start=1):
        sheet = with_width(sheet, position, width, hidden=False)
    before = scratch.before()
    for name in ("sheetPr", "sheetViews"):
        found = before.first(name)
        new = prefixed(scratch.head[found.start : found.end].decode(), sheet.prefix) if found else b""
        if new:
            new = new.replace(b' tabSelected="1"', b"")
            sheet = sheet.with_head(*_replacing(sheet.head, sheet.before(), name, new))
    after, _ = scratch.after()
    data = scratch.root + scratch.tail
    for name in _PAGE:
        found = after.first(name)
        new = prefixed(data[found.start : found.end].decode(), sheet.prefix) if found else b""
        sheet = with_tail_element(sheet, name, new)
    return sheet
