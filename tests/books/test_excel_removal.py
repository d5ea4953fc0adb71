"""Rows leave a worksheet, and everything else is where a person would expect it."""

import datetime
import os
import random
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from excel_packages import MAIN, links, part, parts, saved, sheet
from excel_plans import HEADING, contents
from excel_removals import check_removal, obstacles, removing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.books.excel import ExcelBook
from sync.changes import AddColumn, Plan, RemoveRows, SetCell, SetColours
from sync.faults import WorkbookFault
from sync.snapshot import Area, ColourRule

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*extension is not supported"),
    pytest.mark.filterwarnings("ignore:Workbook contains no default style"),
]
HEADS = ("编号", "行动项描述", "负责人", "计划完成时间", "状态", "剩余天数")


def tracker(path: Path, table: bool = False, rows: int = 12, totals: bool = False) -> Path:
    """An ordinary tracker: filter or table, rules, lists, links, notes above, a lists tab and its chart."""
    book = xlsxwriter.Workbook(path)
    tab = book.add_worksheet("行动项 跟踪")
    day, red = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bg_color": "#FFC7CE"})
    tab.write_row(0, 0, HEADS)
    for row in range(2, rows + 1):
        tab.write_row(row - 1, 0, [f"A-{row:03d}", f"第 {row} 项", f"人{row % 3}"])
        tab.write_datetime(row - 1, 3, datetime.datetime(2024, 5, 1) + datetime.timedelta(row), day)
        tab.write(row - 1, 4, "完成" if row % 4 == 0 else "进行中")
        tab.write_formula(row - 1, 5, f"=IF($E{row}=\"完成\",0,D{row}-'行动项 跟踪'!$D${row}+A$1)", None, row)
        tab.write_url(row - 1, 1, f"https://example.org/{row}", string=f"第 {row} 项")
        tab.set_row(row - 1, 15 + row)
    tab.write_comment("B1", "标题上的批注")
    tab.write_url("H1", f"internal:'行动项 跟踪'!A{rows + 5}", string="末行")
    if table:
        columns = [{"header": head} for head in HEADS]
        tab.add_table(0, 0, rows - 1, 5, {"columns": columns, "name": "跟踪"})
    else:
        tab.autofilter(0, 0, rows - 1, 5)
    tab.conditional_format(1, 3, 1048575, 3, {"type": "formula", "criteria": "=$D2<TODAY()", "format": red})
    tab.conditional_format(
        4, 5, rows - 1, 5, {"type": "formula", "criteria": '=AND($A5<>"",F5>3)', "format": red}
    )
    tab.conditional_format(1, 5, rows - 1, 5, {"type": "data_bar", "data_bar_2010": True})
    tab.conditional_format(1, 0, rows - 1, 0, {"type": "duplicate", "format": red})
    tab.data_validation(1, 4, rows - 1, 4, {"validate": "list", "source": "=名单!$A$1:$A$3"})
    tab.data_validation(3, 3, 1048575, 3, {"validate": "custom", "value": "=$D4>$A$1"})
    tab.merge_range(rows + 1, 0, rows + 1, 5, "说明")
    tab.freeze_panes(1, 0)
    lists = book.add_worksheet("名单")
    lists.write_column(0, 0, ["进行中", "完成", "延期"])
    lists.write_formula("B1", "=COUNTA(A1:A3)", None, 3)
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=名单!$B$1:$B$3"})
    lists.insert_chart("D2", chart)
    book.define_name("状态表", "=名单!$A$1:$A$3")
    book.close()
    return path


@pytest.mark.parametrize("table", [False, True])
@pytest.mark.parametrize("rows", [(2,), (5,), (12,), (2, 3, 4, 5), (3, 5, 7, 9, 11), tuple(range(2, 12))])
def test_rows_leave_an_ordinary_tracker(tmp_path: Path, table: bool, rows: tuple[int, ...]) -> None:
    path = tracker(tmp_path / "T.xlsx", table)
    assert obstacles(path, *rows) == {}
    check_removal(path, rows)


