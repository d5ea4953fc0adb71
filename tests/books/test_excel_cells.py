"""Cells written into worksheets as odd as programs make them."""

import datetime
from pathlib import Path

import pytest
from excel_packages import LINKS, MAIN, STRICT, links, part, parts, saved, sheet, workbook_part
from excel_plans import contents, setting

from sync.books.excel import ExcelBook
from sync.books.excel.values import tidy_text
from sync.faults import WorkbookFault

ONE = '<row r="2"><c r="B2" s="1"><v>5</v></c></row>'
X = '<c r="C3" s="2" t="inlineStr"><is><t>x</t></is></c>'
FOUR = "<row><c><v>1</v></c></row><row/><row><c><v>1</v></c><c><v>2</v></c>{}</row>"
HIDDEN = '<!-- <row r="7"> --><row r="3"><c r="B3" t="str"><v><![CDATA[<c r="C3">]]></v></c>{}</row>'
RICH = (
    '<row r="3"><c r="B3" t="inlineStr"><is><r><rPr><color rgb="FF0000FF"/></rPr><t>&lt;c r="C3"</t></r></is></c>'
    "{}</row>"
)
SHEETS = {
    "empty": ("", '<row r="3"><c r="C3" s="2" t="inlineStr"><is><t>x</t></is></c></row>'),
    "row above": (ONE, ONE + '<row r="3"><c r="C3" s="2" t="inlineStr"><is><t>x</t></is></c></row>'),
    "row below": (
        '<row r="9"/>',
        '<row r="3"><c r="C3" s="2" t="inlineStr"><is><t>x</t></is></c></row><row r="9"/>',
    ),
    "self-closed row": (
        '<row r="3" ht="20"/>',
        '<row r="3" ht="20"><c r="C3" s="2" t="inlineStr"><is><t>x</t></is></c></row>',
    ),
    "rows without numbers": (FOUR.format(""), FOUR.format(X)),
    "between cells": (
        '<row r="3"><c r="A3"/><c r="E3"><v>1</v></c></row>',
        '<row r="3"><c r="A3"/><c r="C3" s="2" t="inlineStr"><is><t>x</t></is></c><c r="E3"><v>1</v></c></row>',
    ),
    "an existing style": (
        '<row r="3"><c r="C3" s="1"/></row>',
        '<row r="3"><c r="C3" s="1" t="inlineStr"><is><t>x</t></is></c></row>',
    ),
    "an existing value with metadata": (
        '<row r="3"><c r="C3" s="1" t="str" cm="1" vm="2" ph="1"><v>0</v></c></row>',
        '<row r="3"><c r="C3" s="1" t="inlineStr"><is><t>x</t></is></c></row>',
    ),
    "attributes in another order": (
        "<row spans='1:2' r='3'><c t='n' r='C3'  s='1'><v>4</v></c></row>",
        '<row spans=\'1:3\' r=\'3\'><c r="C3" s="1" t="inlineStr"><is><t>x</t></is></c></row>',
    ),
    "spans": (
        '<row r="3" spans="1:2"/>',
        '<row r="3" spans="1:3"><c r="C3" s="2" t="inlineStr"><is><t>x</t></is></c></row>',
    ),
    "comments and CDATA": (HIDDEN.format(""), HIDDEN.format(X)),
    "rich text with the look of cells": (RICH.format(""), RICH.format(X)),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_text_is_put_where_it_belongs(name: str, tmp_path: Path) -> None:
    before, after = SHEETS[name]
    path = saved(tmp_path, parts(sheet(before)))
    setting(path, (3, 3, "x"))
    assert part(path) == sheet(after)
    assert ExcelBook(path).read().tabs[0].rows[2][2] == "x"


def test_an_empty_sheet_is_opened(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'))
    setting(path, (1, 1, 7))
    assert part(path) == (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" s="2"><v>7</v></c></row></sheetData></worksheet>'
    )


@pytest.mark.parametrize("namespace", [MAIN, STRICT])
def test_prefixed_and_strict_documents_stay_so(namespace: str, tmp_path: Path) -> None:
    rows = '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
    worksheet = f'<x:worksheet xmlns:x="{namespace}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    styles = f'<x:styleSheet xmlns:x="{namespace}"><x:cellXfs count="1"><x:xf/></x:cellXfs></x:styleSheet>'
    path = saved(tmp_path, parts(worksheet, xl__styles__xml="") | {"xl/styles.xml": styles})
    setting(path, (1, 2, "x"))
    assert '<x:c r="B1" s="1" t="inlineStr"><x:is><x:t>x</x:t></x:is></x:c>' in part(path)
    assert '<x:alignment vertical="center"/></x:xf></x:cellXfs>' in part(path, "xl/styles.xml")
    assert ExcelBook(path).read().tabs[0].rows == [[1.0, "x"]]


GREETING = '<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row>'


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "gbk"])
def test_other_encodings_are_refused(encoding: str, tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(GREETING).replace("UTF-8", encoding).encode(encoding)))
    with pytest.raises(WorkbookFault, match="not in UTF-8"):
        ExcelBook(path).read()


