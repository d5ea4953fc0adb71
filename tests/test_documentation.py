"""The documentation cannot drift: written from the code, complete, and its commands work."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cogapp import Cog
from typer.main import get_command

from docs.tables import every_command
from rules.handbook import RULES
from sheet_templates import words
from sync.cli import app
from sync.faults import EXIT_CODES, FAULTS
from sync.settings import settings_from
from sync.settings.file import every_comment, every_setting, settings_file

ROOT = Path(__file__).parents[1]
READMES = {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md")}
PAGES = [
    *(ROOT / name for name in READMES),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "rules/data/examples.toml",
]
COMMANDS = dict(every_command())
HEADS = {
    *("command", "option", "what it does", "code", "meaning", "severity", "what must hold", "source"),
    *("setting", "default", "what it means", "who sees to it"),
}

each_readme = pytest.mark.parametrize("readme", READMES.values(), ids=READMES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_cog_writes_is_up_to_date(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))

    assert Cog().main(["cog", "--check", str(page)]) == 0, "run: make docs"


@each_readme
def test_the_readme_begins_with_demo_and_test(readme):
    assert readme.index("make demo") < readme.index("make test") < 900


def structure(readme: str) -> list[str]:
    """The levels of headings, fences, tables, generated parts, and where links lead, in their order."""
    own = re.sub(r"\]\(README[^)]*\)", "", readme)  # each leads to the other
    parts = r"^#+(?= )|^```\w*$|^\|---|^cog\.out\(\w+|\]\([^)#]*\)"
    return re.findall(parts, own, re.MULTILINE)


def test_the_readmes_have_the_same_structure():
    first, second = map(structure, READMES.values())

    assert first == second
    assert len(first) > 40


@each_readme
def test_what_the_readme_leads_to_is_there(readme):
    headings = [
        re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-")
        for each in re.findall(r"^#+ (.*)$", readme, re.MULTILINE)
    ]
    for place in re.findall(r"\]\(([^)]+)\)", readme):
        path, _, heading = place.partition("#")
        assert not path or (ROOT / path).exists(), place
        assert not heading or heading in headings, place


@each_readme
def test_the_readme_names_every_command_option_setting_rule_and_exit_code(readme):
    for name, command in COMMANDS.items():
        assert f"`closeloop {name}`" in readme or not command.help
        for option in (each for each in command.params if each.param_type_name == "option"):
            for text in option.opts:
                assert f"`{text}`" in readme, (name, text)
    for name, _default, _description in every_setting():
        assert f"`{name}`" in readme
    for first in [rule.code for rule in RULES] + [fault.exit_code for fault in FAULTS]:
        assert f"\n| {first} | " in readme


def test_the_chinese_tables_say_everything_in_chinese_and_nothing_is_unused():
    """The catalogue's keys are the English sentences, so that one that is changed is said anew."""
    options = [each for command in (get_command(app), *COMMANDS.values()) for each in command.params]
    english = {
        *HEADS,
        "all is well",
        "handbook",
        *(fault.meaning for fault in FAULTS),
        *(meaning for _, meaning, _ in EXIT_CODES),
        "a later pass",
        "a person",
    }
    english |= {command.help for command in COMMANDS.values() if command.help}
    english |= {option.help for option in options if option.help and option.name != "help"}
    english |= {app.info.help}
    english |= set(every_comment())

    for language in ("zh-CN", "zh-TW"):
        assert set(words(language)["documentation"]) == english


@each_readme
def test_the_readmes_settings_are_valid(readme):
    blocks = re.findall(r"^```toml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)

    assert blocks
    for block in blocks:
        settings_from(tomllib.loads(block))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_says_what_it_asks_why_and_what_to_write(rule):
    assert re.fullmatch(r"[AMST]\d{3}", rule.code)
    first, *rest = rule.documentation.split("\n\n")
    assert first.endswith(".")
    assert [part.split(":")[0] for part in rest] == ["Why", "Write instead"]
    assert rule.cites


def test_every_setting_is_described():
    for name, _default, description in every_setting():
        assert description, name


def test_a_new_settings_file_is_valid_and_explains_every_setting(tmp_path):
    text = settings_file(Path("tracker.xlsx"), "en")

    settings = settings_from(tomllib.loads(text))
    assert (str(settings.workbook), settings.language) == ("tracker.xlsx", "en")
    for name, _default, description in every_setting():
        if name not in {"tables", "rules", "words"}:
            assert description in text, name


def test_every_commented_setting_can_be_uncommented():
    text = settings_file(Path("tracker.xlsx"), "zh-CN")
    switched_on = re.sub(r"^# (?=[a-z_]+ = (?!\"\"))|^# (?=\[)", "", text, flags=re.MULTILINE)

    settings_from(tomllib.loads(switched_on))


def commands(readme: str) -> list[str]:
    return re.findall(r"^ {4}closeloop (.+?)(?: {2,}#.*)?$", readme, re.MULTILINE)


def test_the_readmes_have_the_same_commands():
    first, second = map(commands, READMES.values())

    assert first == second
    assert len(first) > 10


@pytest.mark.slow
def test_the_readmes_commands_run(tmp_path):
    for line in ["init tracker.xlsx", *commands(READMES["README.md"])]:
        if line.startswith("init tracker") and (tmp_path / "tracker.xlsx").exists():
            (tmp_path / "tracker.xlsx").unlink()
        ended = subprocess.run(
            [sys.executable, "-m", "sync", *line.split()],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, (line, ended.stderr)


def test_every_command_has_help():
    listed = subprocess.run(
        [sys.executable, "-m", "sync", "--help"], capture_output=True, text=True, check=True
    ).stdout

    for command in (
        "init", "adopt", "check", "baseline", "plan", "run", "serve", "runs", "history", "undo", "why", "doctor",
        "minutes", "notice", "import", "restore", "reopen", "archive", "rules", "explain", "demo",
    ):  # fmt: skip
        assert command in listed
    for command in COMMANDS:
        shown = subprocess.run(
            [sys.executable, "-m", "sync", *command.split(), "--help"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert len(shown.splitlines()) > 4
