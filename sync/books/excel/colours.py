"""Conditional formats of ours: recognised by a marker in their formula, always as a whole set."""

import re
from itertools import combinations
from typing import NamedTuple

from sync.books.excel.markup import Edit, Element, escaped, inserted, prefixed
from sync.books.excel.references import area_name, area_of, bounding, overlap, size
from sync.books.excel.styles import Stylesheet
from sync.books.excel.worksheet import Worksheet
from sync.snapshot import Area, ColourRule

MARKER = 'N("closeloop")=0'
_MARKED = re.compile(r'\s*AND\(\s*N\("closeloop"\)\s*=\s*0\s*,(.*)\)\s*', re.DOTALL | re.IGNORECASE)
_OURS = re.compile(r'N\("closeloop"\)\s*=\s*0', re.IGNORECASE)
_BEFORE = (
    "sheetCalcPr", "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
    "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
)  # fmt: skip
_MANY_RANGES = 200


class _Found(NamedTuple):
    priority: int
    rule: ColourRule


def read_colours(sheet: Worksheet, styles: Stylesheet | None) -> tuple[ColourRule, ...]:
    """Our rules by priority; one per range when edits have torn a rule's area apart."""
    if b"closeloop" not in sheet.tail:
        return ()
    found: list[_Found] = []
    for format_, rule in _rules(sheet.after()[0]):
        if _is_ours(rule):
            formula = _formula(rule)
            inner = _MARKED.fullmatch(formula)
            fill, ink = styles.dxf_colours(_number(rule, "dxfId", -1)) if styles else ("", "")
            shown = inner[1] if inner else formula
            areas = _areas(format_.attributes.get("sqref", ""))
            priority = _number(rule, "priority", 0)
            found += [_Found(priority, ColourRule(area, shown, fill, ink)) for area in areas]
    return tuple(entry.rule for entry in sorted(found, key=lambda entry: entry.priority))


def with_colours(sheet: Worksheet, rules: tuple[ColourRule, ...], styles: Stylesheet) -> Worksheet:
    """The worksheet with these as our only conditional formats, after those of people.

    ``styles`` is given the formats that it lacks. Nothing changes when they stand already.
    """
    if read_colours(sheet, styles) == tuple(_as_read(rule) for rule in rules):
        return sheet
    if b"closeloop" in sheet.tail:
        sheet = sheet.with_tail(*_removals(sheet.after()[0]))
    if not rules:
        return sheet
    root, _ = sheet.after()
    priorities = [_number(rule, "priority", 0) for _, rule in _rules(root)]
    before = [child.end for child in root.children if child.name in _BEFORE and child.space == root.space]
    new = _written(rules, max(priorities, default=0) + 1, sheet.prefix, styles)
    place = max(before, default=root.inner)
    return sheet.with_tail(inserted(sheet.root + sheet.tail, root, place, new))


def _as_read(rule: ColourRule) -> ColourRule:
    return rule._replace(fill=rule.fill.upper(), ink=rule.ink.upper())


def _written(rules: tuple[ColourRule, ...], priority: int, prefix: str, styles: Stylesheet) -> bytes:
    by_area: dict[Area, list[str]] = {}
    for number, rule in enumerate(rules, priority):
        formula = escaped(f"AND({MARKER},{rule.formula})").replace("&quot;", '"')
        by_area.setdefault(rule.area, []).append(
            f'<cfRule type="expression" dxfId="{styles.dxf(rule.fill, rule.ink)}" priority="{number}">'
            f"<formula>{formula}</formula></cfRule>"
        )
    return b"".join(
        prefixed(
            f'<conditionalFormatting sqref="{area_name(area)}">{"".join(made)}</conditionalFormatting>',
            prefix,
        )
        for area, made in by_area.items()
    )


def _removals(root: Element) -> list[Edit]:
    edits: list[Edit] = []
    for format_ in root.all("conditionalFormatting"):
        rules = format_.all("cfRule")
        ours = [rule for rule in rules if _is_ours(rule)]
        if ours and len(ours) == len(rules):
            edits.append((format_.start, format_.end, b""))
        else:
            edits += [(rule.start, rule.end, b"") for rule in ours]
    return edits


def _rules(root: Element) -> list[tuple[Element, Element]]:
    return [
        (format_, rule) for format_ in root.all("conditionalFormatting") for rule in format_.all("cfRule")
    ]


def _formula(rule: Element) -> str:
    formula = rule.first("formula")
    return formula.text if formula else ""


def _is_ours(rule: Element) -> bool:
    return bool(_OURS.search(_formula(rule)))


def _number(element: Element, name: str, default: int) -> int:
    value = element.attributes.get(name, "")
    return int(value) if value.isdecimal() else default


def _areas(sqref: str) -> list[Area]:
    areas = [area_of(reference) for reference in sqref.split()]
    if not areas or len(areas) > _MANY_RANGES:
        return areas
    whole = bounding(areas)
    torn = size(whole) != sum(map(size, areas)) or any(overlap(*pair) for pair in combinations(areas, 2))
    return areas if torn else [whole]
