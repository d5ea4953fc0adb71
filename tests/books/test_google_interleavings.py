"""People edit at every moment of a pass: nothing of theirs changes by us, no row vanishes, every result finds its row.

The long form: CLOSELOOP_INTERLEAVINGS=10000 (``make interleavings``).
"""

from collections import Counter
from datetime import date

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from sync.faults import BusyFault, ChangedFault
from tests.books.google_at_once import HEADS, OURS, TOP, at_once, play
from tests.books.google_plans import plan_for
from tests.sheets_server import Service, Spreadsheet
from tests.sheets_server.desk import ID, Desk, open_desk, sheet_of
from tests.sheets_server.grid import shown
from tests.sheets_server.people import KINDS, Edit, columns_of_people, delete_our_column, make

TODAY = date(2024, 5, 28)
WIDTH = len(HEADS)
REPAIRING = [("get", 1), ("batchUpdate", 1), ("get", 2), ("batchUpdate", 2)]
MOMENTS = [("getByDataFilter", 0), ("batchUpdate", 0), ("batchUpdate", 0), *REPAIRING]
"""Before the second look, before the write (oftener), before the readings and the writes of repairs; in a table's
first pass the second look is a batchUpdate too, and the others come one later."""
FIGURES: Counter[str] = Counter()

edits = st.builds(
    Edit, st.sampled_from([*KINDS, "delete our column"]), st.integers(0, 30), st.integers(0, 30)
)
before_it = st.lists(edits, min_size=1, max_size=3)
meanwhile = st.lists(st.tuples(st.sampled_from(MOMENTS), edits), min_size=1, max_size=3)


def table(count: int, numbered: int) -> Spreadsheet:
    """A table of so many rows, every ``numbered``-th with a number of people's own."""
    rows: list[list[object]] = [["行动项台账"], [], HEADS]
    for row in range(count):
        number = f"A{row + 1:03d}" if numbered and row % numbered == 0 else None
        rows.append([number, f"事项{row:02d}", ["王芳", "张三", ""][row % 3], f"2024-05-{10 + row}", ["进行中", "延期"][row % 2], f"我{row}"])  # fmt: skip
    return Spreadsheet(ID, sheets=[sheet_of(0, "行动项", rows)])


class Passes(RuleBasedStateMachine):
    """A table that people and the worker edit at once, beside a twin that only people edit."""

    desk: Desk

    @initialize(count=st.integers(1, 9), numbered=st.integers(0, 3))
    def begin(self, count: int, numbered: int) -> None:
        self.actual, self.twin = table(count, numbered), table(count, numbered)
        self.width, self.seen = WIDTH, Counter[str]()
        service = self.desk.service
        service.books[ID] = self.actual
        service.before = lambda _name: None
        self.kept_by_us: set[object] = set()

    @property
    def service(self) -> Service:
        return self.desk.service

    @rule(edit=edits)
    def people_edit(self, edit: Edit) -> None:
        with self.service.lock:
            if edit.kind == "delete our column":
                delete_our_column(self.service.books[ID], TOP, edit.at, OURS)
                return
            book = self.service.books[ID]
            make(edit, book, TOP, columns_of_people(book, TOP, OURS, self.width))
            self.width += make(edit, self.twin, TOP, list(range(self.width)))

    @rule(first=before_it, meanwhile=meanwhile)
    def worker_passes(self, first: list[Edit], meanwhile: list[tuple[tuple[str, int], Edit]]) -> None:
        for edit in first:
            self.people_edit(edit)
        calls: Counter[str] = Counter()

        def before(name: str) -> None:
            for at, edit in meanwhile:
                if at != (name, calls[name]):
                    continue
                if edit.kind == "copy row" and at in REPAIRING:
                    continue
                FIGURES["edits within a pass"] += 1
                self.people_edit(edit)
            calls[name] += 1

        self.service.before = before
        self._pass()
        self.service.before = lambda _name: None

    def _pass(self) -> None:
        book = self.desk.book()
        FIGURES["passes"] += 1
        for _ in range(3):
            try:
                book.apply(plan_for(book, TODAY))
            except ChangedFault:
                FIGURES["judged anew"] += 1
                continue
            except BusyFault:
                FIGURES["left to the next pass"] += 1
            break
        FIGURES["passes with a repair"] += book.repairs > 0
        FIGURES["repairs"] += book.repairs

    @precondition(lambda self: hasattr(self, "twin"))
    @rule()
    def nothing_of_peoples_has_changed(self) -> None:
        self._compare()

    def _compare(self) -> None:
        """Every cell of people's is as on the twin; numbers may have come where there were none."""
        actual, twin = self.service.books[ID].sheets[0], self.twin.sheets[0]
        theirs = columns_of_people(self.service.books[ID], TOP, OURS, self.width)
        for row in range(max(len(actual.rows), len(twin.rows))):
            said = [shown(twin.cell(row, column)) for column in range(self.width)]
            for column, (place, due) in enumerate(zip(theirs, said, strict=True)):
                there = shown(actual.cell(row, place))
                numbered = shown(twin.cell(TOP, column)) == "编号" and due is None and row > TOP and any(said)
                assert there == due or numbered, (row, column, there, due)

    def teardown(self) -> None:
        if not hasattr(self, "twin"):
            return
        self._compare()
        try:
            self._pass()
        except Exception as error:
            if "action table" in str(error):  # people have taken the table itself apart
                return
            raise
        self._compare()
        assert len(plan_for(self.desk.book(), TODAY)) == 0
        FIGURES["interleavings"] += 1


