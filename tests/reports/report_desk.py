"""A tracker with reports, through which time can go."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from sync.books.memory import MemoryBook
from sync.ledger.ledger import Ledger
from sync.ledger.remembering import past
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tell.outbox import Outbox
from sync.worker import Pass, Unchanged, run_pass

START = datetime(2024, 6, 3, 10)
WEEK, QUARTER = "每周汇总", "2024年第2季度复盘"


HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态", "会议编号"]


ROWS = [
    ["A001", "输出《流程V2.0》", "王芳", "客服部", "2024-05-30", "进行中", ""],
    ["A002", "部署3家门店", "李雷", "技术部", "2024-06-06", "受阻", ""],
]


class Desk:
    """A tracker in memory with a ledger, through which time can go."""

    def __init__(self, folder: Path, *rows: list, settings: Settings | None = None, **tabs: list) -> None:
        self.folder, self.settings = folder, settings or Settings()
        cells = {"t": [HEADER, *(rows or ROWS)], **tabs}
        self.book = MemoryBook({name: Tab(name, [list(row) for row in rows]) for name, rows in cells.items()})

    def run(self, now: datetime = START) -> Pass | Unchanged:
        with closing(self.ledger()) as ledger:
            return run_pass(self.book, ledger, Outbox(self.folder / "out"), self.settings, now)

    def ledger(self) -> Ledger:
        return Ledger.in_file(self.folder / "l.sqlite", "t")

    def shown(self, name: str = WEEK) -> list[list]:
        return [list(row) for row in self.book.tabs[name].rows]

    def write(self, row: int, column: int, text: str, name: str = WEEK) -> None:
        cells = self.book.tabs[name].rows[row - 1]
        cells += [None] * (column - len(cells))
        cells[column - 1] = text

    def put(self) -> list[str]:
        done = self.run(START + timedelta(hours=2))
        return [] if isinstance(done, Unchanged) else [tab.content.name for tab in done.judged.plan.tabs]


def texts(cells: list[list]) -> list[str]:
    return [str(cell) for row in cells for cell in row if cell not in (None, "")]


def done_past(ledger: Ledger):
    return past(ledger, START.date(), [])
