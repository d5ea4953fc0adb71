"""The Google book beyond the contract: tabs with charts, rows taken out, filters, locales, and what people do meanwhile."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import pytest

from sheet_templates import template, words
from sync.books.google import building
from sync.books.google.address import is_address, spreadsheet_id
from sync.books.google.credentials import read_account
from sync.books.google.formulas import localised, neutral
from sync.changes import Plan, PutTab, RemoveRows, SetColours
from sync.faults import ChangedFault, SettingsFault, UsageFault
from sync.generated import Chart, GeneratedTab, Series, TabCell
from sync.looking import look
from sync.memory import Memory
from sync.settings import Settings, settings_from
from sync.snapshot import Area, ColourRule
from sync.tracker import find_tracker
from tests.sheets_server import Fault as LineFault
from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID, Desk, open_desk, sheet_of, tagged
from tests.sheets_server.grid import shown

NOW = datetime(2024, 5, 28, 10)
SETTINGS = Settings(reports={"weekly": False, "quarterly": False})
"""Without the reports' tabs, which have tests of their own."""
TAB = "行动项"
ROWS: list[list[object]] = [
    ["编号", "行动项描述", "负责人", "状态"],
    *([f"A{number:03d}", f"事项{number}", "王芳", "进行中"] for number in range(1, 7)),
]


@pytest.fixture
def desk():
    with open_desk(Spreadsheet(ID, sheets=[tagged(sheet_of(0, TAB, ROWS), id=0)])) as desk:
        yield desk


def column(desk: Desk, at: int = 0) -> list[object]:
    sheet = desk.spreadsheet.sheets[0]
    return [shown(sheet.cell(row, at)) for row in range(len(sheet.rows))]


def one_pass(desk: Desk) -> Plan:
    book = desk.book()
    plan = look(book, SETTINGS, NOW, Memory({})).plan
    book.apply(plan)
    return plan


def at_write(desk: Desk, edit, name: str = "batchUpdate") -> None:
    """Somebody edits just before the write."""
    left = [edit]
    desk.service.before = lambda asked: left.pop()(desk.spreadsheet) if asked == name and left else None


# Rows taken out.


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


# What people have around the table.


def test_filter_and_google_table_take_the_new_columns_in_and_criteria_stay(desk):
    sheet = desk.spreadsheet.sheets[0]
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 7, "startColumnIndex": 0, "endColumnIndex": 4}
    criteria = {"3": {"hiddenValues": ["已完成"]}}
    sheet.basic_filter = {"range": place, "criteria": criteria}
    sheet.filter_views = [{"filterViewId": 5, "title": "我的", "range": dict(place)}]
    sheet.tables = [{"tableId": "t1", "name": "表格1", "range": dict(place)}]

    one_pass(desk)

    sheet = desk.spreadsheet.sheets[0]
    assert sheet.basic_filter["range"]["endColumnIndex"] == 9
    assert sheet.basic_filter["criteria"] == criteria
    assert [each["range"]["endColumnIndex"] for each in (*sheet.filter_views, *sheet.tables)] == [9, 9]
    assert [each["warningOnly"] for each in sheet.protected] == [True]
    assert [at for at, each in enumerate(sheet.columns) if each.get("hiddenByUser")] == [7]


def test_a_new_column_overwrites_nothing_that_people_put_there_meanwhile(desk):
    at_write(desk, lambda book: book.sheets[0].put(2, 4, {"userEnteredValue": {"stringValue": "我的备注"}}))

    one_pass(desk)

    sheet = desk.spreadsheet.sheets[0]
    assert [shown(cell) for cell in sheet.rows[2]].count("我的备注") == 1


THEIRS = {
    "ranges": [
        {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 2}
    ],
    "booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {"backgroundColor": {"red": 1}}},
}
RED = ColourRule(Area(2, 4, 1_048_576, 4), '$D2="延期"', "#F8CBAD", "#7B2C00")


