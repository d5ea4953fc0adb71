"""A rule that relies on a broken cell says nothing: one broken cell, one finding. ``tests/quiet.yml`` names the cells."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from rules.handbook import RULES
from rules.judge import judge
from rules.table import Book
from rules.tuning import Tuning
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import template
from sync.tables import read_tables
from tests.rule_cases import NOW, Case, cases_of, judged, snapshot, wanted

RELIED_ON = yaml.safe_load((Path(__file__).parent / "quiet.yml").read_text("utf-8"))


def broken(code: str, column: str) -> Iterator[Case]:
    """Failing cases of a rule, one for each kind of its sentences, with a formula error in one column of all rows."""
    seen = set()
    for case in cases_of(code):
        kind = (case.given.get("variant"), "without" in case.given)
        apart = {"errors", "merged", "headings"} & case.given.keys() or case.table not in wanted(case)
        if not case.fails or kind in seen or apart or column in case.given.get("without", ()):
            continue
        seen.add(kind)
        rows = range(1, len(case.rows(case.table)) + 1)
        typed = [{column: None, **row} for row in case.rows(case.table)]
        given = {**case.given, case.table: typed, "errors": [[row, column, "#N/A"] for row in rows]}
        yield replace(case, given=given)


def speaks(code: str, column: str) -> list[str]:
    return [
        case.name
        for case in broken(code, column)
        if any((each.code, each.table) == (code, case.table) for each in judged(case))
    ]


@pytest.mark.parametrize("code", RELIED_ON)
def test_a_rule_is_quiet_where_a_cell_that_it_relies_on_is_broken(code) -> None:
    for column in RELIED_ON[code]:
        assert speaks(code, column) == [], column


def test_every_rule_says_what_it_relies_on() -> None:
    for rule in (rule for rule in RULES if rule.on != "*"):
        assert {*rule.columns, *rule.reads} == set(RELIED_ON.get(rule.code, ())), rule.code


def test_an_impossible_due_date_counts_as_empty_for_what_is_computed() -> None:
    case = Case("A107", "fail_", {"actions": [{"due": "1924-06-14"}, {"due": "2024-05-24"}]})
    tables = read_tables(snapshot(case), template(), {}, NOW.date())
    judged_book = judge(Book(tables, NOW, calendar(today=NOW.date()), word_lists()), RULES, Tuning()).book
    actions = judged_book.tables["actions"]

    assert actions.late_days.isna().tolist() == [True, False]
    assert actions.computed.tolist() == ["in_progress", "delayed"]