def test_formulas_and_links_follow_their_rows(tmp_path: Path) -> None:
    path = tracker(tmp_path / "T.xlsx")
    removing(path, 3, 4)
    text = part(path)
    assert "IF($E3=\"完成\",0,D3-'行动项 跟踪'!$D$3+A$1)" in text
    assert "location=\"'行动项 跟踪'!A15\"" in text
    assert 'sqref="D2:D1048576"' in text
    assert '<formula>AND($A3&lt;&gt;"",F3&gt;3)</formula>' in text
    assert 'sqref="F3:F10"' in text
    assert "<formula1>$D3&gt;$A$1</formula1>" in text
    assert "<xm:sqref>F2:F10</xm:sqref>" in text
    assert '<autoFilter ref="A1:F10"/>' in text
    assert "$A$1:$F$10" in part(path, "xl/workbook.xml")
    assert '<mergeCell ref="A12:F12"/>' in text


def test_a_removal_is_carried_out_last(tmp_path: Path) -> None:
    path = tracker(tmp_path / "T.xlsx", table=True)
    book = ExcelBook(path)
    snapshot = book.read()
    tab = snapshot.tabs[0].name
    rule = ColourRule(Area(2, 7, 1_048_576, 7), "LEN($G2)>1", "#FFD9D9", "#9C0006")
    values = tuple(SetCell(tab, row, 7, "message", "", None, f"行{row}") for row in range(2, 13))
    plan = Plan(
        snapshot.fingerprint,
        (AddColumn(tab, 1, 7, "message", HEADING, 20, False),),
        values,
        (SetColours(tab, (rule,)),),
        removals=(RemoveRows(tab, (4, 12)),),
    )
    book.apply(plan)
    after = ExcelBook(path).read()
    assert [row[6] for row in after.tabs[0].rows[1:10]] == [
        f"行{row}" for row in (2, 3, 5, 6, 7, 8, 9, 10, 11)
    ]
    assert after.tabs[0].colours == (rule,)
    assert 'ref="A1:G10"' in part(path, "xl/tables/table1.xml")


def test_a_row_that_has_to_stay_stops_the_whole_plan(tmp_path: Path) -> None:
    path = tracker(tmp_path / "T.xlsx")
    before = path.read_bytes()
    with pytest.raises(WorkbookFault, match="row 1 "):
        removing(path, 1, 3)
    assert path.read_bytes() == before
    removing(path)
    assert path.read_bytes() == before


def test_two_removals_of_one_tab_are_one(tmp_path: Path) -> None:
    path = tracker(tmp_path / "T.xlsx")
    book = ExcelBook(path)
    snapshot = book.read()
    tab = snapshot.tabs[0].name
    book.apply(Plan(snapshot.fingerprint, removals=(RemoveRows(tab, (3,)), RemoveRows(tab, (5, 6)))))
    assert [row[0] for row in book.read().tabs[0].rows[1:5]] == ["A-002", "A-004", "A-007", "A-008"]


@pytest.mark.parametrize("asked", [range(2, 13), range(1, 15)])
def test_a_table_keeps_its_last_row(tmp_path: Path, asked: range) -> None:
    path = tracker(tmp_path / "T.xlsx", table=True)
    found = obstacles(path, *asked)
    assert found[12] == "a table has to keep one row"
    assert {row for row in found if row > 1} == {12}
    check_removal(path, tuple(row for row in asked if row not in found and row < 13))


CHAIN = f'<calcChain xmlns="{MAIN}"><c r="A3" i="1"/></calcChain>'
SHARED = (
    '<row r="1"><c r="A1"><v>1</v></c></row>'
    '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><f t="shared" ref="B2:B6" si="0">A2*$A$1</f><v>2</v></c></row>'
    + "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><f t="shared" si="0"/><v>{n}</v></c></row>'
        for n in range(3, 7)
    )
)


