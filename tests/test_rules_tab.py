"""The tab 规则说明: its examples keep what they say, every rule stands in it, and no reader takes it for a table."""

import pytest

from rules.handbook import RULES
from rules.tuning import RuleTuning, Tuning
from sheet_templates import LANGUAGES, template, words
from sheet_templates.guide import guide
from sync.books.excel import ExcelBook
from sync.commands.beginning import init_files, init_into
from sync.finding_tables import find_layouts, tables_there
from sync.rules_tab import rules_tab
from sync.snapshot import Snapshot, Tab
from tests.rule_cases import Case, judged

AHEAD = {rule.code for rule in RULES if rule.ahead} | {"M109"}
BEFORE = "2024-05-17 10:00"
"""Before the meeting of the cases: what looks at plans is silent afterwards."""
TABLES = {"A": "actions", "M": "meetings", "T": "topics"}


@pytest.mark.parametrize("language", range(len(LANGUAGES)), ids=LANGUAGES)
@pytest.mark.parametrize("code", guide())
def test_a_good_example_passes_its_rule_and_a_bad_one_is_caught(code, language):
    for verdict, cells in guide()[code].items():
        row = {key: texts[language] for key, texts in cells.items()}
        given = {TABLES[code[0]]: [row]} | ({"now": BEFORE} if code in AHEAD else {})
        found = judged(Case(code, f"{verdict}_example", given))

        assert (code in {finding.code for finding in found}) is (verdict == "bad"), (verdict, found)


def test_each_example_is_of_a_rule_and_its_tables_columns():
    rules = {rule.code: rule for rule in RULES}
    for code, shown in guide().items():
        assert set(shown) == {"good", "bad"}
        for cells in shown.values():
            assert set(cells) <= set(template().tables[rules[code].on].columns)
            assert all(len(texts) == len(LANGUAGES) for texts in cells.values())


def codes(tab) -> list[str]:
    return [row[0].value for row in tab.rows if row and len(str(row[0].value)) == 4 and row[0].look == "date"]


def test_every_rule_that_is_on_stands_in_the_tab_under_its_table():
    tuning = Tuning(rules={"A114": RuleTuning(off=True)})

    tab = rules_tab(tuning, words("zh-CN"), template())

    assert sorted(codes(tab)) == sorted({rule.code for rule in RULES} - {"A114"})
    assert codes(tab)[0] == "A101"
    assert codes(tab)[-1].startswith("S")


def test_a_table_without_rules_that_are_on_has_no_heading():
    off = {rule.code: RuleTuning(off=True) for rule in RULES if rule.on == "topics"}

    tab = rules_tab(Tuning(rules=off), words("en"), template())

    assert "Topics" not in {row[0].value for row in tab.rows if row}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reader_takes_it_for_a_table_even_without_its_mark(language):
    tab = rules_tab(Tuning(), words(language), template())
    shown = Tab(tab.name, [[cell and cell.value for cell in row] for row in tab.rows], merged=tab.merged)

    assert tables_there(Snapshot((shown,), "f"), template(), {}) == frozenset()


@pytest.mark.parametrize("language", LANGUAGES)
def test_init_writes_it_and_the_tables_are_still_found(tmp_path, language):
    path = tmp_path / "tracker.xlsx"
    [*init_files(path, language)]

    snapshot = ExcelBook(path).read()

    assert snapshot.tab(words(language)["rules_tab"]["name"]).generated
    assert set(find_layouts(snapshot, template(), {})) == set(template().tables)
    assert path.stat().st_size < 60_000


def test_a_sheet_of_that_name_that_people_have_made_stays_theirs(tmp_path):
    import openpyxl

    path = tmp_path / "ours.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "规则说明"
    book.active["A1"] = "我们自己的说明"
    book.save(path)

    [*init_into(path, "zh-CN")]

    assert ExcelBook(path).read().tab("规则说明").rows[0][0] == "我们自己的说明"
