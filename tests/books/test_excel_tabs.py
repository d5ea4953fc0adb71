"""Generated tabs with charts: grafted once, shown anew in place, nothing else touched and nothing piling up."""

import datetime
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from excel_packages import STRICT, part, parts, saved, sheet, workbook_part
from excel_plans import contents, differing_cells, raw_parts
from excel_tabs import NAME, heading, longer, put, summary
from excel_workbooks import openpyxl_workbook, rich_workbook

from sync.books.excel import ExcelBook
from sync.faults import WorkbookFault
from sync.generated import GeneratedTab, TabCell
from sync.snapshot import Area

ON_PURPOSE = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
SOFFICE = shutil.which("soffice")


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    return rich_workbook(tmp_path / "rich.xlsx")


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {name for name in before if before[name] != after.get(name)}


def styles(path: Path) -> dict[str, int]:
    text = part(path, "xl/styles.xml")
    return {
        name: len(re.findall(rf"<{name}[ >/]", text))
        for name in ("xf", "font", "fill", "border", "dxf", "numFmt")
    }


def part_of(path: Path, name: str = NAME) -> str:
    index = [tab.name for tab in ExcelBook(path).read().tabs].index(name)
    return sorted(key for key in contents(path) if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", key))[index]


@pytest.mark.parametrize("make", [rich_workbook, openpyxl_workbook])
def test_every_other_part_keeps_its_compressed_bytes(tmp_path: Path, make) -> None:
    path = make(tmp_path / "made.xlsx")
    raw, before = raw_parts(path), ExcelBook(path).read()

    put(path, summary())

    after = raw_parts(path)
    assert list(after)[: len(raw)] == list(raw), "new parts come last"
    assert changed(raw, after) <= ON_PURPOSE
    assert len(after) - len(raw) == 7, "a sheet, a drawing, three charts, two lists of relationships"
    assert differing_cells(before, ExcelBook(path).read()) == set()
    assert "xl/sharedStrings.xml" not in changed(raw, after)


def test_what_a_tab_shows_is_read_by_others(rich: Path) -> None:
    put(rich, summary())

    with pytest.warns(UserWarning, match="extension"):
        tab = openpyxl.load_workbook(rich)[NAME]
    assert (tab["A10"].value, tab["A10"].data_type) == ("=合计", "s")
    assert (tab["B10"].value, tab["B10"].data_type) == ("=SUM(B5:B9)", "f")
    assert tab["E5"].value == datetime.datetime(2024, 6, 3)
    assert (tab["D5"].value, tab["D5"].number_format) == (0.5, "0%")
    assert tab["B5"].hyperlink.location == "'行动项跟踪表'!A2"
    assert tab["A4"].fill.fgColor.rgb == "FF44546A"
    assert (tab.freeze_panes, tab.print_title_rows) == ("A5", "$1:$4")
    assert (tab.page_setup.paperSize, tab.page_setup.fitToHeight) == (9, 0)
    assert tab.sheet_properties.pageSetUpPr.fitToPage
    assert len(tab._charts) == 3
    assert not tab.sheet_view.tabSelected


def test_the_same_content_changes_no_byte(rich: Path) -> None:
    put(rich, summary())
    before = rich.read_bytes()

    put(rich, summary())

    assert rich.read_bytes() == before


def test_changed_cells_change_the_sheet_only(rich: Path) -> None:
    put(rich, summary(5))
    before = raw_parts(rich)

    put(rich, summary(7))

    assert changed(before, raw_parts(rich)) == {part_of(rich)}
    assert ExcelBook(rich).read().tab(NAME).rows[4][1] == 7


def test_nothing_piles_up_over_many_passes(rich: Path) -> None:
    put(rich, longer(summary(5), 3))
    parts_before, styles_before = set(raw_parts(rich)), styles(rich)

    for number in range(5):
        put(rich, longer(summary(number), number % 4))

    assert set(raw_parts(rich)) == parts_before
    assert styles(rich) == styles_before
    text = part(rich, "xl/workbook.xml")
    assert text.count("_closeloop_tab_") == 1
    assert text.count(NAME) == 3, "the sheet, its print titles, its mark"


def test_one_other_chart_leaves_the_rest_as_they_are(rich: Path) -> None:
    put(rich, summary())
    before = raw_parts(rich)
    pie, bars, line = summary().charts

    put(rich, replace(summary(), charts=(pie, replace(bars, title="逾期"), line)))

    after = raw_parts(rich)
    charts = {name for name in before if "charts/chart" in name}
    assert len(charts & set(after)) == len(charts) - 1
    assert len([name for name in after if "charts/chart" in name]) == len(charts)
    assert not changed({name: before[name] for name in charts & set(after)}, after)
    assert len(openpyxl_charts(rich)) == 3


def test_charts_that_leave_leave_no_part_behind(rich: Path) -> None:
    put(rich, replace(summary(), charts=()))
    without = set(raw_parts(rich))

    put(rich, summary())
    put(rich, replace(summary(), charts=()))

    left = set(raw_parts(rich)) - without
    assert left == {part_of(rich).replace("worksheets/", "worksheets/_rels/") + ".rels"}
    assert openpyxl_charts(rich) == []
    put(rich, summary())
    assert len(openpyxl_charts(rich)) == 3


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def openpyxl_charts(path: Path) -> list[object]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)[NAME]._charts


