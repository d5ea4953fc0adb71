"""``closeloop adopt --gather``: the rows of all worksheets in one list of a new workbook; nothing that people wrote is
lost, and the old workbook keeps its bytes."""

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import PatternFill

from rules.wordlists import word_lists
from sheet_templates import LANGUAGES, template, words
from sync.books.excel import ExcelBook
from sync.cli import main
from sync.commands.adoption import Wishes, adopt_workbook
from sync.faults import Fault, UsageFault
from sync.gathering import gather, layout_of
from sync.mapping import TableMapping, propose
from sync.new_workbook import Content, write_workbook
from sync.settings import read_settings
from sync.snapshot import Area, Snapshot, Tab
from sync.tab_departments import departments_by_name
from sync.tables import kept_rows, read_tables
from tests.grown_trackers import DAY, GROWN, write

TODAY = date(2024, 5, 28)
MANY = "one sheet per department"

ENGINEERING = [
    ["技术部2024年督办事项", *[None] * 7],
    ["序号", "工作内容", "责任", None, "计划", None, "完成情况", "费用"],
    [None, None, "责任人", "部门", "开始时间", "完成时间", None, None],
    [1, "输出《投诉处理流程V2.0》", "王芳", None, "5月6日", datetime(2024, 6, 14), "进行中", 1200.5],
    [2, "盘点一季度库存", "张伟", "仓储部", "5月6日", "2024年6月20日", "未开始", "待报"],
    ["合计", None, None, None, None, None, None, 1200.5],
]
SALES = [
    ["Deadline", "Action", "Task owner", "State", "ID", "Customer"],
    [datetime(2024, 6, 14), "Ask ten pilot customers", "Li Na", "Done", "A001", "=1+1"],
    [date(2024, 6, 20), "=SUM(A1)", "Wang Fang", "In progress", "A002", True],
    [None] * 6,
    ["Note: by the sales assistant"],
]
MARKETING = [
    ["編號", "任務描述", "負責人", "截止時間", "目前狀態", "備註", "費用", None],
    ["A001", "提出客訴處理流程", "陳大文", "6月14日前", "進行中", "", 80, "急"],
    ["B7", "整理供應商清單", "林志明", "2024/6/20", "已完成", "已寄出", time(9, 30), None],
]
PEOPLE = [["姓名", "部门", "邮箱", "分机"], ["王芳", "技术部", "a@example.com", 8012.0]]
BUDGET = [["科目", "金额"], ["会议费", 3200]]


@pytest.fixture
def old(tmp_path) -> Path:
    """A workbook with a list for each of three departments, a directory, and something else."""
    book = openpyxl.Workbook()
    tabs = {"技术部": ENGINEERING, "Sales": SALES, "市場部": MARKETING, "通讯录": PEOPLE, "预算": BUDGET}
    for name, rows in tabs.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    sheet = book["技术部"]
    for area in ("A1:H1", "A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:G3", "H2:H3"):
        sheet.merge_cells(area)
    sheet["B4"].fill = PatternFill("solid", fgColor="FFFF00")
    book["Sales"]["B3"].data_type = "s"  # a text that begins like a formula
    path = tmp_path / "old.xlsx"
    book.save(path)
    return path


