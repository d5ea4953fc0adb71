"""What stands in worksheets beside the cells and points at rows: element by element, unknown ones hold all."""

import re
from collections.abc import Callable, Iterator
from html import unescape

from sync.books.excel.coverage import Coverage, coverages
from sync.books.excel.formulas import parse_formula
from sync.books.excel.judging import Question
from sync.books.excel.markup import Element
from sync.books.excel.reasons import Block, Reason, above, everything
from sync.books.excel.references import LAST_ROW, area_of
from sync.books.excel.worksheet import Worksheet
from sync.snapshot import Area

Look = Callable[[Element, Question], Iterator[Block]]

_HARMLESS = frozenset({
    "dimension", "sheetFormatPr", "cols", "sheetCalcPr", "autoFilter", "sortState", "phoneticPr",
    "conditionalFormatting", "dataValidations", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    "customProperties", "ignoredErrors", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF",
    "picture", "tableParts",
})  # fmt: skip
"""What is shifted, what has no rows, and what is looked at in its own part."""
_FORMULAS = frozenset({"formula", "formula1", "formula2", "f"})
_POINTERS = ("linkedCell", "listFillRange", "fmlaLink", "fmlaRange", "fmlaGroup", "fmlaTxbx")
_CALM_EXTENSIONS = frozenset({"slicerList", "timelineRefs", "PLV"})
_SORTED = ("autoFilter", "sortState")
_FOREIGN = {"conditionalFormatting": Reason.RULE, "dataValidations": Reason.VALIDATION}
_COVERING = {"conditionalFormattings": Reason.RULE, "dataValidations": Reason.VALIDATION}


def element_blocks(sheet: Worksheet, question: Question) -> Iterator[Block]:
    """Blocks by the elements around the cells of the worksheet in question."""
    tail = sheet.after()[0]
    for element in (*sheet.before().children, *tail.children):
        if element.name in _LOOKS:
            yield from _LOOKS[element.name](element, question)
        elif element.name not in _HARMLESS or (
            element.name in _SORTED and any(inner.name == "extLst" for inner in element.descend())
        ):
            yield everything(Reason.UNKNOWN)
    for coverage in coverages(tail):
        if coverage.element.name != "ignoredError":
            yield from _covering(coverage, question)


def _covering(coverage: Coverage, question: Question) -> Iterator[Block]:
    kind = Reason.VALIDATION if coverage.element.name == "dataValidation" else Reason.RULE
    yield from question.coverage(coverage, kind)
    if coverage.element.attributes.get("pivot") in ("1", "true"):
        yield everything(Reason.PIVOT)
    last = max((area.last_row for area in coverage.areas), default=LAST_ROW)
    for element in coverage.element.descend():
        if element.name == "cfvo":
            yield from _threshold(element, question, last)


def _threshold(element: Element, question: Question, last: int) -> Iterator[Block]:
    """A limit of a colour scale or the like may be a formula; its rows are not shifted."""
    formula = parse_formula(element.attributes.get("val", ""))
    yield from question.formula(formula, Reason.RULE, True)
    if any(not mark.fixed for reference in formula.references for mark in reference.rows):
        yield above(last, Reason.RULE)


def _sheet_properties(element: Element, _: Question) -> Iterator[Block]:
    if "syncRef" in element.attributes:
        yield everything(Reason.VIEW)


def _views(element: Element, _: Question) -> Iterator[Block]:
    for view in element.children:
        top = _row_of(view.attributes.get("topLeftCell", "A1"))
        for part in view.children:
            if part.name == "pane" and part.attributes.get("state", "split").startswith("frozen"):
                frozen = float(part.attributes.get("ySplit", "0") or 0)
                yield above(top + int(frozen) - 1 if frozen else 0, Reason.FROZEN)
            elif part.name not in ("pane", "selection"):
                yield everything(Reason.PIVOT if part.name == "pivotSelection" else Reason.UNKNOWN)
        if any(part.name == "extLst" for part in view.children):
            yield everything(Reason.UNKNOWN)


def _row_of(reference: str) -> int:
    try:
        return area_of(reference).first_row
    except ValueError:
        return LAST_ROW


def _protection(element: Element, _: Question) -> Iterator[Block]:
    given = element.attributes
    if given.get("sheet") in ("1", "true") and given.get("deleteRows", "1") in ("1", "true"):
        yield everything(Reason.PROTECTED)


def _reach(area: Area, reason: Reason) -> Block:
    """An area down to the last row need not be shifted for rows inside it."""
    return above(area.first_row - 1 if area.last_row == LAST_ROW else area.last_row, reason)


def _protected_ranges(element: Element, _: Question) -> Iterator[Block]:
    for each in element.children:
        for reference in each.attributes.get("sqref", "A:A").split():
            yield _reach(area_of(reference), Reason.PROTECTED)


def _scenarios(element: Element, _: Question) -> Iterator[Block]:
    for each in element.descend():
        if each.name == "inputCells":
            yield above(_row_of(each.attributes.get("r", "")), Reason.SCENARIO)
        for reference in each.attributes.get("sqref", "").split():
            yield above(area_of(reference).last_row, Reason.SCENARIO)


def _consolidation(element: Element, question: Question) -> Iterator[Block]:
    for each in element.descend():
        if each.name == "dataRef":
            yield from _consolidated(each, question)


def _consolidated(element: Element, question: Question) -> Iterator[Block]:
    tab = element.attributes.get("sheet", "").casefold()
    if tab in ("", question.sheet):
        reference = element.attributes.get("ref", "")
        yield above(area_of(reference).last_row if reference else LAST_ROW, Reason.SCENARIO)


