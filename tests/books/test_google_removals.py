"""People edit at every moment while rows leave for the archive and others come back: every row stands somewhere.

The long form: CLOSELOOP_INTERLEAVINGS=10000 (``make interleavings``).
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sheet_templates import template
from sync.books.google.rows_back import moved_columns
from sync.changes import AppendRow, Plan, RemoveRows
from sync.faults import BusyFault, ChangedFault
from sync.finding_tables import find_layouts
from sync.tables import text_of
from tests.books.google_at_once import HEADS, OURS, TOP, at_once, play
from tests.books.google_plans import plan_for
from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID, Desk, open_desk, sheet_of
from tests.sheets_server.grid import shown
from tests.sheets_server.people import KINDS, Edit, columns_of_people, make

TODAY = date(2024, 5, 28)
MOMENTS = [
    ("getByDataFilter", 0),
    *[("batchUpdate", time) for time in (0, 0, 1, 2, 3)],
    *[("get", time) for time in (1, 1, 2, 3)],
]
"""Before the second look, the write, and the readings and writes of repairs. The 0th reading is the pass's own."""
FIGURES: Counter[str] = Counter()

edits = st.builds(Edit, st.sampled_from(KINDS), st.integers(0, 30), st.integers(0, 30))
meanwhile = st.lists(st.tuples(st.sampled_from(MOMENTS), edits), max_size=4)

Script = list[tuple[tuple[str, int], Edit]]


class Row(NamedTuple):
    """A row as people know it: its number, and what they say in it, each with the heading of its column."""

    number: str
    says: tuple[tuple[str, str], ...]


def table(count: int, spare: int) -> Spreadsheet:
    """A table of so many numbered rows, every second to leave, and so many empty ones below it."""
    rows: list[list[object]] = [["行动项台账"], [], HEADS]
    for row in range(count):
        status = ["进行中", "已取消"][row % 2]
        rows.append([f"A{row + 1:03d}", f"事项{row:02d}", "王芳", f"2024-05-{10 + row}", status, f"我{row}"])
    return Spreadsheet(ID, sheets=[sheet_of(0, "行动项", rows, (len(rows) + spare, 26))])


class Removals(RuleBasedStateMachine):
    """People's edits are taken as they come; what else happens to rows is the worker's doing and has to be right."""

    desk: Desk

    @initialize(count=st.integers(1, 8), spare=st.sampled_from([0, 1, 30]))
    def begin(self, count: int, spare: int) -> None:
        self.width, self.came = len(HEADS), 0
        self.limbo, self.coming = Counter[Row](), Counter[Row]()
        self.desk.service.books[ID] = table(count, spare)
        self.desk.service.before = lambda _name: None
        self._quietly_written()
        self.known = self._rows()

    def _quietly_written(self) -> None:
        book = self.desk.book()
        book.apply(plan_for(book, TODAY))

    @rule(edit=edits)
    def people_edit(self, edit: Edit) -> None:
        with self.desk.service.lock:
            self._look()
            book = self.desk.service.books[ID]
            self.width += make(edit, book, TOP, columns_of_people(book, TOP, OURS, self.width))
            self.known = self._rows()

    @rule(script=meanwhile)
    def rows_leave(self, script: Script) -> None:
        book = self.desk.book()
        snapshot = book.read()
        layout = find_layouts(snapshot, template(), {})["actions"]
        status, lines = layout.columns["status"], snapshot.tab(layout.tab).rows
        gone = tuple(
            row
            for row in range(layout.header_row + 1, len(lines) + 1)
            if len(lines[row - 1]) >= status and text_of(lines[row - 1][status - 1]) == "已取消"
        )
        filed = Counter(row for row in self._rows().elements() if ("状态", "已取消") in row.says)
        if not gone:
            return
        plan = Plan(snapshot.fingerprint, removals=(RemoveRows(layout.tab, gone),))
        FIGURES["removals"] += 1
        self._carried_out(lambda: book.apply(plan), script, book)
        assert self.limbo <= filed, ("vanished", self.limbo - filed)
        FIGURES["rows that left"] += self.limbo.total()
        self.limbo.clear()

    @rule(script=meanwhile)
    def a_row_comes_back(self, script: Script) -> None:
        book = self.desk.book()
        snapshot = book.read()
        layout = find_layouts(snapshot, template(), {})["actions"]
        self.came += 1
        said = {"id": f"B{self.came:03d}", "description": f"回来{self.came:02d}", "owner": "张三"}
        values = tuple(sorted((layout.columns[key], value) for key, value in said.items()))
        new = AppendRow(layout.tab, layout.last_row + 1, said["id"], values)
        self.coming[Row(said["id"], (("行动项描述", said["description"]), ("负责人", "张三")))] += 1
        FIGURES["rows added"] += 1
        done = self._carried_out(lambda: book.apply(Plan(snapshot.fingerprint, rows=(new,))), script, book)
        assert not self.limbo, ("vanished", self.limbo)
        assert not (done and self.coming), "the row did not come"
        self.coming.clear()

    def _carried_out(self, apply: Callable[[], object], script: Script, book) -> bool:
        """Whether a plan was carried out, with people's edits at moments within."""
        calls = Counter(get=1)

        def before(name: str) -> None:
            for at, edit in script:
                if at == (name, calls[name]):
                    FIGURES["edits within a pass"] += 1
                    self.people_edit(edit)
            calls[name] += 1

        self.desk.service.before = before
        try:
            apply()
            done = True
        except (ChangedFault, BusyFault):
            FIGURES["left to the next pass"] += 1
            done = False
        self.desk.service.before = lambda _name: None
        FIGURES["with a repair"] += book.repairs > 0
        with self.desk.service.lock:
            self._look()
        return done

    def _look(self) -> None:
        """What has happened since people's last edit: rows left, came back as they were, or were added."""
        now = self._rows()
        self.limbo += self.known - now
        for row in (now - self.known).elements():
            if self.limbo[row]:
                self.limbo -= Counter([row])
            else:
                assert self.coming[row], ("nobody typed", row, "limbo", self.limbo)
                self.coming -= Counter([row])
        self.known = now

    def _rows(self) -> Counter[Row]:
        sheet = self.desk.service.books[ID].sheets[0]
        theirs = columns_of_people(self.desk.service.books[ID], TOP, OURS, self.width)
        heads = {column: text_of(shown(sheet.cell(TOP, column))) for column in theirs}
        found: Counter[Row] = Counter()
        for row in range(TOP + 1, len(sheet.rows)):
            said = [(heads[column], text_of(shown(sheet.cell(row, column)))) for column in theirs]
            says = tuple(sorted((head, text) for head, text in said if text and head != "编号"))
            number = next((text for head, text in said if head == "编号"), "")
            found[Row(number, says)] += bool(says or number)
        return +found

    def teardown(self) -> None:
        self.desk.service.before = lambda _name: None
        FIGURES["interleavings"] += hasattr(self, "known")


