"""Parts beside the worksheets that may point at rows: charts, drawings, comments, pivots; an allow-list."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote
from xml.parsers.expat import ExpatError

from sync.books.excel.formulas import parse_formula
from sync.books.excel.judging import Question
from sync.books.excel.markup import Element, located, utf8
from sync.books.excel.package import Package, folded
from sync.books.excel.reasons import Block, Reason, above, everything
from sync.books.excel.references import LAST_ROW, area_of
from sync.books.excel.refusal import RefusalError
from sync.books.excel.relationships import relationships
from sync.books.excel.workbook import Sheet

Look = Callable[[Element, Question, bool], Iterator[Block]]

_TYPES = "[Content_Types].xml"
_HARMLESS = re.compile(
    r"""image/.*|audio/.*|video/.*|.*(
      relationships\+xml|[-.]properties\+xml|core-properties\+xml|\.theme\+xml|themeOverride\+xml|\.styles\+xml
    | sharedStrings\+xml|calcChain\+xml|sheetMetadata\+xml|printerSettings|customXmlProperties\+xml|person\+xml
    | rdrichvalue.*\+xml|richvalue.*\+xml|rdarray\+xml|rdsupportingpropertybag.*\+xml|richstyles\+xml
    | chartstyle\+xml|chartcolorstyle\+xml|diagram\w+\+xml|pivotCacheRecords\+xml|externalLink\+xml
    | connections\+xml|slicer\+xml|slicerCache\+xml|timeline\+xml|timelineCache\+xml|queryTable\+xml
    | cellimage\+xml|classificationlabels\+xml|featurepropertybag\+xml|\.table\+xml|worksheet\+xml|\.main\+xml|oleObject|thumbnail
    | officedocument\.(?:spreadsheetml\.sheet|wordprocessingml\.document|presentationml\.presentation)
    | msword|vnd\.ms-excel|vnd\.ms-powerpoint|customProperty|customproperty|chartsheet\+xml|octet-stream|x-font.*
    | custom-properties\+xml|extended-properties\+xml|digital-signature.*|userNames\+xml
    )""",
    re.VERBOSE | re.IGNORECASE,
)
"""Content types of parts that hold no place in a worksheet, or that are looked at elsewhere."""
_GENERIC = frozenset({"application/xml", "text/xml", ""})
_ROOTS = {
    "chartSpace": "drawingml.chart+xml", "wsDr": ".drawing+xml", "userShapes": "chartshapes+xml",
    "comments": ".comments+xml", "ThreadedComments": "threadedcomments+xml",
    "pivotCacheDefinition": "pivotCacheDefinition+xml", "pivotTableDefinition": "pivotTable+xml",
    "formControlPr": "controlproperties+xml", "singleXmlCells": "tableSingleCells+xml",
} | dict.fromkeys((
    "worksheet", "workbook", "styleSheet", "sst", "theme", "themeOverride", "calcChain", "metadata", "table",
    "MapInfo", "Relationships", "personList", "chartsheet", "chartStyle", "colorStyle", "externalLink",
    "connections", "pivotCacheRecords", "cellImages", "Properties", "coreProperties",
), "image/none")  # fmt: skip
_SHEET_LINKS = frozenset({
    "drawing", "comments", "threadedComment", "vmlDrawing", "legacyDrawing", "table", "pivotTable", "ctrlProp",
    "control", "oleObject", "package", "image", "printerSettings", "hyperlink", "slicer", "timeline",
    "customProperty", "externalLink", "legacyDrawingHF",
})  # fmt: skip
_NUMBERS = re.compile(r"-?[0-9]+")
_CLIENT = re.compile(rb"<[\w:]*ClientData\b(.*?)</[\w:]*ClientData\s*>", re.DOTALL)
_KIND = re.compile(rb"""ObjectType\s*=\s*["'](\w+)""")
_ROW = re.compile(rb"<[\w:]*Row\b[^>]*>\s*([0-9]+)\s*<")
_ANCHOR = re.compile(rb"<[\w:]*Anchor\b[^>]*>([^<]*)<")
_VML_FORMULA = re.compile(rb"<[\w:]*Fmla(?:Link|Range|Group|Txbx|Pict)\b[^>]*>([^<]*)<")
_SHOWN = re.compile(rb"<[\w:]*Visible\b")


