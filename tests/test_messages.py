"""The sentences stand in tests/messages/<language>.txt, where reviewers read all of them; and how a cell holds them."""

import pytest

from rules.findings import Finding, Severity
from sheet_templates import LANGUAGES, template, words
from sync.sentences import MOST, cell_message, sentence
from tests.messages.every_message import FOLDER, caught, every_message


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_as_it_was_reviewed(language):
    assert (FOLDER / f"{language}.txt").read_text("utf-8") == every_message(language), (
        "read them, then: make messages"
    )


def found_together() -> list[tuple[Finding, ...]]:
    """One finding of each rule for action items, all in one row."""
    by_code = {finding.code: finding for finding in caught() if finding.table == "actions"}
    everything = tuple(by_code[code] for code in sorted(by_code))
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
