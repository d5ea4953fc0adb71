"""Every case of every rule, and what the set of cases must be like."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from rules.handbook import RULES
from tests.rule_cases import FOLDER, Case, cases, caught, judged

ALL = [pytest.param(case, id=case.id, marks=pytest.mark.xdist_group(case.code)) for case in cases()]


@pytest.mark.parametrize("case", ALL)
def test_case(case: Case) -> None:
    findings, mine = judged(case), caught(case)

    others = {finding.code for finding in findings} - {case.code}
    assert others == set(case.given.get("also", ())), findings
    if not case.fails:
        assert mine == []
        return
    rows = case.given.get("rows", range(1, len(case.rows(case.table)) + 1))
    assert [finding.row - 1 for finding in mine] == list(rows), findings
    for finding in mine:
        assert not any(value != value for value in finding.fields.values()), finding  # noqa: PLR0124 JSON has no NaN
        if "variant" in case.given:
            assert finding.fields["variant"] == case.given["variant"]
        if "columns" in case.given:
            assert list(finding.columns) == case.given["columns"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_cases_of_both_kinds(rule) -> None:
    mine = [case for case in cases() if case.code == rule.code]

    kinds = Counter(case.fails for case in mine)
    assert len(mine) >= 8
    assert min(kinds[True], kinds[False]) >= len(mine) * 0.35


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_parameter_is_shown_by_a_case_of_each_kind(rule) -> None:
    for parameter in rule.parameters:
        shown = {case.fails for case in cases() if case.code == rule.code and parameter in case.parameters}

        assert shown == {True, False}, parameter


@pytest.mark.parametrize(
    "rule",
    [pytest.param(rule, marks=pytest.mark.xdist_group(rule.code)) for rule in RULES if rule.parameters],
    ids=lambda rule: rule.code,
)
def test_every_parameter_decides_a_case(rule) -> None:
    for parameter in rule.parameters:
        shown = [case for case in cases() if case.code == rule.code and parameter in case.parameters]

        assert any(caught(case) != caught(_untuned(case, parameter)) for case in shown), parameter


def _untuned(case: Case, parameter: str) -> Case:
    left = {name: value for name, value in case.parameters.items() if name != parameter}
    return replace(case, given={**case.given, "parameters": left})


def test_no_case_stands_twice() -> None:
    for path in FOLDER.glob("*.yml"):
        names = re.findall(r"^\w+(?=:)", path.read_text("utf-8"), re.MULTILINE)

        assert sorted(names) == sorted(case.name for case in cases() if case.code == path.stem), path.stem


def test_every_file_belongs_to_a_rule() -> None:
    assert {case.code for case in cases()} <= {rule.code for rule in RULES}
