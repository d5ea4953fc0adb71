"""The guard lets no row go that the archive does not have, and none of the archive be lost."""

import pytest
from archive_tables import in_memory, item, one_pass, tabs

from sheet_templates import template
from sync.archiving.proving import Archive
from sync.changes import AppendRow, Plan, PutTab, RemoveRows
from sync.faults import GuardFault
from sync.generated import GeneratedTab, TabCell
from sync.guard import guard


def proved(plan, snapshot, archive=None):
    guard(plan, snapshot, template(), {}, archive or Archive())


def test_the_guard_lets_no_row_go_that_the_archive_does_not_have(tmp_path):
    book = in_memory(tabs([item("A1"), item("A2", done=None)]))
    snapshot = book.read()
    name = "行动项跟踪表"
    with pytest.raises(GuardFault, match="do not stand in the archive"):
        proved(Plan(snapshot.fingerprint, removals=(RemoveRows(name, (2,)),)), snapshot)
    one_pass(book, tmp_path)
    snapshot = book.read()
    tab = next(tab for tab in snapshot.tabs if tab.generated)
    for rows in ((), tuple(tuple(TabCell(value) for value in row) for row in tab.rows[:1])):
        with pytest.raises(GuardFault, match="would lose archived rows"):
            proved(Plan(snapshot.fingerprint, tabs=(PutTab(GeneratedTab(tab.name, rows)),)), snapshot)
    with pytest.raises(GuardFault, match="belongs to people"):
        proved(Plan(snapshot.fingerprint, tabs=(PutTab(GeneratedTab(name, ())),)), snapshot)
    with pytest.raises(GuardFault, match="do not stand in the archive"):
        proved(Plan(snapshot.fingerprint, removals=(RemoveRows(name, (1,)),)), snapshot)
    with pytest.raises(GuardFault, match="does not come from the archive"):
        proved(Plan(snapshot.fingerprint, rows=(AppendRow(name, 9, "A7", ((1, "A7"),)),)), snapshot)
    with pytest.raises(GuardFault, match="does not come from the archive"):
        proved(Plan(snapshot.fingerprint, rows=(AppendRow(name, 2, "A1", ((1, "A1"),)),)), snapshot)
    proved(Plan(snapshot.fingerprint, rows=(AppendRow(name, 3, "A1", ((1, "A1"),)),)), snapshot)
