"""The commands rules and explain: the catalogue as the settings tune it, and one rule in full."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from rules.catalogue import Rule
from rules.handbook import RULES, by_code, examples
from rules.tuning import Tuning, profiles
from sheet_templates import Words, words
from sync.faults import UsageFault
from sync.settings import Settings, read_settings
from sync.terminal.printing import print_json, show
from sync.tracker import USUAL_SETTINGS


def list_rules(config: Path | None, *, as_json: bool) -> None:
    """Print the catalogue as the settings tune it."""
    settings = _settings(config)
    language = words(settings.language)
    rows = [_rule_row(rule.code, settings.tuning, language) for rule in RULES]
    if as_json:
        print_json(rows)
        return
    texts = language["report"]
    differing = [name for name in profiles() if any(name in row["profiles"] for row in rows)]
    heads = [texts[key] for key in ("code", "severity", "title", "cites", "on", "parameters")]
    grid = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for head in (*heads, *differing):
        grid.add_column(head, overflow="fold")
    for row in rows:
        grid.add_row(
            row["code"],
            language["severity"][row["severity"]],
            row["title"],
            row["cites"],
            texts["yes"] if row["on"] else texts["off"],
            _values(row["parameters"]),
            *(_values(row["profiles"].get(name, {})) for name in differing),
        )
    show(grid)


def _values(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in parameters.items())


def explain_rule(code: str) -> None:
    """Print a rule's documentation."""
    try:
        rule = by_code(code)
    except KeyError:
        raise UsageFault("there is no rule {code!r}; 'closeloop rules' lists them", code=code) from None
    language = words(_settings(None).language)
    texts, known = language["report"], examples()
    shown = known[rule.code]
    parameters = [f"{name} = {default!r}  ([rules.{rule.code}])" for name, default in rule.parameters.items()]
    parts = [
        (texts["parameters"], parameters),
        (texts["examples_good"].format(today=known["today"]), shown["passes"]),
        (texts["examples_bad"].format(today=known["today"]), shown["caught"]),
    ]
    show(
        Text(f"{rule.code} {rule.name} ({language['severity'][rule.severity]})", style="bold"),
        Text(f"{language['titles'][rule.code]}\n\n{rule.documentation}\n\n{texts['cites']}: {rule.cites}"),
        *(Text(f"\n{title}\n" + "\n".join(f"  {line}" for line in lines)) for title, lines in parts if lines),
    )


def _settings(config: Path | None) -> Settings:
    """The settings that are named, or those of this folder, or the defaults."""
    if config or USUAL_SETTINGS.exists():
        return read_settings(config or USUAL_SETTINGS)
    return Settings()


def _rule_row(code: str, tuning: Tuning, language: Words) -> dict[str, Any]:
    rule = by_code(code)
    return {
        "code": rule.code,
        "severity": tuning.severity(rule).value,
        "title": language["titles"][rule.code],
        "cites": rule.cites,
        "on": tuning.is_on(rule),
        "parameters": dict(tuning.parameters(rule)),
        "profiles": differing_profiles(rule),
    }


def differing_profiles(rule: Rule) -> dict[str, dict[str, Any]]:
    """By handbook profile the parameters that it sets to something else than the default profile."""
    usual = Tuning().parameters(rule)
    return {
        name: differs
        for name in profiles()
        if (
            differs := {
                key: value for key, value in Tuning(name).parameters(rule).items() if value != usual[key]
            }
        )
    }
