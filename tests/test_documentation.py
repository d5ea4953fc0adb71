"""The documentation cannot drift: written from the code, complete, and its commands work."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cogapp import Cog

from rules.handbook import RULES
from sync.settings import settings_from
from sync.settings_file import every_setting, settings_file

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "rules/data/examples.toml"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_cog_writes_is_up_to_date(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))

    assert Cog().main(["cog", "--check", str(page)]) == 0, "run: make docs"


def test_the_readme_begins_with_demo_and_test():
    assert README.index("make demo") < README.index("make test") < 900


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_says_what_it_asks_why_and_what_to_write(rule):
    assert re.fullmatch(r"[AMST]\d{3}", rule.code)
    first, *rest = rule.documentation.split("\n\n")
    assert first.endswith(".")
    assert [part.split(":")[0] for part in rest] == ["Why", "Write instead"]
    assert rule.cites


def test_every_setting_is_described_and_documented():
    for name, _default, description in every_setting():
        assert description, name
        assert f"`{name}`" in README


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


def commands() -> list[str]:
    return re.findall(r"^ {4}closeloop (.+?)(?: {2,}#.*)?$", README, re.MULTILINE)


def test_the_readmes_commands_run(tmp_path):
    for line in ["init tracker.xlsx", *commands()]:
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
        "init",
        "check",
        "baseline",
        "plan",
        "run",
        "serve",
        "runs",
        "history",
        "undo",
        "why",
        "restore",
        "rules",
        "explain",
        "demo",
    ):
        assert command in listed
        shown = subprocess.run(
            [sys.executable, "-m", "sync", command, "--help"], capture_output=True, text=True, check=True
        ).stdout
        assert len(shown.splitlines()) > 4