@pytest.fixture
def closeloop(monkeypatch, capsys, tmp_path):
    """Run the command line in the folder, without a terminal; gives its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["closeloop", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out.replace("\n", ""), shown.err

    return call


def shown_in(tab: Tab) -> list[dict[str, object]]:
    """The rows of a tab by heading, without what is empty."""
    head = tab.rows[0]
    return [
        {str(h): v for h, v in zip(head, row, strict=True) if v not in (None, "")} for row in tab.rows[1:]
    ]


def test_all_rows_stand_in_one_list_as_people_wrote_them(closeloop, old, tmp_path):
    before = old.read_bytes()

    code, out, err = closeloop("adopt", "old.xlsx", "--gather", "new.xlsx", "--yes")

    assert (code, err) == (0, "")
    assert old.read_bytes() == before
    snapshot = ExcelBook(tmp_path / "new.xlsx").read()
    assert [tab.name for tab in snapshot.tabs][-1:] == ["规则说明"]
    assert shown_in(snapshot.tab("行动项跟踪表")) == [
        {"序号": 1, "行动项描述": "输出《投诉处理流程V2.0》", "负责人": "王芳", "所属部门": "技术部",
         "开始时间": "5月6日", "计划完成时间": date(2024, 6, 14), "状态": "进行中", "费用": 1200.5,
         "原工作表": "技术部"},
        {"序号": 2, "行动项描述": "盘点一季度库存", "负责人": "张伟", "所属部门": "仓储部", "开始时间": "5月6日",
         "计划完成时间": "2024年6月20日", "状态": "未开始", "费用": "待报", "原工作表": "技术部"},
        {"编号": "A001", "行动项描述": "Ask ten pilot customers", "负责人": "Li Na", "所属部门": "Sales",
         "计划完成时间": date(2024, 6, 14), "状态": "Done", "原工作表": "Sales"},
        {"编号": "A002", "行动项描述": "=SUM(A1)", "负责人": "Wang Fang", "所属部门": "Sales",
         "计划完成时间": date(2024, 6, 20), "状态": "In progress", "Customer": True, "原工作表": "Sales"},
        {"编号": "A001", "行动项描述": "提出客訴處理流程", "负责人": "陳大文", "所属部门": "市場部",
         "计划完成时间": "6月14日前", "状态": "進行中", "费用": 80, "第 H 列": "急", "原工作表": "市場部"},
        {"编号": "B7", "行动项描述": "整理供應商清單", "负责人": "林志明", "所属部门": "市場部",
         "计划完成时间": "2024/6/20", "状态": "已完成", "备注": "已寄出", "费用": time(9, 30),
         "原工作表": "市場部"},
    ]  # fmt: skip
    assert shown_in(snapshot.tab("通讯录")) == [
        {"姓名": "王芳", "部门": "技术部", "邮箱": "a@example.com", "分机": 8012}
    ]
    for said in (
        "技术部 2 行、Sales 2 行、市場部 2 行",
        "A001（Sales、市場部）",
        "技术部!6、Sales!5",
        "没有带过来的工作表：预算",
        "1 个公式",
        "old.xlsx 保持原样",
    ):
        assert said in out


def test_the_new_workbook_is_a_tracker_of_its_own(closeloop, old, tmp_path):
    closeloop("adopt", "old.xlsx", "--gather", "team/new.xlsx", "--yes")

    settings_file = tmp_path / "team/closeloop.toml"
    assert read_settings(settings_file).places["actions"].tab == "行动项跟踪表"
    assert (
        closeloop("check", str(settings_file), "--now", "2024-05-28T10:00")[0] == 0
    )  # all is known from before
    assert closeloop("check", str(settings_file), "--all", "--now", "2024-05-28T10:00")[0] == 1
    assert closeloop("run", str(settings_file), "--now", "2024-05-28T10:00")[0] == 0
    actions = ExcelBook(tmp_path / "team/new.xlsx").read().tab("行动项跟踪表")
    numbers = [row["编号"] for row in shown_in(actions)]
    assert numbers[2:] == ["A001", "A002", "A001", "B7"]
    assert len(set(numbers)) == 5
    assert sorted(file.name for file in tmp_path.iterdir()) == ["old.xlsx", "team"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_made_in_the_language_that_was_asked_for(closeloop, old, tmp_path, language):
    assert closeloop("adopt", "old.xlsx", "--gather", "new.xlsx", "--yes", "--language", language)[0] == 0

    heads = [table.heads[words(language).head] for table in template().tables.values()]
    assert openpyxl.load_workbook(tmp_path / "new.xlsx").sheetnames[:-1] == heads
    assert closeloop("check", "--now", "2024-05-28T10:00")[0] == 0


def test_without_gather_the_refusal_names_it(closeloop, old, monkeypatch):
    for locale in ("zh_CN.UTF-8", "zh_TW.UTF-8", "en_US.UTF-8"):
        monkeypatch.setenv("LC_ALL", locale)

        code, _, err = closeloop("adopt", "old.xlsx", "--yes")

        assert code == 2
        assert all(said in err for said in ("--gather", "--tab", "技术部", "Sales", "市場部"))


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("old.xlsx", "--gather", "there.xlsx"), 2, "there.xlsx 已经存在"),
        (("old.xlsx", "--gather", "new.xls"), 2, ".xlsx"),
        (("old.xlsx", "--gather", "./old.xlsx"), 2, "保持原样"),
        (("old.xlsx", "--gather", "taken/new.xlsx"), 2, "closeloop.toml 已经存在"),
        (("old.xlsx", "--gather", "new.xlsx", "--tab", "Sales"), 2, "--tab"),
        (("budget.xlsx", "--gather", "new.xlsx"), 4, "没有像行动项清单"),
        (("nowhere.xlsx", "--gather", "new.xlsx"), 4, "nowhere.xlsx"),
        (("old.xlsx", "--gather", "budget.xlsx/new.xlsx"), 4, "new.xlsx"),
    ],
)
def test_what_is_in_the_way_is_one_sentence_and_nothing_is_written(
    closeloop, old, tmp_path, arguments, code, says
):
    (tmp_path / "there.xlsx").write_bytes(b"people's")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/closeloop.toml").write_text("", "utf-8")
    budget = openpyxl.Workbook()
    budget.active.append(["科目", "金额"])
    budget.save(tmp_path / "budget.xlsx")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

    got, _, err = closeloop("adopt", *arguments, "--yes")

    assert (got, err.count("\n")) == (code, 1)
    assert says in err
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_one_list_alone_is_gathered_too(tmp_path):
    path = write(GROWN["slips of the keyboard"], tmp_path / "old.xlsx")

    adopt_workbook(path, Wishes("zh-CN", take_sure=True, gather=tmp_path / "new.xlsx"))

    rows = shown_in(ExcelBook(tmp_path / "new.xlsx").read().tab("行动项跟踪表"))
    assert [row["原工作表"] for row in rows] == ["Sheet1", "Sheet1"]
    assert not any("所属部门" in row for row in rows)  # Sheet1 is no department


def test_without_a_terminal_it_shows_and_writes_nothing(closeloop, old, tmp_path):
    code, out, err = closeloop("adopt", "old.xlsx", "--gather", "new.xlsx")

    assert code == 2
    assert "技术部 2 行" in out
    assert "--yes" in err
    assert [file.name for file in tmp_path.iterdir()] == ["old.xlsx"]


def test_what_is_unsure_is_asked_and_a_no_at_the_end_writes_nothing(tmp_path):
    path = tmp_path / "old.xlsx"
    book = openpyxl.Workbook()
    for name in ("研发", "Sheet2"):
        sheet = book.create_sheet(name)
        for row in [
            ["行动项", "谁来干", "截止日期", "状态"],
            *[[f"写报告{n}", "王芳", DAY, "进行中"] for n in "12"],
        ]:
            sheet.append(row)
    book.save(path)
    asked = []

    def ask(question: str) -> bool:
        asked.append(question)
        return "Sheet2" not in question and "写入" not in question

    adopt_workbook(path, Wishes("zh-CN", ask=ask, gather=tmp_path / "new.xlsx"))
    assert [file.name for file in tmp_path.iterdir()] == ["old.xlsx"]
    assert asked == [
        *["“谁来干”（如：王芳）是负责人吗？"] * 2,
        "“研发”就是这张工作表各行的所属部门吗？",
        "“Sheet2”就是这张工作表各行的所属部门吗？",
        f"写入 {tmp_path / 'new.xlsx'} 和 {tmp_path / 'closeloop.toml'} 吗？（{path} 不会改动）",
    ]

    adopt_workbook(
        path, Wishes("zh-CN", ask=lambda question: "Sheet2" not in question, gather=tmp_path / "new.xlsx")
    )
    rows = shown_in(ExcelBook(tmp_path / "new.xlsx").read().tab("行动项跟踪表"))
    assert [(row["负责人"], row.get("所属部门")) for row in rows] == [("王芳", "研发")] * 2 + [
        ("王芳", None)
    ] * 2


def test_unsure_columns_that_nobody_was_asked_of_keep_their_headings(tmp_path):
    rows = [["行动项", "谁来干", "截止日期", "状态"], *[[f"写报告{n}", "王芳", DAY, "进行中"] for n in "12"]]
    path = tmp_path / "old.xlsx"
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)

    adopt_workbook(path, Wishes("zh-CN", take_sure=True, gather=tmp_path / "new.xlsx"))

    found = shown_in(ExcelBook(tmp_path / "new.xlsx").read().tab("行动项跟踪表"))
    assert [row["谁来干"] for row in found] == ["王芳", "王芳"]
    assert "负责人" not in found[0]


def test_too_few_sure_columns_in_any_list_are_refused(tmp_path):
    path = write(GROWN["headings of one's own"], tmp_path / "old.xlsx")

    with pytest.raises(UsageFault, match="too few columns"):
        adopt_workbook(path, Wishes("zh-CN", take_sure=True, gather=tmp_path / "new.xlsx"))
    assert [file.name for file in tmp_path.iterdir()] == ["old.xlsx"]


def test_a_ledger_that_cannot_be_made_leaves_no_new_workbook(old, tmp_path):
    (tmp_path / "new.closeloop").write_text("in the way", "utf-8")

    with pytest.raises(Fault):
        adopt_workbook(old, Wishes("zh-CN", take_sure=True, gather=tmp_path / "new.xlsx"))

    assert sorted(file.name for file in tmp_path.iterdir()) == ["new.closeloop", "old.xlsx"]


HEAD = ["行动项", "负责人", "截止日期", "状态"]
ITEM = ["输出报告", "王芳", "2024-06-14", "进行中"]


@pytest.mark.parametrize(
    ("name", "above", "people", "expected"),
    [
        ("技术部", [], [], True),
        ("技术部", [["技术部督办事项"]], [], True),
        ("技术部", [["2024年督办台账"]], [], True),
        ("技术部", [["市场部督办事项"]], [], False),
        ("Sales", [["Marketing tracker"]], [["Name", "Department"], ["Wang", "Marketing"]], False),
        ("Sales", [], [], True),
        ("R&D", [], [], True),
        ("市場部", [], [], True),
        ("研发", [], [], False),
        ("研发", [], [["姓名", "部门"], ["王芳", "研发"]], True),
        ("Sheet1", [], [], False),
        ("5月", [], [], False),
        ("王芳", [], [], False),
        ("督办", [], [], False),
        ("各部门", [], [], False),
        ("Team tasks", [], [], False),
    ],
)
def test_a_worksheets_name_is_a_department_only_where_that_is_sure(name, above, people, expected):
    tabs = [Tab(name, [*above, HEAD, ITEM]), Tab("通讯录", people)]
    snapshot = Snapshot(tuple(tabs), "f")
    found = propose(snapshot, template(), word_lists(), TODAY)
    people_at = TableMapping("people", "通讯录", 1, (), ())
    mappings = [*found.actions, *([_with_department(people_at)] if people else [])]

    assert (name in departments_by_name(snapshot, mappings, word_lists())) is expected


def _with_department(mapping: TableMapping) -> TableMapping:
    from sync.mapping import Evidence, Match

    match = Match("department", 2, "部门", Evidence.HEADING, 100, "")
    return TableMapping(mapping.table, mapping.tab, 1, (match,), ())


def test_a_department_that_a_merged_cell_shows_is_not_written_over():
    rows = [["行动项", "负责人", "截止日期", "状态", "部门"], [*ITEM, "仓储部"], [*ITEM, None], [*ITEM, None]]
    tab = Tab("技术部", rows, merged=(Area(2, 5, 3, 5),))

    gathered = _gathered(tab)

    assert [row["department"] for row in gathered.rows["actions"]] == ["仓储部", None, "技术部"]


def _gathered(*tabs: Tab):
    snapshot = Snapshot(tabs, "f")
    found = propose(snapshot, template(), word_lists(), TODAY)
    mappings = [*found.actions, *found.others]
    named = departments_by_name(snapshot, mappings, word_lists())
    return gather(snapshot, mappings, named, template(), words("zh-CN"))


HEADINGS = {
    "description": ["行动项描述", "任務描述", "Action"],
    "owner": ["责任人", "負責人", "Owner"],
    "due": ["截止日期", "截止時間", "Deadline"],
    "status": ["状态", "狀態", "Status"],
    "id": ["编号", "編號", "ID"],
    "department": ["部门", "部門", "Dept"],
    "remark": ["备注", "備註", "Notes"],
    "updated": ["更新日期", "更新時間", "Updated"],
}
OWN = [
    "=1",
    "\x07",
    "金额",
    "金额（元）",
    "金 额",
    "Amount",
    "owner?",
    "说明",
    "原工作表",
    "序号",
    "检查结果",
]
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12).filter(
    lambda text: text not in ERROR_CODES  # a text that reads as an error becomes one
) | st.sampled_from(["=1+1", "@x", "_x0041_", "a\nb", "\x07", " 盘点 "])
VALUES = (
    st.none()
    | TEXTS
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e9, 1e9).map(lambda number: round(number, 4))  # openpyxl writes 16 figures
    | st.dates(date(1901, 1, 1), date(2100, 1, 1))
    | st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)).map(lambda each: each.replace(microsecond=0))
    | st.times().map(lambda each: each.replace(microsecond=0))
    | st.timedeltas(timedelta(days=1), timedelta(days=40)).map(
        lambda each: timedelta(seconds=each.seconds + 86400)
    )
)


@st.composite
def sheets(draw, name):
    """A worksheet of action items: columns in any order and language, some of its own, and cells of any kind."""
    keys = [
        "description",
        "owner",
        "due",
        "status",
        *draw(st.lists(st.sampled_from([*HEADINGS][4:]), unique=True)),
    ]
    heads = [draw(st.sampled_from(HEADINGS[key])) for key in keys]
    heads += draw(st.lists(st.sampled_from([*OWN, ""]), max_size=4))
    head = draw(st.permutations(heads))
    rows = draw(st.lists(st.lists(VALUES, min_size=len(head), max_size=len(head)), min_size=1, max_size=6))
    above = draw(st.sampled_from([[], [["台账"]], [["台账"], []]]))
    return Tab(name, [*above, list(head), *rows])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheets("技术部"), sheets("市场部"), st.sampled_from(LANGUAGES))
def test_nothing_is_lost(tmp_path_factory, first, second, language):
    """Through files: what stands in a cell of an item's row stands in the new workbook in the row of this item."""
    folder = tmp_path_factory.mktemp("g")
    snapshot = Snapshot((first, second), "f")
    found = propose(snapshot, template(), word_lists(), TODAY)
    mappings = [
        TableMapping(
            each.table, each.tab, each.header_row, tuple(m for m in each.matches if m.sure), each.others
        )
        for each in found.actions
    ]
    gathered = gather(snapshot, mappings, {"技术部"}, template(), words(language))
    write_workbook(folder / "n.xlsx", template(), words(language), Content(gathered.rows, own=gathered.own))
    new = ExcelBook(folder / "n.xlsx").read()
    written = new.tab(template().tables["actions"].heads[words(language).head])

    expected = []
    for mapping in sorted(mappings, key=lambda each: each.tab != "技术部"):
        tab = snapshot.tab(mapping.tab)
        kept = kept_rows(tab, template().tables["actions"], layout_of(mapping, tab))
        expected += [[cell for cell in tab.rows[row - 1] if cell not in (None, "")] for row in kept]
    assert len(written.rows) == len(expected) + 1
    assert len(read_tables(new, template(), {}, TODAY)["actions"].frame) == len(expected)
    for number, wanted in enumerate(expected, start=2):
        left = [_plain(cell) for cell in written.rows[number - 1] if cell is not None]
        for cell in wanted:
            assert _plain(cell) in left
            left.remove(_plain(cell))
    assert len(written.rows[0]) == len({*filter(None, written.rows[0])})


