"""The commands rules and explain: the catalogue as the settings tune it, and one rule in full."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rules.catalogue import Rule
from rules.handbook import RULES, by_code, examples
from rules.tuning import Tuning, profiles
from sheet_templates import Words, words
from sync.faults import UsageFault
from sync.settings import Settings, read_settings
from sync.terminal.flowing import Flowing, add_row, listing
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
    grid = listing(*(texts[key] for key in ("code", "severity", "title", "parameters", "cites")))
    for row in rows:
        severity = language["severity"][row["severity"]] if row["on"] else texts["off"]
        add_row(grid, row["code"], severity, row["title"], _values(row), _cited(row["cites"], language))
    show(grid)


def _values(row: Mapping[str, Any]) -> str:
    """A parameter a line, and below them what other handbook profiles set instead."""
    lines = [f"{name}={value}" for name, value in row["parameters"].items()]
    for profile, differing in row["profiles"].items():
        lines += [f"{profile}: {name}={value}" for name, value in differing.items()]
    return "\n".join(lines)


def _cited(cites: str, language: Words) -> str:
    return language["report"]["handbook"] if cites == "handbook" else cites


def explain_rule(code: str) -> None:
    """Print why a rule asks what it asks, in English its documentation; with what it says, its source and examples."""
    try:
        rule = by_code(code)
    except KeyError:
        raise UsageFault("there is no rule {code!r}; 'closeloop rules' lists them", code=code) from None
    language = words(_settings(None).language)
    texts, known = language["report"], examples()
    shown = known[rule.code]
    parameters = [f"{name} = {default!r}  ([rules.{rule.code}])" for name, default in rule.parameters.items()]
    parts = [
        (texts["says"], _sentences(rule, language)),
        (texts["parameters"], parameters),
        (texts["examples_good"].format(today=known["today"]), shown["passes"]),
        (texts["examples_bad"].format(today=known["today"]), shown["caught"]),
    ]
    severity = language["severity"][rule.severity]
    show(
        Flowing(f"{rule.code} {language['titles'][rule.code]} ({severity})", style="bold"),
        Flowing("\n" + language.groups.get("reasons", {}).get(rule.code, rule.documentation)),
        Flowing("\n" + texts["cited"].format(cites=_cited(rule.cites, language))),
        *(
            Flowing(f"\n{title}\n" + "\n".join(f"  {line}" for line in lines))
            for title, lines in parts
            if lines
        ),
    )


def _sentences(rule: Rule, language: Words) -> list[str]:
    """What the rule says of what it catches, with … where something of the row stands."""
    mine = (text for key, text in language["rules"].items() if key.split(".")[0] == rule.code)
    return [re.sub(r"{\w+}", "…", text) for text in mine]


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
