"""``closeloop adopt``: shows, asks, and writes settings beside a workbook that has grown; the workbook keeps its bytes."""

import sys

import openpyxl
import pytest

from sheet_templates import LANGUAGES
from sync.cli import main
from sync.commands.adoption import Wishes, adopt_workbook
from sync.faults import UsageFault
from sync.settings import read_settings
from tests.grown_trackers import DAY, GROWN, write

OWN = "headings of one's own"


@pytest.fixture
def closeloop(monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder, without a terminal; gives its exit code and what it printed."""
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


@pytest.mark.parametrize("name", [name for name in GROWN if name != OWN])
def test_what_is_sure_is_taken_and_the_workbook_keeps_its_bytes(closeloop, tmp_path, name):
    path = write(GROWN[name], tmp_path / "ours.xlsx")
    before = path.read_bytes()

    code, out, err = closeloop(
        "adopt", "ours.xlsx", "--yes", *(["--tab", GROWN[name].tab] if GROWN[name].several else [])
    )

    assert (code, err) == (0, "")
    assert "没有用到的规则" in out
    assert path.read_bytes() == before
    assert read_settings(tmp_path / "closeloop.toml").places["actions"].tab == GROWN[name].tab
    assert closeloop("check", "--now", "2024-05-28T10:00")[0] in {0, 1}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("English headings, columns in another order", "en"),
        ("Traditional Chinese, dates as text, no number", "zh-TW"),
        ("slips of the keyboard", ""),
    ],
)
def test_headings_in_another_language_are_remarked(closeloop, tmp_path, name, code):
    write(GROWN[name], tmp_path / "ours.xlsx")

    _, out, _ = closeloop("adopt", "ours.xlsx", "--yes")

    assert ("--language" in out) is bool(code)
    assert f"--language {code}" in out.replace("\n", "") or not code


def test_all_that_a_run_adds_is_shown(closeloop, tmp_path):
    write(GROWN["slips of the keyboard"], tmp_path / "ours.xlsx")

    _, out, _ = closeloop("adopt", "ours.xlsx", "--yes")
    closeloop("run")

    book = openpyxl.load_workbook(tmp_path / "ours.xlsx")
    for added in [*book.sheetnames[1:], *[cell.value for cell in book.worksheets[0][1]][5:]]:
        assert added in out.replace("\n", "")
    assert "问题字段（隐藏）" in out


def test_what_is_unsure_is_asked_and_a_no_leaves_it_out(tmp_path):
    path = write(GROWN[OWN], tmp_path / "ours.xlsx")
    asked = []

    def ask(question: str) -> bool:
        asked.append(question)
        return "要干的活儿" not in question

    adopt_workbook(path, Wishes("zh-CN", ask=ask))

    assert len(asked) == 5
    assert "“谁来干”（如：王芳）是负责人吗？" in asked
    columns = read_settings(tmp_path / "closeloop.toml").places["actions"].columns
    assert columns == {"owner": "谁来干", "due": "啥时候要", "status": "咋样了"}


def test_what_is_not_taken_and_what_most_rests_on_is_said(closeloop, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["工作内容", "责任人", "完成时限", "进展"],
        *(["提交报告", "张伟", DAY, each] for each in ("进行中", "还要两天", "见群")),
    ):
        book.active.append(row)
    book.save(tmp_path / "ours.xlsx")

    _, out, _ = closeloop("adopt", "ours.xlsx", "--yes")

    assert "没有找到“状态”列" in out


@pytest.mark.parametrize("path", ["", "."])
def test_a_folder_is_no_workbook(closeloop, path):
    code, _, err = closeloop("adopt", path)

    assert code == 4
    assert "是文件夹" in err


def test_a_no_at_the_end_writes_nothing(tmp_path):
    path = write(GROWN["slips of the keyboard"], tmp_path / "ours.xlsx")

    adopt_workbook(path, Wishes("zh-CN", ask=lambda _question: False))

    assert [each.name for each in tmp_path.iterdir()] == ["ours.xlsx"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_terminal_it_shows_and_says_what_to_do(closeloop, tmp_path, language):
    write(GROWN[OWN], tmp_path / "ours.xlsx")

    code, out, err = closeloop("adopt", "ours.xlsx", "--language", language)

    assert code == 2
    assert "60%" in out
    assert err.count("\n") == 1
    assert "--yes" in err
    assert not (tmp_path / "closeloop.toml").exists()


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("one sheet per department", (), "技术部, 市场部"),
        ("one sheet per department", ("--tab", "预算"), "预算"),
        (OWN, ("--yes",), "太少"),
        ("slips of the keyboard", ("--language", "fr"), "fr"),
    ],
)
def test_what_cannot_be_decided_is_one_sentence(closeloop, tmp_path, name, arguments, says):
    write(GROWN[name], tmp_path / "ours.xlsx")

    code, _, err = closeloop("adopt", "ours.xlsx", *arguments)

    assert code == 2
    assert err.startswith("closeloop: ")
    assert says in err
    assert [each.name for each in tmp_path.iterdir()] == ["ours.xlsx"]


def test_settings_that_are_there_are_not_overwritten(tmp_path):
    path = write(GROWN["slips of the keyboard"], tmp_path / "ours.xlsx")
    (tmp_path / "closeloop.toml").write_text('language = "en"\n', "utf-8")

    with pytest.raises(UsageFault, match="exists already"):
        adopt_workbook(path, Wishes("zh-CN", take_sure=True))
