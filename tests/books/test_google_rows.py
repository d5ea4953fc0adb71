"""Rows of a Google Sheet that are taken out, and numbers that are given, while people move rows."""

from contextlib import suppress

import pytest

from sync.books.google import building
from sync.changes import Plan, RemoveRows
from sync.faults import ChangedFault
from sync.looking import look
from sync.memory import Memory
from tests.books.google_table import NOW, SETTINGS, TAB, at_write, column, one_pass, small_table
from tests.sheets_server import Fault as LineFault
from tests.sheets_server.desk import Desk, sheet_of
from tests.sheets_server.grid import shown


@pytest.fixture
def desk():
    with small_table() as desk:
        yield desk


def remove(desk: Desk, *rows: int) -> None:
    book = desk.book()
    book.apply(Plan(book.read().fingerprint, removals=(RemoveRows(TAB, rows),)))


def test_rows_are_taken_out_and_kept_on_the_hidden_tab(desk):
    remove(desk, 3, 4, 6)

    assert column(desk) == ["编号", "A001", "A004", "A006"]
    kept = desk.spreadsheet.sheet("_closeloop")
    assert kept.hidden
    assert [shown(kept.cell(row, 0)) for row in (2, 3, 5)] == ["A002", "A003", "A005"]


@pytest.mark.parametrize("to", [1, 5])
def test_a_row_that_moved_meanwhile_is_the_one_that_goes(desk, to):
    at_write(desk, lambda book: book.sheets[0].move("ROWS", 3, 4, to))

    remove(desk, 4)

    assert sorted(map(str, column(desk)[1:])) == ["A001", "A002", "A004", "A005", "A006"]


@pytest.mark.parametrize("after", [False, True])
def test_a_line_that_breaks_takes_no_row_twice(desk, after):
    left = [LineFault("drop", after=after)]
    desk.service.fault = lambda name: left.pop() if name == "batchUpdate" and left else None

    remove(desk, 3, 5)

    assert column(desk)[1:] == ["A001", "A003", "A005", "A006"]


def test_a_row_that_a_formula_names_cannot_be_taken_out(desk):
    desk.spreadsheet.sheets.append(sheet_of(3, "统计", [["=SUM(行动项!$A$5)"]]))

    assert set(desk.book().obstacles(TAB, (2, 3, 4, 5, 7))) == {5}


def test_a_row_that_was_changed_meanwhile_stays(desk):
    for name in ("getByDataFilter", "batchUpdate"):
        typed = {"userEnteredValue": {"stringValue": f"改{name}"}}
        at_write(desk, lambda book, typed=typed: book.sheets[0].put(3, 2, typed), name)

        remove(desk, 4)

        assert shown(desk.spreadsheet.sheets[0].cell(3, 2)) == f"改{name}"
        assert column(desk)[1:] == [f"A{number:03d}" for number in range(1, 7)]


def test_rows_without_a_number_and_with_formulas_are_known_by_what_they_say(desk):
    sheet = desk.spreadsheet.sheets[0]
    sheet.put(3, 0, None)
    sheet.put(4, 0, None)
    sheet.put(0, 5, {"userEnteredValue": {"numberValue": 7}})
    sheet.put(3, 4, {"userEnteredValue": {"formulaValue": "=SUM(F1:F1)"}})
    at_write(desk, lambda book: book.sheets[0].insert("ROWS", 1, 2))

    remove(desk, 4)

    assert column(desk, 1) == ["行动项描述", None, None, "事项1", "事项2", "事项4", "事项5", "事项6"]


@pytest.mark.parametrize("moved", ["insert", "sort", "move"])
def test_a_number_never_lands_on_another_row(desk, moved):
    sheet = desk.spreadsheet.sheets[0]
    sheet.put(4, 0, None)
    edits = {
        "insert": lambda book: book.sheets[0].insert("ROWS", 2, 1),
        "sort": lambda book: book.sheets[0].sort(book.sheets[0].bounds({"startRowIndex": 1}), lambda line: [-ord(shown(line[1])[-1])]),
        "move": lambda book: book.sheets[0].move("ROWS", 4, 5, 1),
    }  # fmt: skip
    at_write(desk, edits[moved])

    one_pass(desk)

    numbers = {text: number for number, text in zip(column(desk), column(desk, 1), strict=True) if text}
    assert numbers == {"行动项描述": "编号", "事项4": "A007"} | {
        f"事项{each}": f"A{each:03d}" for each in (1, 2, 3, 5, 6)
    }


