"""Added columns: headings, widths, and the tables and filters that take them in."""

import re
from pathlib import Path

import openpyxl
import pytest
from excel_packages import MAIN, links, part, parts, saved, sheet, workbook_part
from excel_plans import HEADING, adding, setting
from excel_workbooks import openpyxl_workbook, rich_workbook

from sync.books.excel import ExcelBook
from sync.changes import AddColumn, Plan
from sync.faults import WorkbookFault

HEADER = '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>'
OWN = 'width="20.7109375" customWidth="1"'
WIDTHS = {
    "": f'<cols><col min="3" max="3" {OWN}/></cols>',
    "<sheetFormatPr/>": f'<sheetFormatPr/><cols><col min="3" max="3" {OWN}/></cols>',
    '<cols><col min="1" max="1" width="9"/></cols>': (
        f'<cols><col min="1" max="1" width="9"/><col min="3" max="3" {OWN}/></cols>'
    ),
    '<cols><col min="5" max="6" width="9"/></cols>': (
        f'<cols><col min="3" max="3" {OWN}/><col min="5" max="6" width="9"/></cols>'
    ),
    '<cols><col min="1" max="16384" width="9" style="1" hidden="1"/></cols>': (
        '<cols><col min="1" max="2" width="9" style="1" hidden="1"/>'
        f'<col min="3" max="3" {OWN} style="1"/>'
        '<col min="4" max="16384" width="9" style="1" hidden="1"/></cols>'
    ),
    '<cols><col min="3" max="3" width="4"/></cols>': f'<cols><col min="3" max="3" {OWN}/></cols>',
}


@pytest.mark.parametrize("before", WIDTHS)
def test_one_column_gets_its_width(before: str, tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(HEADER, before)))
    adding(path, 1, 3)
    assert part(path).partition("<sheetData>")[0].endswith(WIDTHS[before])
    assert ExcelBook(path).read().tabs[0].rows == [["a", "b", HEADING]]


def test_a_hidden_column_is_hidden(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(HEADER)))
    adding(path, 1, 3, hidden=True)
    assert f'<col min="3" max="3" {OWN} hidden="1"/>' in part(path)


def test_a_second_heading_of_the_same_look_adds_no_style(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(HEADER)))
    adding(path, 1, 3)
    styles = part(path, "xl/styles.xml")
    adding(path, 1, 4, "另一列")
    setting(path, (2, 3, "x"))
    plain = part(path, "xl/styles.xml")
    setting(path, (3, 3, "y"), (3, 4, 4))
    assert styles.count("<xf ") + 1 == plain.count("<xf ")
    assert part(path, "xl/styles.xml") == plain


@pytest.mark.parametrize("cell", ['<c r="C1"><v>0</v></c>', '<c r="C1" t="str"><f>A1</f><v/></c>'])
def test_an_occupied_position_is_refused(cell: str, tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(HEADER.replace("</row>", cell + "</row>"))))
    with pytest.raises(WorkbookFault, match="C1"):
        adding(path, 1, 3)


def test_a_table_takes_the_column_in(tmp_path: Path) -> None:
    path = rich_workbook(tmp_path / "T.xlsx")
    adding(path, 1, 6, "检查\n<结果>")
    table = part(path, "xl/tables/table1.xml")
    assert table.count('ref="A1:F30"') == 2
    assert '<tableColumns count="6">' in table
    assert '<tableColumn id="6" name="检查_x000a_&lt;结果&gt;"/></tableColumns>' in table
    assert openpyxl_workbook(tmp_path / "other.xlsx").exists()


def test_openpyxl_sees_the_wider_table(tmp_path: Path) -> None:
    path = openpyxl_workbook(tmp_path / "T.xlsx")
    adding(path, 1, 4)
    adding(path, 1, 5, "第二列")
    table = openpyxl.load_workbook(path)["任务"].tables["任务表"]
    assert table.ref == "A1:E9"
    assert table.column_names == ["编号", "任务", "负责人", HEADING, "第二列"]