def _plain(cell):
    """A value as it comes back from a file: with its kind, dates without a midnight."""
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return ("number", float(cell))
    return (type(cell).__name__, cell)


def test_a_formula_is_carried_as_what_it_shows_and_an_error_as_an_error(tmp_path):
    rows = [[*HEAD, "费用"], [*ITEM, 3.5], [*ITEM, None], [*ITEM, None], ["合计", None, None, None, 3.5]]
    tab = Tab("技术部", rows, formulas=frozenset({(2, 5), (3, 5), (4, 5), (5, 5)}), errors={(4, 5): "#REF!"})

    gathered = _gathered(tab)

    (sheet,) = gathered.sheets
    assert [row["own:费用"] for row in sheet.rows] == [3.5, None, "#REF!"]
    assert (sheet.formulas, sheet.empty, sheet.left) == (3, 1, (5,))
    content = Content(gathered.rows, own=gathered.own)
    write_workbook(tmp_path / "new.xlsx", template(), words("zh-CN"), content)
    written = ExcelBook(tmp_path / "new.xlsx").read().tab("行动项跟踪表")
    assert [*written.errors.values()] == ["#REF!"]


def test_headings_that_stand_twice_or_nowhere_are_told_apart():
    rows = [[*HEAD, "备注", "备注", "说明", "备注 2"], [*ITEM, "a", "b", "c", "d", "e"]]

    gathered = _gathered(Tab("技术部", rows), Tab("市场部", [["Ｎo.", *HEAD], [1, *ITEM]]))

    own = [column.heads[0] for column in gathered.own["actions"]]
    assert own == ["原工作表", "备注 2", "说明", "备注 2 2", "第 I 列", "Ｎo."]
    first = gathered.rows["actions"][0]
    assert [first.get(column.key) for column in gathered.own["actions"]] == [
        "技术部",
        "b",
        "c",
        "d",
        "e",
        None,
    ]


