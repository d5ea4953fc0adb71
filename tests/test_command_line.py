"""The command line as people use it: exit codes, one clear sentence for bad input, machine forms, nothing written by looking."""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from sheet_templates.demo import demo
from sync.cli import main
from sync.faults import FAULTS
from sync.terminal.machine_form import checked
from sync.terminal.typed import as_typed

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")


class Ended:
    """How a call of the command line ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def closeloop(monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder, in this process, without a locale."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "160")

    def call(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["closeloop", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return Ended(ended.value.code or 0, shown.out, shown.err)

    return call


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory) -> Path:
    """The demonstration, made once."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    subprocess.run([sys.executable, "-m", "sync", "demo", str(folder)], check=True, capture_output=True)
    return folder


def table(path: Path, *rows: list, tabs: int = 1) -> Path:
    book = Workbook()
    for number in range(tabs):
        sheet = book.active if number == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


HEADER = ["行动项描述", "负责人", "计划完成时间", "状态"]
GOOD = ["输出《客户投诉处理流程V2.0》", "王芳", "2024-06-14", "进行中"]


def nothing(path: Path) -> None:
    pass


def foreign(content: bytes):
    return lambda path: path.write_bytes(content)


def truncated(path: Path) -> None:
    table(path, HEADER, GOOD)
    path.write_bytes(path.read_bytes()[:-200])


BAD_WORKBOOKS = {
    "missing": (nothing, "不存在；请检查路径"),
    "empty file": (foreign(b""), "空文件"),
    "text": (foreign("行动项,负责人\n".encode()), "xlsx"),
    "old format or encrypted": (foreign(COMPOUND + bytes(600)), "xls"),
    "folder": (lambda path: path.mkdir(), "文件夹"),
    "truncated": (truncated, "损坏"),
    "other zip": (lambda path: ZipFile(path, "w").writestr("a.txt", "a"), "xlsx"),
    "no action table": (lambda path: table(path, ["日期", "金额"], ["2024-05-01", 3]), "行动项描述、负责人"),
    "empty table": (table, "行动项跟踪表"),
    "two headers": (lambda path: table(path, HEADER, GOOD, HEADER, GOOD), "header_row"),
    "two tabs": (lambda path: table(path, HEADER, GOOD, tabs=2), "tab"),
}


@pytest.mark.parametrize("command", ["check", "plan", "run"])
@pytest.mark.parametrize("bad", BAD_WORKBOOKS)
def test_a_bad_workbook_gives_one_sentence_and_leaves_nothing_behind(closeloop, tmp_path, command, bad):
    make, says = BAD_WORKBOOKS[bad]
    path = tmp_path / "tracker.xlsx"
    make(path)
    before = path.read_bytes() if path.is_file() else None

    ended = closeloop(command, str(path), "--now", "2024-05-28T10:00")

    assert ended.code == 4
    assert ended.out == ""
    assert ended.err.startswith("closeloop: ")
    assert ended.err.count("\n") == 1
    assert says in ended.err
    assert "Traceback" not in ended.err
    assert (path.read_bytes() if path.is_file() else None) == before
    assert {each.name for each in tmp_path.iterdir()} <= {"tracker.xlsx"}


BAD_SETTINGS = {
    'workbok = "a.xlsx"': "没有“workbok”这个设置；是不是“workbook”？",
    "fruit = 1": "没有“fruit”这个设置；可用的有 workbook, language",
    "[reminders]\ndue_soon_day = 3": "没有“reminders.due_soon_day”这个设置；是不是“due_soon_days”？",
    "[tables.action]\ntab = 'x'": "tables：没有“action”；是不是“actions”？",
    "[tables.actions.columns]\nower = 'x'": "tables.actions.columns：没有“ower”；是不是“owner”？",
    "[rules.A999]\noff = true": "A999",
    "[rules.A116]\nworking_day = 5": "rules.A116：没有“working_day”；是不是“working_days”？",
    "[rules.A116]\nworking_days = 'five'": "rules.A116.working_days：应填 3 这样的值，不能是“five”",
    "[rules.A116]\nseverity = 'fatal'": "可用的有 error, warning, advice",
    "[rules.A116]\noff = 1": "rules.A116.off：应填 true 或 false，不能是“1”",
    'language = "zh"': "可用的有 zh-CN, zh-TW, en",
    'timezone = "Asia/Shangai"': "“Asia/Shangai”不是时区",
    'profile = "004"': "“004”",
    "[calendar]\ncountry = 'XX'": "没有“XX”这个国家代码",
    "[mail]\nport = 0": "mail.port：0 太小，不能小于 1",
    "[mail]\nport = 70000": "mail.port：70000 太大，不能大于 65535",
    "[mail]\nport = 'x'": "mail.port：应填整数，不能是“x”",
    "[mail]\ntimeout = 0": "mail.timeout：0 太小，要大于 0",
    "[mail]\ntimeout = 'long'": "mail.timeout：应填数字，不能是“long”",
    "[mail]\nchannel = 'fax'": "mail.channel：没有“fax”；可用的有 'outbox', 'smtp'",
    "[mail]\nhost = 1": "mail.host：应填文字，并加英文引号",
    "[mail]\noutbox = 1": "mail.outbox：应填路径，并加英文引号",
    "mail = 1": "mail：这是一组设置，请逐项写在 [mail] 下面",
    "rules = 1": "rules：这是一组设置，请逐项写在 [rules] 下面",
    "[words]\nunsure = 'x'": "words.unsure：应填列表",
    "[reminders]\nsend_from = '25:00'": "reminders.send_from：应填“08:30”这样的时间，不能是“25:00”",
    "[reminders]\ndue_soon_days = inf": "reminders.due_soon_days：应填数字，不能是“inf”",
    "a = [": "不符合 TOML 格式",
    "": "没有指定工作簿",
}


