"""The archive: what is closed is copied, compared and removed; whatever stops a pass, nothing is lost or doubled."""

import tempfile
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from sheet_templates import template
from sync.archiving.cabinet import drawers
from sync.archiving.due import HERE
from sync.archiving.naming import free_name, tab_name
from sync.archiving.proving import Archive
from sync.archiving.shelf import ExcelShelf
from sync.books.excel import ExcelBook
from sync.books.google.book import GoogleBook
from sync.books.memory import MemoryBook
from sync.changes import AppendRow, Plan, PutTab, RemoveRows
from sync.commands.unarchiving import everything, expired, reopen, take_out
from sync.faults import GuardFault, SettingsFault, UsageFault, WorkbookFault
from sync.generated import GeneratedTab, TabCell
from sync.guard import guard
from sync.ledger.ledger import Ledger
from sync.looking import look
from sync.settings import settings_from
from sync.snapshot import Snapshot, Tab
from sync.tell.outbox import Outbox
from sync.worker import Unchanged, run_pass
from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID, open_desk
from tests.sheets_server.grid import entered
from tests.test_books_agree import as_typed, on_google

NOW = datetime(2024, 5, 28, 20)
SETTINGS = settings_from({"archive": {"on": True}, "reports": {"weekly": False, "quarterly": False}}, "test")
WITH_REPORTS = settings_from({"archive": {"on": True}}, "test")
ITEMS = [
    "编号",
    "会议编号",
    "行动项描述",
    "负责人",
    "计划完成时间",
    "状态",
    "实际完成时间",
    "交付成果",
    "验收人",
    "验收结果",
    "我们的列",
]
MEETINGS = ["会议编号", "会议名称", "会议类型", "会议日期", "涉密"]
TOPICS = ["会议编号", "序号", "议题名称"]


def item(number, meeting="M1", done=date(2024, 3, 4), **other):
    """A row of the action table; ``done=None`` leaves it open."""
    row = {
        "编号": number, "会议编号": meeting, "行动项描述": f"输出《{number}流程V2.0》", "负责人": "王芳",
        "计划完成时间": date(2024, 3, 8), "状态": "已完成" if done else "进行中", "实际完成时间": done,
        "交付成果": "《流程V2.0》" if done else None, "验收人": "张三", "验收结果": "通过" if done else None, "我们的列": 3.25,
    }  # fmt: skip
    return [(row | other)[head] for head in ITEMS]


def meeting(number, kind="产品会议", day=date(2024, 3, 1), secret=None):
    return [number, f"{number}规划", kind, day, secret]


def tabs(items, meetings=(), topics=()):
    made = {"行动项跟踪表": [ITEMS, *items]}
    if meetings:
        made["会议登记"] = [MEETINGS, *meetings]
    if topics:
        made["议题"] = [TOPICS, *topics]
    return made


def in_memory(made):
    return MemoryBook({name: Tab(name, [list(row) for row in rows]) for name, rows in made.items()})


def in_file(made, path):
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in made.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for position, value in enumerate(row, start=1):
                sheet.cell(number, position, value)
    book.save(path)
    return ExcelBook(path)


@dataclass
class MemoryShelf:
    """The archive's other workbooks in memory."""

    usual: str = ""
    books: dict[str, object] = field(default_factory=dict)

    def place(self, folder):
        return "secret" if folder.secret else self.usual.replace("{year}", str(folder.year)) or HERE

    def there(self):
        return tuple(self.books)

    def book(self, place):
        return self.books.setdefault(place, MemoryBook({"说明": Tab("说明", [["归档"]])}))


def one_pass(book, folder, shelf=None, now=NOW, settings=SETTINGS):
    with closing(Ledger.in_file(folder / "ledger.sqlite", "t")) as ledger:
        return run_pass(book, ledger, Outbox(folder / "outbox"), settings, now, shelf=shelf or MemoryShelf())


def standing(book, tab="行动项跟踪表"):
    """The numbers in the first column of people's tab."""
    return [row[0] for row in book.read().tab(tab).rows[1:] if row and row[0]]


def archived(*books):
    """How often each number stands in the archive, by tab."""
    found = Counter()
    for book in books:
        for drawer in drawers(book.read()):
            for row in drawer.rows:
                found[drawer.tab, row.said.get("编号") or row.said["会议编号"]] += 1
    return found


