"""The tab 规则说明: what the rules that are on ask of people, table by table, with a good and a bad example. Pure."""

from collections.abc import Iterator

from rules.catalogue import Rule
from rules.handbook import RULES, examples
from rules.tuning import Tuning
from sheet_templates import Template, Words
from sheet_templates.guide import guide
from sync.generated import GeneratedTab, Look, TabCell
from sync.snapshot import Area

_WIDTHS = (8, 36, 40, 40)
_SHEET = "sheet"
"""The group of the rules that are about the sheet itself."""

Row = tuple[TabCell | None, ...]


def rules_tab(tuning: Tuning, words: Words, template: Template) -> GeneratedTab:
    """What each rule asks that the settings have not switched off, in the words of a language."""
    rows = tuple(_rows(tuning, words, template))
    wide = (number for number, row in enumerate(rows, start=1) if row[1:2] == (None,))
    merged = tuple(Area(row, 1, row, len(_WIDTHS)) for row in wide)
    return GeneratedTab(words["rules_tab"]["name"], rows, _WIDTHS, merged)


def _rows(tuning: Tuning, words: Words, template: Template) -> Iterator[Row]:
    texts = words["rules_tab"]
    message = template.tables["actions"].columns["message"].heads[words.head]
    yield _wide(texts["name"], "title")
    yield _wide(texts["about"].format(message=message), "faint")
    yield _wide(texts["today"].format(today=examples()["today"]), "faint")
    for group in (*template.tables, _SHEET):
        asked = [rule for rule in RULES if _group(rule) == group and tuning.is_on(rule)]
        if asked:
            yield ()
            yield _wide(texts["sheet"] if group == _SHEET else words["tables"][group], "label")
            yield tuple(TabCell(texts[key], "heading") for key in ("code", "asks", "good", "bad"))
            yield from (_row(rule, words, template) for rule in asked)


def _wide(text: str, look: Look) -> Row:
    return TabCell(text, look), *[None] * (len(_WIDTHS) - 1)


def _group(rule: Rule) -> str:
    return _SHEET if rule.code.startswith("S") else rule.on


def _row(rule: Rule, words: Words, template: Template) -> Row:
    good, bad = (_example(rule, verdict, words, template) for verdict in ("good", "bad"))
    title = TabCell(words["titles"][rule.code])
    return TabCell(rule.code, "date"), title, _shown(good, "good"), _shown(bad, "bad")


def _shown(example: str, look: Look) -> TabCell:
    return TabCell(example, look if example else "text")


def _example(rule: Rule, verdict: str, words: Words, template: Template) -> str:
    """Each cell of an example with its heading; the text alone where it is one cell."""
    cells = guide().get(rule.code, {}).get(verdict, {})
    texts = {key: texts[words.head] for key, texts in cells.items()}
    if len(texts) < 2:
        return "".join(texts.values())
    columns = template.tables[rule.on].columns
    between = words["rules_tab"]["between"]
    return between.join(f"{columns[key].heads[words.head]} {text}" for key, text in texts.items())
