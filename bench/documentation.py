"""Tables for README and docs, written from the code by cog."""

from collections.abc import Iterator

from typer.main import get_command

from rules.handbook import RULES
from rules.tuning import profiles
from sheet_templates import words
from sync.cli import app
from sync.faults import FAULTS
from sync.settings_file import every_setting
from tests.rule_cases import SOUND, cases


def command_table() -> str:
    """Each command and what it does."""
    commands = get_command(app).commands  # type: ignore[attr-defined]
    return _table(
        ("command", "what it does"), ((f"`closeloop {name}`", each.help) for name, each in commands.items())
    )


def exit_code_table() -> str:
    """Each exit code and what it means."""
    own = [(0, "all is well"), (1, "`check` found errors")]
    faults = [(fault.exit_code, fault.meaning) for fault in FAULTS]
    return _table(("code", "meaning"), ((str(code), meaning) for code, meaning in own + faults))


def rule_table() -> str:
    """Each rule on a line."""
    titles, severities = words("zh-CN")["titles"], words("zh-CN")["severity"]
    rows = (
        (rule.code, severities[rule.severity], titles[rule.code], rule.name.replace("_", " "), rule.cites)
        for rule in RULES
    )
    return _table(("code", "级别", "要求", "what must hold", "source"), rows)


def setting_table() -> str:
    """Each setting with its default."""
    rows = ((f"`{name}`", f"`{default}`" if default else "", text) for name, default, text in every_setting())
    return _table(("setting", "default", "what it means"), rows)


def rule_pages() -> str:
    """Each rule's documentation with examples out of its cases."""
    return "\n".join(_page(rule) for rule in RULES)


def _page(rule) -> str:  # type: ignore[no-untyped-def]
    parameters = "".join(
        f"- `{name}` = {default!r}" + "".join(
            f"; profile {profile}: {numbers[rule.code][name]!r}"
            for profile, numbers in profiles().items() if name in numbers.get(rule.code, {})
        ) + "\n"
        for name, default in rule.parameters.items()
    )  # fmt: skip
    shown = [("passes", _examples(rule, fails=False)), ("is caught", _examples(rule, fails=True))]
    examples = "".join(f"- {verdict}: {text}\n" for verdict, text in shown if text)
    title = f"## {rule.code} {words('zh-CN')['titles'][rule.code]}\n\n"
    facts = f"`{rule.name}` · {rule.severity.value} · {rule.cites}\n\n"
    return title + facts + rule.documentation + "\n\n" + parameters + examples


def _examples(rule, *, fails: bool) -> str:  # type: ignore[no-untyped-def]
    """What its first cases hold in the rule's first column, where that says something by itself."""
    column = rule.columns[0] if rule.columns else ""
    mine = [
        case
        for case in cases()
        if case.code == rule.code and case.fails is fails and not case.given.get("parameters")
    ]
    rows = [row for case in mine for row in case.given.get(case.table, []) if set(row) <= {column}]
    texts = [str(row.get(column, SOUND["actions"].get(column, ""))) for row in rows if row]
    kept = [text.replace("\n", " ").replace("|", "\\|") for text in dict.fromkeys(texts) if text.strip()]
    return " · ".join(f"`{text}`" for text in kept[:8])


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str | None, ...]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    lines += [f"| {' | '.join(cell or '' for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"