@pytest.fixture(params=["memory", "excel", "google"])
def make(request, tmp_path):
    if request.param != "google":
        yield (
            in_memory if request.param == "memory" else lambda content: in_file(content, tmp_path / "t.xlsx")
        )
        return
    with open_desk(Spreadsheet(ID)) as desk:

        def made(content):
            desk.service.books[ID] = on_google(content)
            book = desk.book()
            book.desk = desk  # for those who type into it
            return book

        yield made


def test_closed_items_go_to_tabs_of_their_year_and_kind_of_meeting(make, tmp_path):
    book = make(
        tabs(
            [
                item("A1"),
                item("A2", "M2"),
                item("A3", done=date(2023, 12, 29)),
                item("A4", done=None),
                item("A5", ""),
            ],
            [meeting("M1"), meeting("M2", "周会"), meeting("M3")],
        )
    )

    done = one_pass(book, tmp_path)

    assert standing(book) == ["A4"]
    assert archived(book) == {
        ("2024年产品会议", "A1"): 1,
        ("2023年产品会议", "A3"): 1,
        ("2024年常规例会", "A2"): 1,
        ("2024年其他会议", "A5"): 1,
        ("2024年会议登记", "M2"): 1,
    }
    assert standing(book, "会议登记") == ["M1", "M3"]
    assert done.filed.rows == {"actions": 4, "meetings": 1}


def test_a_second_pass_changes_nothing(make, tmp_path):
    book = make(tabs([item("A1"), item("A4", done=None)], [meeting("M1")]))
    one_pass(book, tmp_path)
    left = book.fingerprint()

    second = one_pass(book, tmp_path)

    assert len(second.judged.plan) == 0
    assert book.fingerprint() == left
    assert isinstance(one_pass(book, tmp_path), Unchanged)


def test_the_reports_follow_the_rows_once_and_are_quiet_then(make, tmp_path):
    book = make(tabs([item("A1"), item("A4", done=None)], [meeting("M1")]))
    one_pass(book, tmp_path, settings=WITH_REPORTS)

    following = one_pass(book, tmp_path, settings=WITH_REPORTS)

    assert not following.judged.plan.cells
    assert not following.judged.plan.removals
    assert archived(book) == {("2024年产品会议", "A1"): 1}
    assert isinstance(one_pass(book, tmp_path, settings=WITH_REPORTS), Unchanged)


def test_values_and_types_are_kept(make, tmp_path):
    row = item(
        "A1",
        "=1+1",
        我们的列=0.1 + 0.2,
        交付成果="第一行\n第二行",
        验收人=True,
        负责人="@王芳",
    )
    book = make(tabs([row, item("A2", done=None)]))
    before = dict(zip(ITEMS, book.read().tab("行动项跟踪表").rows[1], strict=False))

    one_pass(book, tmp_path)

    (kept,) = drawers(book.read())[0].rows
    assert dict(kept.said) == {head: value for head, value in before.items() if value is not None}
    assert {head: type(value) for head, value in kept.said.items()} == {
        head: type(value) for head, value in before.items() if value is not None
    }


def test_meetings_and_topics_follow_when_no_item_of_theirs_is_left(make, tmp_path):
    book = make(
        tabs(
            [item("A1"), item("A2", done=None), item("A3", "M2"), item("A4", "M2规划")],
            [meeting("M1"), meeting("M2"), meeting("M3")],
            [["M1", 1, "进度"], ["M2", 1, "预算"], ["M2", 2, "人手"], ["M2", 2, "人手"], ["M3", 1, "其他"]],
        )
    )

    one_pass(book, tmp_path)

    assert standing(book) == ["A2"]
    assert standing(book, "会议登记") == ["M1", "M3"]
    assert standing(book, "议题") == ["M1", "M3"]
    assert archived(book)["2024年议题", "M2"] == 3


def test_what_is_not_due_stays(make, tmp_path):
    broken = item("A5", 验收结果="不通过")
    twice = item("A6")
    book = make(
        tabs(
            [
                item("A1", done=date(2024, 5, 22)),
                item("A2", done=date(2024, 5, 21)),
                item("A3", done=None),
                broken,
                twice,
                twice,
            ]
        )
    )

    one_pass(book, tmp_path)

    assert standing(book) == ["A1", "A3", "A5", "A6", "A6"]


