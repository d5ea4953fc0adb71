"""The one place where findings become sentences: for the cell, the mail, the report and JSON alike."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from rules.findings import Finding
from sheet_templates import Template, Words

MOST = 3
"""A cell never holds more sentences than the worst three, with a count of the rest."""

_LONGEST_VALUE = 40


def sentence(finding: Finding, words: Words, template: Template) -> str:
    """What is wrong, with the value, and what to write instead, in one sentence without the code."""
    variant = finding.fields.get("variant")
    text = words["rules"][f"{finding.code}.{variant}" if variant else finding.code]
    columns = template.tables[finding.table].columns
    headings = "、".join(columns[key].heads[words.head] for key in finding.columns)
    return text.format(**{name: _shown(value) for name, value in finding.fields.items()}, columns=headings)


def with_code(finding: Finding, words: Words, template: Template) -> str:
    """The sentence with its rule's code before it, as it stands in a cell."""
    return words["message"]["finding"].format(code=finding.code, sentence=sentence(finding, words, template))


def cell_message(findings: Sequence[Finding], notes: Sequence[str], words: Words, template: Template) -> str:
    """The text of a row's message cell: the worst findings, a count of the rest, then notes, all on one line.

    One line, because a taller row would change how people's sheet looks.
    """
    worst = sorted(findings, key=lambda finding: (finding.severity.rank, finding.code))
    lines = [with_code(finding, words, template) for finding in worst[:MOST]]
    if len(worst) > MOST:
        lines.append(words["message"]["more"].format(count=len(worst) - MOST))
    return words["message"]["between"].join([*lines, *notes])


def notes(row: Mapping[str, Any], words: Words) -> list[str]:
    """What is to be said of a row beside its faults: where its status differs and why, and a late close."""
    said = [_status_note(row, words), _late_note(row, words)]
    if row["estimated"] and not row["on_time"]:
        said.append(words["message"]["estimated"])
    return [note for note in said if note]


def _status_note(row: Mapping[str, Any], words: Words) -> str:
    """Where people's status and the computed one disagree. 待验收 after 已完成 is said by A110 and A111."""
    typed, computed = row["status"], row["computed"]
    if not typed or typed == computed or (typed == "done" and computed == "waiting"):
        return ""
    return words["message"]["status_differs"].format(
        typed=row["status_typed"], reason=words["reason"][_reason(row)], computed=words["status"][computed]
    )


def _reason(row: Mapping[str, Any]) -> str:
    if row["finished"]:
        return "has_done_date"
    if row["status"] == "done":
        return "no_done_date"
    if row["computed"] == "delayed":
        return "past_due"
    return "not_due_yet" if row["status"] == "delayed" else "dates"


def _late_note(row: Mapping[str, Any], words: Words) -> str:
    if row["on_time"] or not row["finished"] or pd.isna(row["late_days"]):
        return ""
    return words["message"]["done_late"].format(
        due=f"{row['due']:%Y-%m-%d}", done=f"{row['done']:%Y-%m-%d}", days=row["late_days"]
    )


def _shown(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
