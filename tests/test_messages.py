"""The sentences stand in tests/messages/<language>.txt, where reviewers read all of them; and how a cell holds them."""

from functools import cache

import pytest

from rules.findings import Finding, Severity
from rules.handbook import RULES
from sheet_templates import LANGUAGES, template, words
from sync.sentences import MOST, cell_message, sentence
from tests.messages.every_message import FOLDER, caught_of, messages_of
from tests.rule_cases import cases_of, judged

CODES = [pytest.param(rule.code, marks=pytest.mark.xdist_group(rule.code)) for rule in RULES]
"""One process judges the cases of a rule, once for all tests that ask for them."""


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_is_as_it_was_reviewed(code):
    for language in LANGUAGES:
        assert _reviewed(language)[code] == messages_of(code, language), "read them, then: make messages"


def test_every_rule_was_reviewed():
    for language in LANGUAGES:
        assert list(_reviewed(language)) == [rule.code for rule in RULES]


def _reviewed(language: str) -> dict[str, str]:
    parts = (FOLDER / f"{language}.txt").read_text("utf-8").removesuffix("\n").split("\n\n")
    return {part[:4]: part for part in parts}


@pytest.mark.parametrize("code", CODES)
def test_every_finding_of_every_case_becomes_a_sentence(code):
    for finding in (finding for case in cases_of(code) for finding in judged(case)):
        for language in LANGUAGES:
            text = sentence(finding, words(language), template())
            assert text
            assert "{" not in text
            assert "\n" not in text


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_is_said_of_some_case(code):
    variants = {finding.fields.get("variant") for finding in caught_of(code)}
    used = {code if variant is None else f"{code}.{variant}" for variant in variants}
    for language in LANGUAGES:
        assert used == {key for key in words(language)["rules"] if key.startswith(code)}


def test_no_sentence_is_of_no_rule():
    for language in LANGUAGES:
        assert {key.partition(".")[0] for key in words(language)["rules"]} == {rule.code for rule in RULES}


@cache
def found_together() -> list[tuple[Finding, ...]]:
    """One finding of each rule for action items, all in one row."""
    firsts = (next(caught_of(rule.code)) for rule in RULES if rule.on == "actions")
    everything = tuple(sorted(firsts, key=lambda finding: finding.code))
    return [everything[:count] for count in range(1, len(everything) + 1)]


def test_every_heading_at_fault_is_named():
    columns = template().tables["actions"].columns
    finding = Finding("S004", Severity.ERROR, "actions", "A1", 2, tuple(columns)[:12], {"value": ""})
    said = sentence(finding, words("en"), template())
    assert all(columns[key].heads[words("en").head] in said for key in finding.columns)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cell_holds_the_three_worst_and_counts_the_rest(language):
    known = words(language)
    for findings in found_together():
        text = cell_message(findings, (), known, template())

        parts = text.split(known["message"]["between"])
        assert "\n" not in text
        shown = [part for part in parts if part.startswith("[")]
        assert len(shown) == min(MOST, len(findings))
        worst = sorted(findings, key=lambda finding: (finding.severity.rank, finding.code))[:MOST]
        assert [part[1:5] for part in shown] == [finding.code for finding in worst]
        rest = [known["message"]["more"].format(count=len(findings) - MOST)] if len(findings) > MOST else []
        assert parts[len(shown) :] == rest


def test_old_findings_come_after_new_ones():
    findings = found_together()[-1]
    errors = [finding._replace(old=True) for finding in findings if finding.severity is Severity.ERROR]
    (advice,) = [finding for finding in findings if finding.severity is Severity.ADVICE][:1]

    text = cell_message([*errors, advice], (), words("zh-CN"), template())

    assert text.startswith(f"[{advice.code}]")
    assert text.count("历史遗留") == MOST - 1