def test_a_rule_of_people_that_came_between_is_put_back(desk):
    book = desk.book()
    book.apply(Plan(book.read().fingerprint, colours=(SetColours(TAB, (RED,)),)))
    at_write(desk, lambda spreadsheet: spreadsheet.sheets[0].conditional.insert(0, THEIRS))
    blue = RED._replace(fill="#DDEBF7")

    book.apply(Plan(book.read().fingerprint, colours=(SetColours(TAB, (blue,)),)))

    assert desk.book().read().tab(TAB).colours == (blue,)
    assert [rule for rule in desk.spreadsheet.sheets[0].conditional if "NOT_BLANK" in str(rule)] == [THEIRS]


@pytest.mark.parametrize("locale", ["zh_CN", "en_US", "de_DE", "fr_CH", "es_MX"])
def test_colours_are_known_again_in_every_locale(desk, locale):
    desk.spreadsheet.locale = locale
    rule = RED._replace(formula='ISNUMBER(FIND(";owner:E;",$E2))')
    book = desk.book()
    book.apply(Plan(book.read().fingerprint, colours=(SetColours(TAB, (rule,)),)))

    assert desk.book().read().tab(TAB).colours == (rule,)


def test_formulas_part_their_arguments_as_the_locale_does():
    formula = 'IF(A1=";,",\'a,b\'!B2,"x")'

    assert localised(formula, "de_DE") == 'IF(A1=";,";\'a,b\'!B2;"x")'
    assert neutral(localised(formula, "de_DE"), "de_DE") == formula
    assert localised(formula, "zh_CN") == formula


# Numbers.


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


# Several tables.

MEETINGS: list[list[object]] = [
    ["会议编号", "会议名称", "会议日期", "开始时间", "结束时间", "主持人"],
    ["M01", "Q3产品规划会", "2024-05-20", "9:30", "9:00", "王芳"],
    ["M02", "周会", "5.27", "14:00", None, ""],
]
TOPICS: list[list[object]] = [
    ["会议编号", "序号", "议题名称", "汇报人", "预计时长"],
    ["M01", 1, "预算", "张三", 20],
    ["M09", 2, "", "李雷", "久"],
]


@pytest.fixture
def three(desk):
    rows = [[None if cell == "A003" else cell for cell in line] for line in ROWS]
    tables = [sheet_of(0, TAB, rows), sheet_of(5, "会议登记", MEETINGS), sheet_of(6, "议题", TOPICS)]
    desk.service.books[ID] = Spreadsheet(ID, sheets=tables)
    return desk


def written(desk: Desk) -> list[str]:
    """The names of the requests since they were asked for last."""
    names = [call.name for call in desk.service.calls]
    desk.service.calls.clear()
    return names


def type_into_all(desk: Desk) -> None:
    """Somebody changes a row of each table so that its results change."""
    tables = desk.spreadsheet.sheets
    for sheet, row, column in ((tables[0], 2, 2), (tables[1], 1, 5), (tables[2], 1, 3)):
        sheet.put(row, column, None)


def test_all_tables_and_tabs_take_one_look_and_one_write(three):
    book = three.book()
    book.apply(look(book, Settings(), NOW, Memory({})).plan)
    assert written(three) == ["token", "get", "batchUpdate", "batchUpdate"]
    assert len(look(three.book(), Settings(), NOW, Memory({})).plan) == 0
    type_into_all(three)
    written(three)

    book = three.book()
    plan = look(book, Settings(), NOW, Memory({})).plan
    assert {cell.tab for cell in plan.cells} == {TAB, "会议登记", "议题"}
    assert plan.tabs
    book.apply(plan)

    assert written(three) == ["get", "getByDataFilter", "batchUpdate"]
    assert len(look(three.book(), Settings(), NOW, Memory({})).plan) == 0


@pytest.mark.parametrize("kind", [503, "drop", "html", 429])
@pytest.mark.parametrize("after", [False, True])
def test_a_fault_in_the_write_of_all_tables_doubles_nothing(three, kind, after):
    one_pass(three)
    type_into_all(three)
    left = [LineFault(kind, after=after)]
    three.service.fault = lambda name: left.pop() if name == "batchUpdate" and left else None

    one_pass(three)

    assert len(look(three.book(), SETTINGS, NOW, Memory({})).plan) == 0
    titles = sorted(sheet.title for sheet in three.spreadsheet.sheets)
    assert titles == sorted(["_closeloop", "_closeloop_5", "_closeloop_6", TAB, "会议登记", "议题"])


