"""The commands rules and explain: the catalogue as the settings tune it, and one rule in full."""

from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from rules.handbook import RULES, by_code, examples
from rules.tuning import Tuning
from sheet_templates import Words, words
from sync import report
from sync.faults import UsageFault
from sync.settings import Settings, read_settings
from sync.terminal import print_json, show
from sync.tracker import USUAL_SETTINGS


def list_rules(config: Path | None, *, as_json: bool) -> None:
    """Print the catalogue as the settings tune it."""
    settings = (
        read_settings(config)
        if config
        else read_settings(USUAL_SETTINGS)
        if USUAL_SETTINGS.exists()
        else Settings()
    )
    language = words(settings.language)
    rows = [_rule_row(rule.code, settings.tuning, language) for rule in RULES]
    if as_json:
        print_json(rows)
        return
    texts = language["report"]
    grid = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for head in (texts["code"], texts["severity"], texts["title"], texts["cites"], texts["parameters"]):
        grid.add_column(head, overflow="fold")
    for row in rows:
        severity = language["severity"][row["severity"]] if row["on"] else texts["off"]
        parameters = ", ".join(f"{name}={value}" for name, value in row["parameters"].items())
        grid.add_row(row["code"], severity, row["title"], row["cites"], parameters)
    show(grid)


def explain_rule(code: str) -> None:
    """Print a rule's documentation."""
    try:
        rule = by_code(code)
    except KeyError:
        raise UsageFault("there is no rule {code!r}; 'closeloop rules' lists them", code=code) from None
    out = report.console()
    out.print(Text(f"{rule.code} {rule.name} ({rule.severity.value})", style="bold"))
    out.print(Text(words("zh-CN")["titles"][rule.code]))
    out.print(Text(f"\n{rule.documentation}\n"))
    out.print(Text(f"Source: {rule.cites}"))
    for name, default in rule.parameters.items():
        out.print(Text(f"Parameter: {name} = {default!r}  ([rules.{rule.code}] {name} = …)"))
    shown = examples().get(rule.code, {})
    for title, texts in (("Passes:", shown.get("passes", ())), ("Is caught:", shown.get("caught", ()))):
        if texts:
            out.print(Text(f"\n{title}"))
            out.print(Text("\n".join(f"  {text}" for text in texts)))


def _rule_row(code: str, tuning: Tuning, language: Words) -> dict[str, Any]:
    rule = by_code(code)
    return {
        "code": rule.code,
        "severity": tuning.severity(rule).value,
        "title": language["titles"][rule.code],
        "cites": rule.cites,
        "on": tuning.is_on(rule),
        "parameters": dict(tuning.parameters(rule)),
    }
