"""Minutes become rows: files, tables and lists as people have them, and rows that touch nothing which stands there."""

import io
import zipfile
from datetime import date
from pathlib import Path

import docx
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.table import Table as ExcelTable

from rules.directory import Directory, Person
from rules.table import Layout
from rules.wordlists import word_lists
from sheet_templates import template
from sync.books.excel import ExcelBook
from sync.books.memory import MemoryBook
from sync.changes import AppendRow, Plan, SetCell
from sync.faults import GuardFault, UsageFault
from sync.finding_tables import find_layouts
from sync.importing.adding import guard_rows, rows_plan
from sync.importing.completing import Completer, Doubt, NewRow
from sync.importing.finding import found_items
from sync.importing.items import FoundItem
from sync.importing.names import NameReader
from sync.importing.reading import blocks_of, read_minutes
from sync.importing.text import TextReader
from sync.snapshot import Snapshot, Tab

NAMES = NameReader(word_lists())
READER = TextReader(NAMES)
HELD = date(2024, 5, 20)
ACTIONS = template().tables["actions"]

MANUAL = """三、行动项清单

| 行动项描述 | 负责人 | 所属部门 | 计划完成时间 | 交付标准 |
|---|---|:---:|---|---|
| 输出《客户投诉处理流程V2.0》 | * | 客服部 | 2024-05-27 | 包含一级响应机制、流程节点图 |
| 评估A类功能开发周期 | 周启明 | 技术部 | 2024-05-24 | 提交《开发时间评估表》 |

四、下次会议安排
时间：2024年5月27日15:00，地点：301会议室，议题：《客户投诉处理流程V2.0》评审。
"""


def items(text: str) -> list[FoundItem]:
    return list(found_items(blocks_of(text), READER))


def said(text: str) -> list[tuple[str, str, str]]:
    return [(item.owner or item.department, item.due, item.description) for item in items(text)]


def test_a_markdown_table_gives_a_row_each_and_what_is_around_it_none():
    first, second = items(MANUAL)

    assert (first.department, first.due) == ("客服部", "2024-05-27")
    assert first.standard == "包含一级响应机制、流程节点图"
    assert (second.owner, second.description) == ("周启明", "评估A类功能开发周期")


def test_rows_copied_out_of_a_spreadsheet_are_a_table():
    text = "行动项描述\t负责人\t所属部门\t计划完成时间\t状态\n补写话术\t罗敏\t客服部\t2024/6/12\t未开始\n\t\t\t\t\n"

    assert said(text) == [("罗敏", "2024/6/12", "补写话术")]


def test_a_list_below_a_heading_of_tasks_is_one_without_deadlines_too():
    text = "待办任务：\n1.研发部:8月10日提交测试资源申请表,8月20日前完成测试;\n2. 何静：整理培训大纲\n3、更新会议室清单\n\n四、其他\n大家没有意见"

    assert said(text) == [
        ("研发部", "8月10日", "提交测试资源申请表"),
        ("研发部", "8月20日前", "完成测试"),
        ("何静", "", "整理培训大纲"),
        ("", "", "更新会议室清单"),
    ]


def test_the_kits_table_of_two_columns_has_its_tasks_in_a_cell():
    text = "项目\t内容示例\n会议时间\t2023年8月10日14:00-16:00\n待办任务\t1.研发部:8月10日提交测试资源申请表；2.罗敏:8月12日前补写话术"

    assert said(text) == [
        ("研发部", "8月10日", "提交测试资源申请表"),
        ("罗敏", "8月12日前", "补写话术"),
    ]


def test_parts_may_stand_on_lines_of_their_own():
    text = "任务：核对优惠券库存\n负责人：张薇\n截止日期：2024-06-13\n\n任务：制作主视觉\n负责人：邓浩然\n截止日期：2024-06-03"

    assert said(text) == [("张薇", "2024-06-13", "核对优惠券库存"), ("邓浩然", "2024-06-03", "制作主视觉")]