@pytest.fixture(scope="module")
def desk():
    with open_desk(table(3, 1)) as desk:
        yield desk


Script = list[tuple[list[Edit], list[tuple[tuple[str, int], Edit]]]]
"""Passes, each with the edits before it and those at moments within it."""
BEFORE_WRITE, BEFORE_REPAIR_READS, BEFORE_REPAIR = ("batchUpdate", 0), ("get", 1), ("batchUpdate", 1)
BEFORE_LOOK = ("getByDataFilter", 0)
CASES: list[tuple[int, int, Script]] = [
    (4, 2, [([], []), ([Edit("new row", 1, 1)], [(BEFORE_WRITE, Edit("clear number", 0, 0)), (BEFORE_REPAIR_READS, Edit("clear number", 1, 0)), (BEFORE_REPAIR, Edit("insert column", 5, 0))])]),
    (2, 3, [([], [(BEFORE_WRITE, Edit("insert column", 29, 16)), (BEFORE_REPAIR, Edit("insert column", 25, 12))])]),
    (1, 0, [([], [(BEFORE_WRITE, Edit("new row", 9, 10))]), ([], [(BEFORE_WRITE, Edit("insert column", 11, 10)), (BEFORE_WRITE, Edit("insert column", 20, 7)), (BEFORE_REPAIR, Edit("delete row", 5, 9))])]),
    (1, 1, [([Edit("insert column", 7, 0)], []), ([Edit("cut and paste", 6, 27)], [(BEFORE_WRITE, Edit("insert column", 20, 9)), (BEFORE_REPAIR, Edit("sort narrow", 10, 2))])]),
    (4, 0, [([], []), ([Edit("cut and paste", 13, 13)], [(BEFORE_REPAIR_READS, Edit("move row", 16, 28)), (BEFORE_WRITE, Edit("sort", 5, 19)), (BEFORE_WRITE, Edit("insert column", 25, 4))])]),
    (3, 0, [([Edit("delete row", 6, 5), Edit("copy row", 11, 10)], [(BEFORE_LOOK, Edit("copy row", 25, 10))]), ([Edit("delete row", 10, 16), Edit("cut and paste", 28, 18)], [(BEFORE_WRITE, Edit("insert column", 2, 19)), (BEFORE_REPAIR, Edit("move row", 15, 11))])]),
    (1, 0, [([], []), ([Edit("insert column", 27, 11)], []), ([Edit("new row", 26, 30)], [(BEFORE_WRITE, Edit("insert column", 23, 3)), (BEFORE_REPAIR_READS, Edit("insert column", 16, 25))])]),
    (1, 0, [([], []), ([Edit("insert column", 8, 0)], [(BEFORE_LOOK, Edit("delete our column", 19, 5))])]),
    (1, 1, [([], []), ([Edit("type", 2, 10), Edit("insert column", 15, 16)], [(BEFORE_WRITE, Edit("insert row", 26, 17)), (BEFORE_REPAIR, Edit("delete our column", 19, 19))])]),
]  # fmt: skip
"""Found at random: rows, how many of them are numbered, passes."""


@pytest.mark.parametrize(("count", "numbered", "script"), CASES)
def test_cases_that_were_found(desk, count, numbered, script):
    case = at_once(Passes, desk)()
    case.begin(count=count, numbered=numbered)
    for first, meanwhile in script:
        case.worker_passes(first=first, meanwhile=meanwhile)
        case.nothing_of_peoples_has_changed()
    case.teardown()


@pytest.mark.slow
def test_people_and_worker_at_once(desk, capsys):
    play(Passes, desk, FIGURES, capsys)
    assert FIGURES["passes"]