@pytest.mark.parametrize("at", ["getByDataFilter", "batchUpdate"])
def test_a_number_that_somebody_types_meanwhile_stays(desk, at):
    desk.spreadsheet.sheets[0].put(4, 0, None)
    typed = {"userEnteredValue": {"stringValue": "我的-1"}}
    at_write(desk, lambda book: book.sheets[0].put(4, 0, typed), at)

    with pytest.raises(ChangedFault):
        one_pass(desk)

    assert column(desk)[4] == "我的-1"
    assert [call.name for call in desk.service.calls].count("batchUpdate") == {"batchUpdate": 2}.get(at, 0)


@pytest.mark.parametrize("lenient", [False, True])
def test_a_formula_that_a_write_would_meet_stays_a_formula(desk, lenient):
    desk.spreadsheet.lenient = lenient
    desk.spreadsheet.sheets[0].put(1, 3, {"userEnteredValue": {"formulaValue": "=SUM(A1:A2)"}})
    one_pass(desk)
    desk.spreadsheet.sheets[0].put(1, 4, {"userEnteredValue": {"stringValue": "有人改了"}})
    at_write(desk, lambda book: book.sheets[0].insert("COLUMNS", 0, 1))

    one_pass(desk)

    sheet = desk.spreadsheet.sheets[0]
    assert sheet.cell(1, 4)["userEnteredValue"] == {"formulaValue": "=SUM(A1:A2)"}
    one_pass(desk)  # the colours follow the columns
    assert len(look(desk.book(), SETTINGS, NOW, Memory({})).plan) == 0


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("at", range(8))
def test_no_value_ever_stands_in_a_column_of_peoples(desk, first, at):
    """Somebody inserts a column just before the write, and again before whatever else is written."""
    desk.spreadsheet.sheets[0].put(4, 0, None)
    desk.spreadsheet.sheets[0].put(0, 4, {"userEnteredValue": {"stringValue": "备注"}})
    if first:
        desk.spreadsheet.sheets[0].columns.clear()
    else:
        one_pass(desk)
        desk.spreadsheet.sheets[0].put(5, 0, None)
        desk.spreadsheet.sheets[0].put(6, 2, None)
    seen: list[list[object]] = []
    left = [2]

    def before(name: str) -> None:
        sheet = desk.spreadsheet.sheets[0]
        seen.append([[shown(cell) for cell in line] for line in sheet.rows])
        if name == "batchUpdate" and left[0]:
            left[0] -= 1
            sheet.insert("COLUMNS", at if at < 5 else 0, 1)

    desk.service.before = before
    for _ in range(3):
        with suppress(ChangedFault):
            one_pass(desk)

    seen.append([[shown(cell) for cell in line] for line in desk.spreadsheet.sheets[0].rows])
    for rows in seen:
        theirs = [
            column for column, head in enumerate(rows[0]) if head in {"行动项描述", "状态", "备注", None}
        ]
        said = [[line[column] for column in theirs if column < len(line)] for line in rows[1:]]
        assert [[cell for cell in line if cell] for line in said] == [
            [f"事项{row}", "进行中"] for row in range(1, 7)
        ]
    assert len(look(desk.book(), SETTINGS, NOW, Memory({})).plan) == 0


@pytest.mark.parametrize("kind", ["rename", 503, "drop"])
@pytest.mark.parametrize("after", [False, True])
def test_what_a_write_met_is_put_back_though_the_repair_fails_at_first(desk, kind, after):
    desk.spreadsheet.sheets[0].put(4, 0, None)
    asked: list[str] = []

    def before(name: str) -> None:
        asked.append(name)
        if asked.count("batchUpdate") == 1 and name == "batchUpdate":
            desk.spreadsheet.sheets[0].insert("ROWS", 2, 1)
        if asked.count("batchUpdate") == 2 and name == "batchUpdate" and kind == "rename":
            desk.spreadsheet.sheets[0].title = "行动项清单"

    desk.service.before = before
    desk.service.fault = lambda name: (
        LineFault(kind, after=after)
        if kind != "rename" and name == "batchUpdate" and asked.count(name) == 2
        else None
    )

    one_pass(desk)

    numbers = {text: number for number, text in zip(column(desk), column(desk, 1), strict=True) if text}
    assert numbers["事项3"] == "A003"
    assert numbers["事项4"] == "A007"
    assert sorted(filter(None, column(desk))) == sorted(filter(None, numbers.values()))


def test_a_long_plan_goes_in_parts_and_each_is_whole(desk, monkeypatch):
    monkeypatch.setattr(building, "PAYLOAD", 400)
    monkeypatch.setattr(building, "_LONG_RUN", 1000)
    monkeypatch.setattr(building, "_MOST_LINES", 1)

    one_pass(desk)

    assert [call.name for call in desk.service.calls].count("batchUpdate") > 2
    assert len(look(desk.book(), SETTINGS, NOW, Memory({})).plan) == 0
