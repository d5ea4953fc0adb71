"""The reports' tabs over passes: which there are, and that they are written when they change and only then."""

import json
from contextlib import closing
from datetime import datetime, time, timedelta

import sqlalchemy as sql
from openpyxl import Workbook, load_workbook
from report_desk import HEADER, QUARTER, ROWS, START, WEEK, Desk, done_past, texts

from sync.books.excel import ExcelBook
from sync.ledger.ledger import Ledger
from sync.ledger.tables import ANSWERS, CLOSED, FIGURES, MAILBOXES, METADATA, SHOWN
from sync.looking import look
from sync.settings import Settings, settings_from
from sync.snapshot import Tab
from sync.tell.outbox import Outbox
from sync.telling import Told
from sync.terminal.machine_form import planned
from sync.worker import Pass, run_pass


def test_the_first_pass_writes_them_and_the_second_nothing(tmp_path):
    desk = Desk(tmp_path)

    assert [tab.content.name for tab in desk.run().judged.plan.tabs] == [WEEK, QUARTER]
    desk.book.tabs["t"].rows[0].append("我们的列")  # judged anew
    again = desk.run(START + timedelta(hours=1))
    assert isinstance(again, Pass)
    assert len(again.judged.plan) == 0


def test_any_hour_of_a_day_gives_the_same_tabs(tmp_path):
    desk = Desk(tmp_path)

    plans = {
        look(desk.book, Settings(), datetime.combine(START, at)).plan.tabs for at in (time.min, time.max)
    }

    assert len(plans) == 1


def test_the_heartbeat_is_a_day_that_its_own_formula_watches(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    beat = desk.book.tabs[WEEK]

    assert beat.rows[1][10] == START.date()
    assert any("TODAY()-$K$2>2" in rule.formula for rule in beat.colours)
    done = desk.run(START + timedelta(days=1))
    assert [tab.content.name for tab in done.judged.plan.tabs] == [WEEK]
    assert desk.shown()[1][10] == START.date() + timedelta(days=1)


def test_settings_say_which_tabs_there_are(tmp_path):
    chosen = settings_from({"reports": {"weekly": False, "quarterly": False, "departments": ["技术部"]}})
    assert [tab.content.name for tab in Desk(tmp_path, settings=chosen).run().judged.plan.tabs] == [
        "技术部周报"
    ]

    every = settings_from({"reports": {"departments": "all"}})
    desk = Desk(tmp_path / "all", settings=every)
    (tmp_path / "all").mkdir()
    names = [tab.content.name for tab in desk.run().judged.plan.tabs]
    assert names == [WEEK, "客服部周报", "技术部周报", QUARTER]
    assert "A001" in texts(desk.shown("客服部周报"))
    assert "A002" not in texts(desk.shown("客服部周报"))


def test_a_workbook_that_takes_no_tab_gets_its_rows(tmp_path):
    path = tmp_path / "t.xlsx"
    book = Workbook()
    for cells in [HEADER, *ROWS]:
        book.active.append(cells)
    book.security.lockStructure = True
    book.save(path)

    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        done = run_pass(ExcelBook(path), ledger, Outbox(tmp_path / "out"), Settings(), START)

    assert "protected" in str(done.without_tabs)
    assert load_workbook(path).active.cell(2, 8).value == "延期"


def test_a_ledger_of_before_gets_the_new_tables_and_keeps_its_rows(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    with closing(desk.ledger()) as ledger:
        states = ledger.row_states()
    engine = sql.create_engine(f"sqlite:///{tmp_path}/l.sqlite")
    METADATA.drop_all(engine, tables=[FIGURES, CLOSED, SHOWN, ANSWERS, MAILBOXES])
    engine.dispose()

    done = desk.run(START + timedelta(days=1))

    assert done.judged.states["A001"].seen == states["A001"].seen
    with closing(desk.ledger()) as ledger:
        assert set(done_past(ledger).shown) == {"weekly"}


def test_last_weeks_figures_are_remembered(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.book.tabs["t"].rows[2][5] = "进行中"

    done = desk.run(START + timedelta(days=7))

    blocked = next(row for row in desk.shown() if row and row[0] == "受阻")
    assert isinstance(done, Pass)
    assert blocked[3:8:2] == [0, 1, "▼ 1"]


def test_a_closed_item_that_was_opened_again_is_counted(tmp_path):
    header = [*HEADER, "实际完成时间", "交付成果"]
    row = ["A001", "输出《流程V2.0》", "王芳", "客服部", "2024-06-06", "已完成", "", "2024-06-03", "《流程》"]
    desk = Desk(tmp_path)
    desk.book.tabs["t"] = Tab("t", [header, row])
    desk.run()
    cells = desk.book.tabs["t"].rows[1]
    cells[5], cells[7] = "进行中", ""
    desk.run(START + timedelta(hours=1))

    desk.run(START + timedelta(days=1))

    assert next(cells for cells in desk.shown(QUARTER) if cells and cells[0] == "重新打开的事项")[4] == 1


def test_a_quarter_is_final_two_weeks_after_its_end(tmp_path):
    desk = Desk(tmp_path)
    desk.run()

    put = {
        day: [tab.content.name for tab in desk.run(datetime(2024, 7, day, 10)).judged.plan.tabs]
        for day in (1, 10, 20)
    }
    desk.book.tabs["t"].rows[1][4] = "2024-06-28"
    put[21] = [tab.content.name for tab in desk.run(datetime(2024, 7, 21, 10)).judged.plan.tabs]

    assert QUARTER in put[1]
    assert "2024年第3季度复盘" in put[1]
    assert QUARTER not in put[20] + put[21]


def test_the_machine_form_names_the_tabs(tmp_path):
    desk = Desk(tmp_path)
    changes = planned(look(desk.book, Settings(), START), Told())["changes"]

    assert [change["tab"] for change in changes if change["kind"] == "tab"] == [WEEK, QUARTER]
    assert json.dumps(changes)