def test_nothing_is_archived_unless_it_is_asked_for(make, tmp_path):
    book = make(tabs([item("A1")]))

    one_pass(book, tmp_path, settings=settings_from({}, "test"))

    assert standing(book) == ["A1"]
    assert not archived(book)


def test_confidential_items_go_to_a_workbook_of_their_own(make, tmp_path):
    shelf = MemoryShelf()
    secret = item("A1", "M9", 行动项描述="输出《收购方案V1》")
    book = make(
        tabs(
            [secret, item("A2"), item("A3", done=None)],
            [meeting("M9", secret="是"), meeting("M1")],
            [["M9", 1, "收购"]],
        )
    )

    one_pass(book, tmp_path, shelf)

    assert standing(book) == ["A3"]
    assert standing(book, "会议登记") == ["M1"]
    assert "收购" not in repr([tab.rows for tab in book.read().tabs])
    assert set(archived(shelf.books["secret"])) == {
        ("2024年产品会议", "A1"),
        ("2024年会议登记", "M9"),
        ("2024年议题", "M9"),
    }


def test_a_workbook_a_year(make, tmp_path):
    shelf = MemoryShelf("归档{year}.xlsx")
    book = make(tabs([item("A1"), item("A2", done=date(2023, 5, 5)), item("A3", done=None)]))

    one_pass(book, tmp_path, shelf)

    assert standing(book) == ["A3"]
    assert not archived(book)
    assert set(archived(shelf.books["归档2024.xlsx"])) == {("2024年其他会议", "A1")}
    assert set(archived(shelf.books["归档2023.xlsx"])) == {("2023年其他会议", "A2")}


def test_later_rows_join_those_that_stand_there_and_what_people_wrote_stays(make, tmp_path):
    book = make(tabs([item("A1"), item("A2", done=None)]))
    one_pass(book, tmp_path)
    snapshot = book.read()
    rows = snapshot.tab("行动项跟踪表").rows
    for position, value in ((6, "已完成"), (7, date(2024, 5, 29)), (8, "《流程》"), (10, "通过")):
        type_into(book, "行动项跟踪表", 2, position, value)
    type_into(book, "2024年其他会议", 2, 6, "改过的备注")
    type_into(book, "2024年其他会议", 4, 2, "我们的笔记")
    assert len(rows) >= 2

    one_pass(book, tmp_path, now=datetime(2024, 6, 20, 20))

    tab = book.read().tab("2024年其他会议")
    assert [row[1] for row in tab.rows[1:3]] == ["A1", "A2"]
    assert tab.rows[1][5] == "改过的备注"
    assert "我们的笔记" in repr(tab.rows[3:])


def type_into(book, tab, row, position, value):
    """As somebody at the workbook does."""
    if isinstance(book, ExcelBook):
        edited = load_workbook(book.path)
        edited[tab].cell(row, position, value)
        edited.save(book.path)
        return
    if isinstance(book, GoogleBook):
        book.desk.spreadsheet.sheet(tab).put(row - 1, position - 1, entered(as_typed(value)))
        return
    rows = [list(cells) for cells in book.tabs[tab].rows]
    rows += [[] for _ in range(row - len(rows))]
    rows[row - 1] += [None] * (position - len(rows[row - 1]))
    rows[row - 1][position - 1] = value
    book.tabs[tab] = replace(book.tabs[tab], rows=rows)


def test_a_number_in_the_archive_is_not_given_again(make, tmp_path):
    book = make(tabs([item("A1"), item("A7"), item("A2", done=None)]))
    one_pass(book, tmp_path)
    type_into(book, "行动项跟踪表", 3, 3, "新的行动项")

    plan = look(book, SETTINGS, NOW, shelf=MemoryShelf()).plan

    assert [cell.now for cell in plan.cells if cell.column == "id"] == ["A8"]


