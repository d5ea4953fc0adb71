"""Conditional formats of ours, known by a marker in their formula; those of people are left alone."""

import re
from collections.abc import Iterator, Sequence

from sync.books.google.address import Json, area_of, grid_range
from sync.books.google.formulas import localised, neutral
from sync.colours import LAST_ROW
from sync.snapshot import ColourRule

_MARKER = 'N("closeloop")=0'
_MARKED = re.compile(r'\s*=?\s*AND\(\s*N\("closeloop"\)\s*=\s*0\s*,(.*)\)\s*', re.DOTALL | re.IGNORECASE)


def read_colours(rules: Sequence[Json], size: tuple[int, int], locale: str) -> tuple[ColourRule, ...]:
    """Our rules in their order. ``size`` are rows and columns of the sheet: a rule down to its end has none."""
    return tuple(each for rule in rules for each in _ours(rule, size, locale))


def our_rules(rules: Sequence[Json], locale: str) -> list[int]:
    """The places of our rules in the list, last first, as they have to be deleted."""
    return [place for place in reversed(range(len(rules))) if _formula(rules[place], locale) is not None]


def is_ours(rule: Json, locale: str) -> bool:
    """Whether a rule bears our marker."""
    return _formula(rule, locale) is not None


def added(sheet: int, rules: Sequence[ColourRule], after: int, locale: str) -> Iterator[Json]:
    """Requests that add our rules behind as many of people's."""
    for place, rule in enumerate(rules, start=after):
        shown: Json = {"backgroundColor": rgb(rule.fill)} if rule.fill else {}
        if rule.ink:
            shown["textFormat"] = {"foregroundColor": rgb(rule.ink)}
        formula = "=" + localised(f"AND({_MARKER},{rule.formula})", locale)
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
        made = {
            "ranges": [grid_range(sheet, rule.area)],
            "booleanRule": {"condition": condition, "format": shown},
        }
        yield {"addConditionalFormatRule": {"rule": made, "index": place}}


def removed(sheet: int, places: Sequence[int]) -> Iterator[Json]:
    """Requests that delete the rules in these places, given last first."""
    for place in places:
        yield {"deleteConditionalFormatRule": {"sheetId": sheet, "index": place}}


def _ours(rule: Json, size: tuple[int, int], locale: str) -> Iterator[ColourRule]:
    formula = _formula(rule, locale)
    if formula is None:
        return
    shown = rule["booleanRule"].get("format", {})
    fill, ink = _hex(shown.get("backgroundColor")), _hex(shown.get("textFormat", {}).get("foregroundColor"))
    for place in rule.get("ranges", ()):
        area = area_of(place, *size)
        whole = area._replace(last_row=LAST_ROW) if area.last_row >= size[0] else area
        yield ColourRule(whole, formula, fill, ink)


def _formula(rule: Json, locale: str) -> str | None:
    values = rule.get("booleanRule", {}).get("condition", {}).get("values", [{}])
    found = _MARKED.fullmatch(neutral(values[0].get("userEnteredValue", ""), locale))
    return found[1] if found else None


def rgb(colour: str) -> Json:
    """#RRGGBB as Google takes it."""
    parts = (int(colour.removeprefix("#")[place : place + 2], 16) / 255 for place in (0, 2, 4))
    return dict(zip(("red", "green", "blue"), parts, strict=True))


def _hex(colour: Json | None) -> str:
    """#RRGGBB of a colour, in which Google leaves out what is nought; '' for none."""
    if colour is None:
        return ""
    return "#" + "".join(f"{round(colour.get(name, 0) * 255):02X}" for name in ("red", "green", "blue"))
