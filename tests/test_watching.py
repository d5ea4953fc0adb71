"""A pass has its time: it ends between two stages, never within a write, and what was not sent is sent by the next."""

import threading
from contextlib import closing
from datetime import datetime

import pytest

from sync.books.memory import MemoryBook
from sync.faults import LateFault
from sync.ledger.ledger import Ledger
from sync.running.watching import Stage, Watch, WatchedBook, WatchedChannel
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tell.outbox import Outbox
from sync.worker import run_pass

NOW = datetime(2024, 6, 4, 10)
ROWS = [
    ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态"],
    ["A001", "输出《流程V2.0》", "王芳", "客服部", "2024-06-05", "进行中"],
    ["A002", "输出《流程V3.0》", "李强", "客服部", "2024-06-05", "进行中"],
]
PEOPLE = [
    ["姓名", "部门", "邮箱", "角色"],
    ["王芳", "客服部", "wangfang@example.com", ""],
    ["李强", "客服部", "liqiang@example.com", ""],
]


class Clock:
    """Time that passes when a stage begins, or when a mail has gone out."""

    def __init__(self, slow: str = "") -> None:
        self.slow, self.time, self.stages = slow, 0.0, []

    def __call__(self) -> float:
        return self.time

    def enter(self, stage: Stage) -> None:
        self.stages.append(stage)
        self.time += 100 * (stage == self.slow)


def desk(tmp_path, clock: Clock):
    book = MemoryBook({"t": Tab("t", [list(row) for row in ROWS]), "通讯录": Tab("通讯录", PEOPLE)})
    watch = Watch(60, clock.enter, clock)

    def make(watched: Watch):
        with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
            channel = WatchedChannel(Outbox(tmp_path / "out"), watched)
            return run_pass(WatchedBook(book, watched), ledger, channel, Settings(), NOW)

    return book, watch, make


def test_stages_are_told_in_their_order(tmp_path):
    clock = Clock()
    _, watch, make = desk(tmp_path, clock)

    make(watch)

    assert clock.stages == list(Stage)


@pytest.mark.parametrize("slow", [Stage.READING, Stage.JUDGING])
def test_nothing_is_written_once_the_time_is_up(tmp_path, slow):
    clock = Clock(slow)
    book, watch, make = desk(tmp_path, clock)

    with pytest.raises(LateFault, match="longer than 1 minutes"):
        make(watch)

    assert book.tabs["t"].rows == ROWS
    assert make(Watch(60)).mails == 2


def test_a_write_that_has_begun_comes_to_its_end_and_mails_wait(tmp_path):
    clock = Clock(Stage.WRITING)
    book, watch, make = desk(tmp_path, clock)

    with pytest.raises(LateFault):
        make(watch)

    assert book.tabs["t"].rows[0][6:] == ["系统状态", "逾期工作日", "风险等级", "问题字段", "检查结果"]
    assert make(Watch(60)).mails == 2


def test_mails_left_when_the_time_is_up_are_sent_by_the_next_pass(tmp_path):
    clock = Clock(Stage.SENDING)
    _, watch, make = desk(tmp_path, clock)

    late = make(watch)

    assert (late.mails, len(late.failed)) == (0, 2)
    assert not any(delivery.permanent or delivery.unsure for _, delivery in late.failed)
    assert make(Watch(60)).mails == 2
    assert len(list((tmp_path / "out").glob("*.eml"))) == 2


def test_what_hangs_is_ended_from_outside():
    ended = threading.Event()

    with Watch(0.01).ended(ended.set, grace=0.01):
        assert ended.wait(30)


def test_what_hangs_is_not_ended_within_a_write_that_comes_to_its_end():
    watch, ended = Watch(0.01), threading.Event()

    with watch.ended(ended.set, grace=2):
        watch.writing.acquire()
        assert not ended.wait(0.1)
    watch.writing.release()

    assert not ended.wait(0.1)


def test_what_is_over_is_not_ended():
    ended = threading.Event()

    with Watch(0.05).ended(ended.set, grace=0.05):
        pass

    assert not ended.wait(0.3)