def test_a_number_that_the_archive_has_on_another_item_stays_and_is_told(make, tmp_path):
    book = make(tabs([item("A1"), item("A2", done=None)]))
    one_pass(book, tmp_path)
    for position, value in enumerate(item("A1", 行动项描述="另一件事"), start=1):
        type_into(book, "行动项跟踪表", 3, position, value)

    done = one_pass(book, tmp_path)

    assert [each.reason for each in done.judged.filing.staying] == [
        "its number stands in the archive already, on a row that says something else"
    ]
    assert archived(book) == {("2024年其他会议", "A1"): 1}


def test_a_tab_of_peoples_of_that_name_is_left_alone(make, tmp_path):
    content = tabs([item("A1"), item("A2", done=None)]) | {"2024年其他会议": [["我们的"]]}
    book = make(content)

    one_pass(book, tmp_path)

    assert book.read().tab("2024年其他会议").rows[0][0] == "我们的"
    assert archived(book) == {("2024年其他会议 (2)", "A1"): 1}


def test_rows_with_obstacles_stay_and_say_why(tmp_path):
    path = tmp_path / "t.xlsx"
    book = in_file(tabs([item("A1"), item("A2"), item("A3", done=None)]), path)
    edited = load_workbook(path)
    edited.create_sheet("统计")["A1"] = "=行动项跟踪表!C2"
    edited.save(path)

    done = one_pass(book, tmp_path)

    assert standing(book) == ["A1", "A3"]
    assert archived(book) == {("2024年其他会议", "A2"): 1}
    assert [(each.row, each.reason) for each in done.judged.filing.staying] == [
        (2, "a formula refers to this row or to rows below it")
    ]


class KilledError(Exception):
    """The worker's end, at whatever place."""


@dataclass
class CrashingBook:
    """A book that ends the worker right before or right after one of its writes."""

    book: object
    at: int
    before: bool
    writes: int = 0

    def read(self):
        return self.book.read()

    def fingerprint(self):
        return self.book.fingerprint()

    def obstacles(self, tab, rows):
        return self.book.obstacles(tab, rows)

    def apply(self, plan):
        self.writes += bool(len(plan))
        dies = len(plan) and self.writes == self.at
        if dies and self.before:
            raise KilledError
        left = self.book.apply(plan)
        if dies:
            raise KilledError
        return left


@dataclass
class CrashingShelf(MemoryShelf):
    """A shelf whose workbooks crash as the tracker does."""

    at: int = 0
    before: bool = True

    def book(self, place):
        return CrashingBook(super().book(place), self.at, self.before)


ROWS = st.lists(
    st.tuples(st.sampled_from(["M1", "M2", "M9", ""]), st.sampled_from([2019, 2023, 2024, None])),
    min_size=1,
    max_size=12,
)


@given(
    ROWS,
    st.sampled_from(["", "归档{year}.xlsx"]),
    st.lists(st.tuples(st.sampled_from(["tracker", "shelf"]), st.integers(1, 3), st.booleans()), max_size=3),
)
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_crashes_nothing_is_lost_and_a_quiet_pass_leaves_each_row_once(rows, usual, crashes):
    items = [
        item(f"A{number}", meeting_id, date(year, 3, 4) if year else None)
        for number, (meeting_id, year) in enumerate(rows, start=1)
    ]
    book = in_memory(tabs(items, [meeting("M1"), meeting("M2", "周会"), meeting("M9", secret="是")]))
    shelf = CrashingShelf(usual)
    ids = {row[0] for row in items}
    with tempfile.TemporaryDirectory() as folder:
        for where, at, before in crashes:
            shelf.at, shelf.before = (at if where == "shelf" else 0), before
            tracker = CrashingBook(book, at if where == "tracker" else 0, before)
            with suppress(KilledError):
                one_pass(tracker, Path(folder), shelf)
            found = archived(book, *shelf.books.values())
            assert ids <= {*standing(book), *(number for _, number in found)}
        shelf.at = 0
        one_pass(book, Path(folder), shelf)
        one_pass(book, Path(folder), shelf)

        found = Counter(
            number for _, number in archived(book, *shelf.books.values()).elements() if number in ids
        )
        assert found + Counter(standing(book)) == Counter(ids)
        assert standing(book) == [row[0] for row in items if row[6] is None]
        assert len(look(book, SETTINGS, NOW, shelf=shelf).plan) == 0


