"""What stood already when a tracker was adopted: known, grey, not counted; until somebody changes the cell."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from sync.books.memory import MemoryBook
from sync.cli import app
from sync.ledger.ledger import Ledger
from sync.looking import look
from sync.memory import Memory
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tell.outbox import Outbox
from sync.worker import Pass, Unchanged, run_pass, set_baseline

START = datetime(2024, 6, 3, 10)
HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态"]
PEOPLE = [["姓名", "部门", "邮箱"], ["王芳", "客服部", "wangfang@example.com"]]


class Desk:
    """A tracker in memory with a ledger."""

    def __init__(self, folder, *rows) -> None:
        self.folder, self.hour = folder, 0
        self.book = MemoryBook(
            {"t": Tab("t", [list(HEADER), *map(list, rows)]), "通讯录": Tab("通讯录", PEOPLE)}
        )

    def ledger(self) -> Ledger:
        return Ledger.in_file(self.folder / "l.sqlite", "t")

    def adopt(self) -> None:
        with closing(self.ledger()) as ledger:
            set_baseline(self.book, ledger, Settings(), START)

    def run(self) -> Pass | Unchanged:
        self.hour += 1
        with closing(self.ledger()) as ledger:
            now = START + timedelta(hours=self.hour)
            return run_pass(self.book, ledger, Outbox(self.folder / "out"), Settings(), now)

    def known(self) -> set[tuple[str, str]]:
        with closing(self.ledger()) as ledger:
            return {(fault.row_id, fault.code) for fault in ledger.baseline()}

    def cell(self, row: int, heading: str):
        cells = self.book.tabs["t"].rows
        return cells[row][cells[0].index(heading)]

    def change(self, row: int, heading: str, value) -> None:
        cells = self.book.tabs["t"].rows
        cells[row][cells[0].index(heading)] = value


def marks(done: Pass) -> dict[tuple[str, int], bool]:
    return {(finding.code, finding.row): finding.old for finding in done.judged.judgement.findings}


@pytest.fixture
def desk(tmp_path):
    made = Desk(
        tmp_path,
        [None, "输出《流程V2.0》", "相关部门", "客服部", "2024-06-14", "进行中"],
        [None, "盘点", "王芳", "", "尽快", "进行中"],
    )
    made.adopt()
    return made


def test_what_stood_already_is_old_and_keeps_its_sentence(desk):
    done = desk.run()

    assert marks(done) == {("A103", 2): True, ("A105", 3): True, ("A106", 3): True}
    assert desk.cell(1, "检查结果").startswith("[A103 历史遗留] “相关部门”不是具体的人")
    assert desk.cell(1, "问题字段") == ";owner:O;"


def test_nothing_is_written_or_told_by_taking_it_as_known(tmp_path):
    desk = Desk(tmp_path, [None, "盘点", "王芳", "客服部", "2024-05-01", "80%"])
    before = [list(row) for row in desk.book.tabs["t"].rows]

    desk.adopt()

    assert desk.book.tabs["t"].rows == before
    assert not (tmp_path / "out").exists()
    assert desk.run().mails == 1  # a date is reminded of, whatever is known


def test_what_changes_is_new_and_what_is_mended_leaves_for_good(desk):
    desk.run()
    desk.change(1, "负责人", "有关部门")
    changed = desk.run()
    desk.change(1, "负责人", "王芳")
    desk.run()
    desk.change(1, "负责人", "相关部门")
    again = desk.run()

    assert marks(changed)["A103", 2] is False
    assert desk.cell(1, "问题字段") == ";owner:E;"
    assert marks(again)["A103", 2] is False
    assert desk.known() == {("A002", "A105"), ("A002", "A106")}


def test_other_cells_may_change(desk):
    desk.run()
    desk.change(2, "行动项描述", "盘点二号仓库")
    desk.change(2, "状态", "未开始")

    assert marks(desk.run()) == {("A103", 2): True, ("A105", 3): True, ("A106", 3): True}


def test_rows_may_move_before_they_have_their_numbers(desk):
    rows = desk.book.tabs["t"].rows
    rows[1], rows[2] = rows[2], rows[1]
    rows.insert(1, [None, "签合同", "全体", "客服部", "2024-06-14", "进行中"])

    assert marks(desk.run()) == {
        ("A103", 2): False,
        ("A105", 3): True,
        ("A106", 3): True,
        ("A103", 4): True,
    }


def test_a_new_baseline_is_seen_by_the_next_pass(tmp_path):
    desk = Desk(tmp_path, [None, "输出《流程V2.0》", "相关部门", "客服部", "2024-06-14", "进行中"])
    desk.run()
    assert isinstance(desk.run(), Unchanged)
    desk.adopt()

    assert marks(desk.run()) == {("A103", 2): True}
    assert isinstance(desk.run(), Unchanged)
    assert desk.known() == {("A001", "A103")}


def test_a_column_that_is_missing_is_known_too(tmp_path):
    desk = Desk(tmp_path, ["A1", "输出《流程V2.0》", "王芳", "客服部", "2024-06-14", "进行中"])
    desk.book.tabs["t"].rows[0][5] = "随便"
    desk.adopt()

    assert marks(desk.run()) == {("S001", 1): True}


def test_new_faults_come_before_old_ones(desk):
    desk.run()
    desk.change(1, "状态", "80%")
    desk.run()

    message = desk.cell(1, "检查结果")
    assert message.index("[A109]") < message.index("[A103 历史遗留]")
    assert desk.cell(1, "问题字段") == ";owner:O;status:E;"


def test_a_ledger_from_before_there_was_a_baseline_keeps_its_memory(tmp_path):
    desk = Desk(tmp_path, [None, "输出《流程V2.0》", "相关部门", "客服部", "2024-06-14", "进行中"])
    desk.run()
    with closing(sqlite3.connect(tmp_path / "l.sqlite")) as database:
        database.execute("DROP TABLE baseline")

    with closing(desk.ledger()) as ledger:
        assert ledger.baseline() == frozenset()
        assert set(ledger.row_states()) == {"A001"}
        assert ledger.last_pass()
    desk.change(1, "状态", "未开始")
    assert isinstance(desk.run(), Pass)
    desk.adopt()
    assert marks(desk.run()) == {("A103", 2): True}


def test_looking_alone_makes_no_ledger(tmp_path):
    desk = Desk(tmp_path, ["A1", "盘点", "王芳", "", "尽快", "进行中"])
    with closing(desk.ledger()) as ledger:
        look(desk.book, Settings(), START, Memory(ledger.row_states(), ledger.baseline()))

    assert not (tmp_path / "l.sqlite").exists()


def test_check_counts_only_what_is_new(tmp_path, monkeypatch, capsys):
    from openpyxl import Workbook
    from typer.testing import CliRunner

    book = Workbook()
    book.active.append(HEADER)
    book.active.append(["A1", "输出《流程V2.0》", "相关部门", "客服部", "2024-06-14", "进行中"])
    book.save(tmp_path / "t.xlsx")
    monkeypatch.chdir(tmp_path)
    now = ["--now", "2024-06-03T10:00"]

    def call(*arguments):
        return CliRunner().invoke(app, [*arguments, *now])

    assert call("check", "t.xlsx").exit_code == 1
    assert json.loads(call("baseline", "t.xlsx", "--json").output) == {"known": 1, "by_code": {"A103": 1}}
    checked = call("check", "t.xlsx")
    assert checked.exit_code == 0
    assert "历史遗留" in checked.output
    assert call("check", "t.xlsx", "--all").exit_code == 1
    assert json.loads(call("check", "t.xlsx", "--json").output)["findings"][0]["old"] is True
    assert "历史遗留" in call("baseline", "t.xlsx").output
