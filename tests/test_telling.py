"""From notices to mail: the first pass over an old sheet, the brake, what waits, and what people say of single notices."""

from contextlib import closing, nullcontext
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sql

from sync.books.memory import MemoryBook
from sync.faults import BusyFault
from sync.ledger.ledger import Ledger
from sync.ledger.notices import CLAIMED, HELD, KNOWN, RETRY, SENT
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tell.channel import Delivery
from sync.tell.notice import Kind
from sync.worker import Pass, Unchanged, run_pass
from tests.simulated_year import is_working

NOW = datetime(2024, 6, 13, 10)
HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态"]


class Desk:
    """A tracker in memory with so many people, each with an item; what was sent is kept."""

    def __init__(self, folder, people: int = 3, due: object = "2024-06-12") -> None:
        self.folder = folder
        self.sent: list[str] = []
        self.answer = Delivery(True)
        names = [f"王{chr(0x4E00 + number)}" for number in range(people)]
        rows = [
            [f"A{number}", "输出《流程V2.0》", name, "客服部", due, "进行中"]
            for number, name in enumerate(names)
        ]
        listed = [[name, "客服部", f"p{number}@example.com", ""] for number, name in enumerate(names)]
        coordinator = ["赵敏", "运营部", "zhaomin@example.com", "协调人"]
        self.book = MemoryBook(
            {
                "t": Tab("t", [HEADER, *rows]),
                "通讯录": Tab("通讯录", [["姓名", "部门", "邮箱", "角色"], *listed, coordinator]),
            }
        )

    def ledger(self) -> Ledger:
        return Ledger.in_file(self.folder / "l.sqlite", "t")

    def open(self):
        return nullcontext(self)

    def send(self, message) -> Delivery:
        if self.answer.sent:
            self.sent.append(message["To"].addresses[0].addr_spec)
        return self.answer

    def run(self, now: datetime = NOW, *, release: bool = False, **settings) -> Pass | Unchanged:
        with closing(self.ledger()) as ledger:
            return run_pass(self.book, ledger, self, Settings(**settings), now, release=release)

    def states(self) -> dict[str, str]:
        with closing(self.ledger()) as ledger:
            return {entry.key: entry.state for entry in ledger.notices.entries()}


def test_the_first_pass_tells_what_is_late_and_takes_faults_as_known(tmp_path):
    desk = Desk(tmp_path)
    desk.book.tabs["t"].rows[1][4] = "尽快"

    done = desk.run()

    assert {notice.kind for notice in done.told} == {Kind.OVERDUE}
    assert {key.split(":")[0] for key, state in desk.states().items() if state == KNOWN} == {
        "problem",
        "weekly",
    }
    assert len(desk.sent) == len(set(desk.sent))