def _custom_views(_: Element, __: Question) -> Iterator[Block]:
    yield everything(Reason.VIEW)


def _merged(element: Element, _: Question) -> Iterator[Block]:
    for each in element.children:
        area = area_of(each.attributes.get("ref", ""))
        if area.first_row < area.last_row:
            yield Block(area.first_row, area.last_row, Reason.MERGED)


def _hyperlinks(element: Element, question: Question) -> Iterator[Block]:
    for each in element.children:
        yield from question.link(each.attributes.get("location", ""), True)


def _row_breaks(element: Element, _: Question) -> Iterator[Block]:
    for each in element.all("brk"):
        yield above(int(each.attributes.get("id", LAST_ROW)), Reason.BREAK)


def _column_breaks(element: Element, _: Question) -> Iterator[Block]:
    for each in element.all("brk"):
        last = int(each.attributes.get("max", "0"))
        if last and last < LAST_ROW - 1:
            yield above(last + 1, Reason.BREAK)


def _watches(element: Element, _: Question) -> Iterator[Block]:
    for each in element.children:
        yield above(_row_of(each.attributes.get("r", "")), Reason.WATCH)


def _controls(element: Element, question: Question) -> Iterator[Block]:
    """Form controls and embedded objects: their anchors count rows from 0."""
    ends = [
        int(each.text)
        for each in element.descend()
        if each.name == "row" and each.text.strip().lstrip("-").isdecimal()
    ]
    yield above(max(ends) + 1, Reason.CONTROL) if ends else everything(Reason.CONTROL)
    yield from _pointers(element, question, True)


def _pointers(element: Element, question: Question, at_home: bool) -> Iterator[Block]:
    for each in element.descend():
        for name in _POINTERS:
            if name in each.attributes:
                formula = parse_formula(each.attributes[name])
                yield from question.formula(formula, Reason.CONTROL, at_home)


def _alternatives(element: Element, question: Question) -> Iterator[Block]:
    """Content for newer programs: only controls and objects are known to stand in it."""
    known = {"Choice", "Fallback", "controls", "oleObjects"}
    inner = [child for part in element.children for child in part.children]
    if {child.name for child in inner} <= known:
        yield from _controls(element, question)
    else:
        yield everything(Reason.UNKNOWN)


def _extensions(element: Element, question: Question) -> Iterator[Block]:
    for extension in element.children:
        for content in extension.children:
            if content.name == "sparklineGroups":
                yield from _sparklines(content, question, True)
            elif content.name not in _COVERING and content.name not in _CALM_EXTENSIONS:
                yield everything(Reason.UNKNOWN)


def _sparklines(element: Element, question: Question, at_home: bool) -> Iterator[Block]:
    for each in element.descend():
        if each.name == "f":
            yield from question.formula(parse_formula(each.text), Reason.SPARKLINE, at_home)
        elif each.name == "sqref" and at_home:
            for reference in each.text.split():
                yield above(area_of(reference).last_row, Reason.SPARKLINE)


_LOOKS: dict[str, Look] = {
    "sheetPr": _sheet_properties,
    "sheetViews": _views,
    "sheetProtection": _protection,
    "protectedRanges": _protected_ranges,
    "scenarios": _scenarios,
    "dataConsolidate": _consolidation,
    "customSheetViews": _custom_views,
    "mergeCells": _merged,
    "hyperlinks": _hyperlinks,
    "rowBreaks": _row_breaks,
    "colBreaks": _column_breaks,
    "cellWatches": _watches,
    "oleObjects": _controls,
    "controls": _controls,
    "AlternateContent": _alternatives,
    "extLst": _extensions,
}


def other_sheet_blocks(sheet: Worksheet, question: Question) -> Iterator[Block]:
    """Blocks by anything on another worksheet that leads to the one in question."""
    pattern = re.compile(rb"<%sf(?:\s[^>]*)?>([^<]*)</" % re.escape(sheet.prefix.encode()))
    if b"<![CDATA[" in sheet.body:
        yield everything(Reason.UNKNOWN)
    for text in set(pattern.findall(sheet.view)):
        yield from question.formula(parse_formula(unescape(text.decode())), Reason.FORMULA)
    for child in sheet.after()[0].children:
        reason = _FOREIGN.get(child.name, Reason.SPARKLINE)
        for each in child.descend():
            yield from _foreign(each, question, reason)
        yield from _pointers(child, question, False)


def _foreign(element: Element, question: Question, reason: Reason) -> Iterator[Block]:
    if element.name in _FORMULAS and element.text.strip():
        yield from question.formula(parse_formula(element.text), reason)
    elif element.name == "cfvo":
        yield from question.formula(parse_formula(element.attributes.get("val", "")), Reason.RULE)
    elif element.name == "hyperlink":
        yield from question.link(element.attributes.get("location", ""), False)
    elif element.name == "dataRef":
        yield from _consolidated(element, question)
    elif element.name == "ext" and not _known_extension(element):
        texts = (part.text + " ".join(part.attributes.values()) for part in element.descend())
        if question.sheet in "".join(texts).casefold():
            yield everything(Reason.UNKNOWN)


def _known_extension(element: Element) -> bool:
    known = {*_COVERING, *_CALM_EXTENSIONS, "sparklineGroups"}
    return all(content.name in known or content.name in _FORMULAS for content in element.children)
