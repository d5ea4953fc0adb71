"""``closeloop doctor``: each thing broken in turn is named, and nothing is made by looking."""

import json
import os
import socket
import sqlite3
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from openpyxl import Workbook
from robot_server import RobotServer

from sheet_templates import LANGUAGES, words
from sync import diagnosis
from sync.cli import main
from sync.diagnosis import State

NOW = "2024-05-28T10:00"
HEADER = ["行动项描述", "负责人", "所属部门", "计划完成时间", "状态"]
ROW = ["输出《客户投诉处理流程V2.0》", "王芳", "客服部", "2024-06-14", "进行中"]
PEOPLE = [["姓名", "部门", "邮箱", "角色"], ["王芳", "客服部", "wf@example.com", "部门负责人"]]
SETTINGS = 'workbook = "t.xlsx"\n'


def book(path: Path, actions: list = (HEADER, ROW), people: list | None = PEOPLE) -> None:
    made = Workbook()
    made.active.title = "行动项跟踪表"
    for row in actions:
        made.active.append(row)
    if people:
        sheet = made.create_sheet("通讯录")
        for row in people:
            sheet.append(row)
    made.save(path)


@pytest.fixture
def doctor(monkeypatch, capsys, tmp_path):
    """Run the doctor in a folder with a sound tracker; gives its exit code and findings as state and variant by name."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    book(tmp_path / "t.xlsx")
    (tmp_path / "closeloop.toml").write_text(SETTINGS, "utf-8")

    def call(*arguments: str) -> tuple[int, set[tuple[str, str, str]]]:
        monkeypatch.setattr(sys, "argv", ["closeloop", "doctor", "--json", "--now", NOW, *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        found = json.loads(capsys.readouterr().out)
        assert all(each["sentence"] and "{" not in each["sentence"] for each in found)
        return int(ended.value.code or 0), {(each["name"], each["state"], each["variant"]) for each in found}

    return call


class Broken(NamedTuple):
    """How something is broken, and the line that must say so."""

    make: Callable[[Path], object]
    says: tuple[str, str, str]


def settings(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "closeloop.toml").write_text(text, "utf-8")


def workbook(**parts) -> Callable[[Path], object]:
    return lambda folder: book(folder / "t.xlsx", **parts)


def damaged_ledger(folder: Path) -> None:
    (folder / "t.closeloop").mkdir()
    (folder / "t.closeloop" / "ledger.sqlite").write_bytes(b"no database" * 99)


def last_pass(moment: str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        from contextlib import closing

        from sync.changes import Plan
        from sync.ledger.ledger import Ledger

        with closing(Ledger.in_file(folder / "t.closeloop" / "ledger.sqlite", "t")) as ledger:
            ledger.prepare()
            ledger.record(datetime.fromisoformat(moment), Plan("f"), 1, 0, {})

    return make


def last_status(text: str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        (folder / "t.closeloop").mkdir()
        (folder / "t.closeloop" / "status.json").write_text(text, "utf-8")

    return make


ROBOT = SETTINGS + '[robots.group]\nkind = "dingtalk"\ndepartments = ["客服部"]\n{where}\n'
NAMESAKES = [*PEOPLE, ["李娜", "客服部", "a@example.com", ""], ["李娜", "客服部", "b@example.com", ""]]
SMTP = SETTINGS + '[mail]\nchannel = "smtp"\nsecurity = "none"\n'
BROKEN = {
    "settings": Broken(settings("workbok = 1\n"), ("settings", "bad", "fault")),
    "workbook missing": Broken(lambda folder: (folder / "t.xlsx").unlink(), ("workbook", "bad", "fault")),
    "workbook damaged": Broken(
        lambda folder: (folder / "t.xlsx").write_bytes(b"x"), ("workbook", "bad", "fault")
    ),
    "open elsewhere": Broken(
        lambda folder: (folder / "~$t.xlsx").write_bytes(b""), ("access", "warning", "fault")
    ),
    "column missing": Broken(workbook(actions=[HEADER[:4], ROW[:4]]), ("columns", "bad", "missing")),
    "no directory": Broken(workbook(people=None), ("directory", "warning", "none")),
    "address": Broken(
        workbook(people=[*PEOPLE, ["张伟", "技术部", "zhang", ""]]), ("directory", "bad", "addresses")
    ),
    "namesakes": Broken(workbook(people=NAMESAKES), ("directory", "warning", "doubles")),
    "no head": Broken(
        workbook(people=[PEOPLE[0], [*PEOPLE[1][:3], "专员"]]), ("directory", "warning", "heads")
    ),
    "unknown owner": Broken(
        workbook(actions=[HEADER, ROW, ["盘点", "张伟", "客服部", "2024-06-14", "进行中"]]),
        ("directory", "warning", "owners"),
    ),
    "no server named": Broken(settings(SMTP), ("mail", "bad", "fault")),
    "no mailbox there": Broken(
        settings(SETTINGS + '[replies]\non = true\nhost = "127.0.0.1"\nport = 1\nuser = "me"\n'),
        ("replies", "bad", "fault"),
    ),
    "no mailbox named": Broken(settings(SETTINGS + "[replies]\non = true\n"), ("replies", "bad", "fault")),
    "no server there": Broken(settings(SMTP + 'host = "127.0.0.1"\nport = 1\n'), ("mail", "bad", "fault")),
    "ledger damaged": Broken(damaged_ledger, ("ledger", "bad", "fault")),
    "no pass": Broken(lambda _folder: None, ("passes", "warning", "none")),
    "silent for long": Broken(last_pass("2024-05-20T10:00"), ("passes", "warning", "old")),
    "last pass failed": Broken(
        last_status('{"code": 4, "reason": "t.xlsx is damaged", "in_a_row": 1}'), ("passes", "bad", "failed")
    ),
    "robot's address not given": Broken(
        settings(ROBOT.format(where='url_env = "NOPE"')), ("robots", "bad", "fault")
    ),
    "robot away": Broken(
        settings(ROBOT.format(where='url = "http://127.0.0.1:1/x"')), ("robots", "bad", "away")
    ),
    "robot's port nonsense": Broken(
        settings(ROBOT.format(where='url = "http://127.0.0.1:x/"')), ("robots", "bad", "away")
    ),
    "robot's host nonsense": Broken(
        settings(ROBOT.format(where='url = "http://[::1/"')), ("robots", "bad", "fault")
    ),
    "directory empty": Broken(workbook(people=PEOPLE[:1]), ("directory", "warning", "empty")),
    "workbook encrypted": Broken(
        lambda folder: (folder / "t.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048)),
        ("workbook", "bad", "fault"),
    ),
    "unknown zone": Broken(settings(SETTINGS + 'timezone = "Asia/Bejing"\n'), ("settings", "bad", "fault")),
    "settings no TOML": Broken(settings("workbook = \n"), ("settings", "bad", "fault")),
    "a file where the ledger's folder is": Broken(
        lambda folder: (folder / "t.closeloop").touch(), ("ledger", "bad", "closed")
    ),
    "a file where the outbox is": Broken(
        lambda folder: ((folder / "out").touch(), settings(SETTINGS + '[mail]\noutbox = "out"\n')(folder)),
        ("mail", "bad", "closed"),
    ),
    "no key for Google": Broken(
        settings('[google]\nspreadsheet = "1abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"\n'),
        ("workbook", "bad", "fault"),
    ),
    "clock behind": Broken(last_pass("2024-05-29T10:00"), ("clock", "bad", "behind")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_thing_broken_in_turn_is_named(doctor, tmp_path, name):
    BROKEN[name].make(tmp_path)

    code, found = doctor()

    assert BROKEN[name].says in found
    assert code == int(any(state == "bad" for _, state, _ in found))
    others = {each for each in found if each[1] == "bad"} - {BROKEN[name].says}
    assert not others


def test_a_sound_tracker_is_said_to_be_sound_and_looking_makes_nothing(doctor, tmp_path):
    last_pass("2024-05-28T09:00")(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    code, found = doctor()

    assert code == 0
    assert {name for name, state, _ in found if state == "good"} >= {
        "settings", "workbook", "access", "directory", "calendar", "clock", "ledger", "passes",
    }  # fmt: skip
    assert sorted(tmp_path.rglob("*")) == before


def test_what_closeloop_will_know_by_itself_is_no_column_that_lacks(doctor, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["closeloop", "init", "new.xlsx"])
    with pytest.raises(SystemExit):
        main()
    capsys.readouterr()

    _, found = doctor("new.xlsx")

    assert ("columns", "good", "good") in found


def test_a_ledger_that_cannot_be_written_is_named(doctor, tmp_path, monkeypatch):
    last_pass("2024-05-28T09:00")(tmp_path)
    file = tmp_path / "t.closeloop" / "ledger.sqlite"
    monkeypatch.setattr(
        "os.access", lambda place, _mode: Path(place) != file
    )  # root may write whatever it is

    code, found = doctor()

    assert code == 1
    assert ("ledger", "bad", "closed") in found


def test_a_workbook_that_cannot_be_written_is_named(doctor, tmp_path, monkeypatch):
    may = os.access
    monkeypatch.setattr("os.access", lambda place, mode: Path(place).name != "t.xlsx" and may(place, mode))

    _, found = doctor()

    assert ("access", "warning", "fault") in found


def test_a_full_disk_is_named(doctor, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=1000))

    code, found = doctor()

    assert code == 1
    assert ("disk", "bad", "full") in found


STRANGER = {
    "dingtalk": {"errcode": 300005, "errmsg": "token is not exist"},
    "wecom": {"errcode": 93000, "errmsg": "invalid webhook url"},
    "feishu": {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"},
}
REFUSED = {
    "dingtalk": {"errcode": 310000, "errmsg": "keywords not in content"},
    "wecom": {"errcode": 40008, "errmsg": "invalid message type"},
    "feishu": {"code": 19024, "msg": "Key Words Not Found"},
}


def robot_of(server: RobotServer, folder: Path) -> None:
    text = SETTINGS + f'[robots.group]\nkind = "{server.vendor}"\nurl = "{server.url}"\n'
    (folder / "closeloop.toml").write_text(text, "utf-8")


@pytest.mark.parametrize("vendor", STRANGER)
@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, REFUSED, ("good", "good")),
        (200, STRANGER, ("bad", "stranger")),
        (404, {}, ("bad", "stranger")),
        (200, {}, ("bad", "stranger")),
        (302, {}, ("bad", "stranger")),
        (500, {}, ("warning", "troubled")),
        (429, {}, ("warning", "troubled")),
    ],
)
def test_a_robot_is_asked_whether_it_is_there_and_posts_nothing(doctor, tmp_path, vendor, status, body, says):
    with RobotServer(vendor, (status, body.get(vendor, {}), {})) as server:
        robot_of(server, tmp_path)
        code, found = doctor()

    assert ("robots", *says) in found
    assert code == int(says[0] == "bad")
    assert [sent for _path, sent in server.requests] == [b"{}"]


@pytest.mark.parametrize("vendor", REFUSED)
def test_a_robot_that_refuses_a_test_message_is_named(doctor, tmp_path, vendor):
    with RobotServer(vendor, (200, REFUSED[vendor], {})) as server:
        robot_of(server, tmp_path)
        code, found = doctor("--send-test", "wf@example.com")

    assert code == 1
    assert ("robots", "bad", "refused") in found


def test_a_robot_posts_a_test_message_on_request(doctor, tmp_path):
    with RobotServer("wecom") as server:
        robot_of(server, tmp_path)
        _, found = doctor("--send-test", "wf@example.com")

    assert ("robots", "good", "posted") in found
    assert len(server.posted) == 1


@pytest.fixture
def refusing():
    """The port of a mail server on loopback that speaks no TLS and lets nobody log in."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    refused = AuthResult(success=False, handled=False)
    server = Controller(
        object(), hostname="127.0.0.1", port=port, auth_require_tls=False, authenticator=lambda *_: refused
    )
    server.start()
    yield port
    server.stop()