@pytest.fixture(scope="module")
def desk():
    with open_desk(table(3, 1)) as desk:
        yield desk


@pytest.mark.slow
def test_rows_leave_and_come_while_people_type(desk, capsys):
    play(Removals, desk, FIGURES, capsys)
    assert FIGURES["rows that left"]


CASES: list[tuple[int, int, Script]] = [
    (5, 30, [(("batchUpdate", 1), Edit("delete row", 25, 6)), (("batchUpdate", 0), Edit("delete row", 3, 23)), (("getByDataFilter", 0), Edit("copy row", 26, 24))]),
    (2, 30, [(("batchUpdate", 0), Edit("clear number", 13, 6))]),
    (8, 1, [(("get", 1), Edit("insert column", 12, 1)), (("batchUpdate", 0), Edit("move row", 3, 21))]),
    (8, 0, [(("batchUpdate", 0), Edit("move row", 7, 0)), (("batchUpdate", 1), Edit("insert column", 0, 1))]),
]  # fmt: skip
"""Rows, empty ones below them, and the edits that once lost a row: it came back nowhere, or not where its headings are."""


@pytest.mark.parametrize(("count", "spare", "script"), CASES)
def test_cases_that_were_found(desk, count, spare, script):
    case = at_once(Removals, desk)()
    case.begin(count=count, spare=spare)
    case.rows_leave(script=script)
    case.rows_leave(script=[])
    assert not any(("状态", "已取消") in row.says for row in case.known)
    case.teardown()


THEN = {1: "编号", 2: "描述", 3: "状态", 5: "我的"}


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (THEN, {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}),
        ({1: "编号", 3: "描述", 4: "状态", 6: "我的"}, {1: 1, 2: 3, 3: 4, 4: 5, 5: 6}),  # one was inserted
        ({1: "编号", 2: "状态", 4: "我的"}, {1: 1, 3: 2, 4: 3, 5: 4}),  # one was deleted
        ({1: "我的", 2: "编号", 3: "描述", 4: "状态"}, {1: 2, 2: 3, 3: 4, 4: 5, 5: 1}),  # one was moved
        ({1: "编号", 2: "事项", 3: "状态", 5: "我的"}, {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}),  # one has a new name
        ({1: "状态", 2: "描述", 3: "状态", 5: "我的"}, {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}),  # a name stands twice
    ],
)
def test_columns_are_found_again_by_their_headings(now, found):
    assert moved_columns(THEN, now, 5) == found