def parts_blocks(package: Package, sheet: Sheet, question: Question) -> Iterator[Block]:
    """Blocks by all parts of the package but worksheets and tables."""
    own: set[str] = set()
    for link in relationships(package, sheet.part):
        if link.kind not in _SHEET_LINKS:
            yield everything(Reason.QUERY if link.kind == "queryTable" else Reason.UNKNOWN)
        if not link.external:
            own.add(folded(link.target))
    types = _content_types(package)
    for name in package.entries:
        if not name.endswith("/") and name != folded(_TYPES):
            yield from _part(
                package,
                name,
                types.get(name) or types.get("." + name.rpartition(".")[2], ""),
                question,
                name in own,
            )
        if name.endswith(".rels"):
            yield from _outward_links(package, name, question)


def _content_types(package: Package) -> dict[str, str]:
    """Content types by folded part name, and by extension with a dot before it."""
    found: dict[str, str] = {}
    for child in located(utf8(package.part(_TYPES))).children:
        kind = child.attributes.get("ContentType", "")
        if child.name == "Override":
            found[folded(child.attributes.get("PartName", ""))] = kind
        else:
            found["." + child.attributes.get("Extension", "").casefold()] = kind
    return found


def _part(package: Package, name: str, kind: str, question: Question, own: bool) -> Iterator[Block]:
    if kind in _GENERIC and not name.endswith(".rels"):
        kind = _kind_by_root(package, name)
    if "vmldrawing" in kind.casefold():
        yield from _vml(package.part(name), question, own)
        return
    for pattern, look in _LOOKS:
        if pattern.search(kind):
            try:
                yield from look(located(utf8(package.part(name))), question, own)
            except (ExpatError, RefusalError, ValueError):
                yield everything(Reason.UNKNOWN)
            return
    if re.search(r"vbaProject|activeX|macrosheet|dialogsheet|attachedToolbars", kind, re.IGNORECASE):
        yield everything(Reason.MACRO)
    elif not _HARMLESS.fullmatch(kind) and not name.endswith(".rels"):
        yield everything(Reason.UNKNOWN)


def _kind_by_root(package: Package, name: str) -> str:
    """What stands for the content type of a part that has only a general one, told by its root element."""
    if name.startswith(("customxml/", "docprops/", "docmetadata/")):
        return "image/none"
    try:
        return _ROOTS.get(located(utf8(package.part(name))).name, "")
    except (ExpatError, RefusalError, ValueError):
        return ""


def _outward_links(package: Package, name: str, question: Question) -> Iterator[Block]:
    """Hyperlinks whose target is a place in this very workbook."""
    for child in located(utf8(package.part(name))).children:
        target = child.attributes.get("Target", "")
        if target.startswith("#") and child.attributes.get("Type", "").endswith("hyperlink"):
            yield from question.formula(parse_formula(unquote(target[1:])), Reason.LINK)


def _chart(root: Element, question: Question, _: bool) -> Iterator[Block]:
    for element in root.descend():
        if element.name in ("f", "formula"):
            yield from question.formula(parse_formula(element.text), Reason.CHART)