def test_a_fault_that_comes_after_the_first_pass_is_told(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.book.tabs["t"].rows[1][4] = "尽快"

    done = desk.run(NOW + timedelta(hours=1))

    assert [(notice.kind, notice.recipient.name) for notice in done.told] == [(Kind.PROBLEM, "王一")]


def test_a_first_pass_at_night_tells_in_the_morning_and_nothing_of_old_faults(tmp_path):
    desk = Desk(tmp_path)
    desk.book.tabs["t"].rows[1][4] = "尽快"
    desk.run(NOW.replace(hour=5))

    done = desk.run()

    assert {notice.kind for notice in done.told} == {Kind.OVERDUE}


def test_a_first_pass_over_a_busy_workbook_leaves_old_faults_to_the_next(tmp_path):
    desk = Desk(tmp_path)
    free = desk.book

    class Open(MemoryBook):
        def apply(self, _plan) -> str:
            raise BusyFault("{name} is open", name="t")

    free.tabs["t"].rows[1][0] = None
    free.tabs["t"].rows[1][4] = "尽快"
    desk.book = Open(free.tabs)
    assert desk.run().busy
    desk.book = free

    assert Kind.PROBLEM not in {notice.kind for notice in desk.run(NOW + timedelta(hours=1)).told}


def test_far_more_than_usual_is_stopped_before_the_first_mail(tmp_path):
    desk = Desk(tmp_path, people=60)

    done = desk.run()

    assert {notice.kind for notice in done.told} == {Kind.BRAKE}
    assert desk.sent == ["zhaomin@example.com"]
    assert (done.brake.people, done.brake.may.people) == (61, 50)
    assert len(done.held) == done.brake.items
    assert set(desk.states().values()) >= {HELD, SENT}


def test_the_brake_is_told_once_a_day_and_stays_on(tmp_path):
    desk = Desk(tmp_path, people=60)
    desk.run()

    same_day = desk.run(NOW + timedelta(hours=1))
    next_day = desk.run(NOW + timedelta(days=1))

    assert same_day.brake
    assert same_day.told == ()
    assert next_day.brake
    assert desk.sent == ["zhaomin@example.com"] * 2


def test_a_released_brake_lets_everything_go_and_is_the_measure_of_later_passes(tmp_path):
    desk = Desk(tmp_path, people=60)
    desk.run()

    released = desk.run(NOW + timedelta(hours=1), release=True)
    next_day = desk.run(NOW + timedelta(days=1))

    assert released.mails == 61
    assert released.brake is None
    assert HELD not in desk.states().values()
    assert next_day.brake is None
    assert next_day.mails == 61


def test_the_brake_counts_things_too(tmp_path):
    desk = Desk(tmp_path, people=3)

    assert desk.run(brake={"people": 50, "items": 5}).brake.items == 6
    assert Desk(tmp_path / "b", people=3).run(brake={"people": 50, "items": 6}).brake is None


def test_what_waits_for_the_window_is_listed_as_it_is_now(tmp_path):
    desk = Desk(tmp_path)
    desk.run(NOW.replace(hour=5))
    assert [state for key, state in desk.states().items() if key.startswith("overdue")] == [HELD] * 6
    desk.book.tabs["t"].rows[1][4] = "2024-07-12"
    desk.run(NOW.replace(hour=6))
    assert [state for key, state in desk.states().items() if key.startswith("overdue")] == [HELD] * 4


def test_what_is_unsettled_is_released_or_forgotten_by_hand(tmp_path):
    desk = Desk(tmp_path, people=2)
    desk.answer = Delivery(False, "line dropped", unsure=True)
    desk.run()
    desk.answer = Delivery(True)
    assert set(desk.states().values()) == {CLAIMED, KNOWN}
    first, second = (f"overdue:A{number}:2024-06-12:0:p{number}@example.com" for number in (0, 1))

    with closing(desk.ledger()) as ledger:
        assert ledger.notices.change([first, "nonsense"], (CLAIMED,), RETRY) == (first,)
        assert ledger.notices.change([second], (CLAIMED,), "forgotten") == (second,)
    done = desk.run(NOW + timedelta(hours=1))

    assert [notice.key for notice in done.told] == [first]
    assert desk.states()[second] == "forgotten"


def test_a_ledger_of_an_earlier_version_is_brought_up_to_date_and_nobody_is_flooded(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    engine = sql.create_engine(f"sqlite:///{tmp_path / 'l.sqlite'}")
    with engine.begin() as connection:
        for table, column in (("runs", "mails"), ("runs", "items"), ("rows", "blocked")):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.exec_driver_sql("DELETE FROM notices WHERE kind <> 'overdue'")
    engine.dispose()
    desk.book.tabs["t"].rows[1][4] = "尽快"

    done = desk.run(NOW + timedelta(hours=1))

    assert done.told == ()
    with closing(desk.ledger()) as ledger:
        states = ledger.row_states()
    assert {state.seen for state in states.values()} == {NOW}


@pytest.mark.parametrize("day", [date(2024, 6, 10), date(2024, 6, 15)])
def test_nothing_goes_out_on_a_day_off(tmp_path, day):
    desk = Desk(tmp_path, due="2024-06-05")

    assert desk.run(datetime.combine(day, NOW.time())).mails == 0
    assert desk.sent == []


def test_after_a_nine_day_holiday_each_has_one_mail_with_the_highest_rung(tmp_path):
    desk = Desk(tmp_path, due="2026-02-13")
    desk.run(datetime(2026, 2, 14, 10))
    desk.sent.clear()
    hours = [datetime(2026, 2, 14, 19) + timedelta(hours=3 * number) for number in range(80)]
    told = {hour: done for hour in hours if isinstance(done := desk.run(hour), Pass) and done.mails}

    assert list(told) == [datetime(2026, 2, 24, 10)]
    assert len(desk.sent) == len(set(desk.sent))
    ladder = {Kind.RISK, Kind.OVERDUE, Kind.DUE_SOON}
    assert {notice.kind for done in told.values() for notice in done.told} & ladder == {Kind.OVERDUE}


def test_what_was_far_behind_when_the_tracker_was_adopted_comes_round_from_its_first_telling(tmp_path):
    desk = Desk(
        tmp_path, people=1, due="2024-05-27"
    )  # 12 working days late: by lateness the next step comes in 2 days
    days = [day for day in (NOW + timedelta(days=number) for number in range(26)) if is_working(day.date())]

    told = [
        day.date() for day in days for each in desk.run(day).told if each.kind is Kind.RISK and not each.copy
    ]

    assert sorted(set(told)) == [date(2024, 6, 13), date(2024, 6, 20), date(2024, 6, 27), date(2024, 7, 4)]


def test_a_late_telling_moves_those_that_follow(tmp_path):
    desk = Desk(tmp_path, people=1, due="2024-06-03")
    told = []
    for day in [date(2024, 6, 7), date(2024, 6, 19), date(2024, 6, 21), date(2024, 6, 25), date(2024, 6, 26)]:
        done = desk.run(datetime.combine(day, NOW.time()))
        told += [(day.day, each.key.split(":")[3]) for each in done.told if each.kind is Kind.RISK]

    # Steps begin with the 4th, 9th (17 June) and 14th (24 June) working day late.
    assert sorted(set(told)) == [(7, "0"), (19, "1"), (26, "2")]


def test_a_step_whose_mail_failed_is_tried_again_although_the_one_before_is_long_told(tmp_path):
    desk = Desk(tmp_path, people=1, due="2024-06-03")
    desk.run(datetime(2024, 6, 7, 10))
    desk.answer = Delivery(False, "451 later")
    desk.run(datetime(2024, 6, 17, 10))
    desk.answer = Delivery(True)

    done = desk.run(datetime(2024, 6, 17, 12))

    assert {each.key.split(":")[3] for each in done.told if each.kind is Kind.RISK} == {"1"}