def test_formulas_and_names_that_point_at_the_tab_live_on(rich: Path) -> None:
    put(rich, summary())
    listed = re.search(r"<sheets>.*</sheets>", part(rich, "xl/workbook.xml"))
    links = part(rich, "xl/_rels/workbook.xml.rels")

    put(rich, longer(summary(9), 4))

    assert listed
    assert listed[0] in part(rich, "xl/workbook.xml")
    assert part(rich, "xl/_rels/workbook.xml.rels") == links


@pytest.mark.parametrize("name", ["it's", "每周'汇总' (A&B) <1>", "一" * 31, "a!b", "=1+1", "-x"])
def test_odd_names_of_tabs(rich: Path, name: str) -> None:
    put(rich, summary(5, name))
    put(rich, longer(summary(6, name), 2))
    before = rich.read_bytes()
    put(rich, longer(summary(6, name), 2))

    assert rich.read_bytes() == before
    tab = ExcelBook(rich).read().tab(name)
    assert tab.generated == longer(summary(), 2).block


@pytest.mark.parametrize("name", ["", "一" * 32, "a/b", "[x]", "'a", "History", "统计", "图表页", "隐藏"])
def test_names_that_no_tab_of_ours_can_have(rich: Path, name: str) -> None:
    before = rich.read_bytes()

    with pytest.raises(WorkbookFault, match=r"cannot have|has not made"):
        put(rich, summary(5, name))

    assert rich.read_bytes() == before


def test_a_name_that_differs_in_case_only_is_taken(tmp_path: Path) -> None:
    path = saved(tmp_path, parts(sheet("")))

    with pytest.raises(WorkbookFault, match="has not made"):
        put(path, summary(5, "t"))


def test_part_names_that_differ_in_case_only_are_taken(tmp_path: Path) -> None:
    made = parts(sheet("<row><c><v>1</v></c></row>"))
    made["xl/worksheets/Sheet1.XML"] = made.pop("xl/worksheets/sheet1.xml")
    made["xl/charts/CHART1.xml"] = "<a/>"
    path = saved(tmp_path, made)

    put(path, summary())

    assert {"xl/worksheets/sheet2.xml", "xl/charts/chart2.xml", "xl/worksheets/Sheet1.XML"} <= set(
        contents(path)
    )
    assert ExcelBook(path).read().tabs[0].rows == [[1.0]]


def test_a_strict_workbook_takes_cells_but_no_tab(tmp_path: Path) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    made = {
        name: content.replace(main, STRICT) if isinstance(content, str) else content
        for name, content in parts(sheet("<row><c><v>1</v></c></row>")).items()
    }
    path = saved(tmp_path, made)

    with pytest.raises(WorkbookFault, match="strict"):
        put(path, summary())


def test_a_protected_structure_takes_no_tab(tmp_path: Path) -> None:
    book = workbook_part('<workbookProtection lockStructure="1"/>')
    path = saved(tmp_path, parts(sheet(""), xl__workbook_xml=book) | {"xl/workbook.xml": book})

    with pytest.raises(WorkbookFault, match="protected"):
        put(path, summary())


def test_a_prefixed_workbook_part_without_office_prefix(tmp_path: Path) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    book = (
        f'<x:workbook xmlns:x="{main}"><x:sheets><x:sheet name="T" sheetId="7" '
        f'xmlns:q="{links}" q:id="rId1"/></x:sheets></x:workbook>'
    )
    path = saved(tmp_path, parts(sheet("")) | {"xl/workbook.xml": book})

    put(path, summary())
    put(path, summary(8))

    assert [tab.name for tab in ExcelBook(path).read().tabs] == ["T", NAME]
    assert 'sheetId="8"' in part(path, "xl/workbook.xml")


@pytest.mark.filterwarnings("ignore:.*no default style")
def test_dates_count_from_1904_where_the_workbook_does(tmp_path: Path) -> None:
    book = workbook_part('<workbookPr date1904="1"/>')
    path = saved(tmp_path, parts(sheet("")) | {"xl/workbook.xml": book})

    put(path, summary())

    assert ExcelBook(path).read().tab(NAME).rows[4][4] == datetime.date(2024, 6, 3)
    assert openpyxl.load_workbook(path)[NAME]["E5"].value == datetime.datetime(2024, 6, 3)


HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@x",
    " two\nlines _x0041_ ",
    "\x0b<&>'\"",
    "x" * 40_000,
    "\r\n",
    "#N/A",
    "TRUE",
    "007",
)