def test_a_login_that_is_refused_is_named(doctor, tmp_path, refusing, monkeypatch):
    monkeypatch.setenv("CLOSELOOP_SMTP_PASSWORD", "wrong")
    settings(SMTP + f'host = "127.0.0.1"\nport = {refusing}\nuser = "me"\n')(tmp_path)

    assert ("mail", "bad", "fault") in doctor()[1]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_tls_is_named(doctor, tmp_path, refusing, security):
    text = SMTP.replace('"none"', f'"{security}"') + f'host = "127.0.0.1"\nport = {refusing}\n'
    settings(text)(tmp_path)

    assert ("mail", "bad", "fault") in doctor()[1]


def test_a_sender_that_nobody_has_set_is_named(doctor, tmp_path, refusing):
    settings(SMTP + f'host = "127.0.0.1"\nport = {refusing}\n')(tmp_path)

    code, found = doctor()

    assert code == 0
    assert {("mail", "good", "good"), ("mail", "warning", "sender")} <= found


def test_each_of_several_trackers_is_looked_at_or_the_one_that_is_named(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    book(tmp_path / "a.xlsx")
    text = '[trackers.sales]\nworkbook = "a.xlsx"\n[trackers.service]\nworkbook = "b.xlsx"\n'
    (tmp_path / "closeloop.toml").write_text(text, "utf-8")

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["closeloop", "doctor", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    assert call("--tracker", "sales", "--json")[0] == 0
    assert call("--tracker", "service")[0] == 1
    code, shown = call()
    assert code == 1
    assert shown.index("sales") < shown.index("service")
    found = json.loads(call("--json")[1])
    assert {name: found[name][1]["state"] for name in found} == {"sales": "good", "service": "bad"}
    assert call("--tracker", "nobody")[0] == 2


def test_a_test_mail_is_sent_on_request(doctor, tmp_path):
    _, found = doctor("--send-test", "wf@example.com")

    assert ("test_mail", "warning", "filed") in found
    assert len([*(tmp_path / "t.closeloop" / "outbox").glob("*.eml")]) == 1
    assert doctor("--send-test", "nobody")[0] == 1


@pytest.mark.parametrize(
    ("announced", "today", "variant"),
    [
        ((2024, 2025), date(2025, 11, 30), "good"),
        ((2024, 2025), date(2025, 12, 1), "next"),
        ((2024, 2025), date(2026, 1, 1), "estimated"),
        ((), date(2040, 1, 1), "good"),
    ],
)
def test_years_whose_holidays_are_known(announced, today, variant):
    assert diagnosis.years(announced, "CN", today).variant == variant


@pytest.mark.parametrize(
    ("free", "size", "state"),
    [
        (10**12, 10**6, State.GOOD),
        (10**8, 10**6, State.WARNING),
        (10**7, 1, State.BAD),
        (10**9, 10**9, State.BAD),
    ],
)
def test_room_on_the_disk(free, size, state):
    assert diagnosis.disk(free, size).state is state


def test_a_ledger_with_a_broken_page_is_found(tmp_path):
    from sync.ledger.ledger import Ledger

    last_pass("2024-05-28T09:00")(tmp_path)
    file = tmp_path / "t.closeloop" / "ledger.sqlite"
    with sqlite3.connect(file) as connection:
        page, size = (
            connection.execute(
                "select rootpage from sqlite_master where name = 'ix_runs_tracker'"
            ).fetchone()[0],
            connection.execute("pragma page_size").fetchone()[0],
        )
    connection.close()
    raw = bytearray(file.read_bytes())
    raw[page * size - 60 : page * size] = bytes(60)
    file.write_bytes(raw)
    ledger = Ledger.in_file(file, "t")

    assert ledger.database.damage()
    ledger.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_settings(monkeypatch, capsys, tmp_path, language):
    monkeypatch.chdir(tmp_path)
    book(tmp_path / "t.xlsx")
    (tmp_path / "closeloop.toml").write_text(SETTINGS + f'language = "{language}"\n', "utf-8")
    monkeypatch.setattr(sys, "argv", ["closeloop", "doctor", "--now", NOW])
    with pytest.raises(SystemExit):
        main()

    shown = capsys.readouterr().out
    assert words(language)["doctor"]["passes.none"][:8] in shown
    assert "✓" in shown
