"""The workbook part: its worksheets by name, its date system, its names and how it calculates."""

from dataclasses import dataclass

from sync.books.excel.markup import (
    Edit,
    Element,
    escaped,
    inserted,
    located,
    prefix_of,
    prefixed,
    splice,
    utf8,
    with_attribute,
)
from sync.books.excel.package import Package, folded
from sync.books.excel.references import area_of, cell_name
from sync.books.excel.refusal import RefusalError
from sync.books.excel.relationships import Relationship, content_type, relationships
from sync.snapshot import Area

_BEFORE_CALC = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets",
    "functionGroups", "externalReferences", "definedNames",
)  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """One worksheet: its name, its part, and its place among all sheets from 0 (charts and macros count)."""

    name: str
    part: str
    index: int


@dataclass(frozen=True)
class Workbook:
    """The workbook part, its relationships, its worksheets and whether dates count from 1904."""

    part: str
    data: bytes
    links: tuple[Relationship, ...]
    sheets: tuple[Sheet, ...]
    date1904: bool

    def target(self, kind: str) -> str:
        """The part of that kind that the workbook leads to (styles, calcChain …), '' when there is none."""
        return next((link.target for link in self.links if link.kind == kind and not link.external), "")

    def sheet(self, name: str) -> Sheet:
        """The worksheet of that name. Raises RefusalError if there is none."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise RefusalError("has no worksheet named {tab!r}; run the pass again", tab=name)


def read_workbook(package: Package) -> Workbook:
    """Find the workbook part and its worksheets.

    Raises RefusalError when the package holds none, or is in Excel's binary format.
    """
    starts = [link.target for link in relationships(package, "") if link.kind == "officeDocument"]
    part = next((target for target in starts if package.has(target)), "")
    if not part:
        raise RefusalError("holds no workbook; name an .xlsx file")
    if "binary" in content_type(package, part):
        raise RefusalError("is in Excel's binary format (.xlsb); save it as .xlsx")
    data = utf8(package.part(part))
    root = located(data)
    if root.name != "workbook":
        raise RefusalError("is an Office file but no workbook; name an .xlsx file")
    links = relationships(package, part)
    sheets = _sheets(root, links, package)
    if not sheets:
        raise RefusalError("has no worksheet; add one in Excel")
    properties = root.first("workbookPr")
    flag = properties.attributes.get("date1904", "") if properties else ""
    return Workbook(part, data, links, sheets, flag in ("1", "true", "on"))


def _sheets(root: Element, links: tuple[Relationship, ...], package: Package) -> tuple[Sheet, ...]:
    targets = {link.id: link for link in links}
    listed = root.first("sheets")
    found: list[Sheet] = []
    for index, element in enumerate(listed.all("sheet") if listed else ()):
        link = targets.get(_relationship_id(element))
        if link and link.kind == "worksheet":
            if not package.has(link.target):
                raise RefusalError(
                    "lacks its part {part}; open it in Excel and save it anew", part=link.target[:80]
                )
            found.append(Sheet(element.attributes.get("name", ""), link.target, index))
    if len({folded(sheet.part) for sheet in found}) < len(found):
        raise RefusalError("lists one worksheet twice; save it anew in Excel")
    return tuple(found)


def _relationship_id(element: Element) -> str:
    return next((value for key, value in element.attributes.items() if key.endswith("relationships id")), "")


def recalculating(data: bytes) -> bytes:
    """The workbook part with "calculate everything on opening" set."""
    root = located(data)
    calc = root.first("calcPr")
    if calc is None:
        before = [child.end for child in root.children if child.name in _BEFORE_CALC]
        fragment = prefixed('<calcPr fullCalcOnLoad="1"/>', prefix_of(data, root))
        return splice(data, [inserted(data, root, max(before, default=root.inner), fragment)])
    if calc.attributes.get("fullCalcOnLoad") in ("1", "true"):
        return data
    tag = with_attribute(data[calc.start : calc.inner], "fullCalcOnLoad", "1")
    return splice(data, [(calc.start, calc.inner, tag)])


def with_filter_name(data: bytes, sheet: Sheet, old: Area, new: Area) -> bytes:
    """The workbook part with the hidden name of a sheet's filter range widened, when it named the old one."""
    names = located(data).first("definedNames")
    edits: list[Edit] = []
    for name in names.all("definedName") if names else ():
        if name.attributes.get("name", "").casefold() != "_xlnm._filterdatabase":
            continue
        tab, mark, reference = name.text.rpartition("!")
        if name.attributes.get("localSheetId") == str(sheet.index) and _means(reference, old):
            edits.append((name.inner, name.close, escaped(tab + mark + _absolute(new)).encode()))
    return splice(data, edits)


def _means(reference: str, area: Area) -> bool:
    try:
        return area_of(reference) == area
    except ValueError:
        return False


def _absolute(area: Area) -> str:
    corners = (area[0], area[1]), (area[2], area[3])
    names = [cell_name(row, column) for row, column in corners]
    return ":".join(
        f"${name.rstrip('0123456789')}${name.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}" for name in names
    )
