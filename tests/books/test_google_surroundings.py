"""What people have around a table of a Google Sheet: filters, Google tables, colour rules, locales."""

import pytest

from sync.books.google.formulas import localised, neutral
from sync.changes import Plan, SetColours
from sync.snapshot import Area, ColourRule
from tests.books.google_table import TAB, at_write, one_pass, small_table
from tests.sheets_server.grid import shown


@pytest.fixture
def desk():
    with small_table() as desk:
        yield desk


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