@pytest.mark.parametrize("table", [0, 1, 2])
@pytest.mark.parametrize("dimension", ["ROWS", "COLUMNS"])
@pytest.mark.parametrize("lenient", [False, True])
def test_what_moves_in_one_table_hurts_none(three, table, dimension, lenient):
    three.spreadsheet.lenient = lenient
    one_pass(three)
    type_into_all(three)
    at_write(three, lambda book: book.sheets[table].insert(dimension, 1, 1))

    for _ in range(2):
        with suppress(ChangedFault):
            one_pass(three)

    assert len(look(three.book(), SETTINGS, NOW, Memory({})).plan) == 0
    said = [
        {shown(cell) for line in sheet.rows for cell in line if cell} for sheet in three.spreadsheet.sheets
    ]
    assert {"A001", "A002", "A004", "A005", "A006", "A007", *(f"事项{row}" for row in range(1, 7))} <= said[0]
    assert {"M01", "Q3产品规划会", "9:30", "9:00", "M02", "周会", "5.27", "14:00"} <= said[1]
    assert {"M01", 1, "预算", 20, "M09", 2, "李雷", "久"} <= said[2]


# Generated tabs.


def weekly(*counts: int, kind: str = "column") -> GeneratedTab:
    rows = ((TabCell("部门", "heading"), TabCell("未完成", "heading")),)
    rows += tuple((TabCell(f"=部门{at}", "label"), TabCell(each, "number", link=f"{TAB}!A{at + 2}")) for at, each in enumerate(counts))  # fmt: skip
    last = len(rows)
    series = Series(Area(1, 2, 1, 2), Area(2, 2, last, 2))
    chart = Chart(kind, "各部门", Area(2, 1, last, 1), (series,), Area(1, 4, 15, 9))
    return GeneratedTab("每周汇总", rows, widths=(18, 10), charts=(chart,), frozen_rows=1)


def put(desk: Desk, tab: GeneratedTab) -> None:
    book = desk.book()
    book.apply(Plan(book.read().fingerprint, tabs=(PutTab(tab),)))


@pytest.mark.parametrize("kind", ["pie", "bar", "stacked_bar", "column", "stacked_column", "line"])
def test_charts_are_drawn_once_and_drawn_anew_when_they_change(desk, kind):
    put(desk, weekly(3, 4, kind=kind))
    [chart] = desk.spreadsheet.sheet("每周汇总").charts
    desk.service.calls.clear()
    put(desk, weekly(3, 4, kind=kind))
    assert [call.name for call in desk.service.calls] == ["get"]

    put(desk, weekly(3, 4, 5, kind=kind))

    [anew] = desk.spreadsheet.sheet("每周汇总").charts
    assert anew["chartId"] == chart["chartId"]
    assert anew["spec"] != chart["spec"]


@pytest.mark.parametrize("after", [False, True])
def test_a_tab_is_not_made_twice_when_the_line_breaks(desk, after):
    left = [LineFault(503, after=after)]
    desk.service.fault = lambda name: left.pop() if name == "batchUpdate" and left else None

    put(desk, weekly(3))

    assert [sheet.title for sheet in desk.spreadsheet.sheets] == [TAB, "每周汇总"]
    assert len(desk.spreadsheet.sheet("每周汇总").charts) == 1


def test_a_text_never_becomes_a_formula_and_a_link_leads_to_its_row(desk):
    put(desk, weekly(3))

    sheet = desk.spreadsheet.sheet("每周汇总")
    assert sheet.cell(1, 0)["userEnteredValue"] == {"stringValue": "=部门0"}
    assert sheet.cell(1, 1)["userEnteredFormat"]["textFormat"]["link"] == {"uri": "#gid=0&range=A2"}


def test_a_copy_of_a_generated_tab_is_peoples(desk):
    put(desk, weekly(3))
    copied = replace(desk.spreadsheet.sheet("每周汇总").copy(), id=77, title="每周汇总的副本", metadata=[])
    desk.spreadsheet.sheets.append(copied)

    assert desk.book().read().tab("每周汇总的副本").generated is None