@pytest.mark.parametrize("text", BAD_SETTINGS)
def test_bad_settings_are_named_with_the_nearest_known_word(closeloop, tmp_path, text):
    (tmp_path / "closeloop.toml").write_text(text, "utf-8")

    ended = closeloop("run")

    assert ended.code == 3
    assert ended.err.count("\n") == 1
    assert BAD_SETTINGS[text] in ended.err


def test_a_password_of_the_wrong_kind_is_not_shown(closeloop, tmp_path):
    (tmp_path / "closeloop.toml").write_text("[mail]\npassword = 97531", "utf-8")

    ended = closeloop("run")

    assert "mail.password" in ended.err
    assert "97531" not in ended.err


def test_settings_that_are_not_in_utf_8_are_one_sentence(closeloop, tmp_path):
    (tmp_path / "closeloop.toml").write_bytes('workbook = "跟踪表.xlsx"'.encode("gbk"))

    ended = closeloop("run")

    assert (ended.code, ended.err.count("\n")) == (3, 1)
    assert "请另存为 UTF-8" in ended.err


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ({"LANG": "en_US.UTF-8"}, "t.xlsx does not exist; check the path in the settings"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "t.xlsx does not exist"),
        ({"LANG": "zh_TW.UTF-8"}, "t.xlsx 不存在；請檢查路徑"),
        ({"LANG": "zh_CN.UTF-8"}, "t.xlsx 不存在；请检查路径"),
        ({"LANG": "C.UTF-8"}, "t.xlsx 不存在；请检查路径"),
    ],
)
def test_faults_speak_the_language_of_the_terminal(closeloop, monkeypatch, locale, says):
    for name, value in locale.items():
        monkeypatch.setenv(name, value)

    assert says in closeloop("check", "t.xlsx").err


@pytest.mark.parametrize("moment", ["2024-13-01", "tomorrow", "2024-02-30T10:00", ""])
def test_a_bad_moment_is_one_sentence(closeloop, tmp_path, moment):
    table(tmp_path / "t.xlsx", HEADER, GOOD)

    ended = closeloop("check", "t.xlsx", "--now", moment)

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "2024-06-03T10:00" in ended.err


def test_other_arguments_that_are_off(closeloop, tmp_path):
    table(tmp_path / "t.xlsx", HEADER, GOOD)
    (tmp_path / "a.toml").write_text('workbook = "t.xlsx"', "utf-8")

    for arguments in [
        ("explain", "A999"),
        ("init", "t.xlsx"),
        ("init", "t.xls"),
        ("init", "n.xlsx", "--language", "fr"),
        ("check", "a.toml", "-c", "a.toml"),
        ("demo", "t.xlsx"),
        ("fly",),
    ]:
        assert closeloop(*arguments).code == 2, arguments
    assert closeloop("check").code == 3
    assert closeloop("check", "-c", "none.toml").code == 3


def test_a_workbook_path_is_all_that_check_needs(closeloop, tmp_path):
    table(tmp_path / "t.xlsx", HEADER, GOOD, ["推进", "相关部门", "尽快", "80%"])

    ended = closeloop("check", "t.xlsx", "--now", "2024-05-28T10:00", "--json")

    assert ended.code == 1
    assert ended.json["rows"] == 2
    first = ended.json["findings"][0]
    assert list(first) == ["code", "severity", "table", "id", "row", "columns", "message", "old"]
    assert {(each["code"], each["row"], each["columns"][0]) for each in ended.json["findings"]} == {
        ("A101", 3, "description"),
        ("A103", 3, "owner"),
        ("A106", 3, "due"),
        ("A109", 3, "status"),
    }
    assert {each.name for each in tmp_path.iterdir()} == {"t.xlsx"}


