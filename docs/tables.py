"""Tables for README and docs, written from the code by cog."""

import ast
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from rules.catalogue import Rule
from rules.handbook import RULES
from rules.tuning import profiles
from sheet_templates import rungs, template, words
from sync.cli import app
from sync.faults import EXIT_CODES
from sync.settings.file import every_setting
from tests.rule_cases import NOW, cases

_MOST, _LONGEST = 8, 40  # examples a rule, and signs of one


def command_table(language: str = "en") -> str:
    """Each command and what it does."""
    rows = ((f"`closeloop {name}`", command.help) for name, command in every_command() if command.help)
    return _table(("command", "what it does"), rows, language)


def option_table(language: str = "en") -> str:
    """Each option, and the commands that take it."""
    takes: dict[tuple[str, str], list[str]] = {}
    for name, command in (("closeloop", get_command(app)), *every_command()):
        for option in (each for each in command.params if each.param_type_name == "option"):
            shown = ", ".join(f"`{text}`" for text in option.opts)
            takes.setdefault((shown, getattr(option, "help", None) or ""), []).append(f"`{name}`")
    rows = ((option, text, ", ".join(commands)) for (option, text), commands in takes.items())
    return _table(("option", "what it does", "command"), rows, language)


def every_command() -> Iterator[tuple[str, Any]]:
    """Each command by its words, those inside other commands too."""
    yield from _commands(get_command(app), "")


def _commands(command: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, inner in getattr(command, "commands", {}).items():
        yield before + name, inner
        yield from _commands(inner, f"{before}{name} ")


def exit_code_table(language: str = "en") -> str:
    """Each exit code, what it means, and who sees to it."""
    seen_to = {True: "a later pass", False: "a person"}
    rows = ((str(code), meaning, seen_to[passing] if code else "") for code, meaning, passing in EXIT_CODES)
    return _table(("code", "meaning", "who sees to it"), rows, language)


def rule_table(language: str = "en") -> str:
    """Each rule on a line, by its Chinese title and, save in Chinese, by its name."""
    titles, severities = words("zh-CN")["titles"], words("zh-CN")["severity"]
    if language == "zh-CN":
        chinese = ((rule.code, severities[rule.severity], titles[rule.code], rule.cites) for rule in RULES)
        return _table(("code", "severity", "what must hold", "source"), chinese, language)
    rows = (
        (rule.code, severities[rule.severity], titles[rule.code], rule.name.replace("_", " "), rule.cites)
        for rule in RULES
    )
    return _table(("code", "级别", "要求", "what must hold", "source"), rows, language)


def reminder_table() -> str:
    """Each kind of reminder on a line."""
    kinds, head = (
        words("zh-CN")["kinds"],
        ("kind", "提醒", "to", "copy", "days", "repeat", "until", "first pass"),
    )
    rows = (
        (
            f"`{rung.kind}`" + " (off)" * rung.off,
            kinds[rung.kind],
            ", ".join(rung.to),
            ", ".join(rung.copy),
            f"{rung.days} {rung.unit.replace('_', ' ')}{f' ({rung.rule})' if rung.rule else ''}"
            if rung.days
            else "",
            str(rung.repeat or ""),
            str(rung.until or ""),
            "yes" if rung.first else "",
        )
        for rung in rungs().values()
    )
    return _table(head, rows)


def setting_table(language: str = "en") -> str:
    """Each setting with its default."""
    rows = ((f"`{name}`", f"`{default}`" if default else "", text) for name, default, text in every_setting())
    return _table(("setting", "default", "what it means"), rows, language)


def module_tables() -> str:
    """The modules of each package, each with the first sentence of its documentation."""
    folders = sorted(
        {path.parent for top in ("rules", "sheet_templates", "sync") for path in Path(top).rglob("*.py")}
    )
    return "\n".join(
        f"## `{folder.as_posix()}/`\n\n{_first_sentence(folder / '__init__.py')}\n\n"
        + _table(("module", "what it does"), [(f"`{path.name}`", _first_sentence(path)) for path in modules])
        for folder in folders
        if (modules := sorted(path for path in folder.glob("*.py") if path.name != "__init__.py"))
    )


def _first_sentence(path: Path) -> str:
    """Up to the first full stop or the end of the paragraph."""
    said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    paragraph = " ".join(said.partition("\n\n")[0].split())
    return _cell(paragraph.partition(". ")[0].rstrip("."))


def rule_pages() -> str:
    """Each rule's documentation with examples out of its cases."""
    return "\n".join(_page(rule) for rule in RULES)


def example_data() -> str:
    """The examples of all rules as TOML."""
    lines = [f"today = {NOW:%Y-%m-%d}"]
    for rule in RULES:
        lines.append(f"[{rule.code}]")
        for verdict, fails in (("passes", False), ("caught", True)):
            shown = ", ".join(json.dumps(text, ensure_ascii=False) for text in _examples(rule, fails=fails))
            lines.append(f"{verdict} = [{shown}]")
    return "\n".join(lines) + "\n"


def _page(rule: Rule) -> str:
    parameters = "".join(f"- `{name}` = {_by_profile(rule, name)}\n" for name in rule.parameters)
    shown = [("passes", _examples(rule, fails=False)), ("is caught", _examples(rule, fails=True))]
    examples = "".join(
        f"- {verdict}: {' · '.join(f'`{_cell(text)}`' for text in texts)}\n"
        for verdict, texts in shown
        if texts
    )
    title = f"## {rule.code} {words('zh-CN')['titles'][rule.code]}\n\n"
    facts = f"`{rule.name}` · {rule.severity.value} · {rule.cites}\n\n"
    return title + facts + rule.documentation + "\n\n" + parameters + examples


def _by_profile(rule: Rule, name: str) -> str:
    set_by = {profile: numbers.get(rule.code, {}).get(name) for profile, numbers in profiles().items()}
    others = "".join(
        f"; profile {profile}: {value!r}" for profile, value in set_by.items() if value is not None
    )
    return f"{rule.parameters[name]!r}{others}"


def _examples(rule: Rule, *, fails: bool) -> list[str]:
    """Rows of its first cases without parameters, as what stands in each cell that the case gives."""
    mine = [
        case
        for case in cases()
        if case.code == rule.code and case.fails is fails and not {"parameters", "now"} & set(case.given)
    ]
    rows = [(case.table, row) for case in mine for row in case.given.get(case.table, []) if row]
    return list(dict.fromkeys(text for table, row in rows if (text := _shown(rule, table, row))))[:_MOST]


def _shown(rule: Rule, table: str, row: dict[str, object]) -> str:
    """One cell by its value alone where it is the rule's own column, several with their headings."""
    columns = template().tables[table].columns
    filled = {key: " ".join(str(value).split()) for key, value in row.items() if value not in (None, "")}
    if rule.columns and set(filled) == {rule.columns[0]}:
        return next(iter(filled.values()))
    pairs = [f"{columns[key].heads[0]} {text}" for key, text in filled.items() if len(text) < _LONGEST]
    return ", ".join(pairs) if 1 < len(pairs) < 5 and len(pairs) == len(filled) else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'")


def _table(heads: Iterable[str], rows: Iterable[Iterable[str | None]], language: str = "en") -> str:
    """A table in Markdown; a language's catalogue is that of ``words/<language>/documentation.toml``."""
    said = words(language).groups.get("documentation", {})
    shown = [[said.get(cell or "", cell or "") for cell in row] for row in (heads, *rows)]
    lines = [f"| {' | '.join(row)} |" for row in shown]
    return "\n".join([lines[0], "|" + "---|" * len(shown[0]), *lines[1:]]) + "\n"