@pytest.mark.parametrize(("at", "before"), [(1, True), (1, False), (2, True), (2, False)])
def test_a_file_whose_pass_was_killed_is_finished_by_the_next(tmp_path, at, before):
    book = in_file(tabs([item("A1"), item("A2", done=None)], [meeting("M1")]), tmp_path / "t.xlsx")
    with pytest.raises(KilledError):
        one_pass(CrashingBook(book, at, before), tmp_path)

    one_pass(book, tmp_path)

    assert standing(book) == ["A2"]
    assert archived(book) == {("2024年产品会议", "A1"): 1}


def test_an_item_comes_back_with_its_meeting_and_is_not_archived_again_at_once(make, tmp_path):
    book = make(
        tabs(
            [item("A1"), item("A2", "M2", done=None)],
            [meeting("M1"), meeting("M2")],
            [["M1", 1, "进度"], ["M2", 1, "预算"]],
        )
    )
    one_pass(book, tmp_path)
    assert standing(book) == ["A2"]

    reopen("A1", book, MemoryShelf(), SETTINGS)

    assert standing(book) == ["A2", "A1"]
    assert standing(book, "会议登记") == ["M2", "M1"]
    assert standing(book, "议题") == ["M2", "M1"]
    assert not archived(book)
    assert book.read().tab("行动项跟踪表").rows[2][5:11] == [
        "进行中",
        None,
        "《流程V2.0》",
        "张三",
        None,
        3.25,
    ]
    one_pass(book, tmp_path)
    assert standing(book) == ["A2", "A1"]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at", [1, 2])
def test_a_reopening_that_was_cut_short_can_be_repeated(tmp_path, at, before):
    book = in_memory(tabs([item("A1"), item("A2", done=None)]))
    one_pass(book, tmp_path)
    with pytest.raises(KilledError):
        reopen("A1", CrashingBook(book, at, before), MemoryShelf(), SETTINGS)
    assert "A1" in {*standing(book), *(number for _, number in archived(book))}

    if archived(book):
        reopen("A1", book, MemoryShelf(), SETTINGS)

    assert standing(book) == ["A2", "A1"]
    assert not archived(book)


def test_a_confidential_item_comes_back_as_confidential(tmp_path):
    shelf = MemoryShelf()
    book = in_memory(
        tabs([item("A1", "M9"), item("A2", done=None)], [meeting("M9", secret="是"), meeting("M1")])
    )
    one_pass(book, tmp_path, shelf)

    reopen("A1", book, shelf, SETTINGS)

    assert look(book, SETTINGS, NOW, shelf=shelf).judgement.book.tables["actions"].confidential.tolist() == [
        False,
        True,
    ]


def test_an_item_that_nobody_archived_cannot_come_back(tmp_path):
    with pytest.raises(UsageFault, match="no archived item 'A9'"):
        reopen("A9", in_memory(tabs([item("A1")])), MemoryShelf(), SETTINGS)


def test_what_is_past_its_years_is_listed_and_removed_only_when_asked(tmp_path):
    book = in_memory(tabs([item("A1"), item("A2", done=None)]))
    one_pass(book, tmp_path)
    kept = everything(book.read(), MemoryShelf())

    assert expired(kept, date(2026, 5, 27), 2) == []
    found = expired(kept, date(2026, 5, 28), 2)
    assert [each.row.said["编号"] for each in found] == ["A1"]
    take_out(found, book, MemoryShelf(), SETTINGS)
    assert not archived(book)


def test_archived_items_remind_nobody(tmp_path):
    book = in_memory(tabs([item("A1"), item("A2", done=None)]))
    one_pass(book, tmp_path)

    later = one_pass(book, tmp_path, now=datetime(2024, 6, 20, 20))

    assert "A1" not in {notice.item.id for notice in later.judged.notices}


def test_the_archives_years_are_not_shortened_by_accident():
    with pytest.raises(SettingsFault, match="keep_years has to be 2 or more"):
        settings_from({"archive": {"keep_years": 1}}, "test")

    allowed = settings_from({"archive": {"keep_years": 1, "shorter_is_allowed": True}}, "test")
    assert allowed.archive.keep_years == 1