def test_text_stays_text(rich: Path) -> None:
    rows = tuple((TabCell(text), TabCell(text, link=f"'{text[:5]}'!A1")) for text in HOSTILE)
    tab = GeneratedTab("文字", rows)
    put(rich, tab)
    before = rich.read_bytes()
    put(rich, tab)

    assert rich.read_bytes() == before
    assert ExcelBook(rich).read().tab("文字").formulas == frozenset()


def test_a_merged_title_moves_to_where_table_heads_stood(rich: Path) -> None:
    put(rich, GeneratedTab("表", (heading("编号", "事项", "负责人"),)))
    put(rich, GeneratedTab("表", ((TabCell("未来 7 天到期", "title"),),), merged=(Area(1, 1, 1, 3),)))

    [shown] = ExcelBook(rich).read().tab("表").rows
    assert list(filter(None, shown)) == ["未来 7 天到期"]


def test_a_calculation_chain_leaves_with_a_formula_of_ours(rich: Path) -> None:
    put(rich, summary())
    chain = '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="B10" i="4"/></calcChain>'
    made: dict[str, str | bytes] = dict(contents(rich))
    made["xl/calcChain.xml"] = chain
    rels = contents(rich)["xl/_rels/workbook.xml.rels"].decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    link = f'<Relationship Id="rId99" Type="{kind}" Target="calcChain.xml"/></Relationships>'
    made["xl/_rels/workbook.xml.rels"] = rels.replace("</Relationships>", link)
    path = saved(rich.parent, made, "chain.xlsx")

    put(path, replace(summary(), rows=summary().rows[:9]))

    assert "xl/calcChain.xml" not in contents(path)
    assert "calcChain" not in part(path, "xl/_rels/workbook.xml.rels")


def test_a_deleted_tab_comes_back_and_its_mark_does_not_pile_up(rich: Path) -> None:
    put(rich, summary())
    with pytest.warns(UserWarning, match="extension"):
        book = openpyxl.load_workbook(rich)
    del book[NAME]
    book.defined_names[next(name for name in book.defined_names if "closeloop" in name)].attr_text = "#REF!"
    book.save(rich)

    put(rich, summary())

    assert part(rich, "xl/workbook.xml").count("_closeloop_tab_") == 1
    assert ExcelBook(rich).read().tab(NAME).generated == summary().block


def test_rows_that_people_insert_above_are_kept(rich: Path) -> None:
    put(rich, summary())
    with pytest.warns(UserWarning, match="extension"):
        book = openpyxl.load_workbook(rich)
    book[NAME].insert_rows(1)
    book[NAME]["A1"] = "看这里"
    name = next(name for name in book.defined_names if "closeloop" in name)
    book.defined_names[name].attr_text = f"'{NAME}'!$A$2:$E$32"
    book[NAME].merged_cells.ranges = set()
    book.save(rich)

    put(rich, summary())

    shown = ExcelBook(rich).read().tab(NAME)
    assert shown.rows[0][0] == "闭环 · 每周汇总"
    assert [row[0] for row in shown.rows[31:] if row and row[0]] == ["看这里"]
    assert shown.generated == summary().block


def test_other_widths_and_print_set_up_are_made_anew(rich: Path) -> None:
    put(rich, summary())
    other = replace(summary(), widths=(30, 8), frozen_rows=2, landscape=True)

    put(rich, other)
    before = rich.read_bytes()
    put(rich, other)

    assert rich.read_bytes() == before
    text = part(rich, part_of(rich))
    assert 'orientation="landscape"' in text
    assert 'ySplit="2"' in text
    assert part(rich, "xl/workbook.xml").count("_closeloop_tab_") == 1


def test_several_tabs_in_one_plan(rich: Path) -> None:
    put(rich, summary(5, "甲"), summary(6, "乙"), GeneratedTab("空", ()))
    before = rich.read_bytes()
    put(rich, summary(5, "甲"), summary(6, "乙"), GeneratedTab("空", ()))

    assert rich.read_bytes() == before
    tabs = {tab.name: tab.generated for tab in ExcelBook(rich).read().tabs if tab.generated}
    assert tabs == {"甲": summary().block, "乙": summary().block, "空": Area(1, 1, 1, 1)}


@pytest.mark.slow
@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_the_tab_is_known_after_its_saving(rich: Path) -> None:
    put(rich, summary())
    out = rich.parent / "out"
    profile = f"-env:UserInstallation=file://{rich.parent}/profile"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(rich)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    path = out / "rich.xlsx"

    assert ExcelBook(path).read().tab(NAME).generated == summary().block
    put(path, longer(summary(8), 1))
    grown = path.read_bytes()
    put(path, longer(summary(8), 1))

    assert path.read_bytes() == grown
    assert len(openpyxl_charts(path)) == 3
    assert heading("x")[0].look == "heading"
