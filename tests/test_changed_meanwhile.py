"""A workbook that somebody saves while a pass works on it: read, judged and tried again, three times in all."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from sync.books.memory import MemoryBook
from sync.changes import Plan
from sync.faults import BusyFault, ChangedFault
from sync.ledger.ledger import Ledger
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tell.outbox import Outbox
from sync.worker import Pass, run_pass

HEADER = ["编号", "行动项描述", "负责人", "计划完成时间", "状态"]
NOW = datetime(2024, 6, 3, 10)


class Shared(MemoryBook):
    """A workbook into which somebody types each time when it has been read, ``times`` times."""

    def __init__(self, times: int) -> None:
        super().__init__(
            {"t": Tab("t", [HEADER, [None, "输出《流程V1.0》", "王芳", "2024-06-14", "进行中"]])}
        )
        self.times, self.tries = times, 0

    def apply(self, plan: Plan) -> str:
        self.tries += 1
        if self.times >= self.tries:
            self.tabs["t"].rows[1][1] = f"输出《流程V{self.tries + 1}.0》"
        return super().apply(plan)


class Open(Shared):
    """A workbook that somebody has open."""

    def apply(self, _plan: Plan) -> str:
        self.tries += 1
        raise BusyFault("{name} is open in LibreOffice; the next pass writes it", name="t")


def run(book: MemoryBook, folder: Path) -> Pass:
    with closing(Ledger.in_file(folder / "l.sqlite", "t")) as ledger:
        return run_pass(book, ledger, Outbox(folder / "out"), Settings(), NOW)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_what_changed_meanwhile_is_read_again_and_written(times, tmp_path):
    book = Shared(times)

    done = run(book, tmp_path)

    assert (done.busy, book.tries) == (None, times + 1)
    assert book.tabs["t"].rows[1][:2] == ["A001", f"输出《流程V{times + 1}.0》"]
    assert done.judged.judgement.book.tables["actions"].frame["description"].tolist() == [
        f"输出《流程V{times + 1}.0》"
    ]


def test_the_fourth_time_is_left_to_the_next_pass(tmp_path):
    book = Shared(99)

    done = run(book, tmp_path)

    assert isinstance(done.busy, ChangedFault)
    assert (book.tries, len(done.judged.plan)) == (3, 0)
    book.times = 0
    assert run(book, tmp_path).busy is None
    assert book.tabs["t"].rows[1][0] == "A001"


def test_an_open_workbook_is_tried_once(tmp_path):
    book = Open(0)

    assert run(book, tmp_path).busy is not None
    assert book.tries == 1
