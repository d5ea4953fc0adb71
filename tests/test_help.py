"""Help and what was typed wrongly, in the terminal's language."""

import subprocess
import sys
from importlib.metadata import version

import pytest
from rich.cells import cell_len

from docs.tables import every_command
from sync.cli import main


@pytest.fixture
def closeloop(monkeypatch, capsys):
    """Run the command line in a terminal of a language; gives exit code, output and error channel."""

    def call(*arguments: str, language: str = "zh_CN.UTF-8", columns: int = 80) -> tuple[int, str, str]:
        monkeypatch.setenv("LC_ALL", language)
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "argv", ["closeloop", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return call


@pytest.mark.parametrize("name", ["", *dict(every_command())])
@pytest.mark.parametrize("columns", [50, 80])
def test_help_is_chinese_and_fits_the_terminal(closeloop, name, columns):
    code, shown, _ = closeloop(*name.split(), "--help", columns=columns)

    assert code == 0
    assert shown.startswith("用法：closeloop")
    _usage, *lines = shown.splitlines()
    assert all(cell_len(line) <= columns for line in lines)
    assert not any(" the " in line for line in lines)


@pytest.mark.parametrize("columns", [1, 20, 30])
def test_help_is_shown_in_any_terminal(closeloop, columns):
    assert closeloop("run", "--help", columns=columns)[0] == 0


def test_help_is_english_in_an_english_terminal(closeloop):
    _, shown, _ = closeloop("doctor", "--help", language="en_GB.UTF-8")

    assert shown.startswith("Usage: closeloop doctor [OPTIONS] [PATH]\n")
    assert "Look whether everything" in shown
    assert "  --tracker NAME" in shown


def test_help_is_in_traditional_chinese_where_the_terminal_is(closeloop):
    _, shown, _ = closeloop("run", "--help", language="zh_TW.UTF-8")
    assert "活頁簿（.xlsx）或設定檔（.toml）" in shown


def test_the_version_is_printed_and_nothing_heavy_imported():
    asked = "import sys; sys.argv[1:] = ['--version']\nfrom sync.cli import main\ntry: main()\nfinally: print('pandas' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert shown.splitlines() == [f"closeloop {version('closeloop')}", "False"]


def test_help_names_the_version(closeloop):
    assert "  --version  显示版本号。" in closeloop("--help")[1]


@pytest.mark.parametrize("arguments", [(), ("schedule",)])
def test_without_a_command_there_is_help(closeloop, arguments):
    code, shown, said = closeloop(*arguments)

    assert (code, said) == (0, "")
    assert "命令：" in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("runn", "没有“runn”这个命令（是不是 run、runs？）；用“closeloop --help”看用法"),
        ("schedule sho", "没有“sho”这个命令（是不是 show？）；用“closeloop schedule --help”看用法"),
        ("run --quite", "没有 --quite 这个选项（是不是 --quiet？）；用“closeloop run --help”看用法"),
        ("why", "缺少 ID；用“closeloop why --help”看用法"),
        ("import x", "缺少 --meeting；用“closeloop import --help”看用法"),
        ("run a b", "多出来的内容：b；用“closeloop run --help”看用法"),
        ("check -c", "-c 后面要写值；用“closeloop --help”看用法"),
        ("undo x", "RUN 的值不对（要写整数）；用“closeloop undo --help”看用法"),
        ("run --jobs 99", "--jobs 的值不对（不能大于 64）；用“closeloop run --help”看用法"),
    ],
)
def test_what_is_typed_wrongly_is_one_sentence(closeloop, typed, said):
    code, shown, complaint = closeloop(*typed.split())

    assert (code, shown) == (2, "")
    assert complaint.startswith(f"closeloop: {said}")
    assert complaint.count("\n") == 1


def test_a_fault_of_closeloop_itself_has_its_own_exit_code(closeloop, monkeypatch):
    monkeypatch.setattr("sync.commands.explaining.list_rules", lambda *_, **__: 1 / 0)

    code, _, said = closeloop("rules")

    assert code == 70
    assert (
        said.splitlines()[-1]
        == "closeloop: closeloop 内部出错（ZeroDivisionError）；请把上面的内容反馈给我们"
    )
