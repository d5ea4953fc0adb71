"""The command why: one row, how it came about, who was told, and why somebody was not."""

import json
from datetime import date

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from sheet_templates import LANGUAGES
from sync.cli import app, main
from sync.reasons_of_a_row import Day, folded

HEADER = [
    "编号",
    "行动项描述",
    "负责人",
    "所属部门",
    "计划完成时间",
    "状态",
    "实际完成时间",
    "交付成果",
    "豁免",
    "备注",
]
ROWS = [
    ["A001", "输出《流程V2.0》", "王芳", "客服部", "2024-06-06", "进行中"],
    ["A002", "盘点", "李四", "客服部", "2024-04-01", "进行中", None, None, "A116 至2024-12-31 供应商改期"],
    ["A003", "签合同", "王芳", "客服部", "尽快", "进行中"],
    ["A004", "付尾款", "王芳", "客服部", "2024-06-03", "已完成", "2024-06-04", "回单"],
    ["A005", "采购10台笔记本", "王芳", "客服部", "2024-06-03", "已取消", None, None, None, "预算未批"],
    ["A006", "招聘2人", "王芳", "客服部", "2024-09-30", "未开始"],
    ["A007", "招聘3人", "王芳", "客服部", "2024-06-20", "受阻"],
]
NOW = "2024-06-12T10:00"


@pytest.fixture
def why(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    book = Workbook()
    book.active.title = "行动项跟踪表"
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    for name, rows in {
        "通讯录": [["姓名", "部门", "邮箱"], ["王芳", "客服部", "wangfang@example.com"]],
        "工作日历": [
            ["日期", "休/班", "说明"],
            ["2024-06-08", "班", "库存盘点"],
            ["2024-06-07", "休", "司庆"],
        ],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save("t.xlsx")

    def call(row_id: str, *more: str, now: str = NOW) -> str:
        return CliRunner().invoke(app, ["why", row_id, "t.xlsx", "--now", now, *more]).output

    return call


def machine(output: str) -> dict:
    (row,) = json.loads(output)
    return row


def test_days_are_counted_one_by_one_with_their_names(why):
    days = machine(why("A001", "--json"))["days"]

    assert [(each["day"][5:], each["late"], each["label"]) for each in days] == [
        ("06-07", 0, "司庆"),
        ("06-08", 1, "库存盘点"),
        ("06-09", 0, ""),
        ("06-10", 0, "端午节"),
        ("06-11", 2, ""),
        ("06-12", 3, ""),
    ]


def test_the_days_agree_with_the_lateness(why):
    for row_id in ("A001", "A002", "A004"):
        row = machine(why(row_id, "--json"))
        assert max(day["late"] for day in row["days"]) == row["late_days"]


def test_a_long_lateness_is_folded(why):
    shown = why("A002")

    assert "2024-04-02" in shown
    assert "2024-06-12" in shown
    assert "2024-05-15" not in shown
    assert "中间 58 天" in shown
    days = [Day(date(2024, 1, 1), number, "") for number in range(40)]
    first, between, last = folded(days)
    assert [*first, *between, *last] == days


@pytest.mark.parametrize(
    ("row_id", "computed", "because", "silence"),
    [
        ("A001", "delayed", "delayed_past_due", ""),
        ("A003", "in_progress", "in_progress", "no_due_date"),
        ("A004", "done", "done", "closed"),
        ("A005", "cancelled", "cancelled", "closed"),
        ("A006", "not_started", "not_started", "not_yet"),
        ("A007", "blocked", "blocked", ""),  # whoever follows it up is told of the obstacle
    ],
)
def test_the_status_and_the_silence_have_their_reasons(why, row_id, computed, because, silence):
    row = machine(why(row_id, "--json"))

    assert (row["status"]["computed"], row["status"]["because"], row["silence"]) == (
        computed,
        because,
        silence,
    )


def test_what_is_waived_and_who_cannot_be_found(why):
    row = machine(why("A002", "--json"))

    assert [each["code"] for each in row["waived"]] == ["A116"]
    assert [(each["name"], each["reason"]) for each in row["pending"]] == [("李四", "missed_unknown")]
    assert "通讯录里没有这个人" in why("A002")


def test_what_was_told_and_what_waits(why):
    assert machine(why("A001", "--json"))["pending"][0]["reason"] == "next_pass"
    assert machine(why("A001", "--json", now="2024-06-12T22:00"))["pending"][0]["reason"] == "held"
    CliRunner().invoke(app, ["run", "t.xlsx", "--now", NOW])

    row = machine(why("A001", "--json"))
    assert [(each["kind"], each["state"], each["moment"]) for each in row["told"]] == [
        ("overdue", "sent", "2024-06-12T10:00:00"),
        ("problem", "known", "2024-06-12T10:00:00"),
    ]
    assert row["pending"][0]["reason"] == "sent"
    assert "这一级已经通知过" in why("A001")


def test_what_stood_already_is_shown_as_such(why):
    CliRunner().invoke(app, ["baseline", "t.xlsx", "--now", NOW])

    assert machine(why("A003", "--json"))["findings"][0]["old"] is True
    assert "历史遗留" in why("A003")


@pytest.mark.parametrize("given", ["a001", "Ａ００１"])
def test_a_number_is_known_whatever_its_case_and_width(why, given):
    assert machine(why(given, "--json"))["id"] == "A001"


@pytest.mark.parametrize(
    ("given", "said"), [("A0O1", "相近的有 A001"), ("项目", "没有编号为“项目”的行；运行")]
)
def test_an_unknown_number_is_one_sentence(why, monkeypatch, capsys, given, said):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.argv", ["closeloop", "why", given, "t.xlsx", "--now", NOW])
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_can_be_explained_in_every_language(why, tmp_path, language):
    (tmp_path / "closeloop.toml").write_text(f'workbook = "t.xlsx"\nlanguage = "{language}"\n', "utf-8")

    for row in ROWS:
        shown = why(row[0])
        assert row[1] in shown
        assert "{" not in shown
