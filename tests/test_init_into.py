"""``closeloop init --into``: the template's tabs in a workbook that people already have, nothing else touched."""

import sys
from pathlib import Path

import openpyxl
import pytest

from sheet_templates import LANGUAGES, template, words
from sync.books.excel import ExcelBook
from sync.cli import main
from sync.finding_tables import find_layouts
from sync.into import add_tabs
from sync.new_workbook import write_workbook
from sync.settings import Settings

sys.path.insert(0, str(Path(__file__).parent / "books"))
from excel_plans import differing_cells, raw_parts
from excel_workbooks import openpyxl_workbook, rich_workbook

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")
NAMES = [*(table.heads[0] for table in template().tables.values()), "规则说明"]
ON_PURPOSE = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}


@pytest.fixture
def closeloop(monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder; gives its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["closeloop", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return call


def budget(path: Path) -> Path:
    """A workbook about something else."""
    book = openpyxl.Workbook()
    book.active.title = "预算"
    for row in (["科目", "金额"], ["会议费", 3200]):
        book.active.append(row)
    book.save(path)
    return path


def test_any_workbook_becomes_a_tracker(closeloop, tmp_path):
    before = budget(tmp_path / "ours.xlsx").read_bytes()

    code, out, _ = closeloop("init", "--into", "ours.xlsx")

    assert code == 0
    assert out.splitlines() == ["已在 ours.xlsx 末尾加入工作表：" + "、".join(NAMES), "closeloop.toml"]
    assert closeloop("check", "ours.xlsx")[0] == 0
    assert closeloop("check")[0] == 0
    assert [kept.read_bytes() for kept in (tmp_path / "ours.closeloop" / "backups").iterdir()] == [before]


def test_nothing_to_add_is_said_and_changes_nothing(closeloop, tmp_path):
    budget(tmp_path / "ours.xlsx")
    closeloop("init", "--into", "ours.xlsx")
    before = (tmp_path / "ours.xlsx").read_bytes()

    code, out, _ = closeloop("init", "--into", "ours.xlsx")

    assert (code, out) == (0, "ours.xlsx 已有全部工作表，没有改动\n")
    assert (tmp_path / "ours.xlsx").read_bytes() == before


@pytest.mark.parametrize("arguments", [(), ("a.xlsx", "--into", "b.xlsx")])
def test_a_path_or_into_but_not_both(closeloop, arguments):
    code, _, err = closeloop("init", *arguments)

    assert code == 2
    assert "--into" in err


def test_a_workbook_that_is_not_there_is_one_sentence(closeloop, tmp_path):
    code, out, err = closeloop("init", "--into", "none.xlsx")

    assert (code, out, err.count("\n")) == (4, "", 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [rich_workbook, openpyxl_workbook])
def test_all_else_keeps_its_bytes(tmp_path, make):
    path = make(tmp_path / "ours.xlsx")
    raw, before = raw_parts(path), ExcelBook(path).read()

    added = add_tabs(ExcelBook(path), words("zh-CN"), Settings())

    after = raw_parts(path)
    assert {name for name in raw if raw[name] != after.get(name)} <= ON_PURPOSE
    assert list(after)[: len(raw)] == list(raw)
    assert differing_cells(before, ExcelBook(path).read()) == set()
    assert [tab.name for tab in ExcelBook(path).read().tabs][len(before.tabs) :] == list(added)
    assert len({name.casefold() for name in after}) == len(after)


def test_a_table_that_is_there_is_not_added_again(tmp_path):
    path = rich_workbook(tmp_path / "ours.xlsx")

    assert NAMES[0] not in add_tabs(ExcelBook(path), words("zh-CN"), Settings())


def test_a_table_is_found_by_its_headings_or_by_the_tabs_name(tmp_path):
    path = tmp_path / "ours.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "研发"
    book.active.append(["任务", "责任人", "截止日期", "状态"])
    book.create_sheet("Meetings").append(["尚空"])
    book.save(path)

    added = add_tabs(ExcelBook(path), words("zh-CN"), Settings())

    assert set(added) == {"议题", "通讯录", "工作日历", "规则说明"}


def test_two_tables_in_doubt_count_as_there(tmp_path):
    path = tmp_path / "ours.xlsx"
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet()):
        sheet.append(["任务", "责任人", "截止日期", "状态"])
    book.save(path)

    assert NAMES[0] not in add_tabs(ExcelBook(path), words("zh-CN"), Settings())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tabs_are_those_of_an_empty_workbook(tmp_path, language):
    path, usual = budget(tmp_path / "ours.xlsx"), tmp_path / "usual.xlsx"
    write_workbook(usual, template(), words(language))

    added = add_tabs(ExcelBook(path), words(language), Settings())

    ours, theirs = openpyxl.load_workbook(path), openpyxl.load_workbook(usual)
    assert list(added) == [*theirs.sheetnames, words(language)["rules_tab"]["name"]]
    for name in theirs.sheetnames:
        alike(ours[name], theirs[name])
    assert find_layouts(ExcelBook(path).read(), template(), {}).keys() == template().tables.keys()


def alike(ours, theirs) -> None:
    """Headings and their look, notes, widths, pane, filter, drop-downs and print set-up."""
    for cell in theirs[1]:
        mine = ours[cell.coordinate]
        assert mine.value == cell.value
        assert (mine.font.b, mine.font.color.rgb) == (cell.font.b, cell.font.color.rgb)
        assert mine.fill.fgColor.rgb == cell.fill.fgColor.rgb
        assert mine.alignment.wrap_text == cell.alignment.wrap_text
        assert mine.border.left.style == cell.border.left.style
        assert (mine.comment and mine.comment.text) == (cell.comment and cell.comment.text)
    for letter, column in theirs.column_dimensions.items():
        mine = ours.column_dimensions[letter]
        assert (mine.width, mine.hidden) == (column.width, column.hidden)
        assert mine.number_format == column.number_format
        assert mine.alignment.horizontal == column.alignment.horizontal
    assert ours.freeze_panes == theirs.freeze_panes
    assert ours.auto_filter.ref == theirs.auto_filter.ref
    assert ours.print_title_rows == theirs.print_title_rows
    assert ours.page_setup.orientation == theirs.page_setup.orientation
    choices = [
        {(each.formula1, str(each.sqref)) for each in sheet.data_validations.dataValidation}
        for sheet in (ours, theirs)
    ]
    assert choices[0] == choices[1]


def test_settings_of_another_workbook_do_not_count(closeloop, tmp_path):
    budget(tmp_path / "ours.xlsx")
    text = 'workbook = "other.xlsx"\n[tables.actions]\ntab = "预算"\n'
    (tmp_path / "closeloop.toml").write_text(text, "utf-8")

    code, out, _ = closeloop("init", "--into", "ours.xlsx")

    assert code == 0
    assert NAMES[0] in out
    assert (tmp_path / "closeloop.toml").read_text("utf-8") == text
