"""The line breaks at every request of a pass, in every way, before and after the request was carried out."""

import random
from datetime import datetime

import pytest

from sync.books.google.retrying import Patience
from sync.books.google.service import Sheets
from sync.faults import BusyFault, Fault, SettingsFault, WorkbookFault
from sync.looking import look
from sync.memory import Memory
from sync.settings import Settings
from tests.sheets_server import Fault as LineFault
from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID, Desk, open_desk, sheet_of, tagged
from tests.sheets_server.grid import shown
from tests.sheets_server.service import ACCOUNT

NOW = datetime(2024, 5, 28, 10)
SETTINGS = Settings(reports={"weekly": False, "quarterly": False})
"""Without the reports' tabs, which have tests of their own."""
HEADS = ["编号", "行动项描述", "负责人", "计划完成时间", "状态"]
REQUESTS = ("token", "get", "getByDataFilter", "batchUpdate")
PASSING = [
    LineFault(429),
    LineFault(429, retry_after="7"),
    LineFault(500),
    LineFault(503),
    LineFault(503, after=True),
    LineFault("drop"),
    LineFault("drop", after=True),
    LineFault("html"),
    LineFault("html", after=True),
]


@pytest.fixture
def desk():
    rows: list[list[object]] = [HEADS]
    rows += [
        [f"A{row:03d}" if row % 2 else None, f"事项{row}", "王芳", "2024-05-20", "进行中"] for row in range(6)
    ]
    with open_desk(Spreadsheet(ID, sheets=[tagged(sheet_of(0, "行动项", rows), id=0)])) as desk:
        yield desk


def patience(slept: list[float], timeout: float = 5) -> Patience:
    """Seconds pass only by waiting."""
    return Patience(60, timeout, 1, 16, slept.append, lambda: sum(slept), random.Random(1))


def one_pass(desk: Desk, how: Patience) -> None:
    book = desk.book(how)
    book.apply(look(book, SETTINGS, NOW, Memory({})).plan)


def content(desk: Desk) -> list[list[object]]:
    sheet = desk.spreadsheet.sheets[0]
    return [[shown(cell) for cell in cells] for cells in sheet.rows]


def once(at: str, fault: LineFault, *, nth: int = 0):
    """The fault at the nth such request, from 0."""
    left = [fault]
    asked: list[str] = []

    def at_it(name: str) -> LineFault | None:
        asked.append(name)
        return left.pop() if name == at and asked.count(at) > nth and left else None

    return at_it


@pytest.mark.parametrize("nth", [0, 1])
@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_a_fault_in_a_tables_first_pass(desk, fault, nth):
    """Its second look tags the column of the numbers."""
    desk.spreadsheet.sheets[0].columns.clear()
    with open_desk(Spreadsheet(ID, sheets=[desk.spreadsheet.sheets[0].copy()])) as quiet:
        one_pass(quiet, patience([]))
        assert [call.name for call in quiet.service.calls] == ["token", "get", "batchUpdate", "batchUpdate"]
        due = content(quiet)
    desk.service.fault = once("batchUpdate", fault, nth=nth)

    one_pass(desk, patience([]))

    assert content(desk) == due
    assert len(look(desk.book(), SETTINGS, NOW, Memory({})).plan) == 0


@pytest.mark.parametrize("at", REQUESTS)
@pytest.mark.parametrize(
    "fault", PASSING, ids=lambda each: f"{each.kind}{' after' * each.after}{each.retry_after}"
)
def test_a_fault_that_passes_is_overcome_without_doubling_anything(desk, monkeypatch, at, fault):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)  # google-auth waits by itself for a token
    with open_desk(Spreadsheet(ID, sheets=[desk.spreadsheet.sheets[0].copy()])) as quiet:
        one_pass(quiet, patience([]))
        due = content(quiet)
    desk.service.fault = once(at, fault)
    slept: list[float] = []

    one_pass(desk, patience(slept))

    assert content(desk) == due
    assert len(desk.spreadsheet.sheets[0].conditional) == len(
        set(map(str, desk.spreadsheet.sheets[0].conditional))
    )
    assert [sheet.title for sheet in desk.spreadsheet.sheets] == ["行动项", "_closeloop"]
    assert len(look(desk.book(), SETTINGS, NOW, Memory({})).plan) == 0
    assert fault.retry_after == "" or at == "token" or max(slept) >= 7


@pytest.mark.parametrize("at", REQUESTS)
@pytest.mark.parametrize("kind", [429, 503, "drop", "html"])
def test_a_fault_that_stays_is_one_sentence_and_nothing_is_written(desk, monkeypatch, at, kind):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    before = content(desk)
    desk.service.fault = lambda name: LineFault(kind) if name == at else None
    slept: list[float] = []

    with pytest.raises(BusyFault, match="cannot be reached now"):
        one_pass(desk, patience(slept))

    assert content(desk) == before
    assert sum(slept) <= 70 + 8 * 16


def test_a_service_that_does_not_answer_is_given_up(desk):
    desk.service.fault = once("get", LineFault("slow", seconds=0.5))
    with pytest.raises(BusyFault, match="cannot be reached now"):
        one_pass(desk, Patience(0, 0.1, 1, 1))


def failing(desk: Desk) -> Fault:
    with pytest.raises(Fault) as caught:
        one_pass(desk, patience([]))
    return caught.value


def test_a_spreadsheet_that_is_not_shared_names_the_account(desk):
    desk.spreadsheet.readers = frozenset()
    fault = failing(desk)

    assert isinstance(fault, WorkbookFault)
    assert ACCOUNT in str(fault)


def test_a_spreadsheet_that_may_only_be_read_names_the_account(desk):
    desk.spreadsheet.writers = frozenset()

    assert ACCOUNT in str(failing(desk))


def test_a_missing_spreadsheet_is_named(desk):
    desk.service.books.clear()

    assert ID in str(failing(desk))


def test_a_key_that_is_not_accepted(desk):
    other = type(desk.service)()
    desk.service.key = other.key
    fault = failing(desk)

    assert isinstance(fault, SettingsFault)
    assert "Invalid JWT Signature" in str(fault)


def test_a_token_that_has_run_out_is_fetched_anew(desk):
    one_pass(desk, patience([]))
    desk.service.tokens.clear()
    desk.service.calls.clear()

    look(desk.book(), SETTINGS, NOW, Memory({}))

    assert [call.name for call in desk.service.calls] == ["get", "token", "get"]


def test_a_pass_takes_four_requests_and_two_where_nothing_changed(desk):
    one_pass(desk, patience([]))
    assert [call.name for call in desk.service.calls] == list(REQUESTS)
    desk.service.calls.clear()
    desk.account.credentials.token = None

    book = desk.book()
    assert len(look(book, SETTINGS, NOW, Memory({})).plan) == 0

    assert [call.name for call in desk.service.calls] == ["token", "get"]


def test_nothing_is_sent_elsewhere(desk):
    """google-auth's own session would look up regional boundaries in the background."""
    one_pass(desk, patience([]))

    assert {call.name for call in desk.service.calls} == set(REQUESTS)
    assert isinstance(desk.book()._sheets, Sheets)
