"""The faults that stand already when a tracker is adopted: known, marked as old, and not chased.

A known fault is a rule, a row and a digest of the cells at fault. As long as they are as they were, the
finding is old; once somebody changes them, what is wrong then is new.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple

from rules.findings import Finding
from rules.judge import Judgement
from rules.table import Book, Table
from sheet_templates import Template


class KnownFault(NamedTuple):
    """One fault of the baseline. ``row_id`` is the row's number, or what its compulsory cells say where its
    table has no numbers; '' for what concerns the header. ``digest`` is one of the cells at fault."""

    table: str
    row_id: str
    code: str
    digest: str


def known_faults(
    findings: Iterable[Finding], book: Book, ids: Mapping[int, str], template: Template
) -> Iterator[KnownFault]:
    """Each finding as the baseline knows it, in their order; ``ids`` gives the numbers of the action items."""
    cells = _Cells(book, ids, template)
    for finding in findings:
        yield KnownFault(finding.table, cells.row_id(finding), finding.code, cells.digest(finding))


def mark_old(
    judgement: Judgement, baseline: frozenset[KnownFault], ids: Mapping[int, str], template: Template
) -> Judgement:
    """The judgement with the findings marked that the baseline knows."""
    if not baseline:
        return judgement
    known = known_faults(judgement.findings, judgement.book, ids, template)
    findings = (
        finding._replace(old=True) if fault in baseline else finding
        for finding, fault in zip(judgement.findings, known, strict=True)
    )
    return replace(judgement, findings=tuple(findings))


class _Cells:
    """What was typed into the cells of a book's tables; each column is looked up once."""

    def __init__(self, book: Book, ids: Mapping[int, str], template: Template) -> None:
        self._book, self._ids, self._template = book, ids, template
        self._columns: dict[tuple[str, str], Mapping[int, Any]] = {}

    def row_id(self, finding: Finding) -> str:
        table = self._book.tables[finding.table]
        if finding.table == "actions":
            return self._ids.get(finding.row, "")
        if finding.row_id or finding.row <= table.layout.header_row:
            return finding.row_id
        keys = self._template.tables[finding.table].compulsory
        return " ".join(str(self._cell(table, key, finding.row)) for key in keys)

    def digest(self, finding: Finding) -> str:
        """A hash of the keys and texts of the cells at fault; of the header, of the heading at fault."""
        table = self._book.tables[finding.table]
        in_header = finding.row <= table.layout.header_row
        texts = (
            [str(finding.fields["value"])]
            if in_header
            else [str(self._cell(table, key, finding.row)) for key in finding.columns]
        )
        return sha256("\x1f".join([*finding.columns, *texts]).encode("utf-8", "replace")).hexdigest()

    def _cell(self, table: Table, key: str, row: int) -> Any:
        place = (table.key, key)
        if place not in self._columns:
            typed = table.frame.get(f"{key}_typed", table.frame.get(key))
            self._columns[place] = {} if typed is None else dict(zip(table.rows, typed, strict=True))
        return self._columns[place].get(row, "")
