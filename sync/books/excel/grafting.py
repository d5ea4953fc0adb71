"""A sheet of another workbook put into this one, last: its part, what belongs to it, its styles and names."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sync.books.excel.adopting import StyleMap
from sync.books.excel.cells import cells, rows
from sync.books.excel.marks import with_name
from sync.books.excel.markup import (
    Edit,
    Element,
    escaped,
    located,
    prefix_of,
    prefixed,
    splice,
    tag_end,
    utf8,
    with_attribute,
)
from sync.books.excel.package import Package
from sync.books.excel.parts import Parts
from sync.books.excel.reading import read_styles
from sync.books.excel.refusal import RefusalError
from sync.books.excel.relationships import content_type, rels_name, resolved
from sync.books.excel.strings import SharedStrings
from sync.books.excel.styles import Stylesheet
from sync.books.excel.workbook import Sheet, Workbook, read_workbook
from sync.books.excel.worksheet import Worksheet, parse_worksheet
from sync.tab_names import is_legal

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLE = re.compile(rb'\ss="([0-9]+)"')
_SHARED = re.compile(rb'\st="s"')
_PLAIN_CELL = re.compile(
    rb'<c r=("[A-Z]+[0-9]+")(?: s="([0-9]+)")?(?: t="s"><v>([0-9]+)</v></c>|(?= t="[^s]|/?>))'
)
_STYLED_ROW = re.compile(rb'<row [^>]*\ss="')
_INDEX = re.compile(rb"<v>([0-9]+)</v>")
_PRINTED = ("_xlnm.print_titles", "_xlnm.print_area", "_xlnm._filterdatabase")


@dataclass(frozen=True)
class Scratch:
    """A workbook made in memory, of which sheets are taken."""

    package: Package
    workbook: Workbook
    styles: Stylesheet
    strings: SharedStrings

    @cached_property
    def root(self) -> Element:
        """Its workbook part, parsed once for all of its sheets."""
        return located(self.workbook.data)


def open_scratch(package: Package) -> Scratch:
    """A workbook that openpyxl or XlsxWriter has just made."""
    workbook = read_workbook(package)
    styles = read_styles(package, workbook)
    if styles is None:
        raise RefusalError("has no styles part, so that nothing can be formatted; save it anew in Excel")
    return Scratch(package, workbook, styles, SharedStrings(package, workbook))


def check_graftable(workbook: bytes, styles: Stylesheet) -> None:
    """Raise RefusalError when no sheet of ours can be put into the workbook."""
    root = located(workbook)
    if root.space != MAIN or not styles.is_of(MAIN):
        raise RefusalError(
            "is in the strict Open XML format, into which no tab can be put; save it as a usual .xlsx in Excel"
        )
    protection = root.first("workbookProtection")
    if protection and protection.attributes.get("lockStructure") in ("1", "true", "on"):
        raise RefusalError(
            "is protected against new worksheets; unprotect its structure in Excel (Review, Protect Workbook)"
        )


def check_name(name: str, taken: Mapping[str, str]) -> None:
    """Raise RefusalError when no worksheet can have the name, or another sheet has it."""
    if not is_legal(name):
        raise RefusalError("cannot have a worksheet named {tab!r}; choose another name", tab=name)
    if name.casefold() in taken:
        raise RefusalError(
            "has a sheet {tab!r} that closeloop has not made, where it would put its own; rename yours",
            tab=taken[name.casefold()],
        )


def sheet_names(workbook: bytes) -> dict[str, str]:
    """The names of all sheets, charts and macros included, by folded name."""
    listed = located(workbook).first("sheets")
    names = [each.attributes.get("name", "") for each in listed.all("sheet")] if listed else []
    return {name.casefold(): name for name in names}


def graft(parts: Parts, workbook: Workbook, data: bytes, scratch: Scratch, sheet: Sheet,
          styles: StyleMap) -> tuple[Sheet, bytes]:  # fmt: skip
    """Put a sheet of the scratch workbook into the package; gives it there, and the new workbook part.

    ``data`` is the workbook part as it is by now.
    """
    check_name(sheet.name, sheet_names(data))
    folder = posixpath.dirname(workbook.part)
    part = parse_worksheet(scratch.package.part(sheet.part))
    new = _standalone(dressed(part, scratch, styles)).data
    name = parts.add(posixpath.join(folder, "worksheets/sheet1.xml"), new, _WORKSHEET)
    _copy_links(parts, scratch.package, sheet.part, name, folder)
    link = parts.link(workbook.part, f"{OFFICE}/worksheet", name)
    grafted = Sheet(sheet.name, name, len(sheet_names(data)))
    return grafted, _listed(data, grafted, link, _local_names(scratch.root, sheet))


def dressed(sheet: Worksheet, scratch: Scratch, styles: StyleMap) -> Worksheet:
    """A scratch sheet with the target's styles, and texts that stand in their cells."""
    head = sheet.before()
    columns = head.first("cols")
    changed = [
        (each.start, each.end, _with_style(sheet.head[each.start : each.end], "style", styles))
        for each in (columns.all("col") if columns else ())
    ]
    return sheet.with_body(_dressed_body(sheet, scratch, styles)).with_head(*changed)


