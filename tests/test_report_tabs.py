"""The reports' tabs over passes: written when they change, healed when people touched them, silent about secrets."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sql
from openpyxl import Workbook, load_workbook

from sheet_templates import LANGUAGES, template, words
from sheet_templates.demo import demo
from sync.books.excel import ExcelBook
from sync.books.memory import MemoryBook
from sync.changes import Plan, PutTab
from sync.faults import BusyFault, GuardFault
from sync.generated import GeneratedTab, TabCell
from sync.guard import guard
from sync.ledger.ledger import Ledger
from sync.ledger.remembering import past
from sync.ledger.tables import ANSWERS, CLOSED, FIGURES, MAILBOXES, METADATA, SHOWN
from sync.looking import look
from sync.memory import Memory
from sync.new_workbook import Content, write_workbook
from sync.reports.standing import free_name
from sync.settings import Settings, settings_from
from sync.snapshot import Snapshot, Tab
from sync.tell.outbox import Outbox
from sync.telling import Told
from sync.terminal.machine_form import planned
from sync.worker import Pass, Unchanged, run_pass

START = datetime(2024, 6, 3, 10)
WEEK, QUARTER = "每周汇总", "2024年第2季度复盘"
HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态", "会议编号"]
ROWS = [
    ["A001", "输出《流程V2.0》", "王芳", "客服部", "2024-05-30", "进行中", ""],
    ["A002", "部署3家门店", "李雷", "技术部", "2024-06-06", "受阻", ""],
]


class Desk:
    """A tracker in memory with a ledger, through which time can go."""

    def __init__(self, folder: Path, *rows: list, settings: Settings | None = None, **tabs: list) -> None:
        self.folder, self.settings = folder, settings or Settings()
        cells = {"t": [HEADER, *(rows or ROWS)], **tabs}
        self.book = MemoryBook({name: Tab(name, [list(row) for row in rows]) for name, rows in cells.items()})

    def run(self, now: datetime = START) -> Pass | Unchanged:
        with closing(self.ledger()) as ledger:
            return run_pass(self.book, ledger, Outbox(self.folder / "out"), self.settings, now)

    def ledger(self) -> Ledger:
        return Ledger.in_file(self.folder / "l.sqlite", "t")

    def shown(self, name: str = WEEK) -> list[list]:
        return [list(row) for row in self.book.tabs[name].rows]

    def write(self, row: int, column: int, text: str, name: str = WEEK) -> None:
        cells = self.book.tabs[name].rows[row - 1]
        cells += [None] * (column - len(cells))
        cells[column - 1] = text

    def put(self) -> list[str]:
        done = self.run(START + timedelta(hours=2))
        return [] if isinstance(done, Unchanged) else [tab.content.name for tab in done.judged.plan.tabs]


def texts(cells: list[list]) -> list[str]:
    return [str(cell) for row in cells for cell in row if cell not in (None, "")]


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


def test_a_deleted_tab_comes_back_with_the_notes(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.write(5, 4, "请王芳核对")
    desk.put()
    del desk.book.tabs[WEEK]

    assert desk.put() == [WEEK]
    assert "请王芳核对" in texts(desk.shown())


def test_a_renamed_tab_keeps_its_name_and_gets_no_twin(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    renamed = replace(desk.book.tabs.pop(WEEK), name="部门周会用")
    desk.book.tabs["部门周会用"] = renamed
    desk.book.tabs["t"].rows[1][5] = "受阻"

    assert "部门周会用" in desk.put()
    assert WEEK not in desk.book.tabs
    assert desk.put() == []


def test_another_language_keeps_the_tab(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.settings = Settings(language="en")

    assert WEEK in desk.put()
    assert "Weekly summary" not in desk.book.tabs
    assert any("Weekly summary" in text for text in texts(desk.shown()))


def test_what_people_write_inside_is_kept_as_a_note_and_reported(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    before = desk.shown()
    desk.write(5, 4, "=这里不对,应为 3")
    desk.write(2, 8, "看这里")

    done = desk.run(START + timedelta(hours=1))

    assert [(tab, note.cell, note.text) for tab, note in done.judged.reports.noted] == [
        (WEEK, "H2", "看这里"), (WEEK, "D5", "=这里不对,应为 3"),
    ]  # fmt: skip
    after = desk.shown()
    assert after[: len(before)] == before
    assert "他人备注" in texts(after[len(before) :])
    assert desk.put() == []
    desk.book.tabs["t"].rows[1][5] = "受阻"
    desk.put()
    assert {"看这里", "=这里不对,应为 3"} <= set(texts(desk.shown()))


def test_a_note_goes_when_people_delete_it(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.write(5, 4, "请核对")
    desk.put()
    row = next(number for number, cells in enumerate(desk.shown(), 1) if "请核对" in cells)
    desk.write(row, 3, "")

    desk.put()

    assert "请核对" not in texts(desk.shown())
    assert "他人备注" not in texts(desk.shown())


def test_rows_that_people_insert_make_no_notes_of_our_own_texts(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    before = desk.shown()
    desk.book.tabs[WEEK].rows.insert(6, ["插了一行"])

    desk.put()

    assert texts(desk.shown()[: len(before)]) == texts(before)
    assert [row[2] for row in desk.shown()[len(before) :] if len(row) > 2 and row[2]][1:] == ["插了一行"]


def test_a_pass_that_was_cut_short_takes_nothing_of_its_own_for_notes(tmp_path):
    desk = Desk(tmp_path)
    desk.run()

    class Dying(MemoryBook):
        def apply(self, plan: Plan) -> str:
            super().apply(plan)
            raise KeyboardInterrupt

    free = desk.book
    desk.book = Dying(free.tabs)
    desk.book.tabs["t"].rows[1][5] = "受阻"
    with pytest.raises(KeyboardInterrupt):
        desk.run(START + timedelta(hours=1))
    desk.book = MemoryBook(desk.book.tabs)
    desk.book.tabs["t"].rows[2][5] = "进行中"

    done = desk.run(START + timedelta(days=8))

    assert done.judged.reports.noted == ()


def test_a_busy_workbook_loses_no_note(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.write(5, 4, "请核对")

    class Open(MemoryBook):
        def apply(self, _plan: Plan) -> str:
            raise BusyFault("{name} is open", name="t")

    free, desk.book = desk.book, Open(desk.book.tabs)
    desk.run(START + timedelta(hours=1))
    desk.book = free

    desk.put()

    assert texts(desk.shown()).count("请核对") == 1


def test_a_workbook_put_back_makes_no_notes_of_its_older_figures(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.write(5, 4, "请核对")
    desk.put()
    older = dict(desk.book.tabs)
    for days in (1, 2, 3):
        desk.book.tabs["t"].rows[1][4] = f"2024-06-2{days}"
        desk.run(START + timedelta(days=days))
    desk.book = MemoryBook(older)

    done = desk.run(START + timedelta(days=4))

    assert done.judged.reports.noted == ()
    assert texts(desk.shown()).count("请核对") == 1


def test_a_sheet_of_peoples_by_that_name_stays(tmp_path):
    desk = Desk(tmp_path, 每周汇总=[["我们自己的汇总"]])

    names = [tab.content.name for tab in desk.run().judged.plan.tabs]

    assert names == ["每周汇总（闭环）", QUARTER]
    assert desk.shown() == [["我们自己的汇总"]]
    assert desk.put() == []


@pytest.mark.parametrize("name", [WEEK, "每周汇总".upper(), "t"])
def test_the_guard_lets_no_tab_of_peoples_be_replaced(name):
    snapshot = Snapshot((Tab("t", [HEADER]), Tab(WEEK, [["我们自己的汇总"]])), "f")
    put = PutTab(GeneratedTab(name, ((TabCell("x"),),)))

    with pytest.raises(GuardFault, match="nothing was written"):
        guard(Plan("f", tabs=(put,)), snapshot, template(), {})
    other = PutTab(GeneratedTab("别的", ()))
    with pytest.raises(GuardFault, match="twice"):
        guard(Plan("f", tabs=(other, other)), snapshot, template(), {})


@pytest.mark.parametrize(
    ("wanted", "taken", "name"),
    [
        ("市场/渠道部周报", [], "市场 渠道部周报"),
        ("'报'", [], "报"),
        ("一" * 40, [], "一" * 31),
        ("周报", ["周报"], "备用"),
        ("周报", ["周报", "备用"], "备用 2"),
        ("History", [], "备用"),
    ],
)
def test_names_of_new_tabs(wanted, taken, name):
    assert free_name(wanted, "备用", taken) == name


SECRET = "海棠计划"
MEETINGS = [
    "会议编号",
    "会议名称",
    "会议日期",
    "开始时间",
    "结束时间",
    "通知发出时间",
    "纪要完成时间",
    "评分",
    "涉密",
]
TOPICS = ["会议编号", "序号", "议题名称", "标注", "决策结论"]


def test_what_is_confidential_counts_and_never_shows(tmp_path):
    secret = [
        [f"S{number}", f"{SECRET}{number}", f"{SECRET}人", f"{SECRET}部", due, status, "M01"]
        for number, (due, status) in enumerate(
            [("2024-05-30", "进行中"), ("2024-06-05", "受阻"), ("2024-06-30", "未开始")]
        )
    ]
    meeting = ["M01", f"{SECRET}会", "2024-05-29", "14:00", "15:00", "2024-05-29", "2024-06-01", 1, "是"]
    again = ["M02", f"{SECRET}会二", *meeting[2:]]
    topics = [
        ["M01", 1, f"{SECRET}议题", "需决策项", SECRET],
        ["M02", 1, f"{SECRET}议题", "需决策项", SECRET],
    ]
    desk = Desk(
        tmp_path, *ROWS, *secret, settings=settings_from({"reports": {"departments": "all"}}),
        会议登记=[MEETINGS, meeting, again], 议题=[TOPICS, *topics],
    )  # fmt: skip

    done = desk.run()

    for tab in done.judged.plan.tabs:
        shown = repr(tab)
        assert SECRET not in shown, tab.content.name
        assert "S0" not in shown, tab.content.name
    week = desk.shown()
    assert week[4][:4] == ["未完成", None, None, 5]
    assert week[7][:4] == ["逾期", None, None, 2]
    assert "另有 1 项涉密事项，只计数不列出" in texts(week)
    with closing(desk.ledger()) as ledger:
        assert SECRET not in repr(past(ledger, START.date(), []))


HOSTILE = [
    "=1+1",
    "+2",
    "-3",
    "@x",
    '=HYPERLINK("http://x")',
    "'quoted'",
    "多\n行\x0b文字",
    "{field}",
    "x" * 400,
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_peoples_becomes_a_formula_or_breaks_a_tab(tmp_path, language):
    rows = [[f"A{number}", text, text, text, "2024-05-30", "受阻", ""] for number, text in enumerate(HOSTILE)]
    path = tmp_path / "t.xlsx"
    book = Workbook()
    book.active.title = "it's =1+1"
    for cells in [HEADER, *rows]:
        book.active.append(
            ["'" + cell if str(cell).startswith("=") else cell.replace("\x0b", " ") for cell in cells]
        )
    book.save(path)
    chosen = settings_from({"language": language, "reports": {"departments": "all"}})

    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        done = run_pass(ExcelBook(path), ledger, Outbox(tmp_path / "out"), chosen, START)
        assert done.without_tabs is None
        again = look(ExcelBook(path), chosen, START, Memory(ledger.row_states(), past=done_past(ledger)))
    assert len(again.plan) == 0
    for tab in ExcelBook(path).read().tabs:
        if tab.generated:
            assert tab.formulas <= {(2, 13)}
            assert not tab.errors


def done_past(ledger: Ledger):
    return past(ledger, START.date(), [])


def test_excel_keeps_a_scribble_too(tmp_path):
    path = tmp_path / "tracker.xlsx"
    shown = demo()
    write_workbook(path, template(), words("zh-CN"), Content(shown.rows, shown.merged, shown.without))

    def one_pass(now: datetime) -> Pass:
        with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
            return run_pass(ExcelBook(path), ledger, Outbox(tmp_path / "out"), Settings(), now)

    one_pass(shown.now)
    book = load_workbook(path)
    book[WEEK]["D6"] = "这个数不对"
    book[WEEK]["T3"] = "旁边的备注"
    book.save(path)

    done = one_pass(shown.now + timedelta(hours=1))

    assert [note.text for _, note in done.judged.reports.noted] == ["这个数不对"]
    sheet = load_workbook(path)[WEEK]
    assert sheet["T3"].value == "旁边的备注"
    assert isinstance(sheet["D6"].value, int)
    assert "这个数不对" in {cell.value for row in sheet.iter_rows() for cell in row}
    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        assert (
            len(
                look(
                    ExcelBook(path),
                    Settings(),
                    shown.now,
                    Memory(ledger.row_states(), past=done_past(ledger)),
                ).plan
            )
            == 0
        )


def reported_by(path: Path, folder: Path, now: datetime) -> tuple[Pass, dict[str, list[str]]]:
    """A pass over a workbook with all kinds of reports, and what stands on its tabs then."""
    settings = settings_from({"reports": {"departments": ["客服部"]}}, "test")
    with closing(Ledger.in_file(folder / "l.sqlite", "t")) as ledger:
        done = run_pass(ExcelBook(path), ledger, Outbox(folder / "out"), settings, now)
    return done, {tab.name: texts(tab.rows) for tab in ExcelBook(path).read().tabs}


def test_excel_heals_every_kind_of_report(tmp_path):
    path, shown = tmp_path / "tracker.xlsx", demo()
    write_workbook(path, template(), words("zh-CN"), Content(shown.rows, shown.merged, shown.without))
    _, before = reported_by(path, tmp_path, shown.now)
    kinds = (WEEK, QUARTER, "客服部周报")
    book = load_workbook(path)
    for name in kinds:
        number = "E6" if name == QUARTER else "D6"
        book[name][number], book[name]["T3"] = f"{name}这个数不对", "旁边的备注"
    book.save(path)

    done, after = reported_by(path, tmp_path, shown.now + timedelta(hours=1))

    assert sorted(note.text for _, note in done.judged.reports.noted) == sorted(
        f"{name}这个数不对" for name in kinds
    )
    for name in kinds:
        assert f"{name}这个数不对" in after[name]
        assert "旁边的备注" in after[name]
        assert set(before[name]) <= set(after[name])

    book = load_workbook(path)
    for name in kinds:
        del book[name]
    book.save(path)
    _, healed = reported_by(path, tmp_path, shown.now + timedelta(hours=2))
    for name in kinds:
        assert set(healed[name]) == set(after[name]) - {"旁边的备注"}

    book = load_workbook(path)
    for number, name in enumerate(kinds):
        book[name].title = f"我们的{number}"  # openpyxl leaves names to point to where the sheet was
        for mark in book.defined_names.values():
            mark.attr_text = mark.attr_text.replace(f"'{name}'!", f"'我们的{number}'!").replace(
                f"{name}!", f"我们的{number}!"
            )
    book.save(path)
    _, renamed = reported_by(path, tmp_path, shown.now + timedelta(hours=3))
    assert not {*kinds} & renamed.keys()
    assert [renamed[f"我们的{number}"] for number in range(3)] == [healed[name] for name in kinds]


@pytest.mark.parametrize("name", [QUARTER, "客服部周报"])
def test_the_other_reports_heal_too(tmp_path, name):
    desk = Desk(tmp_path, settings=settings_from({"reports": {"departments": ["客服部"]}}, "test"))
    desk.run()
    desk.write(5, 4, "请王芳核对", name)

    assert name in desk.put()
    assert "请王芳核对" in texts(desk.shown(name))
    before = desk.shown(name)

    del desk.book.tabs[name]
    assert name in desk.put()
    assert desk.shown(name) == before

    desk.book.tabs["改了名"] = replace(desk.book.tabs.pop(name), name="改了名")
    desk.put()
    assert name not in desk.book.tabs
    assert "请王芳核对" in texts(desk.shown("改了名"))


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
