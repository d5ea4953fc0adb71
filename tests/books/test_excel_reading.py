"""What a snapshot tells beside values: merged areas, formulas, errors, and which sheets count."""

import datetime
from pathlib import Path

import pytest
from excel_packages import MAIN, links, part, parts, saved, sheet, zipped
from excel_workbooks import rich_workbook

from sync.books.excel import ExcelBook, package, worksheet
from sync.faults import WorkbookFault
from sync.snapshot import Area


def test_a_rich_workbook(tmp_path: Path) -> None:
    path = rich_workbook(tmp_path / "T.xlsx")
    snapshot = ExcelBook(path).read()
    assert [tab.name for tab in snapshot.tabs] == ["行动项跟踪表", "统计", "隐藏"]
    tab = snapshot.tab("行动项跟踪表")
    assert tab.rows[1][:5] == ["A-001", "第 1 项", "张三", datetime.date(2024, 5, 2), "进行中"]
    assert tab.rows[4][1] == "普通粗体普通"
    assert tab.merged == (Area(1, 12, 2, 13),)
    assert tab.formulas == {(30, 12), (3, 14), (4, 14)}
    assert snapshot.tab("统计").errors == {(2, 1): "#N/A"}
    assert snapshot.tab("统计").rows == [[0.0]] or snapshot.tab("统计").rows == [[0.0], [None]]
    assert snapshot.fingerprint == ExcelBook(path).read().fingerprint


def test_rows_begin_at_row_one_and_column_a(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet('<row r="3"><c r="C3"><v>7</v></c></row>')))
    assert ExcelBook(path).read().tabs[0].rows == [[None] * 3, [None] * 3, [None, None, 7.0]]


ODD = {
    "no numbers": "<row><c><f>1</f><v>1</v></c><c t='e'><v>#N/A</v></c></row>",
    "numbers": '<row r="1"><c r="A1"><f>1</f><v>1</v></c><c r="B1" t="e"><v>#N/A</v></c></row>',
    "prefix": '<x:row r="1"><x:c r="A1"><x:f/><x:v>1</x:v></x:c><x:c r="B1" s="0" t="e"><x:v>#N/A</x:v></x:c></x:row>',
}


@pytest.mark.parametrize("name", ODD)
def test_formulas_and_errors_are_found(name: str, tmp_path: Path) -> None:
    worksheet = sheet(ODD[name])
    if name == "prefix":
        worksheet = worksheet.replace("xmlns=", "xmlns:x=").replace("worksheet", "x:worksheet", 1)
        worksheet = worksheet.replace("/worksheet", "/x:worksheet").replace("sheetData", "x:sheetData")
    path = saved(tmp_path, parts(worksheet))
    tab = ExcelBook(path).read().tabs[0]
    assert tab.formulas == {(1, 1)}
    assert tab.errors == {(1, 2): "#N/A"}
    assert part(path) == worksheet


def test_texts_that_look_like_xml_are_no_formulas(tmp_path: Path) -> None:
    text = '<row r="1"><c r="A1" t="inlineStr"><is><t>&lt;f&gt; t="e"</t></is></c></row>'
    tab = ExcelBook(saved(tmp_path, parts(sheet(text)))).read().tabs[0]
    assert (tab.formulas, tab.errors) == (frozenset(), {})


@pytest.mark.parametrize("count", [10**9, 10**12, 2**64 - 1])
def test_a_list_of_texts_that_claims_too_many_is_refused(count: int, tmp_path: Path) -> None:
    text = f'<sst xmlns="{MAIN}" count="1" uniqueCount="{count}"><si><t>甲</t></si></sst>'
    shared = {
        "xl/_rels/workbook.xml.rels": links(
            ("worksheet", "worksheets/sheet1.xml"),
            ("styles", "styles.xml"),
            ("sharedStrings", "sharedStrings.xml"),
        ),
        "xl/sharedStrings.xml": text,
    }
    path = saved(tmp_path, parts(sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')) | shared)
    with pytest.raises(WorkbookFault, match="claims"):
        ExcelBook(path).read()


@pytest.mark.parametrize(
    "reference",
    ["D19999999999", "D9999999", "A2", "A14", "A20", "A100", "XFDX1", "XFD", "A0000000001", "xfd1048576"],
)
def test_a_cell_that_names_another_row_is_refused(reference: str, tmp_path: Path) -> None:
    rows = f'<row r="1"><c r="{reference}"><v>1</v></c></row><row r="13"><c r="A13"><v>1</v></c></row>'
    path = saved(tmp_path, parts(sheet(rows)))
    if reference == "A2":
        assert len(ExcelBook(path).read().tabs[0].rows) == 13
        return
    with pytest.raises(WorkbookFault):
        ExcelBook(path).read()


def test_a_stray_cell_far_away_is_refused_before_memory_runs_out(tmp_path: Path) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"{}</row>'
    path = saved(tmp_path, parts(sheet(far.format("><v>1</v></c>"))))
    with pytest.raises(WorkbookFault, match="stray value"):
        ExcelBook(path).read()
    path = saved(tmp_path, parts(sheet(far.format(' s="1"/>'))))
    assert ExcelBook(path).read().tabs[0].rows == [[1.0]]


_ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
_COMMENTED = "<!-- <sheetData> </sheetData> -->"
LARGE = {
    "usual": sheet(_ROW, '<dimension ref="A1"/>', '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'),
    "without cells": sheet(""),
    "closed at once": sheet(_ROW).replace(f"<sheetData>{_ROW}</sheetData>", "<sheetData/>"),
    "with blanks in its tags": sheet(_ROW).replace("<sheetData>", "<sheetData >").replace("</sheetData>", "</sheetData >"),
    "a comment before": sheet(_ROW, _COMMENTED),
    "a comment inside": sheet(_ROW + _COMMENTED),
    "a comment behind": sheet(_ROW, after=_COMMENTED),
    "CDATA": sheet(_ROW.replace("<v>1</v>", "<is><t><![CDATA[</sheetData>]]></t></is>")),
    "a prefix": sheet(_ROW).replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x="),
    "an instruction around": sheet(_ROW, "<?a <sheetData> ?>", "<?b </sheetData> ?>"),
    "another encoding": sheet(_ROW).replace("UTF-8", "ASCII"),
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("piece", [7, 1 << 18])
def test_a_large_worksheet_is_cut_as_a_small_one(
    name: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worksheet, "_LARGE", 0)
    monkeypatch.setattr(package, "_PIECE", piece)
    made = package.open_package(zipped(parts(LARGE[name])))
    part = "xl/worksheets/sheet1.xml"

    assert worksheet.open_worksheet(made, part) == worksheet.parse_worksheet(made.part(part))