@pytest.mark.parametrize(
    ("rows", "master"),
    [
        ((2,), ("B2", 'ref="B2:B5"', "A2*$A$1")),
        ((3,), ("B2", 'ref="B2:B5"', "A2*$A$1")),
        ((2, 3, 5), ("B2", 'ref="B2:B3"', "A2*$A$1")),
        ((6,), ("B2", 'ref="B2:B5"', "A2*$A$1")),
    ],
)
def test_shared_formulas_find_another_home(
    tmp_path: Path, rows: tuple[int, ...], master: tuple[str, str, str]
) -> None:
    path = saved(tmp_path, parts(sheet(SHARED)))
    removing(path, *rows)
    name, ref, text = master
    assert f'<c r="{name}"><f t="shared" {ref} si="0">{text}</f>' in part(path)
    values = [row[1].value for row in openpyxl.load_workbook(path)["T"].iter_rows(min_row=2)]
    assert values == [f"=A{row}*$A$1" for row in range(2, 7 - len(rows))]


def test_rows_without_numbers_and_with_gaps(tmp_path: Path) -> None:
    rows = '<row><c><v>1</v></c></row><row r="5"><c r="A5"><v>5</v></c></row><row><c><v>6</v></c></row><row/><row><c r="B8"><v>8</v></c></row>'
    path = saved(tmp_path, parts(sheet(rows)))
    removing(path, 5)
    shown = [
        (cell.coordinate, cell.value)
        for line in openpyxl.load_workbook(path)["T"].iter_rows()
        for cell in line
        if cell.value
    ]
    assert shown == [("A1", 1), ("A5", 6), ("B7", 8)]


def test_prefixes_comments_and_strange_quotes_are_kept(tmp_path: Path) -> None:
    text = sheet(
        "<!-- <row r='2'> --><row r='1'><c r='A1'><v>1</v></c></row>\n <row r='2'/><row r = '3' ht='20'><c  r='B3'><f>A3+1</f><v>3</v></c></row>"
    )
    path = saved(tmp_path, parts(text))
    removing(path, 2)
    assert "<!-- <row r='2'> -->" in part(path)
    assert "<row r = '2' ht='20'><c  r='B2'><f>A2+1</f>" in part(path)


def test_lists_that_lose_everything_go(tmp_path: Path) -> None:
    after = (
        '<mergeCells count="2"><mergeCell ref="A1:B1"/><mergeCell ref="A3:B3"/></mergeCells>'
        '<conditionalFormatting sqref="A3"><cfRule type="duplicateValues" priority="1"/></conditionalFormatting>'
        '<dataValidations count="1"><dataValidation type="whole" sqref="A3"><formula1>1</formula1></dataValidation></dataValidations>'
        '<hyperlinks><hyperlink ref="A3" location="A9"/></hyperlinks>'
        '<ignoredErrors><ignoredError sqref="A3:A4" numberStoredAsText="1"/></ignoredErrors>'
    )
    path = saved(tmp_path, parts(sheet('<row r="3"><c r="A3"><v>1</v></c></row>', after=after)))
    removing(path, 3)
    text = part(path)
    assert (
        '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells><ignoredErrors><ignoredError sqref="A3"'
        in text
    )
    assert not any(word in text for word in ("conditionalFormatting", "dataValidation", "hyperlink"))