def test_several_columns_at_once(tmp_path: Path) -> None:
    path = rich_workbook(tmp_path / "T.xlsx")
    snapshot = ExcelBook(path).read()
    tab = snapshot.tabs[0].name
    columns = tuple(AddColumn(tab, 1, 6 + n, "risk", f"列{n}", 9, n == 2) for n in (2, 0, 1))
    ExcelBook(path).apply(Plan(snapshot.fingerprint, columns))
    assert part(path, "xl/tables/table1.xml").count('ref="A1:H30"') == 2
    assert ExcelBook(path).read().tabs[0].rows[0][5:8] == ["列0", "列1", "列2"]


FILTER_NAME = (
    '<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">T!$A$1:$B$9</definedName>'
    '<definedName name="区域">T!$A$1:$B$9</definedName></definedNames>'
)


def test_the_sheets_filter_and_its_name_take_the_column_in(tmp_path: Path) -> None:
    sort = (
        '<autoFilter ref="A1:B9"><sortState ref="A2:B9"><sortCondition ref="A2:A9"/></sortState></autoFilter>'
    )
    named = {"xl/workbook.xml": workbook_part(names=FILTER_NAME)}
    path = saved(tmp_path, parts(sheet(HEADER, "", sort)) | named)
    adding(path, 1, 3)
    assert '<autoFilter ref="A1:C9"><sortState ref="A2:C9"><sortCondition ref="A2:A9"/>' in part(path)
    workbook = part(path, "xl/workbook.xml")
    assert 'hidden="1">T!$A$1:$C$9<' in workbook
    assert 'name="区域">T!$A$1:$B$9<' in workbook


@pytest.mark.parametrize("reference", ["A2:B9", "A1:A9", "A1:D9"])
def test_a_filter_elsewhere_stays(reference: str, tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(HEADER, "", f'<autoFilter ref="{reference}"/>')))
    adding(path, 1, 3)
    assert f'<autoFilter ref="{reference}"/>' in part(path)


def tabled(
    folder: Path, attributes: str = "", after: str = "", filtered: str = '<autoFilter ref="A1:B9"/>'
) -> Path:
    """A sheet with a table over A1:B9."""
    table = (
        f'<table xmlns="{MAIN}" id="1" name="t" displayName="t" ref="A1:B9" {attributes}>{filtered}'
        '<tableColumns count="2"><tableColumn id="7" name="a"/><tableColumn id="3" name="b"/></tableColumns></table>'
    )
    rels = {
        "xl/worksheets/_rels/sheet1.xml.rels": links(("table", "../tables/t.xml")),
        "xl/tables/t.xml": table,
    }
    return saved(folder, parts(sheet(HEADER, "", after)) | rels)


def test_a_totals_row_stays_out_of_the_filter(tmp_path: Path) -> None:
    path = tabled(tmp_path, 'totalsRowCount="1"', filtered='<autoFilter ref="A1:B8"/>')
    adding(path, 1, 3)
    table = part(path, "xl/tables/t.xml")
    assert 'displayName="t" ref="A1:C9"' in table
    assert '<autoFilter ref="A1:C8"/>' in table
    assert '<tableColumn id="8" name="检查结果"/>' in table
    with pytest.raises(WorkbookFault, match="C9"):
        setting(path, (9, 3, "x"))


def test_table_headings_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(WorkbookFault, match=r"B1.*heading"):
        setting(tabled(tmp_path), (1, 2, "x"))


@pytest.mark.parametrize(
    ("attributes", "after", "heading", "reason"),
    [
        ('tableType="queryTable"', "", HEADING, "query"),
        ("", "", "B", "already"),
        ("", '<mergeCells><mergeCell ref="C4:D5"/></mergeCells>', HEADING, "merged"),
    ],
)
def test_tables_that_cannot_grow_are_refused(
    attributes: str, after: str, heading: str, reason: str, tmp_path: Path
) -> None:
    path = tabled(tmp_path, attributes, after)
    before = path.read_bytes()
    with pytest.raises(WorkbookFault, match=reason):
        adding(path, 1, 3, heading)
    assert path.read_bytes() == before


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
def test_the_heading_looks_like_the_templates(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet(HEADER)))
    adding(path, 1, 3)
    style = re.search(r'r="C1" s="(\d+)"', part(path))
    assert style
    cell = openpyxl.load_workbook(path).worksheets[0]["C1"]
    assert (cell.font.b, cell.font.name, cell.font.sz) == (True, "宋体", 11)
    assert cell.border.left.style == "thin"
    assert (cell.alignment.horizontal, cell.alignment.wrap_text) == ("center", True)
