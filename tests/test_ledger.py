"""The ledger: claimed before sent, settled after; nothing twice, nothing lost, rows remembered."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sql

from sync.changes import Plan, SetCell
from sync.faults import LedgerFault
from sync.history import RowState
from sync.ledger.ledger import Ledger
from sync.ledger.notices import FORGOTTEN, RETRY
from sync.ledger.tables import CHANGES, NOTICES
from sync.tell.channel import Delivery
from sync.tell.notice import Item, Kind, Notice, Recipient

NOW = datetime(2024, 5, 28, 10)
ITEM = Item("A001", "输出", "M1", "王芳", "客服部", date(2024, 5, 27), -1, 1, "延期", "逾期", "t!A2")


def notice(key: str, email: str = "a@example.com") -> Notice:
    return Notice(Kind.OVERDUE, key, Recipient("王芳", email), False, date(2024, 5, 28), ITEM)


MANY = [notice(f"k{number}") for number in range(1200)]


def made(path, tracker="t") -> Ledger:
    ledger = Ledger.in_file(path, tracker)
    ledger.prepare()
    return ledger


@pytest.fixture
def ledger(tmp_path):
    opened = made(tmp_path / "deep" / "ledger.sqlite", "tracker")
    yield opened
    opened.close()


def test_a_claim_is_won_once(ledger):
    assert ledger.notices.unknown(MANY) == tuple(MANY)
    assert ledger.notices.claim(1, MANY, NOW) == tuple(MANY)
    assert ledger.notices.claim(2, MANY, NOW) == ()
    assert ledger.notices.unknown(MANY) == ()


@pytest.mark.parametrize(
    ("delivery", "again"),
    [
        (Delivery(True), False),
        (Delivery(False, "550", permanent=True), False),
        (Delivery(False, "line dropped", unsure=True), False),
        (Delivery(False, "451"), True),
    ],
)
def test_only_what_surely_failed_for_now_is_tried_again(ledger, delivery, again):
    ledger.notices.claim(1, MANY[:3], NOW)
    ledger.notices.settle(MANY[:3], delivery, NOW)

    assert bool(ledger.notices.unknown(MANY[:3])) is again
    assert bool(ledger.notices.claim(2, MANY[:3], NOW)) is again


def test_two_trackers_share_a_ledger_without_meeting(tmp_path):
    one, two = (made(tmp_path / "l.sqlite", name) for name in ("one", "two"))

    assert one.notices.claim(1, MANY[:2], NOW)
    assert two.notices.claim(1, MANY[:2], NOW)
    one.close()
    two.close()


def test_of_many_that_claim_at_once_one_wins(tmp_path):
    def claim(number: int) -> int:
        ledger = made(tmp_path / "l.sqlite")
        try:
            return len(ledger.notices.claim(number, MANY[:50], NOW))
        finally:
            ledger.close()

    made(tmp_path / "l.sqlite").close()
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(claim, range(8)))

    assert sorted(won) == [0] * 7 + [50]


def test_a_pass_is_recorded_with_before_and_after(ledger):
    cells = (
        SetCell("t", 2, 7, "computed_status", "A001", None, "延期"),
        SetCell("t", 2, 8, "late_days", "A001", 3, 4),
    )
    states = {f"A{number}": RowState("d", NOW, NOW, "2024-05-27") for number in range(700)}

    run = ledger.record(NOW, Plan("f", cells=cells), 700, 3, states)
    ledger.record(NOW, Plan("f"), 700, 3, {"A1": RowState("e", NOW, NOW, "2024-06-27", 1, "2024-05-28")})

    with ledger.database._engine.connect() as connection:
        rows = connection.execute(CHANGES.select().where(CHANGES.c.run == run)).all()
    assert [(row.row_id, row.column, row.was, row.now) for row in rows] == [
        ("A001", "computed_status", None, '"延期"'),
        ("A001", "late_days", "3", "4"),
    ]
    assert ledger.row_states() == states | {"A1": RowState("e", NOW, NOW, "2024-06-27", 1, "2024-05-28")}


def test_a_crash_between_claim_and_settle_leaves_a_trace_and_no_second_mail(tmp_path):
    ledger = made(tmp_path / "l.sqlite")
    ledger.notices.claim(1, MANY[:1], NOW)
    ledger.close()

    reopened = made(tmp_path / "l.sqlite")
    with reopened.database._engine.connect() as connection:
        states = [row.state for row in connection.execute(NOTICES.select())]
    assert states == ["claimed"]
    assert reopened.notices.unknown(MANY[:1]) == ()
    reopened.close()


def test_looking_makes_no_ledger(tmp_path):
    ledger = Ledger.in_file(tmp_path / "deep" / "l.sqlite", "t")

    assert ledger.row_states() is None
    assert ledger.notices.unknown(MANY) == tuple(MANY)
    assert list(tmp_path.iterdir()) == []


def asked(path: Path) -> None:
    with closing(Ledger.in_file(path, "t")) as ledger:  # or Python 3.13 warns of its connection
        ledger.row_states()


def test_a_ledger_that_cannot_be_opened_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "bad.sqlite").write_text("no database at all, whatever it is called" * 50)

    for make in (
        lambda: made(tmp_path / "file" / "l.sqlite"),
        lambda: asked(tmp_path / "bad.sqlite"),
        lambda: Ledger("postgresql+nodriver://u:secret@h/d", "t"),
        lambda: Ledger("nonsense", "t"),
    ):
        with pytest.raises(LedgerFault) as fault:
            make()
        assert "\n" not in str(fault.value)
        assert "secret" not in str(fault.value)


@pytest.mark.parametrize("killed_at", ["", "CREATE TABLE runs (id INTEGER PRIMARY KEY)"])
def test_a_ledger_whose_making_was_cut_short_counts_as_none(killed_at, tmp_path):
    """A pass was killed before its tables were made; earlier versions made them one by one."""
    with closing(sqlite3.connect(tmp_path / "l.sqlite")) as cut:
        cut.execute(killed_at)

    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        assert ledger.row_states() is None
        assert ledger.notices.unknown(()) == ()
        ledger.prepare()
        assert ledger.row_states() == {}


def test_the_tables_are_made_all_or_none(tmp_path):
    """Killed between two of them, the database knows none."""
    made_so_far = []

    def stop(_connection, _cursor, statement, *_given) -> None:
        made_so_far.append("CREATE" in statement)
        if sum(made_so_far) == 3:
            raise sql.exc.SQLAlchemyError("killed")

    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        sql.event.listen(ledger.database._engine, "before_cursor_execute", stop)
        with pytest.raises(LedgerFault, match="killed"):
            ledger.prepare()

    with closing(sqlite3.connect(tmp_path / "l.sqlite")) as left:
        assert left.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_what_fails_for_now_is_tried_at_growing_distances(ledger):
    """Hourly passes through a week in which a server says 4xx: the tries are 1, 2, 4 … hours apart, at last a day."""
    (one,), tries = MANY[:1], []
    for hour in range(24 * 7):
        now = NOW + timedelta(hours=hour)
        if ledger.notices.unknown([one], now):
            assert ledger.notices.claim(hour, [one], now) == (one,)
            ledger.notices.settle([one], Delivery(False, "451 come back later"), now)
            tries.append(hour)
    assert tries == [0, 1, 2, 4, 8, 16, 32, 56, 80, 104, 128, 152]


def test_what_waits_is_known_until_it_may_be_tried(ledger):
    for hour in range(3):
        ledger.notices.claim(1, MANY[:1], NOW + timedelta(hours=hour))
        ledger.notices.settle(MANY[:1], Delivery(False, "451"), NOW + timedelta(hours=hour))
    assert ledger.notices.waiting(NOW + timedelta(hours=3)) == {"k0"}
    assert ledger.notices.waiting(NOW + timedelta(hours=4)) == set()
    assert ledger.notices.unknown(MANY[:2], NOW + timedelta(hours=3)) == (MANY[1],)
    assert ledger.notices.unknown(MANY[:2]) == tuple(MANY[:2])


def test_without_a_ledger_nothing_waits_and_nothing_was_refused(tmp_path):
    nowhere = Ledger.in_file(tmp_path / "none.sqlite", "t")
    assert nowhere.notices.waiting(NOW) == set()
    assert nowhere.notices.refused(MANY[:2]) == ()


def test_what_was_refused_for_good(ledger):
    ledger.notices.claim(1, MANY[:3], NOW)
    ledger.notices.settle(MANY[:1], Delivery(False, "550", permanent=True), NOW)
    ledger.notices.settle(MANY[1:2], Delivery(False, "451"), NOW)
    assert ledger.notices.refused(MANY) == (MANY[0],)


def test_what_was_held_begins_when_it_is_tried(ledger):
    ledger.notices.hold(1, MANY[:1], NOW)
    assert ledger.notices.unknown(MANY[:1], NOW) == tuple(MANY[:1])
    ledger.notices.claim(2, MANY[:1], NOW + timedelta(hours=5))
    ledger.notices.settle(MANY[:1], Delivery(False, "451"), NOW + timedelta(hours=5))
    assert ledger.notices.waiting(NOW + timedelta(hours=5)) == set()


def test_what_is_released_by_hand_is_tried_at_once_and_begins_anew(ledger):
    later = NOW + timedelta(hours=6)
    for moment in (NOW, later):
        ledger.notices.claim(1, MANY[:1], moment)
        ledger.notices.settle(MANY[:1], Delivery(False, "451"), moment)
    assert ledger.notices.waiting(later) == {"k0"}
    ledger.notices.change(["k0"], (RETRY,), FORGOTTEN)
    ledger.notices.change(["k0"], (FORGOTTEN,), RETRY)
    assert ledger.notices.unknown(MANY[:1], later) == tuple(MANY[:1])
    ledger.notices.claim(2, MANY[:1], later)
    ledger.notices.settle(MANY[:1], Delivery(False, "451"), later)
    assert ledger.notices.waiting(later) == set()
