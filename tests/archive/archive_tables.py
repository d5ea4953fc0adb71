"""Tables with rows for the archive, books and shelves that hold them, and passes over them."""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from openpyxl import Workbook, load_workbook

from sync.archiving.cabinet import drawers
from sync.archiving.due import HERE
from sync.books.excel import ExcelBook
from sync.books.google.book import GoogleBook
from sync.books.memory import MemoryBook
from sync.ledger.ledger import Ledger
from sync.looking import look
from sync.memory import recall
from sync.settings import settings_from
from sync.snapshot import Tab
from sync.tell.outbox import Outbox
from sync.worker import run_pass
from tests.sheets_server.grid import entered
from tests.test_books_agree import as_typed

NOW = datetime(2024, 5, 28, 20)


SETTINGS = settings_from({"archive": {"on": True}, "reports": {"weekly": False, "quarterly": False}}, "test")


WITH_REPORTS = settings_from({"archive": {"on": True}}, "test")
EVERY_REPORT = settings_from({"archive": {"on": True}, "reports": {"departments": "all"}}, "test")


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
    "所属部门",
    "议题",
]


MEETINGS = ["会议编号", "会议名称", "会议类型", "会议日期", "涉密"]


TOPICS = ["会议编号", "序号", "议题名称", "决策结论", "后续跟进人", "后续截止"]


def item(number, meeting="M1", done=date(2024, 3, 4), **other):
    """A row of the action table; ``done=None`` leaves it open."""
    row = {
        "编号": number, "会议编号": meeting, "行动项描述": f"输出《{number}流程V2.0》", "负责人": "王芳",
        "计划完成时间": date(2024, 3, 8), "状态": "已完成" if done else "进行中", "实际完成时间": done,
        "交付成果": "《流程V2.0》" if done else None, "验收人": "张三", "验收结果": "通过" if done else None, "我们的列": 3.25,
        "所属部门": None, "议题": None,
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
                cell = sheet.cell(number, position, value)
                if isinstance(value, str):
                    cell.data_type = "s"  # a text, whatever it begins with
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


def looked_again(book, folder, shelf=None, now=NOW, settings=SETTINGS):
    """What a pass would do now, had the workbook changed so that it judges anew."""
    with closing(Ledger.in_file(folder / "ledger.sqlite", "t")) as ledger:
        return look(book, settings, now, recall(ledger, now).from_now_on, shelf or MemoryShelf())


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

    def check_writable(self):
        return self.book.check_writable()

    def apply(self, plan):
        self.writes += bool(len(plan))
        dies = len(plan) and self.writes == self.at
        if dies and self.before:
            raise KilledError
        left = self.book.apply(plan)
        if dies:
            raise KilledError
        return left
