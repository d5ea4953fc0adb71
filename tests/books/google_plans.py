"""Plans as a pass makes them, without the rules: results that depend on what people typed, at a fraction of the time."""

from datetime import date

from sheet_templates import template, words
from sync.books.google.book import GoogleBook
from sync.changes import Plan
from sync.history import row_digests
from sync.numbering import numbers
from sync.plan import Shown, table_plan
from sync.snapshot import CellValue
from sync.tables import read_tables, text_of


def plan_for(book: GoogleBook, today: date) -> Plan:
    """Read a book and plan its action table: numbers, new columns, results of each row, colours."""
    snapshot = book.read()
    actions = read_tables(snapshot, template(), {}, today, {})["actions"]
    tab, columns = snapshot.tab(actions.layout.tab), actions.layout.columns
    ids = numbers(actions.id, row_digests(actions, template().tables["actions"]), {})

    def said(row: int, key: str) -> str:
        line, at = tab.rows[row - 1], columns.get(key, 0)
        return text_of(line[at - 1]) if 0 < at <= len(line) else ""

    def results(row: int) -> dict[str, CellValue]:
        owner, status = said(row, "owner"), said(row, "status")
        return {
            "computed_status": "延期" if status == "延期" else "进行中",
            "late_days": len(said(row, "description")) % 3 or None,
            "risk": None if owner else "风险预警",
            "cells_at_fault": None if owner else ";owner:E;",
            "message": None if owner == "王芳" else f"{owner}：{status}",
        }

    found = {int(row): results(int(row)) for row in actions.rows}
    keys = [column.key for column in template().tables["actions"].worker_columns]
    wanted = {"id": ids} | {key: {row: cells[key] for row, cells in found.items()} for key in keys}
    shown = Shown(actions, template().tables["actions"], ids, wanted)
    added, cells, colours = table_plan(tab, shown, template(), words("zh-CN"))
    return Plan(snapshot.fingerprint, added, tuple(sorted(cells)), colours)