def test_check_exits_with_0_when_there_are_no_errors(closeloop, tmp_path):
    table(tmp_path / "t.xlsx", HEADER, GOOD)

    assert closeloop("check", "t.xlsx", "--now", "2024-05-28T10:00").code == 0


def test_plan_shows_and_changes_nothing(closeloop, tmp_path):
    path = table(tmp_path / "t.xlsx", HEADER, GOOD)
    before = path.read_bytes()

    shown = closeloop("plan", "t.xlsx", "--now", "2024-05-28T10:00")
    machine = closeloop("plan", "t.xlsx", "--now", "2024-05-28T10:00", "--json").json

    assert "系统状态" in shown.out
    assert {change["kind"] for change in machine["changes"]} == {"column", "cell", "colours", "tab"}
    assert path.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {"t.xlsx"}


def test_init_then_the_settings_file_is_found(closeloop, tmp_path):
    written = closeloop("init", "tracker.xlsx").out.splitlines()
    assert written[:2] == ["tracker.xlsx", "closeloop.toml"]
    assert "closeloop check tracker.xlsx" in written[2]
    assert closeloop("check", "--now", "2024-05-28T10:00").code == 0
    machine = closeloop("run", "--now", "2024-05-28T10:00", "--json").json
    assert machine == {"run": 1, "read": 0, "findings": 0, "changes": 5, "notices": [], "sent": 0, "held": 0}
    assert closeloop("run", "--now", "2024-05-28T10:00", "--json").json["changes"] == 0


def test_the_demonstration_has_what_it_promises(demo_folder, closeloop):
    machine = closeloop(
        "check", str(demo_folder / "tracker.xlsx"), "--now", demo().now.isoformat(), "--json"
    ).json

    assert machine["rows"] >= 60
    assert len(demo().rows["meetings"]) >= 12
    from rules.handbook import RULES

    assert {each["code"] for each in machine["findings"]} == {rule.code for rule in RULES}
    assert list((demo_folder / "tracker.closeloop" / "outbox").glob("*.eml"))


def test_a_second_run_over_the_demonstration_is_silent(demo_folder, closeloop, tmp_path):
    shutil.copytree(demo_folder, tmp_path / "demo")
    before = (tmp_path / "demo" / "tracker.xlsx").read_bytes()

    machine = closeloop("run", "-c", "demo/closeloop.toml", "--now", demo().now.isoformat(), "--json").json

    assert (machine["changes"], machine["sent"], machine["held"]) == (0, 0, 0)
    assert (tmp_path / "demo" / "tracker.xlsx").read_bytes() == before


def test_rules_and_explain(closeloop):
    listed = closeloop("rules").out
    explained = closeloop("explain", "a102").out

    assert "A118" in listed
    assert "有且只有一位负责人" in explained
    assert "“…”不止一位负责人：只留一位" in explained
    assert "001 四(二)" in explained
    assert {row["code"] for row in closeloop("rules", "--json").json} >= {"A101", "S005"}


def test_every_fault_has_its_own_exit_code():
    codes = [fault.exit_code for fault in FAULTS]

    assert len(set(codes)) == len(codes)
    assert {0, 1}.isdisjoint(codes)


def test_the_packages_are_ours():
    import rules
    import sync

    root = Path(__file__).parents[1]
    assert Path(rules.__file__).parent == root / "rules"
    assert Path(sync.__file__).parent == root / "sync"
    assert checked is not None


def test_a_workbook_that_is_open_is_said_in_the_report_and_by_the_exit_code(closeloop, tmp_path):
    path = table(tmp_path / "t.xlsx", HEADER, GOOD)
    (tmp_path / "~$t.xlsx").write_bytes(b"\x06Li Lei" + bytes(158))
    before = path.read_bytes()

    ended = closeloop("run", "t.xlsx", "--now", "2024-05-28T10:00")

    assert ended.code == 5
    assert "没有写入" in ended.out
    assert "没有需要写入的内容" not in ended.out
    assert ended.err.count("\n") == 1
    assert path.read_bytes() == before


