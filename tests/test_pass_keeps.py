"""A pass over random workbooks: only the worker's cells differ, every other part of the package is the same to the byte."""

import re
import tempfile
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from sheet_templates import template
from sync.looking import look
from sync.memory import Memory
from sync.settings import Settings
from sync.tracker import Tracker
from sync.worker import Unchanged, run_pass

NOW = datetime(2024, 5, 28, 10)
ACTIONS = template().tables["actions"]
OURS_TO_CHANGE = {
    "xl/worksheets/sheet1.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "[Content_Types].xml",
    "xl/_rels/workbook.xml.rels",
}
"""workbook.xml carries the filter's hidden name and the wish to recalculate; the two others the calculation chain."""

OUR_TABS = {"每周汇总", "2024年第2季度复盘"}
OUR_PARTS = re.compile(r"xl/(worksheets|drawings|charts)/(_rels/)?[a-z]+[0-9]+\.xml(\.rels)?$")
"""Parts of the generated tabs, which come last."""

PEOPLE_COLUMNS = [column for column in ACTIONS.columns.values() if column.owner != "worker"]
NAMES = ["张三", "李四", "王芳", "张三、李四", "技术部", "待定", "*"]
VALUES = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=15),
    st.sampled_from([*NAMES, "尽快", "2024-05-22", "5.27", "进行中", "已完成", "受阻", "=1+1", "=B2&\"x\"", "是", "客服部"]),
    st.dates(date(2024, 1, 1), date(2024, 12, 31)),
    st.integers(-5, 50_000),
    st.floats(-1e6, 1e6),
    st.booleans(),
)  # fmt: skip


@st.composite
def trackers(draw: st.DrawFn) -> Workbook:
    """A tracker as people have grown it: columns in any order, own ones between, colours, comments, formulas."""
    must = [column for column in PEOPLE_COLUMNS if column.must]
    others = draw(
        st.lists(st.sampled_from([c for c in PEOPLE_COLUMNS if not c.must]), unique_by=lambda c: c.key)
    )
    heads = draw(
        st.permutations(
            [draw(st.sampled_from(column.heads)) for column in [*must, *others]] + ["我们的列", None]
        )
    )
    book = Workbook()
    sheet = book.active
    top = draw(st.integers(1, 3))
    for position, head in enumerate(heads, start=1):
        sheet.cell(top, position, head)
    rows = draw(st.lists(st.lists(VALUES, min_size=len(heads), max_size=len(heads)), max_size=8))
    for number, row in enumerate(rows, start=top + 1):
        for position, value in enumerate(row, start=1):
            cell = sheet.cell(number, position, value)
            if draw(st.integers(0, 9)) == 0:
                cell.fill, cell.font = PatternFill("solid", fgColor="FFFF00"), Font(bold=True)
            if draw(st.integers(0, 19)) == 0:
                cell.comment = Comment("请核对", "李四")
    if draw(st.booleans()):
        sheet.auto_filter.ref = f"A{top}:{sheet.cell(top, len(heads)).column_letter}{top + max(len(rows), 1)}"
    if draw(st.booleans()):
        sheet.conditional_formatting.add(
            "A1:C99", CellIsRule(operator="equal", formula=['"x"'], fill=PatternFill(bgColor="FF0000"))
        )
        sheet.add_data_validation(DataValidation("list", formula1='"是,否"', sqref="B2:B50"))
    other = book.create_sheet("我们的资料")
    other.append(["不要动", "=1+2", "x"])
    book.create_sheet("通讯录").append(["姓名", "部门", "邮箱", "角色"])
    book["通讯录"].append(["张三", "技术部", "zhangsan@example.com", "部门负责人"])
    return book


def one_pass(path: Path):
    tracker = Tracker(path, Settings(), path.parent)
    with closing(tracker.ledger()) as ledger:
        return run_pass(tracker.book(NOW), ledger, tracker.channel(), tracker.settings, NOW)


def what_people_see(path: Path, ours: set[int], ids_given: frozenset[tuple[int, int]]) -> dict:
    """Everything openpyxl knows of each cell that is not the worker's, which are columns of the first sheet."""
    seen = {}
    for sheet in load_workbook(path).worksheets:
        is_tracker = sheet.title == "Sheet"
        for row in sheet.iter_rows():
            for cell in row:
                if is_tracker and (cell.column in ours or (cell.row, cell.column) in ids_given):
                    continue
                if cell.value is not None or cell.has_style or cell.comment:
                    look = (
                        cell.font.b,
                        cell.fill.fgColor.rgb,
                        cell.number_format,
                        cell.comment and cell.comment.text,
                    )
                    seen[sheet.title, cell.row, cell.column] = (cell.value, look)
    return seen


@pytest.mark.slow
@given(trackers())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_only_worker_cells_differ_and_a_second_pass_changes_nothing(book):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tracker.xlsx"
        book.save(path)
        with ZipFile(path) as package:
            parts_before = {name: package.read(name) for name in package.namelist()}
        bytes_before = path.read_bytes()

        done = one_pass(path)

        layout = done.judged.judgement.book.tables["actions"].layout
        ours = {
            layout.columns[column.key] for column in ACTIONS.worker_columns if column.key in layout.columns
        }
        ours |= {change.position for change in done.judged.plan.columns}
        numbered = frozenset(
            (change.row, change.position) for change in done.judged.plan.cells if change.column == "id"
        )
        after = what_people_see(path, ours, numbered)
        now_bytes = path.read_bytes()
        path.write_bytes(bytes_before)
        before = what_people_see(path, ours, numbered)
        assert {place: seen for place, seen in after.items() if place[0] not in OUR_TABS} == before
        path.write_bytes(now_bytes)
        with ZipFile(path) as package:
            parts_after = {name: package.read(name) for name in package.namelist()}
        changed = {name for name in parts_before if parts_after.get(name) != parts_before[name]}
        assert changed <= OURS_TO_CHANGE
        assert list(parts_after)[: len(parts_before)] == list(parts_before)
        assert all(OUR_PARTS.match(name) for name in set(parts_after) - set(parts_before))
        tracker = Tracker(path, Settings(), path.parent)
        with closing(tracker.ledger()) as ledger:
            assert len(look(tracker.book(NOW), tracker.settings, NOW, Memory(ledger.row_states())).plan) == 0
        assert isinstance(one_pass(path), Unchanged)
        assert path.read_bytes() == now_bytes