@pytest.mark.parametrize("name", ["归档.xls", "归档{jahr}.xlsx", "{}.xlsx"])
def test_names_of_archive_workbooks_are_checked(name):
    with pytest.raises(SettingsFault, match="is no name of an archive workbook"):
        settings_from({"archive": {"workbook": name}}, "test")


def test_files_of_the_shelf_are_made_and_found(tmp_path):
    shelf = ExcelShelf(
        tmp_path / "归档{year}.xlsx", tmp_path / "t.closeloop" / "t.涉密归档.xlsx", ("说明", "归档")
    )
    book = in_file(
        tabs([item("A1", "M9"), item("A2"), item("A3", done=None)], [meeting("M9", secret="是")]),
        tmp_path / "t.xlsx",
    )

    one_pass(book, tmp_path, shelf)

    secret = tmp_path / "t.closeloop" / "t.涉密归档.xlsx"
    assert shelf.there() == [str(tmp_path / "归档2024.xlsx"), str(secret)]
    assert secret.stat().st_mode & 0o777 == 0o600
    assert [number for _, number in archived(ExcelBook(secret))] == ["A1", "M9"]
    assert standing(book) == ["A3"]


def test_an_archive_workbook_that_cannot_be_read_stops_the_archiving_alone(tmp_path):
    (tmp_path / "归档2024.xlsx").write_bytes(b"broken")
    shelf = ExcelShelf(tmp_path / "归档{year}.xlsx", tmp_path / "secret.xlsx", ("说明", "归档"))
    book = in_memory(tabs([item("A1")]))

    done = one_pass(book, tmp_path, shelf)

    assert isinstance(done.filed.later, WorkbookFault)
    assert standing(book) == ["A1"]


def proved(plan, snapshot, archive=None):
    guard(plan, snapshot, template(), {}, archive or Archive())


def test_the_guard_lets_no_row_go_that_the_archive_does_not_have(tmp_path):
    book = in_memory(tabs([item("A1"), item("A2", done=None)]))
    snapshot = book.read()
    name = "行动项跟踪表"
    with pytest.raises(GuardFault, match="do not stand in the archive"):
        proved(Plan(snapshot.fingerprint, removals=(RemoveRows(name, (2,)),)), snapshot)
    one_pass(book, tmp_path)
    snapshot = book.read()
    tab = next(tab for tab in snapshot.tabs if tab.generated)
    for rows in ((), tuple(tuple(TabCell(value) for value in row) for row in tab.rows[:1])):
        with pytest.raises(GuardFault, match="would lose archived rows"):
            proved(Plan(snapshot.fingerprint, tabs=(PutTab(GeneratedTab(tab.name, rows)),)), snapshot)
    with pytest.raises(GuardFault, match="belongs to people"):
        proved(Plan(snapshot.fingerprint, tabs=(PutTab(GeneratedTab(name, ())),)), snapshot)
    with pytest.raises(GuardFault, match="do not stand in the archive"):
        proved(Plan(snapshot.fingerprint, removals=(RemoveRows(name, (1,)),)), snapshot)
    with pytest.raises(GuardFault, match="does not come from the archive"):
        proved(Plan(snapshot.fingerprint, rows=(AppendRow(name, 9, "A7", ((1, "A7"),)),)), snapshot)
    with pytest.raises(GuardFault, match="does not come from the archive"):
        proved(Plan(snapshot.fingerprint, rows=(AppendRow(name, 2, "A1", ((1, "A1"),)),)), snapshot)
    proved(Plan(snapshot.fingerprint, rows=(AppendRow(name, 3, "A1", ((1, "A1"),)),)), snapshot)


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=8, unique=True))
def test_tab_names_are_fit_and_do_not_clash(wanted):
    names = [tab_name(each) for each in wanted]

    assert len(set(names)) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le", "replace")) // 2 <= 31
        assert not set("[]:*?/\\") & set(name)
        assert name == name.strip("' ")
    taken = {name.casefold() for name in names}
    assert free_name(wanted[0], taken.__contains__).casefold() not in taken


def reported(book):
    """What the reports show, line by line; links may lead elsewhere."""
    reports = [tab for tab in book.read().tabs if tab.generated and not drawers(Snapshot((tab,), ""))]
    return {
        (tab.name, number): [str(cell) for cell in row if cell not in (None, "")]
        for tab in reports
        for number, row in enumerate(tab.rows)
    }