def test_the_list_is_in_the_order_of_the_worksheets():
    whole = [[*HEAD, "编号", "备注"], [*ITEM, "A1", "x"]]

    gathered = _gathered(Tab("甲", [HEAD, ITEM]), Tab("乙", whole), Tab("丙", [HEAD, ITEM]), Tab("其他", []))

    assert [row["own:原工作表"] for row in gathered.rows["actions"]] == ["甲", "乙", "丙"]
    assert gathered.others == ("其他",)
    assert gathered.clashes == {}


def test_own_columns_stand_before_the_workers_save_where_one_would_be_taken_for_it(tmp_path):
    rows = [[*HEAD, "金额", "逾期工作日", "逾期工作日（自填）"], [*ITEM, 5, 1, 2]]
    gathered = _gathered(Tab("技术部", rows))

    content = Content(gathered.rows, own=gathered.own)
    write_workbook(tmp_path / "new.xlsx", template(), words("zh-CN"), content)

    new = ExcelBook(tmp_path / "new.xlsx").read()
    head = list(new.tab("行动项跟踪表").rows[0])
    assert head.index("豁免") < head.index("原工作表") < head.index("金额") < head.index("系统状态")
    assert head[-2:] == ["检查结果", "逾期工作日（自填）"]
    layout = read_tables(new, template(), {}, TODAY)["actions"].layout
    assert layout.headings["late_days"] == "逾期工作日"
