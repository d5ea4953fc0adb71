"""Reports that people deleted, renamed or scribbled on heal, in memory and in Excel files."""

import shutil
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import PatternFill
from report_desk import QUARTER, WEEK, Desk, done_past, texts

from sheet_templates import template, words
from sheet_templates.demo import demo
from sync.books.excel import ExcelBook
from sync.ledger.ledger import Ledger
from sync.looking import look
from sync.memory import Memory
from sync.new_workbook import Content, write_workbook
from sync.settings import Settings, settings_from
from sync.tell.outbox import Outbox
from sync.worker import Pass, run_pass

NOW = demo().now


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
    return done, contents(path)


def contents(path: Path) -> dict[str, list[str]]:
    """What stands on each tab."""
    return {tab.name: texts(tab.rows) for tab in ExcelBook(path).read().tabs}


@pytest.fixture(scope="module")
def first_reports(tmp_path_factory):
    """The demonstration's workbook and ledger after a pass with all kinds of reports."""
    folder, shown = tmp_path_factory.mktemp("first"), demo()
    content = Content(shown.rows, shown.merged, shown.without)
    write_workbook(folder / "tracker.xlsx", template(), words("zh-CN"), content)
    reported_by(folder / "tracker.xlsx", folder, shown.now)
    return folder


@pytest.fixture
def tracker(first_reports, tmp_path):
    """A copy of it, with whose reports people do as they like."""
    shutil.copytree(first_reports, tmp_path, dirs_exist_ok=True)
    return tmp_path / "tracker.xlsx"


def test_excel_heals_every_kind_of_report(tracker):
    before = contents(tracker)
    kinds = (WEEK, QUARTER, "客服部周报")
    book = load_workbook(tracker)
    for name in kinds:
        number = "E6" if name == QUARTER else "D6"
        book[name][number], book[name]["T3"] = f"{name}这个数不对", "旁边的备注"
    book.save(tracker)

    done, after = reported_by(tracker, tracker.parent, NOW + timedelta(hours=1))

    assert sorted(note.text for _, note in done.judged.reports.noted) == sorted(
        f"{name}这个数不对" for name in kinds
    )
    for name in kinds:
        assert f"{name}这个数不对" in after[name]
        assert "旁边的备注" in after[name]
        assert set(before[name]) <= set(after[name])

    book = load_workbook(tracker)
    for name in kinds:
        del book[name]
    book.save(tracker)
    _, healed = reported_by(tracker, tracker.parent, NOW + timedelta(hours=2))
    for name in kinds:
        assert set(healed[name]) == set(after[name]) - {"旁边的备注"}

    book = load_workbook(tracker)
    for number, name in enumerate(kinds):
        book[name].title = f"我们的{number}"  # openpyxl leaves names to point to where the sheet was
        for mark in book.defined_names.values():
            mark.attr_text = mark.attr_text.replace(f"'{name}'!", f"'我们的{number}'!").replace(
                f"{name}!", f"我们的{number}!"
            )
    book.save(tracker)
    _, renamed = reported_by(tracker, tracker.parent, NOW + timedelta(hours=3))
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


def hide(book: Workbook) -> None:
    book[WEEK].sheet_state = "hidden"


def move(book: Workbook) -> None:
    book.move_sheet(WEEK, -len(book.sheetnames))


def protect(book: Workbook) -> None:
    book[WEEK].protection.enable()


def insert_a_row(book: Workbook) -> None:
    """As openpyxl does it: what is merged, and the name over the block, stay where they were."""
    book[WEEK].insert_rows(8)
    book[WEEK]["A8"] = "我们插的一行"


def delete_rows(book: Workbook) -> None:
    book[WEEK].delete_rows(6, 4)


def copy(book: Workbook) -> None:
    book.copy_worksheet(book[WEEK]).title = "上周存档"


def clear(book: Workbook) -> None:
    for row in book[WEEK].iter_rows():
        for cell in row:
            if not isinstance(cell, MergedCell):
                cell.value = None


def merge_and_colour(book: Workbook) -> None:
    book[WEEK].merge_cells("A20:P21")
    book[WEEK]["A1"].fill = PatternFill("solid", fgColor="FF0000")


@pytest.mark.slow
@pytest.mark.parametrize(
    "edit",
    [hide, move, protect, insert_a_row, delete_rows, copy, clear, merge_and_colour],
    ids=lambda edit: edit.__name__,
)
def test_excel_heals_whatever_people_do_to_a_tab(tracker, edit):
    before, book = contents(tracker), load_workbook(tracker)
    edit(book)
    theirs = {
        name: [[cell.value for cell in row] for row in book[name].iter_rows()]
        for name in book.sheetnames
        if name in {"行动项跟踪表", "上周存档"}
    }
    book.save(tracker)

    done, after = reported_by(tracker, tracker.parent, NOW + timedelta(hours=1))

    assert done.without_tabs is None
    notes = {note.text for _, note in done.judged.reports.noted}
    assert notes <= {"我们插的一行"}
    alive = words("zh-CN")["summary"]["alive"]  # what a formula gave, which openpyxl does not keep
    wanted = [text for text in before[WEEK] if text != alive]
    assert after[WEEK][:4] == wanted[:4]
    assert Counter(wanted) <= Counter(after[WEEK])
    left = load_workbook(tracker)
    assert {
        name: [[cell.value for cell in row] for row in left[name].iter_rows()] for name in theirs
    } == theirs
    settled = tracker.read_bytes()
    reported_by(tracker, tracker.parent, NOW + timedelta(hours=2))
    assert tracker.read_bytes() == settled


@pytest.mark.slow
def test_charts_that_people_deleted_are_there_again_when_the_tab_is_next_written(tracker):
    book = load_workbook(tracker)
    assert len(book[WEEK]._charts) == 3
    book[WEEK]._charts = []
    book.save(tracker)

    reported_by(tracker, tracker.parent, NOW + timedelta(days=1))

    assert len(load_workbook(tracker)[WEEK]._charts) == 3


@pytest.mark.slow
def test_charts_that_a_script_has_saved_anew_are_replaced_by_ours(tracker):
    """openpyxl keeps a chart but not the name of its object."""
    for days in (1, 2):
        book = load_workbook(tracker)
        theirs = BarChart()
        theirs.title = "我们自己的图"
        theirs.add_data(Reference(book[WEEK], min_col=4, min_row=5, max_row=8))
        if days == 1:
            book[WEEK].add_chart(theirs, "T30")
        book.save(tracker)

        reported_by(tracker, tracker.parent, NOW + timedelta(days=days))

        assert len(load_workbook(tracker)[WEEK]._charts) == 3 + 1
