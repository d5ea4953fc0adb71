"""What the ledger remembers of rows: years of dates typed without one, postponements, rows whose number was lost."""

from contextlib import closing
from datetime import datetime, timedelta

import pytest

from sync.books.memory import MemoryBook
from sync.faults import BusyFault
from sync.ledger.ledger import Ledger
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tell.notice import Kind
from sync.tell.outbox import Outbox
from sync.worker import Pass, run_pass

HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态", "实际完成时间", "交付成果"]
PEOPLE = [["姓名", "部门", "邮箱", "角色"], ["王芳", "客服部", "wangfang@example.com", "部门负责人"]]
START = datetime(2024, 6, 3, 10)


class Desk:
    """A tracker in memory with a ledger and an outbox, through which time can go."""

    def __init__(self, folder, *rows) -> None:
        self.folder = folder
        self.book = MemoryBook({"t": Tab("t", [HEADER, *rows]), "通讯录": Tab("通讯录", PEOPLE)})

    def run(self, now: datetime) -> Pass:
        with closing(Ledger.in_file(self.folder / "l.sqlite", "t")) as ledger:
            return run_pass(self.book, ledger, Outbox(self.folder / "out"), Settings(), now)

    def type(self, row: int, position: int, value) -> None:
        self.book.tabs["t"].rows[row - 1][position - 1] = value


def row(due, status="进行中", done=None, row_id=None):
    return [row_id, "输出《流程V2.0》", "王芳", "客服部", due, status, done, "《流程V2.0》" if done else None]


def test_a_date_without_a_year_keeps_its_year(tmp_path):
    desk = Desk(tmp_path, row("5.27"), row("5.20", "已完成", "5月21日"))

    for days in (0, 130, 300, 700):
        done = desk.run(START + timedelta(days=days))

        actions = done.judged.judgement.book.tables["actions"]
        assert actions.due.dt.strftime("%Y-%m-%d").tolist() == ["2024-05-27", "2024-05-20"], days
        assert actions.done.dt.strftime("%Y-%m-%d").tolist()[1] == "2024-05-21", days
        assert actions.computed.tolist() == ["delayed", "done"], days


def test_a_file_put_back_from_a_copy_keeps_its_numbers_and_tells_nobody_again(tmp_path):
    desk = Desk(tmp_path, row("2024-05-30"), row("2024-06-05"))
    before = [list(cells) for cells in desk.book.tabs["t"].rows]
    assert desk.run(START).mails == 1

    desk.book.tabs["t"] = Tab("t", [before[0], before[2], before[1]])
    again = desk.run(START + timedelta(hours=1))

    assert [cells[0] for cells in desk.book.tabs["t"].rows[1:]] == ["A002", "A001"]
    assert again.told == ()


def test_only_going_beyond_the_latest_date_counts_as_postponed_once_a_day(tmp_path):
    desk = Desk(tmp_path, row("2024-06-20"))
    desk.run(START)
    for hour, due in enumerate(["2024-06-24", "2024-06-21", "2024-06-25", "2024-06-26"], start=1):
        desk.type(2, 5, due)
        desk.run(START + timedelta(hours=hour))
    desk.type(2, 5, "2024-06-28")

    counted = desk.run(START + timedelta(days=1)).judged.states["A001"].postponed

    assert counted == 2


def test_a_busy_workbook_is_judged_and_reminded_of_and_written_later(tmp_path):
    desk = Desk(tmp_path, row("2024-05-30", row_id="A001"), row("2024-05-30"))

    class Busy(MemoryBook):
        def apply(self, _plan) -> str:
            raise BusyFault("{name} is open", name="t")

    free, desk.book = desk.book, Busy(desk.book.tabs)
    first = desk.run(START)
    assert {notice.subject.id for notice in first.told} == {"A001"}
    assert (first.mails, first.busy is not None, len(first.judged.plan)) == (1, True, 0)

    desk.book = free
    second = desk.run(START + timedelta(hours=1))

    assert second.busy is None
    assert {notice.subject.id for notice in second.told} == {"A002"}


@pytest.mark.parametrize("gap", [1, 3, 30])
def test_missed_passes_catch_up_with_the_highest_rung_only(tmp_path, gap):
    desk = Desk(tmp_path, row("2024-06-05"))
    desk.run(START)

    late = desk.run(START + timedelta(days=2 + gap))

    ladder = {Kind.RISK, Kind.OVERDUE, Kind.DUE_SOON}
    assert len({notice.kind for notice in late.told} & ladder) <= 1
