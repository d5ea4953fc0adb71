"""The tabs of the archive: their names, and what people do to them."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from archive_tables import (
    EVERY_REPORT,
    NOW,
    MemoryShelf,
    archived,
    in_file,
    in_memory,
    item,
    looked_again,
    meeting,
    one_pass,
    standing,
    tabs,
    type_into,
)
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from sync.archiving.cabinet import Drawer, Kept, drawers, shown
from sync.archiving.naming import free_name, tab_name
from sync.books.excel import ExcelBook
from sync.books.excel.measuring import row_heights
from sync.books.google.book import GoogleBook


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=8, unique=True))
def test_tab_names_are_fit_and_do_not_clash(wanted):
    names = [tab_name(each) for each in wanted]

    assert len(set(names)) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le", "replace")) // 2 <= 31
        assert not set("[]:*?/\\") & set(name)
        assert name == name.strip("' ")
    taken = {name.casefold() for name in names}
    assert free_name(wanted[0], taken.__contains__).casefold() not in taken


@given(
    st.text("市场部输出abc12 ", min_size=1, max_size=28)
    .map(str.strip)
    .filter(lambda text: text and len(text) + len(text.encode()) <= 54)
)
def test_a_text_that_a_column_has_room_for_takes_one_line(text):
    drawer = Drawer("2024年", "actions", ("行动项描述",), (Kept(NOW, {"行动项描述": text}),))

    assert row_heights(shown(drawer, "归档日期"))[1] == 18


def test_a_tab_of_peoples_of_that_name_is_left_alone(make, tmp_path):
    content = tabs([item("A1"), item("A2", done=None)]) | {"2024年其他会议": [["我们的"]]}
    book = make(content)

    one_pass(book, tmp_path)

    assert book.read().tab("2024年其他会议").rows[0][0] == "我们的"
    assert archived(book) == {("2024年其他会议 (2)", "A1"): 1}


def test_later_rows_join_those_that_stand_there_and_what_people_wrote_stays(make, tmp_path):
    book = make(tabs([item("A1"), item("A2", done=None)]))
    one_pass(book, tmp_path)
    snapshot = book.read()
    rows = snapshot.tab("行动项跟踪表").rows
    for position, value in ((6, "已完成"), (7, date(2024, 5, 29)), (8, "《流程》"), (10, "通过")):
        type_into(book, "行动项跟踪表", 2, position, value)
    type_into(book, "2024年其他会议", 2, 6, "改过的备注")
    type_into(book, "2024年其他会议", 4, 2, "我们的笔记")
    assert len(rows) >= 2

    one_pass(book, tmp_path, now=datetime(2024, 6, 20, 20))

    tab = book.read().tab("2024年其他会议")
    assert [row[1] for row in tab.rows[1:3]] == ["A1", "A2"]
    assert tab.rows[1][5] == "改过的备注"
    assert "我们的笔记" in repr(tab.rows[3:])


def in_memory_edited(book):
    name = "2024年产品会议"
    rows = [list(row) for row in book.tabs[name].rows]
    rows[1][2] = "改过的描述"
    rows[1] += [*[None] * (14 - len(rows[1])), "旁边的备注"]
    book.tabs["产品会归档"] = replace(book.tabs.pop(name), name="产品会归档", rows=rows)


def in_file_edited(book):
    edited = load_workbook(book.path)
    sheet = edited["2024年产品会议"]
    sheet["C2"], sheet["O2"] = "改过的描述", "旁边的备注"
    sheet.title = "产品会归档"
    for mark in edited.defined_names.values():  # as Excel does, and openpyxl does not
        mark.attr_text = mark.attr_text.replace("2024年产品会议", "产品会归档")
    edited.save(book.path)


@pytest.mark.parametrize("kind", ["memory", "excel"])
def test_an_archive_tab_that_people_renamed_and_wrote_on_keeps_all_of_it(tmp_path, kind):
    content = tabs([item("A1"), item("A2", done=date(2024, 5, 27)), item("A3", done=None)], [meeting("M1")])
    book = in_memory(content) if kind == "memory" else in_file(content, tmp_path / "t.xlsx")
    one_pass(book, tmp_path)
    assert archived(book) == {("2024年产品会议", "A1"): 1}
    (in_memory_edited if kind == "memory" else in_file_edited)(book)

    one_pass(book, tmp_path, now=NOW + timedelta(days=10))

    snapshot = book.read()
    assert "旁边的备注" in snapshot.tab("产品会归档").rows[1]
    assert "改过的描述" in snapshot.tab("产品会归档").rows[1]
    assert archived(book) == {("产品会归档", "A1"): 1, ("2024年产品会议", "A2"): 1}


def test_a_deleted_archive_tab_takes_its_rows_with_it_and_hinders_nothing(tmp_path):
    book = in_memory(
        tabs([item("A1"), item("A2", done=date(2024, 5, 27)), item("A3", done=None)], [meeting("M1")])
    )
    one_pass(book, tmp_path)
    del book.tabs["2024年产品会议"]

    one_pass(book, tmp_path, now=NOW + timedelta(days=10))

    assert archived(book) == {("2024年产品会议", "A2"): 1}
    assert standing(book) == ["A3"]


HOSTILE = ["=1+1", "+2", "-3", "@x", '=HYPERLINK("http://x")', "\t=1+1", "'引'", "a!b'c", "会/议[1]"]
TABLE = "it's =1+1"


@pytest.mark.parametrize("usual", ["", "归档{year}.xlsx"])
def test_no_text_becomes_a_formula_in_the_archive_or_in_reports(make, tmp_path, usual):
    register = [[f"M{number}", text, text, date(2024, 3, 1), None] for number, text in enumerate(HOSTILE)]
    other = {"行动项描述": "", "负责人": "", "所属部门": "", "交付成果": "", "议题": ""}
    items = [
        item(f"{kind}{number}", f"M{number}", **(done | dict.fromkeys(other, text)))
        for kind, done in (
            ("A", {}),
            ("B", {"实际完成时间": None, "状态": "进行中", "计划完成时间": date(2024, 5, 20)}),
        )
        for number, text in enumerate(HOSTILE)
    ]
    agenda = [[f"M{number}", 1, text, text, text, None] for number, text in enumerate(HOSTILE)]
    content = tabs(items, register, agenda)
    book = make({TABLE: content.pop("行动项跟踪表"), **content})
    before = {row[0]: row for row in book.read().tab(TABLE).rows}

    shelf = MemoryShelf(usual)
    one_pass(book, tmp_path, shelf, settings=EVERY_REPORT)

    assert len(looked_again(book, tmp_path, shelf, settings=EVERY_REPORT).plan) == 0
    archive = [drawer for each in (book, *shelf.books.values()) for drawer in drawers(each.read())]
    kept = [row.said for drawer in archive if drawer.table == "actions" for row in drawer.rows]
    assert {row["编号"]: row["负责人"] for row in kept} == {
        f"A{n}": before[f"A{n}"][3] for n in range(len(HOSTILE))
    }
    for tab in book.read().tabs:
        if tab.generated:
            assert set(tab.errors) <= {(2, 13)}, "the heartbeat, which the test's server does not compute"
            if tab.name in {drawer.tab for drawer in archive}:
                assert not tab.formulas
    for formula in formulas_of(book):
        assert re.match(r"=?(IF\(TODAY\(\)|HYPERLINK\(\"#)", formula), formula


def formulas_of(book):
    """The formulas of generated tabs as they stand there."""
    names = [tab.name for tab in book.read().tabs if tab.generated]
    if isinstance(book, ExcelBook):
        sheets = load_workbook(book.path)
        cells = [cell for name in names for row in sheets[name].iter_rows() for cell in row]
        assert {tab_of(cell.hyperlink.location) for cell in cells if cell.hyperlink} <= {*sheets.sheetnames}
        return [cell.value for cell in cells if cell.data_type == "f"]
    if isinstance(book, GoogleBook):
        rows = [row for name in names for row in book.desk.spreadsheet.sheet(name).rows]
        values = [(cell or {}).get("userEnteredValue", {}) for row in rows for cell in row]
        return [value["formulaValue"] for value in values if "formulaValue" in value]
    return []


def tab_of(link):
    """The tab that a link leads to."""
    name = link.rpartition("!")[0]
    return name[1:-1].replace("''", "'") if name.startswith("'") else name