def late_table(path: Path) -> None:
    """A tracker with one item that is late, and its owner's address."""
    book = Workbook()
    for row in (HEADER, ["输出《客户投诉处理流程V2.0》", "王芳", "2024-05-27", "进行中"]):
        book.active.append(row)
    people = book.create_sheet("通讯录")
    for row in (["姓名", "部门", "邮箱"], ["王芳", "客服部", "wangfang@example.com"]):
        people.append(row)
    book.save(path)


@pytest.mark.parametrize(
    ("moment", "waits"), [("2024-05-28T10:00", 0), ("2024-05-28T22:00", 1), ("2024-06-01T10:00", 1)]
)
def test_plan_says_at_night_and_on_a_day_off_that_mails_would_wait(closeloop, tmp_path, moment, waits):
    late_table(tmp_path / "t.xlsx")

    machine = closeloop("plan", "t.xlsx", "--now", moment, "--json").json
    said = closeloop("plan", "t.xlsx", "--now", moment).out

    # As a first pass tells it, and no more: faults are known then.
    assert [each["kind"] for each in machine["notices"]] in (["overdue"], ["risk"])
    assert machine["held"] == waits
    assert ("等到工作日" in said) == bool(waits)


def test_notices_are_listed_and_seen_to_by_hand(closeloop, tmp_path):
    late_table(tmp_path / "t.xlsx")
    closeloop("run", "t.xlsx", "--now", "2024-05-28T06:00")

    held = closeloop("notices", "-w", "t.xlsx", "--state", "held", "--json").json["notices"]
    key = held[0]["key"]
    forgotten = closeloop("notices", "forget", key, "-w", "t.xlsx")
    again = closeloop("notices", "forget", key, "-w", "t.xlsx")

    assert {(each["kind"], each["state"]) for each in held} == {("overdue", "held")}
    assert (forgotten.code, again.code) == (0, 2)
    assert "不会再发" in forgotten.out
    assert key in closeloop("notices", "-w", "t.xlsx", "--state", "forgotten").out
    assert closeloop("run", "t.xlsx", "--now", "2024-05-28T10:00", "--json").json["sent"] == 0
    assert closeloop("notices", "release", key, "-w", "t.xlsx").code == 0
    assert closeloop("run", "t.xlsx", "--now", "2024-05-28T11:00", "--json").json["sent"] == 1
    assert closeloop(
        "notices", "-w", "t.xlsx", "--state", "sent", "--to", "WANGFANG@example.com", "--json"
    ).json["notices"][0]["id"]
    assert [
        closeloop("notices", "-w", "t.xlsx", *words, "--json").json["notices"][0]["state"]
        for words in (("--state", "已发出"), ("--kind", "逾期"), ("--kind", "overdue", "--state", "sent"))
    ] == ["sent"] * 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--state", "nonsense"), ("--state", "nonsense", "sent (已发出)", "held (等待发送)")),
        (("--kind", "bogus"), ("--kind", "bogus", "overdue (逾期)", "weekly (周报)")),
        (("release", "ZZ"), ("没有 ZZ 这条提醒",)),
        (("forget", "ZZ"), ("没有 ZZ 这条提醒",)),
    ],
)
def test_a_notice_a_kind_and_a_state_that_nobody_knows_are_refused(closeloop, tmp_path, words, says):
    late_table(tmp_path / "t.xlsx")
    (tmp_path / "closeloop.toml").write_text('workbook = "t.xlsx"\n', "utf-8")
    closeloop("run", "--now", "2024-05-28T10:00")

    ended = closeloop("notices", *words)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert all(word in ended.err for word in says)


def test_the_brake_has_an_exit_code_and_a_way_to_let_go(closeloop, tmp_path):
    late_table(tmp_path / "t.xlsx")
    (tmp_path / "closeloop.toml").write_text('workbook = "t.xlsx"\n[brake]\npeople = 0\n', "utf-8")

    braked = closeloop("run", "--now", "2024-05-28T10:00")

    assert braked.code == 9
    assert "--release-brake" in braked.err
    assert closeloop("notices", "--state", "held", "--json").json["notices"]
    released = closeloop("run", "--release-brake", "--now", "2024-05-28T11:00", "--json")
    assert (released.code, released.json["sent"]) == (0, 1)


def test_python_m_sync_is_closeloop():
    shown = subprocess.run(
        [sys.executable, "-m", "sync", "run", "--help"], capture_output=True, text=True, check=True
    )

    assert shown.stdout.startswith("用法：closeloop run")


UNREACHABLE = 'workbook = "t.xlsx"\n[mail]\nchannel = "smtp"\nhost = "127.0.0.1"\nport = 9\n'


