"""A pass over what the last one left: nothing is judged anew, unless workbook, day, settings or waiting mail ask for it."""

from contextlib import closing, nullcontext
from datetime import datetime, time, timedelta

import pytest

from sheet_templates import template, words
from sheet_templates.demo import demo
from sync.books.excel import ExcelBook
from sync.books.memory import MemoryBook
from sync.faults import BusyFault
from sync.ledger.ledger import Ledger
from sync.looking import look
from sync.new_workbook import Content, write_workbook
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tell.channel import Delivery
from sync.tell.outbox import Outbox
from sync.worker import Pass, Unchanged, run_pass

START = datetime(2024, 6, 3, 10)
HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态"]
PEOPLE = [["姓名", "部门", "邮箱", "角色"], ["王芳", "客服部", "wangfang@example.com", "部门负责人"]]


class Desk:
    """A tracker in memory that has been passed over once."""

    def __init__(self, folder, first: datetime = START) -> None:
        self.folder = folder
        rows = [HEADER, [None, "输出《流程V2.0》", "王芳", "客服部", "2024-06-04", "进行中"]]
        self.book = MemoryBook({"t": Tab("t", rows), "通讯录": Tab("通讯录", PEOPLE)})
        self.first = self.run(first)

    def run(self, now: datetime, settings: Settings | None = None, channel=None) -> Pass | Unchanged:
        with closing(Ledger.in_file(self.folder / "l.sqlite", "t")) as ledger:
            return run_pass(
                self.book, ledger, channel or Outbox(self.folder / "out"), settings or Settings(), now
            )


def test_the_next_hour_has_nothing_to_judge(tmp_path):
    desk = Desk(tmp_path)

    next_hour, hour_after = (desk.run(START + timedelta(hours=hours)) for hours in (1, 2))

    assert isinstance(desk.first, Pass)
    assert isinstance(next_hour, Unchanged)
    assert isinstance(hour_after, Unchanged)
    assert (next_hour.run, next_hour.read, next_hour.since) == (2, 1, START)
    assert next_hour.findings == len(desk.first.judged.judgement.findings)


def test_an_edit_is_judged(tmp_path):
    desk = Desk(tmp_path)
    desk.book.tabs["t"].rows[1][5] = "受阻"

    assert isinstance(desk.run(START + timedelta(hours=1)), Pass)


def test_an_edit_right_after_our_write_is_judged(tmp_path):
    class Shared(MemoryBook):
        def apply(self, plan) -> str:
            left = super().apply(plan)
            self.tabs["t"].rows[1][5] = "受阻"
            return left

    desk = Desk(tmp_path)
    desk.book = Shared(desk.book.tabs)
    desk.book.tabs["t"].rows[1][4] = "2024-06-05"
    desk.run(START + timedelta(hours=1))

    assert isinstance(desk.run(START + timedelta(hours=2)), Pass)


@pytest.mark.parametrize("days", [1, -1, 30])
def test_another_day_is_judged(tmp_path, days):
    assert isinstance(Desk(tmp_path).run(START + timedelta(days=days)), Pass)


def test_other_settings_are_judged(tmp_path):
    assert isinstance(Desk(tmp_path).run(START, Settings(reminders={"due_soon_days": 3})), Pass)


def test_mail_that_waits_for_the_morning_is_sent(tmp_path):
    desk = Desk(tmp_path, START.replace(hour=6))

    assert desk.first.held
    assert desk.run(START.replace(hour=7)).held == 1
    assert desk.run(START.replace(hour=9)).mails == 1
    assert desk.run(START.replace(hour=10)).held == 0


def test_on_a_day_off_mail_waits_without_judging_again(tmp_path):
    desk = Desk(tmp_path, datetime(2024, 6, 2, 10))
    desk.book.tabs["t"].rows[1][4] = "2024-06-03"
    desk.run(datetime(2024, 6, 2, 11))

    assert isinstance(desk.run(datetime(2024, 6, 2, 12)), Unchanged)
    assert desk.run(datetime(2024, 6, 3, 9)).mails == 1


def test_mail_that_failed_is_tried_again(tmp_path):
    class Full:
        def send(self, _message):
            return Delivery(False, "452 no space")

    class Channel:
        def open(self):
            return nullcontext(Full())

    desk = Desk(tmp_path, START.replace(hour=6))
    assert desk.run(START.replace(hour=9), channel=Channel()).failed
    assert desk.run(START.replace(hour=10)).mails == 1


def test_what_could_not_be_written_is_tried_again(tmp_path):
    desk = Desk(tmp_path)
    free, tries = desk.book, []

    class Open(MemoryBook):
        def apply(self, _plan) -> str:
            tries.append(1)
            raise BusyFault("{name} is open", name="t")

    desk.book = Open(free.tabs)
    desk.book.tabs["t"].rows[1][5] = "受阻"
    desk.run(START + timedelta(hours=1))
    desk.run(START + timedelta(hours=2))

    assert len(tries) == 2


def test_a_judgement_rests_on_the_day_and_not_on_the_hour(tmp_path):
    shown = demo()
    path = tmp_path / "tracker.xlsx"
    write_workbook(path, template(), words("zh-CN"), Content(shown.rows, shown.merged, shown.without))
    book = ExcelBook(path)

    first, last = (look(book, Settings(), datetime.combine(shown.now, at)) for at in (time.min, time.max))

    assert first.judgement.findings == last.judgement.findings
    assert first.plan == last.plan
    assert {notice.key for notice in first.notices} == {notice.key for notice in last.notices}
