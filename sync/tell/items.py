"""Makes of an action item's row what a mail says of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from rules.findings import Finding, Severity
from rules.judge import Judgement
from sheet_templates import Template, Words
from sync.colours import letters
from sync.sentences import MOST, sentence, worst_first
from sync.tell.notice import Item


@dataclass(frozen=True)
class Items:
    """The action items of a judgement, as mails in one language show them."""

    judgement: Judgement
    template: Template
    words: Words

    def item(self, row: int, facts: Mapping[str, Any]) -> Item:
        """One row, with the worst that is wrong with it and the place where it stands; made once for all whom it goes to."""
        if row not in self._made:
            self._made[row] = self._item(row, facts)
        return self._made[row]

    def _item(self, row: int, facts: Mapping[str, Any]) -> Item:
        dated = pd.notna(facts["due"])
        worst = worst_first(self._by_row.get(row, ()))
        return Item(
            id=facts["id"],
            description=facts["description"],
            meeting=self._meeting(facts["meeting_id"]),
            owner=facts["owner"],
            department=facts["department"],
            due=facts["due"].date() if dated else None,
            days_left=int(facts["days_left"]) if dated else 0,
            late_days=0 if pd.isna(facts["late_days"]) else int(facts["late_days"]),
            status=self.words["status"][facts["computed"]],
            risk=self.words["risk"].get(facts["risk_level"], ""),
            place=self._place(row),
            problems=tuple(sentence(finding, self.words, self.template) for finding in worst[:MOST]),
            confidential=bool(facts["confidential"]),
        )

    def _place(self, row: int) -> str:
        layout = self.judgement.book.tables["actions"].layout
        return f"{layout.tab}!{letters(layout.columns.get('description', 1))}{row}"

    def _meeting(self, meeting_id: str) -> str:
        name = self._meeting_names.get(meeting_id)
        return f"{name}({meeting_id})" if name else meeting_id

    @cached_property
    def _made(self) -> dict[int, Item]:
        return {}

    @cached_property
    def _meeting_names(self) -> Mapping[str, str]:
        meetings = self.judgement.book.get("meetings")
        return dict(zip(meetings.id, meetings.name, strict=True)) if meetings else {}

    @cached_property
    def _by_row(self) -> Mapping[int, list[Finding]]:
        by_row: defaultdict[int, list[Finding]] = defaultdict(list)
        for finding in self.judgement.findings:
            if finding.table == "actions" and finding.severity is not Severity.ADVICE:
                by_row[finding.row].append(finding)
        return by_row
