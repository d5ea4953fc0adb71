"""Nothing of people's is lost: init --into, rows, a full pass, a summary tab and a removed row, in workbooks of every kind.

Runs over the workbooks that the tests make themselves, one a feature, and over each workbook of the
folder that CLOSELOOP_CORPUS names, if it is set.
"""

import os
import shutil
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from excel_plans import check_fidelity, contents, lost_elements, raw_parts
from excel_tabs import summary
from feature_workbooks import FEATURES, write, write_with_openpyxl

from sheet_templates import template, words
from sync.books.excel import ExcelBook
from sync.changes import Plan, PutTab, RemoveRows, SetCell
from sync.faults import Fault
from sync.finding_tables import find_layouts
from sync.into import add_tabs
from sync.ledger.ledger import Ledger
from sync.looking import look
from sync.memory import Memory
from sync.settings import Settings
from sync.tell.outbox import Outbox
from sync.worker import run_pass

CORPUS = os.environ.get("CLOSELOOP_CORPUS", "")
WORKBOOKS = sorted(Path(CORPUS).rglob("*.xl[st][xm]")) if CORPUS else []
MAY_GROW = ("workbook.xml", ".rels", "[Content_Types].xml", "styles.xml")
COUNTED = {"numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"}
ROWS = [
    ("输出《客户投诉处理流程V2.0》", "王芳", "2024-05-20", "进行中"),
    ("部署3家门店", "李雷", "尽快", "未开始"),
    ("=1+1 <&> \"引号\"", "相关部门", "2024-06-14", "受阻"),
]  # fmt: skip


def test_there_are_forty_features() -> None:
    assert len(FEATURES) >= 40


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_outlives_the_whole_round(name: str, tmp_path: Path) -> None:
    whole_round(write(tmp_path, name))


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_outlives_an_edit_of_its_own_sheet(name: str, tmp_path: Path) -> None:
    check_fidelity(write(tmp_path, name))


def test_another_writers_workbook_outlives_both(tmp_path: Path) -> None:
    whole_round(write_with_openpyxl(tmp_path / "a.xlsx"))
    check_fidelity(write_with_openpyxl(tmp_path / "b.xlsx"))


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS, reason="CLOSELOOP_CORPUS is not set")
@pytest.mark.parametrize("workbook", WORKBOOKS, ids=[path.name for path in WORKBOOKS])
def test_a_workbook_of_others_outlives_the_whole_round(workbook: Path, tmp_path: Path) -> None:
    path = tmp_path / workbook.name
    shutil.copyfile(workbook, path)
    try:
        whole_round(path)
    except Fault as fault:
        pytest.skip(f"refused: {fault}")


def whole_round(path: Path) -> None:
    """Make a tracker of a workbook, use it, and assert that all that was there before is there still."""
    ExcelBook(path).read()
    raw, before = raw_parts(path), contents(path)
    add_tabs(ExcelBook(path), words("zh-CN"), Settings())
    tab = add_rows(path)
    with closing(Ledger.in_file(path.parent / "ledger.sqlite", "t")) as ledger:
        done = run_pass(
            ExcelBook(path), ledger, Outbox(path.parent / "outbox"), Settings(), datetime(2024, 5, 28, 22)
        )
        assert done.busy is None
        assert len(done.judged.plan) > 0
        again = look(ExcelBook(path), Settings(), datetime(2024, 5, 28, 23), Memory(ledger.row_states()))
        assert len(again.plan) == 0
    book = ExcelBook(path)
    book.apply(Plan(book.read().fingerprint, tabs=(PutTab(summary()),)))
    remove_row(path, tab)
    after_raw, after = raw_parts(path), contents(path)
    assert set(before) - set(after) <= {name for name in before if name.lower().endswith("calcchain.xml")}
    for name, content in raw.items():
        if name not in after_raw or after_raw[name] == content:
            continue
        assert name.endswith(MAY_GROW), name
        lost = [entry for entry in lost_elements(before[name], after[name]) if not _is_told_anew(entry)]
        assert not lost, (name, lost)


def _is_told_anew(entry) -> bool:
    """A list whose count has grown, the wish to recalculate, and the chain of calculation, which Excel makes anew."""
    _, element, attributes, _ = entry
    return element in COUNTED or element == "calcPr" or "alcChain" in str(attributes)


def add_rows(path: Path) -> str:
    """Write rows under the action table's header, as people would type them."""
    book = ExcelBook(path)
    snapshot = book.read()
    layout = find_layouts(snapshot, template(), {})["actions"]
    keys = ("description", "owner", "due", "status")
    cells = tuple(
        SetCell(layout.tab, layout.last_row + number, layout.columns[key], key, "", None, value)
        for number, row in enumerate(ROWS, start=1)
        for key, value in zip(keys, row, strict=True)
        if key in layout.columns
    )
    book.apply(Plan(snapshot.fingerprint, cells=cells))
    return layout.tab


def remove_row(path: Path, tab: str) -> None:
    """Take the first of the rows out, where nothing stands in its way."""
    book = ExcelBook(path)
    snapshot = book.read()
    row = next(number for number, cells in enumerate(snapshot.tab(tab).rows, start=1) if ROWS[0][0] in cells)
    if not book.obstacles(tab, (row,)):
        book.apply(Plan(snapshot.fingerprint, removals=(RemoveRows(tab, (row,)),)))
        left = [
            cells for cells in ExcelBook(path).read().tab(tab).rows if any(text in cells for text, *_ in ROWS)
        ]
        assert len(left) == len(ROWS) - 1
