"""What a pass wrote can be put back: the worker's cells as they were, and what was written since stays.

The long form: CLOSELOOP_UNDOS=200 (``make undos``).
"""

import os
import random
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheet_templates import template
from sheet_templates.demo import demo
from sync.books.excel import ExcelBook
from sync.books.memory import MemoryBook
from sync.commands.beginning import write_new
from sync.guard import guard
from sync.ledger.ledger import Ledger
from sync.ledger.recalling import history_of, last_runs, latest_changes, left_by, run_of, written_by
from sync.new_workbook import Content
from sync.plan import same_value
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tables import read_tables
from sync.tell.outbox import Outbox
from sync.undoing import undo
from sync.worker import run_pass

NOW = datetime(2024, 6, 4, 10)
HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态"]
OURS = ["系统状态", "逾期工作日", "风险等级", "问题字段", "检查结果"]
WORKER = {column.key for column in template().tables["actions"].worker_columns}
THEIRS = st.sampled_from(
    [
        "输出《流程V2.0》",
        "推进",
        "王芳",
        "相关部门",
        "2024-05-22",
        "尽快",
        "进行中",
        "已完成",
        "受阻",
        "80%",
        None,
    ]
)
JUNK = st.one_of(
    st.none(), st.sampled_from(["延期", "我的备注", "0"]), st.integers(-5, 9), st.dates().map(lambda day: datetime(2024, 1, day.day)), st.booleans()
)  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> list[list]:
    """A table that some have had before: also with odd things in the worker's columns."""
    count = draw(st.integers(1, 6))
    made = [[f"A{number:03d}", *[draw(THEIRS) for _ in HEADER[1:]]] for number in range(1, count + 1)]
    if draw(st.booleans()):
        return [[*HEADER, *OURS], *([*row, *[draw(JUNK) for _ in OURS]] for row in made)]
    return [HEADER, *made]


def one_pass(book, ledger, folder: Path, now: datetime = NOW):
    return run_pass(book, ledger, Outbox(folder / "out"), Settings(), now)


def undo_of(book, ledger, number: int, now: datetime = NOW):
    snapshot = book.read()
    tables = read_tables(snapshot, template(), {}, now.date())
    planned = undo(written_by(ledger, number), snapshot, tables, left_by(ledger, number))
    guard(planned.plan, snapshot, template(), {})
    return planned


def worker_cells(book) -> dict:
    """Each cell of the worker's columns that is not empty, by number and column."""
    snapshot = book.read()
    table = read_tables(snapshot, template(), {}, NOW.date())["actions"]
    shown = snapshot.tab(table.layout.tab).rows
    cells = {}
    for row, row_id in zip(table.rows, table.row_ids, strict=True):
        for key in WORKER & set(table.layout.columns):
            position = table.layout.columns[key]
            value = shown[row - 1][position - 1] if position <= len(shown[row - 1]) else None
            if value not in (None, "") and row_id:
                cells[row_id, key] = value
    return cells


@pytest.mark.slow
@given(rows(), st.randoms(use_true_random=False))
@settings(
    max_examples=60 if "CLOSELOOP_UNDOS" in os.environ else 25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_undo_gives_back_the_workers_cells_and_leaves_later_edits(table, chance):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(Ledger.in_file(folder / "l.sqlite", "t")) as ledger:
            book = MemoryBook({"t": Tab("t", table)})
            before = worker_cells(book)
            done = one_pass(book, ledger, folder)
            after = worker_cells(book)
            edits = edited(book, chance)

            planned = undo_of(book, ledger, done.run)
            book.apply(planned.plan)

            now = worker_cells(book)
            for place in {*before, *after, *now}:
                wanted = edits.get(place, before.get(place))
                assert same_value(now.get(place), wanted), place
            assert not undo_of(book, ledger, done.run).plan.cells


def edited(book: MemoryBook, chance: random.Random) -> dict:
    """Rows sorted anew, and something written over some of the worker's cells."""
    tab = book.tabs["t"]
    head, *body = [list(cells) + [None] * (len(tab.rows[0]) - len(cells)) for cells in tab.rows]
    chance.shuffle(body)
    table = read_tables(book.read(), template(), {}, NOW.date())["actions"]
    edits = {}
    for cells in body:
        for key in sorted(WORKER & set(table.layout.columns)):
            if cells[0] and chance.random() < 0.2:
                cells[table.layout.columns[key] - 1] = edits[cells[0], key] = f"改 {chance.random()}"
    book.tabs["t"] = Tab("t", [head, *body])
    return edits


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory) -> Path:
    shown = demo()
    path = tmp_path_factory.mktemp("demo") / "tracker.xlsx"
    write_new(path, "zh-CN", Content(shown.rows, shown.merged, shown.without))
    return path