def _drawing(root: Element, question: Question, own: bool) -> Iterator[Block]:
    """Anchors count rows from 0; a text box may show a cell."""
    for anchor in root.children:
        ends = [each for each in anchor.children if each.name in ("from", "to")]
        rows = [part.text for each in ends for part in each.children if part.name == "row"]
        if own and anchor.name == "AlternateContent":
            rows = [part.text for part in anchor.descend() if part.name == "row"]
            yield above(max(map(int, rows)) + 1, Reason.DRAWING) if rows else everything(Reason.DRAWING)
        elif own and anchor.name in ("twoCellAnchor", "oneCellAnchor"):
            yield above(max(map(int, rows)) + 1, Reason.DRAWING) if rows else everything(Reason.DRAWING)
        elif own and anchor.name != "absoluteAnchor":
            yield everything(Reason.UNKNOWN)
    for element in root.descend():
        shown = element.attributes.get("textlink", "")
        if shown:
            yield from question.formula(parse_formula(shown), Reason.DRAWING, own)


def _comments(root: Element, _: Question, own: bool) -> Iterator[Block]:
    for element in root.descend() if own else ():
        if element.name in ("comment", "threadedComment"):
            yield above(area_of(element.attributes.get("ref", "")).last_row, Reason.COMMENT)


def _pivot_cache(root: Element, question: Question, _: bool) -> Iterator[Block]:
    for element in root.descend():
        if element.name not in ("worksheetSource", "rangeSet"):
            continue
        given = element.attributes
        if any(key.endswith("relationships id") for key in given):
            continue  # of another workbook
        if given.get("sheet", "").casefold() == question.sheet and given.get("ref"):
            yield above(area_of(given["ref"]).last_row, Reason.PIVOT)
        elif given.get("name", "").casefold() in question.tables:
            yield above(question.tables[given["name"].casefold()].area.last_row, Reason.PIVOT)
        elif not given.get("sheet") and not given.get("name"):
            yield everything(Reason.PIVOT)


def _pivot_table(root: Element, _: Question, own: bool) -> Iterator[Block]:
    for element in root.descend():
        if own and element.name == "location":
            yield above(area_of(element.attributes.get("ref", "")).last_row, Reason.PIVOT)


def _control(root: Element, question: Question, _: bool) -> Iterator[Block]:
    for name, value in root.attributes.items():
        if name.startswith("fmla") and name != "fmlaMacro":
            yield from question.formula(parse_formula(value), Reason.CONTROL, True)


def _single_cells(_: Element, __: Question, own: bool) -> Iterator[Block]:
    if own:
        yield everything(Reason.QUERY)


_LOOKS: tuple[tuple[re.Pattern[str], Look], ...] = (
    (re.compile(r"drawingml\.chart\+xml|chartex\+xml"), _chart),
    (re.compile(r"\.drawing\+xml|chartshapes\+xml"), _drawing),
    (re.compile(r"\.comments\+xml|threadedcomments\+xml", re.IGNORECASE), _comments),
    (re.compile(r"pivotCacheDefinition\+xml"), _pivot_cache),
    (re.compile(r"pivotTable\+xml"), _pivot_table),
    (re.compile(r"controlproperties\+xml"), _control),
    (re.compile(r"tableSingleCells\+xml"), _single_cells),
)


def _vml(data: bytes, question: Question, own: bool) -> Iterator[Block]:
    """Notes' boxes and form controls; VML is not always well-formed, so its text is searched."""
    for client in _CLIENT.finditer(data):
        kind = _KIND.search(client[0])
        for formula in _VML_FORMULA.findall(client[1]):
            text = formula.decode("utf-8", "replace").strip()
            yield from question.formula(parse_formula(text), Reason.CONTROL, own)
        if not own:
            continue
        note = kind is not None and kind[1] == b"Note"
        if note and (row := _ROW.search(client[1])):
            yield above(int(row[1]) + 1, Reason.COMMENT)
        if not note or _SHOWN.search(client[1]):
            anchor = _ANCHOR.search(client[1])
            numbers = (
                [int(n) for n in _NUMBERS.findall(anchor[1].decode("ascii", "replace"))] if anchor else []
            )
            reason = Reason.COMMENT if note else Reason.CONTROL
            # column, offset, row, offset of one corner and then of the other, counted from 0
            yield above(numbers[6] + 1 if len(numbers) == 8 else LAST_ROW, reason)
