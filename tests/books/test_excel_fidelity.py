"""Whatever else is in a workbook is still there after an edit, byte for byte."""

import datetime
import shutil
from pathlib import Path

import openpyxl
import pytest
from excel_plans import check_fidelity, contents, differing_cells, raw_parts
from excel_workbooks import openpyxl_workbook, rich_workbook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.books.excel import ExcelBook
from sync.changes import Plan, SetCell


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich_workbook(tmp_path_factory.mktemp("rich") / "rich.xlsx")


@pytest.mark.parametrize("table", [True, False])
def test_a_workbook_of_xlsxwriter_keeps_everything(tmp_path: Path, table: bool) -> None:
    check_fidelity(rich_workbook(tmp_path / "rich.xlsx", table))


def test_a_workbook_of_openpyxl_keeps_everything(tmp_path: Path) -> None:
    check_fidelity(openpyxl_workbook(tmp_path / "made.xlsx"))


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_openpyxl_reads_what_was_written(rich: Path, tmp_path: Path) -> None:
    path = tmp_path / "rich.xlsx"
    shutil.copyfile(rich, path)
    check_fidelity(path)
    mine = ExcelBook(path).read().tabs[0]
    theirs = openpyxl.load_workbook(path)[mine.name]
    assert theirs["O2"].value == mine.rows[1][14] == "缺少负责人"
    assert theirs["O3"].data_type == "s"
    assert theirs["O1"].font.b
    assert theirs["O1"].fill.fgColor.rgb == "FF44546A"
    assert theirs["O1"].font.color.rgb == "FFFFFFFF"
    assert not theirs["O2"].alignment.wrap_text
    assert len(theirs.conditional_formatting) == 3


def test_only_formulas_make_the_workbook_recalculate(rich: Path, tmp_path: Path) -> None:
    path = tmp_path / "rich.xlsx"
    shutil.copyfile(rich, path)
    check_fidelity(path)
    assert b'fullCalcOnLoad="1"' in contents(path)["xl/workbook.xml"]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 10**9),
    st.floats(0, 10**9, allow_subnormal=False).map(lambda number: number if number > 1e-6 else 0.0),
    st.text(max_size=40),
    st.text("_x0041F\r\n\t\x0b\x00 <&>\"'=", max_size=20),
    st.dates(min_value=datetime.date(1900, 3, 1)),
)
CELLS = st.dictionaries(st.tuples(st.integers(1, 45), st.integers(1, 40)), VALUES, min_size=1, max_size=25)
CLOSED = {(1, column) for column in range(1, 6)} | {(1, 13), (2, 12), (2, 13), (3, 14), (4, 14)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=CELLS)
def test_only_the_cells_written_differ(
    rich: Path, tmp_path: Path, cells: dict[tuple[int, int], object]
) -> None:
    path = tmp_path / "cells.xlsx"
    shutil.copyfile(rich, path)
    before, raw = ExcelBook(path).read(), raw_parts(path)
    tab = before.tabs[0].name
    changes = tuple(
        SetCell(tab, row, column, "message" if column % 2 else "id", "", None, value)  # type: ignore[arg-type]
        for (row, column), value in cells.items()
        if (row, column) not in CLOSED
    )
    ExcelBook(path).apply(Plan(before.fingerprint, cells=changes))
    after = ExcelBook(path).read()
    assert differing_cells(before, after) <= {(tab, change.row, change.position) for change in changes}
    changed = {name for name, content in raw_parts(path).items() if content != raw[name]}
    assert changed <= {"xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"}
    again = path.read_bytes()
    ExcelBook(path).apply(Plan(after.fingerprint, cells=changes))
    assert path.read_bytes() == again