def test_the_calculation_chain_goes(tmp_path: Path) -> None:
    rows = '<row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c r="A3"><f>B3</f><v>1</v></c></row>'
    targets = ("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("calcChain", "calcChain.xml")
    path = saved(
        tmp_path,
        parts(sheet(rows))
        | {
            "xl/_rels/workbook.xml.rels": links(*targets),
            "xl/calcChain.xml": CHAIN,
            "docProps/x.xml": "<a/>",
        },
    )
    removing(path, 2)
    assert "xl/calcChain.xml" not in contents(path)
    assert 'fullCalcOnLoad="1"' in part(path, "xl/workbook.xml")
    assert '<c r="A2"><f>B2</f>' in part(path)


ROWS = st.sets(st.integers(2, 40), min_size=1, max_size=20)
SPANS = st.lists(st.tuples(st.integers(2, 40), st.integers(0, 20)), max_size=5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    rules=SPANS,
    lists=SPANS,
    joined=st.sets(st.integers(2, 40), max_size=5),
    table=st.booleans(),
    seed=st.integers(0, 99),
)
def test_any_rows_leave_any_tracker(
    tmp_path: Path,
    rows: set[int],
    rules: list[tuple[int, int]],
    lists: list[tuple[int, int]],
    joined: set[int],
    table: bool,
    seed: int,
) -> None:
    path = tmp_path / "T.xlsx"
    chance = random.Random(seed)
    book = xlsxwriter.Workbook(path)
    tab = book.add_worksheet("T")
    looks = [book.add_format({"bold": n % 2, "font_size": 9 + n}) for n in range(5)]
    tab.write_row(0, 0, ["甲", "乙", "丙", "丁"])
    for row in range(2, 42):
        tab.write(row - 1, 0, row, chance.choice(looks))
        tab.write_formula(
            row - 1,
            1,
            chance.choice(["=A{0}+1", "=$A${0}*A$1", "=SUM(A{0}:C{0})", '=T!C{0}&"A{0}"']).format(row),
            looks[0],
            row,
        )
        if chance.random() < 0.5:
            tab.write_string(row - 1, 2, f"字{row}")
        if chance.random() < 0.3:
            tab.set_row(row - 1, 12 + row, None, {"hidden": row % 2 == 0, "level": row % 3})
        if chance.random() < 0.2:
            tab.write_url(row - 1, 3, f"https://example.org/{row}")
        else:
            tab.write_blank(row - 1, 3, None, chance.choice(looks))
    for row, height in rules:
        tab.conditional_format(
            row - 1,
            0,
            row + height - 1,
            1,
            {"type": "formula", "criteria": f"=$A{row}>B{row}", "format": looks[1]},
        )
    for row, height in lists:
        tab.data_validation(
            row - 1, 2, row + height - 1, 2, {"validate": "custom", "value": f"=LEN(C{row})>0"}
        )
    for row in joined:
        tab.merge_range(row - 1, 6, row - 1, 7, f"合{row}")
    if table:
        tab.add_table(0, 0, 40, 3, {"columns": [{"header": head} for head in "甲乙丙丁"]})
    book.close()
    found = obstacles(path, *rows)
    assert set(found.values()) <= {"something else stands beside the table in this row"}
    free = tuple(sorted(rows - set(found)))
    if free:
        check_removal(path, free)


def recalculated(path: Path, folder: Path) -> list[list[object]]:
    """All values of the lists tab after LibreOffice has calculated everything anew."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "ods:calc8",
        "--outdir",
        str(folder),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    from python_calamine import CalamineWorkbook

    made = CalamineWorkbook.from_path(folder / f"{path.stem}.ods")
    return [made.get_sheet_by_index(n).to_python(skip_empty_area=False) for n in range(2)]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_calculates_the_same(tmp_path: Path) -> None:
    path = tracker(tmp_path / "T.xlsx")
    before = recalculated(path, tmp_path / "before")
    removing(path, 3, 4, 9)
    after = recalculated(path, tmp_path / "after")
    assert after[1] == before[1]
    kept = [line for row, line in enumerate(before[0], 1) if row not in (3, 4, 9)]
    assert after[0] == kept


CORPUS = os.environ.get("CLOSELOOP_CORPUS", "")
WORKBOOKS = sorted(Path(CORPUS).rglob("*.xl[st][xm]")) if CORPUS else []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("workbook", WORKBOOKS, ids=[path.name for path in WORKBOOKS])
def test_rows_of_any_workbook_leave_or_stay_with_a_reason(workbook: Path, tmp_path: Path) -> None:
    path = tmp_path / workbook.name
    shutil.copyfile(workbook, path)
    try:
        height = len(ExcelBook(path).read().tabs[0].rows)
        asked = range(2, min(max(height, 3), 300) + 3)
        found = obstacles(path, *asked)
    except WorkbookFault as fault:
        pytest.skip(f"refused: {fault}")
    assert all(found.values())
    free = [row for row in asked if row not in found]
    if not free:
        pytest.skip("every row stays: " + "; ".join(sorted(set(found.values()))))
    chosen = random.Random(workbook.name).sample(free, max(1, len(free) // 3))
    try:
        names = openpyxl.load_workbook(path, rich_text=True).sheetnames
    except Exception as error:
        pytest.skip(f"openpyxl cannot read it: {error}")
    if ExcelBook(path).read().tabs[0].name not in names:
        pytest.skip("openpyxl does not see the sheet")
    check_removal(path, tuple(sorted(chosen)))