def test_a_byte_order_mark_is_kept(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(GREETING).encode("utf-8-sig")))
    setting(path, (1, 2, "乙"))
    assert part(path).startswith("\ufeff<?xml")
    assert ExcelBook(path).read().tabs[0].rows == [["甲", "乙"]]


def test_plain_letters_may_be_declared_otherwise(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("").replace("UTF-8", "windows-1252")))
    setting(path, (1, 1, "乙"))
    assert ExcelBook(path).read().tabs[0].rows == [["乙"]]


TEXTS = {
    "=1+1": "=1+1",
    "a\r\nb\rc": "a\nb\nc",
    " x ": " x ",
    "two  blanks": "two  blanks",
    "\x0b\x00\x1f": "\x0b\x00\x1f",
    "_x0041_": "_x0041_",
    "<&>\"'": "<&>\"'",
    "]]>": "]]>",
    "\ufffe\U0001f600": "\ufffd\U0001f600",
    "\ud800": "\ufffd",
    "\u3000\u00a0": "\u3000\u00a0",
}


@pytest.mark.parametrize("text", TEXTS)
def test_texts_come_back_as_they_were(text: str, tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("")))
    setting(path, (1, 1, text))
    assert ExcelBook(path).read().tabs[0].rows == [[TEXTS[text]]]


def test_a_text_longer_than_a_cell_is_cut() -> None:
    assert tidy_text("甲" * 32_767) == "甲" * 32_767
    assert tidy_text("甲" * 32_768) == "甲" * 32_766 + "…"
    cut = tidy_text("a" + "\U0001f600" * 20_000)
    assert cut.endswith("…")
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767


MOMENTS = [
    (datetime.date(2024, 5, 27), "45439"),
    (datetime.datetime(2024, 5, 27, 12), "45439.5"),
    (datetime.date(1900, 1, 1), "1"),
    (datetime.time(6), "0.25"),
    (datetime.timedelta(hours=36), "1.5"),
    (True, "1"),
    (2.5, "2.5"),
    (3.0, "3"),
    (10**15, "1000000000000000"),
]


@pytest.mark.parametrize(("value", "stored"), MOMENTS, ids=[str(value) for value, _ in MOMENTS])
def test_values_are_stored_as_excel_does(value: object, stored: str, tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("")))
    setting(path, (1, 1, value))  # type: ignore[arg-type]
    assert f"<v>{stored}</v>" in part(path)
    if not isinstance(value, datetime.timedelta):
        assert ExcelBook(path).read().tabs[0].rows == [[value]]


def test_workbooks_of_1904_keep_their_calendar(tmp_path: Path) -> None:
    properties = {"xl/workbook.xml": workbook_part('<workbookPr date1904="1"/>')}
    path = saved(tmp_path, parts(sheet("")) | properties)
    setting(path, (1, 1, datetime.date(2024, 5, 27)))
    assert "<v>43977</v>" in part(path)
    assert ExcelBook(path).read().tabs[0].rows == [[datetime.date(2024, 5, 27)]]


