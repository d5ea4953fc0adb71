"""The colour rules of a judged table: conditional formats that follow every edit, sort and insert."""

from collections.abc import Iterator, Mapping

from sheet_templates import Template, TemplateTable, Words
from sync.snapshot import Area, ColourRule

LAST_ROW = 1_048_576
"""The last row of an Excel sheet: rules reach down to it, so that new rows are coloured too."""


def colour_rules(
    header_row: int, places: Mapping[str, int], table: TemplateTable, template: Template, words: Words
) -> tuple[ColourRule, ...]:
    """All colour rules of a table: status and risk where it has them, messages, and the cells at fault in people's
    columns.

    ``places`` gives the position (from 1) of each column by key. Formulas are relative to the first row
    below the header; the hidden column tells which cells of a row are at fault.
    """
    top = header_row + 1
    hidden = f"${letters(places['cells_at_fault'])}{top}"
    rules = [
        *_by_text(top, places.get("computed_status"), words["status"], template.colours["status"]),
        *_by_text(top, places.get("risk"), words["risk"], template.colours["risk"]),
        ColourRule(
            _column(top, places["message"]),
            f'ISNUMBER(FIND(":E;",{hidden}))',
            "",
            template.colours["fault"]["error"][1],
        ),
    ]
    for key, position in sorted(places.items(), key=lambda item: item[1]):
        if table.columns[key].owner != "worker":
            rules.extend(_at_fault(top, position, key, hidden, template))
    return tuple(rules)


def letters(position: int) -> str:
    """A column's letters: 1 is A, 27 is AA."""
    text = ""
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _by_text(
    top: int, position: int | None, texts: Mapping[str, str], colours: Mapping[str, tuple[str, str]]
) -> Iterator[ColourRule]:
    if position is None:
        return
    for name, (fill, ink) in colours.items():
        yield ColourRule(_column(top, position), f'${letters(position)}{top}="{texts[name]}"', fill, ink)


def _at_fault(top: int, position: int, key: str, hidden: str, template: Template) -> Iterator[ColourRule]:
    for sign, severity in (("E", "error"), ("W", "warning"), ("O", "old")):
        fill, ink = template.colours["fault"][severity]
        yield ColourRule(_column(top, position), f'ISNUMBER(FIND(";{key}:{sign};",{hidden}))', fill, ink)


def _column(top: int, position: int) -> Area:
    return Area(top, position, LAST_ROW, position)
