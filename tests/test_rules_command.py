"""The command rules: what is on, with which values, and where the handbooks differ."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from rules.handbook import RULES, by_code
from rules.tuning import Tuning, profiles
from sync.cli import app
from sync.commands.explaining import differing_profiles


def test_it_lists_every_rule_as_the_settings_tune_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "closeloop.toml").write_text("[rules.A116]\nworking_days = 5\n[rules.A114]\noff = true\n")

    rows = {row["code"]: row for row in json.loads(CliRunner().invoke(app, ["rules", "--json"]).output)}
    shown = CliRunner().invoke(app, ["rules"], env={"COLUMNS": "250"}).output

    assert set(rows) == {rule.code for rule in RULES}
    assert rows["A116"]["parameters"] == {"working_days": 5}
    assert (rows["A114"]["on"], rows["A115"]["on"]) == (False, True)
    assert "working_days=5" in shown


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_profiles_are_named_where_they_differ(rule):
    named = differing_profiles(rule)

    for name in profiles():
        own, usual = Tuning(name).parameters(rule), Tuning().parameters(rule)
        assert named.get(name, {}) == {key: own[key] for key in own if own[key] != usual[key]}


def test_a_profile_that_sets_another_number_has_its_column():
    rule = replace(by_code("A116"), parameters={"working_days": 4})

    assert differing_profiles(rule) == {"001": {"working_days": 3}}