def test_a_date_in_a_styled_cell_keeps_the_style_but_shows_a_date(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet('<row r="1"><c r="A1" s="1"/></row>')))
    setting(path, (1, 1, datetime.date(2024, 5, 27)))
    assert 'r="A1" s="2"' in part(path)
    assert 'numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"' in part(
        path, "xl/styles.xml"
    )


def test_an_id_takes_the_look_of_its_row_or_column(tmp_path: Path) -> None:
    before = '<cols><col min="2" max="3" width="9" style="1"/></cols>'
    path = saved(tmp_path, parts(sheet('<row r="1" s="1" customFormat="1"/><row r="2"/>', before)))
    setting(path, (1, 5, "A-1"), (2, 2, "A-2"), (2, 5, "A-3"), column="id")
    assert 'r="E1" s="1"' in part(path)
    assert 'r="B2" s="1"' in part(path)
    assert 'r="E2" t=' in part(path)


def test_none_empties_a_cell_and_makes_none(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet('<row r="1"><c r="A1" s="1"><v>1</v></c></row>')))
    setting(path, (1, 1, None), (1, 2, None), (9, 9, ""))
    assert part(path) == sheet('<row r="1"><c r="A1" s="1"/></row>')


def test_the_dimension_grows_when_there_is_one(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(ONE, '<dimension ref="B2"/>')))
    setting(path, (4, 3, 1))
    assert '<dimension ref="B2:C4"/>' in part(path)


CHAIN = f'<calcChain xmlns="{MAIN}"><c r="A1" i="1"/></calcChain>'


def test_an_overwritten_formula_leaves_the_calculation_chain(tmp_path: Path) -> None:
    made = parts(sheet('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>'), xl__calcChain="")
    del made["xl/calcChain"]
    made["xl/calcChain.xml"] = CHAIN
    made["xl/_rels/workbook.xml.rels"] = links(
        ("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("calcChain", "calcChain.xml")
    )
    types = str(made["[Content_Types].xml"])
    override = '<Override PartName="/xl/calcChain.xml" ContentType="application/calc"/></Types>'
    made["[Content_Types].xml"] = types.replace("</Types>", override)
    path = saved(tmp_path, made)
    setting(path, (1, 1, "x"))
    after = contents(path)
    assert "xl/calcChain.xml" not in after
    assert b"calcChain" not in after["xl/_rels/workbook.xml.rels"] + after["[Content_Types].xml"]
    assert after["[Content_Types].xml"].decode() == types


REFUSED = {
    "shared formula": ('<row r="3"><c r="C3"><f t="shared" ref="C3:C9" si="0">A1</f></c></row>', ""),
    "array formula": ('<row r="3"><c r="C3"><f t="array" ref="C3:C4">A1</f></c></row>', ""),
    "inside an array": ('<row r="2"><c r="C2"><f t="array" ref="C2:C4">A1</f></c></row>', ""),
    "merged": ('<row r="3"><c r="C3"/></row>', '<mergeCells><mergeCell ref="B3:C3"/></mergeCells>'),
    "rows out of order": ('<row r="5"/><row r="4"/>', ""),
    "cells out of order": ('<row r="3"><c r="D3"><v>1</v></c><c r="B3"><v>1</v></c></row>', ""),
    "cells of another row": ('<row r="3"><c r="D4"><v>1</v></c></row>', ""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_cells_that_cannot_be_written_are_refused(name: str, tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(*(REFUSED[name][0], "", REFUSED[name][1]))))
    before = path.read_bytes()
    with pytest.raises(WorkbookFault, match=r"^T\.xlsx "):
        setting(path, (3, 3, "x"))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_two_values_for_one_cell_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("")))
    with pytest.raises(WorkbookFault, match="two values"):
        setting(path, (1, 1, "x"), (1, 1, "y"))


def test_the_first_cell_of_a_merged_area_is_written(tmp_path: Path) -> None:
    merged = '<mergeCells><mergeCell ref="C3:D4"/></mergeCells>'
    path = saved(tmp_path, parts(sheet("", "", merged)))
    setting(path, (3, 3, "x"))
    assert ExcelBook(path).read().tabs[0].rows[2][2] == "x"


def test_the_relationship_namespace_is_kept(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("")))
    setting(path, (1, 1, 1))
    assert LINKS in part(path)
