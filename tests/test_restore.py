"""closeloop restore: lists backups and puts one back, the present file becoming one itself."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from openpyxl import Workbook, load_workbook

from sheet_templates import words
from sync.cli import main

START = datetime(2024, 6, 3, 10)


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def closeloop(monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder, in this process, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "160")

    def call(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["closeloop", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return Ended(ended.value.code or 0, shown.out, shown.err)

    return call


@pytest.fixture
def former(closeloop, tmp_path) -> list[bytes]:
    """What the tracker was before each of three passes, each after somebody had typed; it has three backups."""
    book = Workbook()
    book.active.append(["行动项描述", "负责人", "计划完成时间", "状态"])
    book.save(tmp_path / "t.xlsx")
    contents = []
    for hour in range(3):
        edited = load_workbook(tmp_path / "t.xlsx")
        edited.active.cell(edited.active.max_row + 1, 1, f"输出《流程V{hour}.0》")
        edited.save(tmp_path / "t.xlsx")
        contents.append((tmp_path / "t.xlsx").read_bytes())
        moment = START + timedelta(hours=hour)
        assert closeloop("run", "t.xlsx", "--now", moment.isoformat()).code == 0
    return contents


def kept(folder: Path) -> set[bytes]:
    return {file.read_bytes() for file in (folder / "t.closeloop" / "backups").iterdir()}


def others(folder: Path) -> dict[Path, bytes]:
    """Everything but the workbook and its backups."""
    found = {path for path in folder.rglob("*") if path.is_file() and path.parent.name != "backups"}
    return {path: path.read_bytes() for path in found - {folder / "t.xlsx"}}


def test_the_list_shows_the_newest_first(closeloop, former):
    listed = closeloop("restore", "t.xlsx", "--list")

    assert listed.code == 0
    rows = [line.split() for line in listed.out.splitlines() if line.strip().startswith(("1", "2", "3"))]
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert [row[2] for row in rows] == ["12:00:00", "11:00:00", "10:00:00"]
    assert {row[4] for row in rows} == {"KiB"}


def test_the_newest_is_put_back_and_the_present_one_kept(closeloop, former, tmp_path):
    present, beside = (tmp_path / "t.xlsx").read_bytes(), others(tmp_path)

    done = closeloop("restore", "t.xlsx")

    assert done.code == 0
    assert words("zh-CN")["report"]["restored"][-6:] in done.out
    assert "2024-06-03 12:00:00" in done.out
    assert (tmp_path / "t.xlsx").read_bytes() == former[-1]
    assert kept(tmp_path) == {*former, present}
    assert others(tmp_path) == beside

    assert closeloop("restore", "t.xlsx").code == 0
    assert (tmp_path / "t.xlsx").read_bytes() == present


def test_going_back_and_forth_pushes_nothing_out(closeloop, former, tmp_path):
    present = (tmp_path / "t.xlsx").read_bytes()

    for _ in range(6):
        assert closeloop("restore", "t.xlsx").code == 0

    assert (tmp_path / "t.xlsx").read_bytes() == present
    assert kept(tmp_path) == {*former, present}
    assert len(list((tmp_path / "t.closeloop" / "backups").iterdir())) == 4


@pytest.mark.parametrize("at", ["3", "20240603-100000-t.xlsx"])
def test_any_backup_by_number_or_name(at, closeloop, former, tmp_path):
    assert closeloop("restore", "t.xlsx", "--at", at).code == 0
    assert (tmp_path / "t.xlsx").read_bytes() == former[0]


@pytest.mark.parametrize("at", ["0", "4", "-1", "", "../ledger.sqlite", "t.xlsx"])
def test_no_other_file_is_ever_put_back(at, closeloop, former, tmp_path):
    present = (tmp_path / "t.xlsx").read_bytes()

    done = closeloop("restore", "t.xlsx", f"--at={at}")

    assert done.code == 2
    assert f"there is no backup {at!r}" in done.err
    assert (tmp_path / "t.xlsx").read_bytes() == present


def test_a_workbook_that_is_gone_comes_back(closeloop, former, tmp_path):
    (tmp_path / "t.xlsx").unlink()

    assert closeloop("restore", "t.xlsx").code == 0
    assert (tmp_path / "t.xlsx").read_bytes() == former[-1]
    assert kept(tmp_path) == set(former)


def test_a_damaged_workbook_is_kept_and_replaced(closeloop, former, tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"half a workb")

    assert closeloop("restore", "t.xlsx").code == 0
    assert (tmp_path / "t.xlsx").read_bytes() == former[-1]
    assert b"half a workb" in kept(tmp_path)

    again = closeloop("restore", "t.xlsx")
    assert again.code == 4
    assert "is not an .xlsx workbook" in again.err
    assert (tmp_path / "t.xlsx").read_bytes() == former[-1]


def test_an_open_workbook_is_busy(closeloop, former, tmp_path):
    present, before = (tmp_path / "t.xlsx").read_bytes(), kept(tmp_path)
    (tmp_path / "~$t.xlsx").write_bytes(b"\x04Anna")

    done = closeloop("restore", "t.xlsx")

    assert done.code == 5
    assert "is open in Excel or WPS (by Anna)" in done.err
    assert ((tmp_path / "t.xlsx").read_bytes(), kept(tmp_path)) == (present, before)


def test_the_present_file_is_kept_even_where_no_backups_are_wanted(closeloop, former, tmp_path):
    present = (tmp_path / "t.xlsx").read_bytes()
    (tmp_path / "closeloop.toml").write_text('workbook = "t.xlsx"\n[backups]\nkeep = 0\n', "utf-8")

    assert closeloop("restore").code == 0
    assert (tmp_path / "t.xlsx").read_bytes() == former[-1]
    assert present in kept(tmp_path)


def test_a_link_is_kept(closeloop, former, tmp_path):
    (tmp_path / "link.xlsx").symlink_to("t.xlsx")

    assert closeloop("restore", "link.xlsx").code == 0
    assert (tmp_path / "link.xlsx").is_symlink()
    assert (tmp_path / "t.xlsx").read_bytes() == former[-1]


def test_without_backups_that_is_said(closeloop, tmp_path):
    Workbook().save(tmp_path / "t.xlsx")

    assert closeloop("restore", "t.xlsx", "--list").code == 0
    done = closeloop("restore", "t.xlsx")
    assert done.code == 4
    assert "t.xlsx has no backups yet" in done.err