# Addresses, settings, init.


def test_addresses():
    long = "1AbC-d_efGhijklmnop"
    for address in (f"https://docs.google.com/spreadsheets/d/{long}/edit#gid=0", f"https:/docs.google.com/spreadsheets/u/1/d/{long}", long):  # fmt: skip
        assert spreadsheet_id(address) == long
    assert is_address("https:/docs.google.com/spreadsheets/d/x")
    with pytest.raises(UsageFault):
        spreadsheet_id("tracker.xlsx")


def test_settings_name_a_spreadsheet(tmp_path, monkeypatch):
    file = tmp_path / "closeloop.toml"
    file.write_text('[google]\nspreadsheet = "test-spreadsheet"\nname = "行动项"\n', "utf-8")
    tracker = find_tracker(None, file)

    assert (tracker.spreadsheet, tracker.name) == (ID, "行动项")
    assert tracker.folder == tmp_path / f"{ID}.closeloop"
    with pytest.raises(SettingsFault, match="no credentials file"):
        tracker.book(NOW)
    assert settings_from({"google": {"spreadsheet": "x"}}).workbook is None


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
def test_init_adds_the_tabs_and_a_pass_runs(desk, tmp_path, monkeypatch, language):
    from sync.commands.beginning import init_google
    from sync.commands.judging import run_workbook

    desk.service.books[ID] = Spreadsheet(ID, "行动项台账")
    monkeypatch.chdir(tmp_path)
    key = tmp_path / "google-credentials.json"
    key.write_text(json.dumps(desk.service.credentials(desk.server.address)), "utf-8")
    settings = tmp_path / "closeloop.toml"
    settings.write_text(f'language = "{language}"\n[google]\nspreadsheet = "{ID}"\nendpoint = "{desk.server.address}"\n', "utf-8")  # fmt: skip

    said = list(init_google(ID, None, language))
    again = list(init_google(ID, None, language))

    heads = [table.heads[words(language).head] for table in template().tables.values()]
    rules = words(language)["rules_tab"]["name"]
    assert [sheet.title for sheet in desk.spreadsheet.sheets] == ["Sheet1", *heads, rules]
    assert desk.book().read().tab(rules).generated is not None
    assert len(said) == len(again) == 1
    status = list(template().tables["actions"].columns).index("status")
    assert desk.spreadsheet.sheet(heads[0]).cell(1, status)["dataValidation"]["strict"] is False
    assert run_workbook(None, settings, NOW, as_json=True) == 0
    assert (tmp_path / f"{ID}.closeloop" / "ledger.sqlite").exists()


def test_init_writes_settings_that_lead_back(desk, tmp_path, monkeypatch):
    from sync.books.google import service
    from sync.commands.beginning import init_google

    desk.service.books[ID] = Spreadsheet(ID, "行动项台账")
    monkeypatch.chdir(tmp_path)
    key = tmp_path / "key.json"
    key.write_text(json.dumps(desk.service.credentials(desk.server.address)), "utf-8")
    monkeypatch.setattr(service, "SPREADSHEET_URL", f"{desk.server.address}/v4/spreadsheets/%s")

    list(init_google(ID, key, "zh-CN"))
    tracker = find_tracker(None, None)

    assert (tracker.spreadsheet, tracker.name) == (ID, "行动项台账")
    assert tracker.settings.google.credentials == key


PERSON = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"installed": {}}', "not yet a consent"),
        ('{"type": "service_account"}', "damaged"),
        ('{"type": "authorized_user"}', "damaged"),
        ("{}", "neither"),
        ("[]", "cannot be read"),
        ("no JSON", "cannot be read"),
    ],
)
def test_credentials_that_are_something_else(tmp_path, content, says):
    file = tmp_path / "key.json"
    file.write_text(content, "utf-8")

    with pytest.raises(SettingsFault, match=says):
        read_account(file)


def test_the_consent_of_a_person_is_an_account_without_an_address(tmp_path):
    file = tmp_path / "consent.json"
    file.write_text(json.dumps(PERSON), "utf-8")
    account = read_account(file)

    assert account.email == ""
    assert account.credentials.refresh_token == "r"
