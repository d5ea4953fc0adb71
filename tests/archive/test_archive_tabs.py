"""The tabs of the archive: their names, and what people do to them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from archive_tables import (
    NOW,
    archived,
    in_file,
    in_memory,
    item,
    meeting,
    one_pass,
    standing,
    tabs,
    type_into,
)
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from sync.archiving.naming import free_name, tab_name


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