def test_reports_count_archived_items_and_meetings_as_before(make, tmp_path):
    early = item("A4", meeting="M0", done=date(2023, 12, 28), 计划完成时间=date(2024, 1, 5))
    items = [item("A1"), item("A2", meeting="M2"), item("A3", meeting="M2", done=None), early]
    days = {"M0": date(2023, 12, 20), "M1": date(2024, 3, 1), "M2": date(2024, 2, 20)}
    meetings = [meeting(number, day=day) for number, day in days.items()]
    book = make(tabs(items, meetings, [["M1", 1, "流程"], ["M2", 1, "流程"]]))

    one_pass(book, tmp_path, settings=WITH_REPORTS)
    before = reported(book)
    assert (standing(book), standing(book, "会议登记")) == (["A3"], ["M2"])
    one_pass(book, tmp_path, settings=WITH_REPORTS)

    after = reported(book)
    different = {line: (before[line], after.get(line)) for line in before if before[line] != after.get(line)}
    assert all(was[0] == "记录完整率" for was, _ in different.values()), different  # of rows in the sheet
    assert before
    assert before.keys() == after.keys()


@pytest.mark.parametrize("looked_back", [True, False])
def test_a_retrospective_counts_after_it_was_archived(tmp_path, looked_back):
    name = "一季度会议复盘会" if looked_back else "一季度例会"
    meetings = [["M1", name, "产品会议", date(2024, 3, 1), None], meeting("M2", day=date(2024, 3, 20))]
    book = in_memory(tabs([item("A1"), item("A3", meeting="M2", done=None)], meetings))

    one_pass(book, tmp_path)
    assert standing(book, "会议登记") == ["M2"]
    findings = one_pass(book, tmp_path).judged.judgement.findings

    assert ("M207" in {finding.code for finding in findings}) is not looked_back


def in_memory_edited(book):
    name = "2024年产品会议"
    rows = [list(row) for row in book.tabs[name].rows]
    rows[1][2] = "改过的描述"
    rows[1] += [*[None] * (14 - len(rows[1])), "旁边的备注"]
    book.tabs["产品会归档"] = replace(book.tabs.pop(name), name="产品会归档", rows=rows)


def in_file_edited(book):
    edited = load_workbook(book.path)
    sheet = edited["2024年产品会议"]
    sheet["C2"], sheet["O2"] = "改过的描述", "旁边的备注"
    sheet.title = "产品会归档"
    for mark in edited.defined_names.values():  # as Excel does, and openpyxl does not
        mark.attr_text = mark.attr_text.replace("2024年产品会议", "产品会归档")
    edited.save(book.path)


@pytest.mark.parametrize("kind", ["memory", "excel"])
def test_an_archive_tab_that_people_renamed_and_wrote_on_keeps_all_of_it(tmp_path, kind):
    content = tabs([item("A1"), item("A2", done=date(2024, 5, 27)), item("A3", done=None)], [meeting("M1")])
    book = in_memory(content) if kind == "memory" else in_file(content, tmp_path / "t.xlsx")
    one_pass(book, tmp_path)
    assert archived(book) == {("2024年产品会议", "A1"): 1}
    (in_memory_edited if kind == "memory" else in_file_edited)(book)

    one_pass(book, tmp_path, now=NOW + timedelta(days=10))

    snapshot = book.read()
    assert "旁边的备注" in snapshot.tab("产品会归档").rows[1]
    assert "改过的描述" in snapshot.tab("产品会归档").rows[1]
    assert archived(book) == {("产品会归档", "A1"): 1, ("2024年产品会议", "A2"): 1}


def test_a_deleted_archive_tab_takes_its_rows_with_it_and_hinders_nothing(tmp_path):
    book = in_memory(
        tabs([item("A1"), item("A2", done=date(2024, 5, 27)), item("A3", done=None)], [meeting("M1")])
    )
    one_pass(book, tmp_path)
    del book.tabs["2024年产品会议"]

    one_pass(book, tmp_path, now=NOW + timedelta(days=10))

    assert archived(book) == {("2024年产品会议", "A2"): 1}
    assert standing(book) == ["A3"]
