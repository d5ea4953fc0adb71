"""Several trackers in one settings file: what they have in common, who is meant, and that none stops another."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from openpyxl import Workbook

from docs.tables import every_command
from sync.faults import EXIT_CODES, SettingsFault, UsageFault, worst
from sync.settings import settings_from
from sync.tracker import find_tracker, tracker_names

COMMON = """
language = "en"
mail.sender_name = "us"
mail.port = 25
tables.actions.tab = "all"
"""
SEVERAL = (
    COMMON
    + """
[trackers.sales]
workbook = "sales.xlsx"
mail.port = 587
tables.actions.header_row = 1
[trackers."服务"]
workbook = "service.xlsx"
language = "zh-CN"
tables.actions.tab = "own"
"""
)


def read(text: str):
    return settings_from(tomllib.loads(text), "f")


def test_a_section_stands_over_what_all_have_in_common():
    trackers = read(SEVERAL).trackers
    sales, service = trackers["sales"], trackers["服务"]

    assert list(trackers) == ["sales", "服务"]
    assert (sales.mail.port, sales.mail.sender_name, sales.language) == (587, "us", "en")
    assert (service.mail.port, service.mail.sender_name, service.language) == (25, "us", "zh-CN")
    assert (sales.tables["actions"].tab, sales.tables["actions"].header_row) == ("all", 1)
    assert (service.tables["actions"].tab, service.tables["actions"].header_row) == ("own", None)
    assert sales == read(
        COMMON.replace("port = 25", "port = 587") + 'workbook = "sales.xlsx"\ntables.actions.header_row = 1'
    )


BAD = {
    "trackers = 1": "trackers: a section is needed",
    "trackers.a = 1": "trackers.a: a section is needed",
    "trackers.a.workbok = 'x'": "unknown key 'trackers.a.workbok'; did you mean 'workbook'?",
    "trackers.a.mail.prot = 1": "unknown key 'trackers.a.mail.prot'; did you mean 'port'?",
    "trackers.a.mail.port = 0": "trackers.a.mail.port: 0 is too small",
    "trackers.a.language = 'x'": "trackers.a.language: 'x' is not known",
    "mail = 1\ntrackers.a.workbook = 'x'": "mail: a section is needed",
    "workbook = 'y'\ntrackers.a.workbook = 'x'": "trackers: each of several trackers names its own workbook",
    "trackers.a.trackers.b.workbook = 'x'": "trackers.a.trackers: a tracker has no trackers of its own",
    "trackers.'a b'.workbook = 'x'": "a name of letters, digits, _ and - is needed here, not 'a b'",
    "log.ping = 'ftp://x'": "log.ping: an address such as",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_named_with_its_tracker(text):
    with pytest.raises(SettingsFault) as caught:
        read(text)

    assert BAD[text] in str(caught.value)


def table(path: Path) -> Path:
    book = Workbook()
    book.active.append(["行动项描述", "负责人", "计划完成时间", "状态"])
    book.active.append(["推进", "王芳", "2024-06-14", "进行中"])
    path.parent.mkdir(exist_ok=True)
    book.save(path)
    return path


@pytest.fixture
def config(tmp_path) -> Path:
    """Three trackers, the second of which is missing."""
    for name in ("a/t", "c/s"):
        table(tmp_path / f"{name}.xlsx")
    file = tmp_path / "closeloop.toml"
    file.write_text(
        'language = "en"\n'
        '[trackers.first]\nworkbook = "a/t.xlsx"\n'
        '[trackers.second]\nworkbook = "b/t.xlsx"\n'
        '[trackers.third]\nworkbook = "c/s.xlsx"\n'
    )
    return file


def test_the_command_line_chooses_one(config):
    assert find_tracker(None, config, "third").path == config.parent / "c/s.xlsx"
    assert find_tracker(config.parent / "a/t.xlsx", config, "third").path == config.parent / "a/t.xlsx"
    assert tracker_names(config, None) == ("first", "second", "third")
    with pytest.raises(UsageFault, match="choose with --tracker: first, second, third"):
        find_tracker(None, config)
    with pytest.raises(UsageFault, match="no tracker 'fourth'; known are first, second, third"):
        find_tracker(config, None, "fourth")
    with pytest.raises(UsageFault, match="leave the workbook out"):
        find_tracker(config.parent / "a/t.xlsx", None, "third")


def test_a_workbook_finds_its_section_in_the_settings_beside_it(tmp_path):
    table(tmp_path / "x.xlsx")
    (tmp_path / "closeloop.toml").write_text('[trackers.x]\nworkbook = "x.xlsx"\nlanguage = "en"')

    assert find_tracker(tmp_path / "x.xlsx", None).settings.language == "en"
    assert find_tracker(None, tmp_path / "closeloop.toml").path == tmp_path / "x.xlsx"


@pytest.mark.parametrize("workbooks", [("t.xlsx", "./t.xlsx"), ("t.xlsx", "a/../t.xlsx")])
def test_one_workbook_is_one_tracker(tmp_path, workbooks):
    (tmp_path / "a").mkdir()
    file = tmp_path / "c.toml"
    file.write_text(
        "".join(f'[trackers.n{number}]\nworkbook = "{path}"\n' for number, path in enumerate(workbooks))
    )

    with pytest.raises(SettingsFault, match="n0 and n1 are one to the ledger"):
        tracker_names(file, None)


def closeloop(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sync", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("more", [("--json",), ("--jobs", "3", "--json")])
def test_one_that_fails_stops_no_other_and_the_worst_code_is_given(config, more):
    ended = closeloop(config.parent, "run", "--now", "2024-05-28T10:00", *more)

    forms = json.loads(ended.stdout)
    assert ended.returncode == 4
    assert {name: form["code"] for name, form in forms.items()} == {"first": 0, "second": 4, "third": 0}
    assert [form["pass"] and form["pass"]["read"] for form in forms.values()] == [1, None, 1]
    assert ended.stderr.startswith("second: closeloop: ")
    assert all((config.parent / name).exists() for name in ("a/t.closeloop", "c/s.closeloop"))


def test_reports_come_in_the_files_order_and_quiet_has_none(config):
    shown = closeloop(config.parent, "run", "--now", "2024-05-28T10:00")
    quiet = closeloop(config.parent, "run", "--now", "2024-05-28T10:00", "--quiet", "--jobs", "2")

    assert shown.stdout.index("a/t.xlsx") < shown.stdout.index("c/s.xlsx")
    assert (quiet.stdout, quiet.stderr.count("\n"), quiet.returncode) == ("", 1, 4)


@pytest.mark.parametrize("more", [(), ("--quiet",), ("--jobs", "2")])
def test_each_report_and_fault_is_under_its_trackers_name(config, more):
    ended = closeloop(config.parent, "run", "--now", "2024-05-28T10:00", *more)

    named = [line for line in ended.stdout.splitlines() if line in {"first:", "second:", "third:"}]
    assert named == ([] if more == ("--quiet",) else ["first:", "third:"])
    assert not ended.stdout or ended.stdout.startswith("first:\n")
    assert ended.stderr.startswith("second: closeloop: ")


def test_the_worst_code_is_what_needs_a_person_most():
    assert worst([]) == worst([0, 0]) == 0
    assert worst([0, 5, 7]) == 7
    assert worst([11, 3, 5, 0]) == 3
    assert worst([4, -9]) == 70
    assert len({code for code, _, _ in EXIT_CODES}) == len(EXIT_CODES)


def test_every_command_that_takes_a_workbook_says_which_of_several():
    taken = {name: {each.name for each in command.params} for name, command in every_command()}
    need_none = {"init", "adopt", "rules"}  # which make a tracker, or look at what all have in common

    of_one = {name for name, params in taken.items() if params & {"path", "config"}} - need_none
    assert {name for name in of_one if "name" not in taken[name]} == set()
    assert "minutes" in of_one


@pytest.mark.parametrize(
    "command", ["minutes M1", "notice M1", "import - --meeting M1", "reopen A1", "archive --expired"]
)
def test_what_is_done_is_done_to_the_one_that_was_chosen(config, command):
    ended = closeloop(config.parent, *command.split(), "--tracker", "fourth")

    assert ended.returncode == 2
    assert "no tracker 'fourth'" in ended.stderr or "没有“fourth”" in ended.stderr
