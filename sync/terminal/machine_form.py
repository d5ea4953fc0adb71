"""The stable machine form of ``check --json``, ``plan --json`` and ``run --json``."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from rules.findings import Finding
from rules.judge import Judgement
from sheet_templates import Template, Words
from sync.archiving.filing import Filing
from sync.changes import Plan
from sync.ledger.notices import Entry
from sync.looking import Judged
from sync.sentences import sentence
from sync.snapshot import CellValue
from sync.tell.notice import Notice
from sync.telling import Told
from sync.worker import Pass, Unchanged


def checked(judgement: Judgement, words: Words, template: Template) -> dict[str, Any]:
    """``{"rows", "findings", "waived"}``: how many action items were judged, what was found in all tables, and
    what a waiver has taken away."""
    findings = [finding_form(finding, words, template) for finding in judgement.findings]
    waived = [finding_form(finding, words, template) for finding in judgement.waived]
    return {"rows": rows_read(judgement), "findings": findings, "waived": waived}


def known(judgement: Judgement) -> dict[str, Any]:
    """``{"known", "by_code"}``: how many faults the baseline has taken as known, and how many of each rule."""
    codes = Counter(finding.code for finding in judgement.findings)
    return {"known": len(judgement.findings), "by_code": dict(sorted(codes.items()))}


def proposed(judgement: Judgement) -> dict[str, Any]:
    """``{"rows", "proposals"}``: how many action items were judged, and what could be typed instead, cell by cell."""
    return {
        "rows": rows_read(judgement),
        "proposals": [_proposal(each) for each in judgement.findings if "proposal" in each.fields],
    }


def planned(judged: Judged, told: Told) -> dict[str, Any]:
    """``{"read", "findings", "changes", "notices", "held"}``: each change and notice that a run would make, and how
    many of the notices would wait for the sending window."""
    return {
        "read": rows_read(judged.judgement),
        "findings": len(judged.judgement.findings),
        "changes": _changes(judged.plan) + _filed(judged.filing),
        "notices": _notices((*told.notices, *told.held)),
        "held": len(told.held),
    }


def ran(done: Pass | Unchanged) -> dict[str, Any]:
    """``{"run", "read", "findings", "changes", "notices", "sent", "held"}`` of a pass.

    All are numbers (the run's, action items read, findings, changes made, mails sent, notices that
    wait) but ``notices``: what was told, by kind and address.
    """
    if isinstance(done, Unchanged):
        figures = {"run": done.run, "read": done.read, "findings": done.findings}
        return {**figures, "changes": 0, "notices": [], "sent": 0, "held": done.held}
    return {
        "run": done.run,
        "read": rows_read(done.judged.judgement),
        "findings": len(done.judged.judgement.findings),
        "changes": len(done.judged.plan) + sum(done.filed.rows.values()),
        "notices": _notices(done.told),
        "sent": done.mails,
        "held": len(done.held),
    }


def entry(told: Entry) -> dict[str, Any]:
    """One notice as the ledger has it: ``{"key", "state", "kind", "id", "name", "to", "moment", "settled", "detail"}``."""
    return {
        "key": told.key,
        "state": told.state,
        "kind": told.kind,
        "id": told.row_id,
        "name": told.name,
        "to": told.email,
        "moment": told.moment.isoformat(),
        "settled": told.settled.isoformat() if told.settled else None,
        "detail": told.detail or "",
    }


def rows_read(judgement: Judgement) -> int:
    """How many action items were judged."""
    return len(judgement.book.tables["actions"].rows)


def finding_form(finding: Finding, words: Words, template: Template) -> dict[str, Any]:
    """One finding with its sentence."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "table": finding.table,
        "id": finding.row_id,
        "row": finding.row,
        "columns": list(finding.columns),
        "message": sentence(finding, words, template),
        "old": finding.old,
    }


def _proposal(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "table": finding.table,
        "id": finding.row_id,
        "row": finding.row,
        "column": finding.columns[0],
        "now": finding.fields["value"],
        "proposed": str(finding.fields["proposal"]),
    }


def _changes(plan: Plan) -> list[dict[str, Any]]:
    columns = [
        {"kind": "column", "tab": each.tab, "column": each.column, "heading": each.heading}
        for each in plan.columns
    ]
    cells = [
        {
            "kind": "cell",
            "tab": each.tab,
            "row": each.row,
            "id": each.row_id,
            "column": each.column,
            "was": plain(each.was),
            "now": plain(each.now),
        }
        for each in plan.cells
    ]
    return (
        columns
        + cells
        + [{"kind": "colours", "tab": each.tab, "rules": len(each.rules)} for each in plan.colours]
        + [{"kind": "tab", "tab": each.content.name, "rows": len(each.content.rows)} for each in plan.tabs]
    )


def _filed(filing: Filing) -> list[dict[str, Any]]:
    return [{"kind": "archive", "table": table, "rows": rows} for table, rows in filing.rows.items()]


def _notices(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    ids: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for notice in notices:
        ids[notice.kind.value, notice.recipient.email].append(notice.subject.id)
    return [{"kind": kind, "to": email, "ids": mine} for (kind, email), mine in ids.items()]


def plain(value: CellValue) -> Any:
    """A cell's value as JSON has it: dates as ISO texts."""
    return (
        value.isoformat()
        if isinstance(value, date)
        else value
        if isinstance(value, (str, int, float, bool))
        else value and str(value)
    )