def test_a_mail_server_that_is_away_is_said_after_the_report_of_what_was_written(closeloop, tmp_path):
    late_table(tmp_path / "t.xlsx")
    (tmp_path / "closeloop.toml").write_text(UNREACHABLE, "utf-8")

    ended = closeloop("run", "--now", "2024-05-28T10:00")
    machine = closeloop("run", "--now", "2024-05-28T11:00", "--json")
    quiet = [closeloop("run", "--now", f"2024-05-28T{hour}:00", "--quiet") for hour in (12, 13)]

    assert ended.code == machine.code == 7
    assert "系统状态" in ended.out
    assert "127.0.0.1:9" in ended.out
    assert ended.err.startswith("closeloop: ")
    assert (ended.err.count("\n"), ended.err.count("127.0.0.1:9")) == (1, 1)
    assert (machine.json["read"], machine.json["sent"], machine.json["held"]) == (1, 0, 0)
    assert [(each.code, each.out) for each in quiet] == [(7, "")] * 2
    assert "127.0.0.1:9" in quiet[0].err  # the third time in a row
    status = json.loads((tmp_path / "t.closeloop" / "status.json").read_text("utf-8"))
    assert "127.0.0.1:9" in status["reason"]


def test_what_waits_behind_a_mail_server_that_is_away_goes_out_when_it_is_back(closeloop, tmp_path):
    late_table(tmp_path / "t.xlsx")
    (tmp_path / "closeloop.toml").write_text(UNREACHABLE, "utf-8")
    closeloop("run", "--now", "2024-05-28T06:00")

    away = closeloop("run", "--now", "2024-05-28T10:00")
    held = closeloop("notices", "--state", "held", "--json").json["notices"]
    (tmp_path / "closeloop.toml").write_text('workbook = "t.xlsx"\n', "utf-8")
    back = closeloop("run", "--now", "2024-05-28T11:00", "--json")

    assert (away.code, len(held), back.code, back.json["sent"]) == (7, 1, 0, 1)


@pytest.mark.parametrize("shown", ["plan", "undo"])
def test_what_would_be_written_is_shown_under_its_columns_headings(closeloop, tmp_path, shown):
    late_table(tmp_path / "t.xlsx")
    now = ("--now", "2024-05-28T10:00")
    if shown == "plan":
        ended = closeloop("plan", "t.xlsx", *now)
    else:
        closeloop("run", "t.xlsx", *now)
        ended = closeloop("undo", "1", "-w", "t.xlsx", "--yes", *now)

    lines = [line.split() for line in ended.out.splitlines() if "!2" in line]
    assert ended.code == 0
    assert ["逾期工作日", "1"] in [line[-2:] for line in lines]
    assert {"系统状态", "风险等级"} <= {word for line in lines for word in line}
    assert not any(word in ended.out for word in ("computed_status", "cells_at_fault", "1.0", "None"))


@pytest.mark.parametrize(
    ("path", "posix", "windows"),
    [
        ("督办台账.xlsx", "督办台账.xlsx", "督办台账.xlsx"),
        ("督办 台账（2026）.xlsx", "'督办 台账（2026）.xlsx'", '"督办 台账（2026）.xlsx"'),
        (r"d\t.xlsx", r"'d\t.xlsx'", r"d\t.xlsx"),
        ("it's.xlsx", """'it'"'"'s.xlsx'""", '"it\'s.xlsx"'),
    ],
)
def test_a_path_is_one_word_of_a_command(path, posix, windows):
    assert (as_typed(path, "linux"), as_typed(path, "win32")) == (posix, windows)


def test_commands_that_are_proposed_can_be_typed_as_they_stand(closeloop, tmp_path):
    begun = closeloop("init", "督办 台账（2026）.xlsx").out.splitlines()[2]
    shown = closeloop("demo", "a b").out

    assert begun.endswith(f"closeloop check {shlex.quote('督办 台账（2026）.xlsx')}")
    assert "why A005 'a b/tracker.xlsx' --now" in shown


def test_the_brake_holds_though_its_alarm_cannot_be_sent(closeloop, tmp_path):
    late_table(tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    book["通讯录"]["D1"] = "角色"
    book["通讯录"].append(["赵敏", "运营部", "zhaomin@example.com", "协调人"])
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "closeloop.toml").write_text(f"{UNREACHABLE}[brake]\npeople = 0\n", "utf-8")

    ended = closeloop("run", "--now", "2024-05-28T10:00")

    assert (ended.code, "--release-brake" in ended.err, "127.0.0.1:9" in ended.err) == (9, True, True)
    assert closeloop("notices", "--state", "held", "--json").json["notices"]