def test_traditional_and_english_headings_are_known():
    assert said("行動項描述\t負責人\t截止日\n更新手冊\t陳怡君\t6/14") == [("陳怡君", "6/14", "更新手冊")]
    assert said("| Task | Owner | Due date |\n|--|--|--|\n| Renew it | Anna Lee | 2024-06-14 |") == [
        ("Anna Lee", "2024-06-14", "Renew it")
    ]


def word(path: Path) -> Path:
    made = docx.Document()
    made.add_paragraph("客服部5月27日前输出《客户投诉处理流程V2.0》")
    table = made.add_table(2, 3)
    for row, texts in zip(
        table.rows, [["行动项", "责任人", "期限"], ["补写话术", "罗敏", "6月12日"]], strict=True
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    made.save(path)
    return path


def test_a_word_document_is_read_with_its_tables_in_order(tmp_path):
    found = found_items(read_minutes(word(tmp_path / "纪要.docx")), READER)

    assert [(item.owner, item.description) for item in found] == [
        ("客服部", "输出《客户投诉处理流程V2.0》"),
        ("罗敏", "补写话术"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_is_read_in_the_encodings_that_people_have(tmp_path, encoding):
    path = tmp_path / "纪要.txt"
    path.write_bytes("罗敏6月12日前补写话术\r\n".encode(encoding))

    assert [item.owner for item in found_items(read_minutes(path), READER)] == ["罗敏"]


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"\0" * (65 << 20))
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.docx", b"no zip", "cannot be read as a Word document"),
        ("a.docx", b"PK\x05\x06" + bytes(18), "cannot be read as a Word document"),
        ("a.docx", bomb(), "unpacks to more"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "is no .docx, .md or .txt file"),
        ("a.pdf", b"%PDF", "is no .docx, .md or .txt file"),
        ("a.txt", b"\x89PNG\0\0\0", "is no .docx, .md or .txt file"),
        ("a.txt", b"\x81\xff\xff\xff", "is no text"),
    ],
)
def test_what_is_no_minutes_is_refused_in_one_sentence(tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(UsageFault, match=reason):
        read_minutes(path)


def test_a_file_that_is_not_there_is_said():
    with pytest.raises(UsageFault, match="cannot be read"):
        read_minutes(Path("nowhere.md"))


LISTED = Directory(
    (
        Person("王芳", "客服部", "wf@example.com"),
        Person("刘洋", "客服部", "ly@example.com"),
        Person("刘洋", "市场部", "ly2@example.com"),
    ),
    word_lists(),
)


@pytest.mark.parametrize(
    ("item", "doubts"),
    [
        (FoundItem("做", "王芳", "6月1日前", standard="一份报告"), []),
        (FoundItem("做", "王芳", "6月1日前"), [Doubt.NO_STANDARD]),
        (FoundItem("做", "张三丰", "6月1日", standard="表"), [Doubt.UNKNOWN_OWNER]),
        (FoundItem("做", "刘洋", "6月1日", standard="表"), [Doubt.AMBIGUOUS_OWNER]),
        (FoundItem("做", "市场部刘洋", "6月1日", standard="表"), []),
        (FoundItem("做", "客服部", "6月1日", standard="表"), [Doubt.DEPARTMENT_ONLY]),
        (FoundItem("做", "王芳、刘洋", "6月1日", standard="表"), [Doubt.SEVERAL_OWNERS]),
        (FoundItem("做", "", "6月1日", standard="表"), [Doubt.NO_OWNER]),
        (FoundItem("做", "王芳", "", standard="表"), [Doubt.NO_DUE]),
        (FoundItem("做", "王芳", "尽快", standard="表"), [Doubt.VAGUE_DUE]),
        (FoundItem("做", "王芳", "2024-05-01", standard="表"), [Doubt.DUE_BEFORE_MEETING]),
        (FoundItem("有了", "王芳", "6月1日", standard="表"), [Doubt.THERE_ALREADY]),
    ],
)
def test_each_row_says_what_is_unsure_of_it(item, doubts):
    row = Completer(NAMES, HELD, LISTED, frozenset({"有了"})).complete(item)

    assert list(row.doubts) == doubts


def test_a_vague_day_is_kept_as_it_was_said():
    row = Completer(NAMES, HELD).complete(FoundItem("做", "王芳", "尽快"))

    assert (row.due, row.due_day) == ("尽快", None)


HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态", "会议编号"]
ROWS = [HEADER, ["A1", "旧的", "王芳", "客服部", "2024-05-20", "进行中", "M1"]]


def new(description: str, due: str = "2024-06-01") -> NewRow:
    return NewRow(description, "罗敏", "客服部", "", due, "一份表", (), "")


def excel(folder: Path) -> ExcelBook:
    made = Workbook()
    made.active.title = "行动项"
    for row in ROWS:
        made.active.append(row)
    made.active.add_table(ExcelTable(displayName="T", ref="A1:G2"))
    made.save(folder / "t.xlsx")
    return ExcelBook(folder / "t.xlsx")


def memory(_folder: Path) -> MemoryBook:
    return MemoryBook({"行动项": Tab("行动项", [list(row) for row in ROWS])})


def layout_of(snapshot: Snapshot) -> Layout:
    return find_layouts(snapshot, template(), {})["actions"]


@pytest.mark.parametrize("make", [memory, excel])
def test_rows_are_added_right_below_and_text_stays_text(make, tmp_path):
    book = make(tmp_path)
    before = book.read()
    layout = layout_of(before)
    plan = rows_plan(before, layout, "M1", [new("=1+1"), new("@回访", "尽快")])
    guard_rows(plan, before, layout, ACTIONS)

    book.apply(plan)

    after = book.read().tab("行动项")
    assert [list(row)[1:4] for row in after.rows[2:]] == [
        ["=1+1", "罗敏", "客服部"],
        ["@回访", "罗敏", "客服部"],
    ]
    assert not after.formulas
    assert list(after.rows[2])[6] == "M1"
    assert list(after.rows[3])[4] == "尽快"
    assert [list(row) for row in after.rows[:2]] == [list(row) for row in before.tab("行动项").rows[:2]]


def test_an_excel_table_takes_the_rows_in(tmp_path):
    book = excel(tmp_path)
    before = book.read()
    book.apply(rows_plan(before, layout_of(before), "M1", [new("一"), new("二")]))

    assert load_workbook(tmp_path / "t.xlsx")["行动项"].tables["T"].ref == "A1:G4"


def sound() -> tuple[Snapshot, Layout, Plan]:
    snapshot = memory(Path()).read()
    layout = layout_of(snapshot)
    return snapshot, layout, rows_plan(snapshot, layout, "M1", [new("一"), new("二")])


@pytest.mark.parametrize(
    "rows",
    [
        (AppendRow("行动项", 2, "", ((2, "盖"),)),),
        (AppendRow("行动项", 4, "", ((2, "隔"),)),),
        (AppendRow("行动项", 3, "", ((1, "A9"),)),),
        (AppendRow("行动项", 3, "", ((9, "外"),)),),
        (AppendRow("别的", 3, "", ((2, "一"),)),),
        (AppendRow("行动项", 3, "", ((2, "一"),)), AppendRow("行动项", 3, "", ((2, "二"),))),
    ],
)
def test_the_guard_stops_rows_that_are_elsewhere_or_in_columns_that_are_not_peoples(rows):
    snapshot, layout, _ = sound()

    with pytest.raises(GuardFault):
        guard_rows(Plan(snapshot.fingerprint, rows=rows), snapshot, layout, ACTIONS)


def test_the_guard_stops_any_other_change():
    snapshot, layout, plan = sound()
    other = Plan(
        snapshot.fingerprint, rows=plan.rows, cells=(SetCell("行动项", 2, 3, "owner", "A1", "王芳", "李四"),)
    )

    guard_rows(plan, snapshot, layout, ACTIONS)
    with pytest.raises(GuardFault):
        guard_rows(other, snapshot, layout, ACTIONS)