def _dressed_body(sheet: Worksheet, scratch: Scratch, styles: StyleMap) -> bytes:
    def dress(cell: re.Match[bytes]) -> bytes:
        place, style, index = cell.groups()
        number = styles.index(int(style)) if style else 0
        shown = b' s="%d"' % number if number else b""
        if index is None:
            return b"<c r=%b%b" % (place, shown)
        text = scratch.strings.inside(int(index)).encode()
        return b'<c r=%b%b t="inlineStr"><is>%b</is></c>' % (place, shown, text)

    if not sheet.prefix and not _STYLED_ROW.search(sheet.body):
        body, count = _PLAIN_CELL.subn(dress, sheet.body)
        if count == sheet.body.count(b"<c "):  # as XlsxWriter writes all of them
            return body
    edits: list[Edit] = []
    for row in rows(sheet):
        edits += _restyled(sheet.body, row.start, row.inner, styles)
        for cell in cells(sheet, row):
            raw = sheet.body[cell.start : cell.end]
            edits.append((cell.start, cell.end, dressed_cell(raw, scratch, styles)))
    return splice(sheet.body, edits)


def dressed_cell(raw: bytes, scratch: Scratch, styles: StyleMap) -> bytes:
    """One cell of a scratch sheet for the target."""
    inner = tag_end(raw, 0)
    tag, rest = _with_style(raw[:inner], "s", styles), raw[inner:]
    if not _SHARED.search(tag):
        return tag + rest
    shared = _INDEX.search(rest)
    inside = scratch.strings.inside(int(shared[1])) if shared else "<t/>"
    return with_attribute(tag, "t", "inlineStr") + f"<is>{inside}</is></c>".encode()


def _restyled(data: bytes, start: int, end: int, styles: StyleMap) -> Iterator[Edit]:
    tag = data[start:end]
    if _STYLE.search(tag):
        yield (start, end, _with_style(tag, "s", styles))


def _with_style(tag: bytes, name: str, styles: StyleMap) -> bytes:
    given = re.search(rb'\s%s="([0-9]+)"' % name.encode(), tag)
    if not given:
        return tag
    style = styles.index(int(given[1]))
    return with_attribute(tag, name, str(style) if style else None)


def _standalone(sheet: Worksheet) -> Worksheet:
    """The sheet not selected: two selected tabs would take every edit together."""
    views = sheet.before().first("sheetViews")
    edits: list[Edit] = [
        (each.start, each.inner, with_attribute(sheet.head[each.start : each.inner], "tabSelected", None))
        for each in (views.all("sheetView") if views else ())
    ]
    return sheet.with_head(*edits)


def copy_part(parts: Parts, source: Package, part: str, folder: str) -> str:
    """Copy a part of the scratch package with all that it leads to; gives its name here."""
    like = posixpath.join(folder, posixpath.relpath(part, "xl"))
    name = parts.add(like, source.part(part), content_type(source, part))
    _copy_links(parts, source, part, name, folder)
    return name


def _copy_links(parts: Parts, source: Package, part: str, name: str, folder: str) -> None:
    """Copy what a part leads to, and what that leads to, under free names."""
    if not source.has(rels_name(part)):
        return
    data = utf8(source.part(rels_name(part)))
    edits: list[Edit] = []
    for each in located(data).all("Relationship"):
        if each.attributes.get("TargetMode", "").lower() == "external":
            continue
        new = copy_part(parts, source, resolved(part, each.attributes.get("Target", "")), folder)
        tag = data[each.start : each.inner]
        edits.append((each.start, each.inner, with_attribute(tag, "Target", f"/{new}")))
    parts.set_links(name, splice(data, edits))


def _local_names(workbook: Element, sheet: Sheet) -> list[tuple[str, bool, str]]:
    """Name, whether hidden, and text of what a sheet calls its print titles, print area and filter."""
    names = workbook.first("definedNames")
    found = (
        each.attributes | {"text": each.text}
        for each in (names.all("definedName") if names else ())
        if each.attributes.get("localSheetId") == str(sheet.index)
    )
    return [
        (each["name"], each.get("hidden") == "1", each["text"])
        for each in found
        if each["name"].casefold() in _PRINTED
    ]


def _listed(data: bytes, sheet: Sheet, link: str, names: list[tuple[str, bool, str]]) -> bytes:
    """The workbook part with the sheet as its last, and the names that belong to it."""
    root = located(data)
    listed = root.first("sheets")
    if listed is None:
        raise RefusalError("has no worksheet; add one in Excel")
    ids = [each.attributes.get("sheetId", "") for each in listed.all("sheet")]
    identity = max((int(each) for each in ids if each.isdecimal()), default=0) + 1
    prefix, declared = _office_prefix(data, root)
    element = prefixed("<sheet", prefix_of(data, listed)).decode()
    new = f'{element}{declared} name="{escaped(sheet.name)}" sheetId="{identity}" {prefix}:id="{escaped(link)}"/>'
    data = splice(data, [(listed.close, listed.close, new.encode())])
    for name, hidden, text in names:
        shown = ' hidden="1"' if hidden else ""
        made = f'<definedName name="{name}" localSheetId="{sheet.index}"{shown}>{escaped(text)}</definedName>'
        data = with_name(data, made)
    return data


def _office_prefix(data: bytes, root: Element) -> tuple[str, str]:
    """The prefix of relationships that the workbook part declares, or one with its declaration."""
    tag = data[root.start : root.inner].decode()
    match = re.search(rf"""\sxmlns:([\w.-]+)\s*=\s*["']{re.escape(OFFICE)}["']""", tag)
    return (match[1], "") if match else ("r", f' xmlns:r="{OFFICE}"')
