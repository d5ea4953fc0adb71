"""Proposals: what is proposed and what is not, as data; and that typing it in mends the cell and breaks nothing."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from rules.handbook import RULES
from rules.judge import Judgement, judge
from rules.proposals import proposals, with_proposals
from rules.spelling import differ_by_one
from rules.table import Book
from rules.tuning import Tuning
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import LANGUAGES, template, words
from sync.sentences import sentence, status_words
from sync.tables import read_tables
from tests.rule_cases import NOW, Case, snapshot
from tests.test_command_line import closeloop, table  # noqa: F401

GIVEN: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "proposals.yml").read_text("utf-8"))
STATUSES = status_words(template(), words("zh-CN"))


def judged(given: Mapping[str, Any]) -> Judgement:
    tables = read_tables(snapshot(Case("A106", "pass_", given)), template(), {}, NOW.date())
    if "met" in given:
        actions = tables["actions"]
        frame = actions.frame.assign(met=pd.Timestamp(given["met"]))
        tables["actions"] = replace(actions, frame=frame)
    return judge(Book(tables, NOW, calendar(today=NOW.date()), word_lists()), RULES, Tuning())


def proposed(given: Mapping[str, Any]) -> dict[str, str]:
    return {each.column: str(each.value) for each in proposals(judged(given), STATUSES)}


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_proposed(name: str) -> None:
    assert proposed(GIVEN[name]) == GIVEN[name]["proposed"]


@pytest.mark.parametrize("name", [name for name, given in GIVEN.items() if given["proposed"]])
def test_a_proposal_mends_its_cell_and_makes_no_new_error(name: str) -> None:
    given = GIVEN[name]
    before = judged(given)
    (proposal,) = proposals(before, STATUSES)

    row = {**given["actions"][0], proposal.column: str(proposal.value)}
    after = judged({**given, "actions": [row]})

    assert proposal.finding.code not in {finding.code for finding in after.findings}
    assert {each.code for each in after.findings} <= {each.code for each in before.findings}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_ends_with_what_is_proposed(language: str) -> None:
    given = GIVEN["weekday_of_the_next_week_after_the_meeting"]
    (finding,) = with_proposals(judged(given), STATUSES).findings

    said = sentence(finding, words(language), template())

    ends = {
        "zh-CN": "；建议：2024-06-05（周三）",
        "zh-TW": "；建議：2024-06-05（週三）",
        "en": "; proposed: 2024-06-05 (Wed)",
    }
    assert said.endswith(ends[language])
    assert finding.fields["proposal"] == date(2024, 6, 5)


def test_without_a_proposal_the_sentence_is_as_ever() -> None:
    judgement = judged(GIVEN["no_day_at_all"])

    assert with_proposals(judgement, STATUSES) is judgement


@pytest.mark.parametrize(
    ("first", "second", "near"),
    [
        ("王小名", "王小明", True),
        ("王小", "王小明", True),
        ("王明小", "王小明", True),
        ("delayd", "delayed", True),
        ("delayed", "delayed", False),
        ("王大明", "王小民", False),
        ("王", "王小明", False),
    ],
)
def test_one_slip_of_the_keyboard(first: str, second: str, near: bool) -> None:
    assert differ_by_one(first, second) is near
    assert differ_by_one(second, first) is near


def test_the_command_lists_only_proposals(closeloop, tmp_path) -> None:  # noqa: F811
    book = table(
        tmp_path / "t.xlsx",
        ["行动项描述", "负责人", "所属部门", "计划完成时间", "状态"],
        ["输出流程V2.0", "王芳", "客服部", "暂定2024-06-15", "80%"],
        ["", "", "", "", ""],
        ["跟进", "技术部", "客服部", "尽快", "进行中"],
    )

    shown = closeloop("check", str(book), "--proposals", "--now", "2024-05-28T10:00")
    machine = closeloop("check", str(book), "--proposals", "--json", "--now", "2024-05-28T10:00").json

    assert "暂定2024-06-15" in shown.out
    assert "2024-06-15（周六）" in shown.out
    assert "尽快" not in shown.out
    assert [(each["row"], each["column"], each["proposed"]) for each in machine["proposals"]] == [
        (2, "due", "2024-06-15"),
        (2, "status", "进行中"),
    ]
    assert set(machine["proposals"][0]) == {"code", "table", "id", "row", "column", "now", "proposed"}
    assert machine["rows"] == 2
    assert json.dumps(machine)