@pytest.mark.parametrize("days", [0, 3])
def test_undo_of_passes_over_a_real_file(demonstration, tmp_path, days):
    path = shutil.copy(demonstration, tmp_path / "tracker.xlsx")
    book, now = ExcelBook(Path(path)), demo().now
    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        states = [worker_cells(book)]
        for day in range(days + 1):
            one_pass(book, ledger, tmp_path, now + timedelta(days=day))
            states.append(worker_cells(book))
        for number in range(days + 1, 0, -1):
            planned = undo_of(book, ledger, number, now)
            assert not planned.edited
            book.apply(planned.plan)
            once = {key: value for key, value in worker_cells(book).items() if not twice(key)}
            assert once == {key: value for key, value in states[number - 1].items() if not twice(key)}


def twice(key: tuple[str, str]) -> bool:
    """The demonstration has one number twice: which row is which is not known for certain."""
    return key[0] == "A082"


def test_what_cannot_be_put_back_is_told(tmp_path):
    table = [
        HEADER,
        ["A001", "推进", "王芳", None, "尽快", "80%"],
        [None, "推进", "李强", None, "尽快", "80%"],
    ]
    book = MemoryBook({"t": Tab("t", [list(cells) for cells in table])})
    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        done = one_pass(book, ledger, tmp_path)
        del book.tabs["t"].rows[1]

        planned = undo_of(book, ledger, done.run)

        assert {each.row_id for each in planned.gone} == {"A001"}
        assert [each.now for each in planned.numbers] == ["A002"]
        assert {cell.row_id for cell in planned.plan.cells} == {"A002"}
        assert all(cell.column != "id" for cell in planned.plan.cells)


def test_rows_without_a_number_of_their_own_are_put_back_while_nobody_has_edited(tmp_path):
    table = [
        [*HEADER, "检查结果"],
        *[["A001", "推进", "王芳", None, "尽快", "80%", f"旧{row}"] for row in range(2)],
    ]
    book = MemoryBook({"t": Tab("t", table)})
    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        done = one_pass(book, ledger, tmp_path)
        planned = undo_of(book, ledger, done.run)
        back = [cell.now for cell in planned.plan.cells if cell.column == "message"]

        assert (back, planned.gone) == (["旧0", "旧1"], ())
        book.tabs["t"].rows.append([None])
        planned = undo_of(book, ledger, done.run)
        assert not planned.plan.cells
        assert planned.gone


def test_a_ledger_of_an_earlier_version_knows_rows_by_their_numbers(tmp_path):
    table = [HEADER, *[[number, "推进", "王芳", None, "尽快", "80%"] for number in ("A001", "A002", "A002")]]
    book = MemoryBook({"t": Tab("t", table)})
    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        done = one_pass(book, ledger, tmp_path)
    with closing(sqlite3.connect(tmp_path / "l.sqlite")) as old:
        old.execute("ALTER TABLE changes DROP COLUMN row")
        old.execute("ALTER TABLE runs DROP COLUMN after")
    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        assert history_of(ledger, "A001")
        ledger.prepare()

        planned = undo_of(book, ledger, done.run)

        assert {cell.row_id for cell in planned.plan.cells} == {"A001"}
        assert {each.row_id for each in planned.gone} == {"A002"}


def test_runs_and_history_tell_before_and_after(tmp_path):
    book = MemoryBook(
        {"t": Tab("t", [HEADER, ["A001", "输出《流程》", "王芳", "客服部", "2024-06-04", "进行中"]])}
    )
    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        first = one_pass(book, ledger, tmp_path)
        second = one_pass(book, ledger, tmp_path, NOW + timedelta(days=1))
        late = [each for each in history_of(ledger, "A001") if each.column == "late_days"]

        assert [(each.run, each.was, each.now) for each in late] == [(first.run, None, 0), (second.run, 0, 1)]
        assert [run.id for run in last_runs(ledger, 5)] == [second.run, first.run]
        assert last_runs(ledger, 1)[0].moment == NOW + timedelta(days=1)
        assert {each.run for each in latest_changes(ledger, 2)} == {second.run}
        assert run_of(ledger, 99) is None
        assert history_of(ledger, "A9") == []

        other = Ledger.in_file(tmp_path / "l.sqlite", "other")
        assert run_of(other, first.run) is None
        assert history_of(other, "A001") == []
        other.close()
