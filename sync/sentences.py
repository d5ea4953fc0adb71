"""The one place where findings become sentences: for the cell, the mail, the report and JSON alike."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from rules.findings import Finding
from rules.table import Table
from sheet_templates import Template, Words

MOST = 3
"""A cell never holds more sentences than the worst three, with a count of the rest."""

_LONGEST_VALUE = 40


def sentence(finding: Finding, words: Words, template: Template) -> str:
    """What is wrong, with the value, what to write instead and what is proposed, in one sentence without the code."""
    variant = finding.fields.get("variant")
    text = words["rules"][f"{finding.code}.{variant}" if variant else finding.code]
    columns = template.tables[finding.table].columns
    headings = tuple(columns[key].heads[words.head] for key in finding.columns if "{columns}" in text)
    known = {**finding.fields, "columns": headings}
    fields = {name: _shown(value, words) for name, value in known.items() if f"{{{name}}}" in text}
    said = text.format(**fields)
    if "proposal" not in finding.fields:
        return said
    proposal = proposed(finding.fields["proposal"], words)
    return words["proposals"]["said"].format(sentence=said, proposal=proposal)


def proposed(value: object, words: Words) -> str:
    """A value to type in, as people are shown it: a day with its weekday."""
    if not isinstance(value, date):
        return _shown(value, words)
    weekday = words["mail_weekdays"][str(value.isoweekday())]
    return words["mail_item"]["due_day"].format(date=value.isoformat(), weekday=weekday)


def status_words(template: Template, words: Words) -> dict[str, str]:
    """The word to type for a status, by every way in which it is known to be written."""
    choices = template.tables["actions"].columns["status"].choices
    return {way: words["status"][key] for way, key in choices.items()}


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one row, the worst first, then by code; what is old comes last."""
    if len(findings) < 2:
        return list(findings)
    return sorted(findings, key=lambda finding: (finding.old, finding.severity.rank, finding.code))


def with_code(finding: Finding, words: Words, template: Template) -> str:
    """The sentence with its rule's code before it, as it stands in a cell."""
    form = words["message"]["old_finding" if finding.old else "finding"]
    return form.format(code=finding.code, sentence=sentence(finding, words, template))


def cell_message(findings: Sequence[Finding], notes: Sequence[str], words: Words, template: Template) -> str:
    """The text of a row's message cell: the worst findings, a count of the rest, then notes, all on one line.

    One line, because a taller row would change how people's sheet looks.
    """
    worst = worst_first(findings)
    lines = [with_code(finding, words, template) for finding in worst[:MOST]]
    if len(worst) > MOST:
        lines.append(words["message"]["more"].format(count=len(worst) - MOST))
    return words["message"]["between"].join([*lines, *notes])


def notes(actions: Table, words: Words) -> dict[int, list[str]]:
    """What is to be said of rows beside their faults: a status that differs and why, a late close, an estimate."""
    said: defaultdict[int, list[str]] = defaultdict(list)
    # 待验收 after 已完成 is said by A110 and A111.
    handed_in = actions.status.eq("done") & actions.computed.eq("waiting")
    differs = actions.status.ne("") & actions.status.ne(actions.computed) & ~handed_in
    for row, facts in _facts(actions, differs, ["status", "status_typed", "computed", "finished"]):
        said[row].append(_status_note(facts, words))
    closed_late = actions.finished & ~actions.on_time & actions.late_days.notna()
    for row, facts in _facts(actions, closed_late, ["due", "done", "late_days"]):
        said[row].append(_late_note(facts, words))
    for row in actions.rows[(actions.estimated & ~actions.on_time).to_numpy(dtype=bool)]:
        said[int(row)].append(words["message"]["estimated"])
    return dict(said)


def _facts(
    actions: Table, mask: "pd.Series[bool]", columns: list[str]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """What the rows of a mask hold in some columns."""
    chosen = actions.frame.loc[mask.to_numpy(dtype=bool), columns]
    for row, *values in zip(chosen.index.tolist(), *(chosen[name].tolist() for name in columns), strict=True):
        yield row, dict(zip(columns, values, strict=True))


def _status_note(facts: Mapping[str, Any], words: Words) -> str:
    reason, computed = words["reason"][_reason(facts)], words["status"][facts["computed"]]
    return words["message"]["status_differs"].format(
        typed=facts["status_typed"], reason=reason, computed=computed
    )


def _reason(facts: Mapping[str, Any]) -> str:
    if facts["finished"]:
        return "has_done_date"
    if facts["status"] == "done":
        return "no_done_date"
    if facts["status"] == "cancelled":
        return "no_reason"
    if facts["computed"] == "delayed":
        return "past_due"
    return "not_due_yet" if facts["status"] == "delayed" else "dates"


def _late_note(facts: Mapping[str, Any], words: Words) -> str:
    due, done = f"{facts['due']:%Y-%m-%d}", f"{facts['done']:%Y-%m-%d}"
    return words["message"]["done_late"].format(due=due, done=done, days=facts["late_days"])


def _shown(value: object, words: Words) -> str:
    """A value on one line, as much of it as helps; several (names, headings) as a list of all of them."""
    if isinstance(value, tuple):
        return words["report"]["comma"].join(_shown(each, words) for each in value)
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
