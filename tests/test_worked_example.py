"""The worked example of document 001: the three rows of its 行动项跟踪表, judged on 2024-05-28 at 10:00."""

import json
from contextlib import closing
from datetime import date, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from rules.table import Table
from sync.looking import look
from sync.memory import Memory
from sync.settings import Settings
from sync.tracker import Tracker
from sync.worker import Pass, Unchanged, run_pass

NOW = datetime(2024, 5, 28, 10)
HEADINGS = ["行动项描述", "负责人", "所属部门", "计划完成时间", "实际完成时间", "状态", "交付成果", "备注"]
ROWS = [
    [
        "输出《客户投诉处理流程V2.0》",
        "*",
        "客服部",
        date(2024, 5, 27),
        date(2024, 5, 27),
        "已完成",
        "《客户投诉处理流程V2.0》文档",
        "无",
    ],
    [
        "评估A类功能开发周期",
        "*",
        "技术部",
        "2024-05-24",
        "2024-05-25",
        "已完成",
        "《开发时间评估表》",
        "因需求评审延迟1天",
    ],
    ["协调市场部人员支持Q3产品推广", "*", "运营部", date(2024, 5, 22), None, "进行中", "-", "待市场部确认"],
]
PEOPLE = [
    ["姓名", "部门", "邮箱", "角色"],
    ["赵敏", "运营部", "zhaomin@example.com", "部门负责人"],
    ["钱进", "技术部", "qianjin@example.com", "部门负责人"],
]  # fmt: skip


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    book = Workbook()
    sheet = book.active
    for row in [HEADINGS, *ROWS]:
        sheet.append(row)
    people = book.create_sheet("通讯录")
    for row in PEOPLE:
        people.append(row)
    book.save(tmp_path / "tracker.xlsx")
    return Tracker(tmp_path / "tracker.xlsx", Settings(), tmp_path)


def one_pass(tracker: Tracker, now: datetime = NOW) -> Pass | Unchanged:
    with closing(tracker.ledger()) as ledger:
        return run_pass(tracker.book(now), ledger, tracker.channel(), tracker.settings, now)


def actions(done: Pass) -> Table:
    return done.judged.judgement.book.tables["actions"]


def test_statuses_lateness_and_risk(tracker: Tracker) -> None:
    done = one_pass(tracker)

    assert actions(done).computed.tolist() == ["done", "done", "delayed"]
    assert actions(done).on_time.tolist() == [True, False, False]
    assert actions(done).late_days.tolist() == [0, 0, 4]
    assert done.judged.risks.tolist() == ["normal", "normal", "warning"]


def test_the_reason_of_the_second_row_counts_though_it_stands_under_remarks(tracker: Tracker) -> None:
    codes = {(finding.row, finding.code) for finding in one_pass(tracker).judged.judgement.findings}

    assert (3, "A112") not in codes
    assert (4, "A116") in codes


def test_the_head_of_the_department_is_told(tracker: Tracker) -> None:
    done = one_pass(tracker)

    assert [(notice.kind, notice.recipient.email, notice.subject.id) for notice in done.told] == [
        ("risk", "zhaomin@example.com", "A003")
    ]
    (mail,) = tracker.outbox.glob("*.eml")
    text = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()
    assert "协调市场部人员支持Q3产品推广" in text
    assert "4 个工作日" in text


def test_the_sheet_shows_it(tracker: Tracker) -> None:
    one_pass(tracker)

    sheet = load_workbook(tracker.path).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads == [*HEADINGS, "编号", "系统状态", "逾期工作日", "风险等级", "问题字段", "检查结果"]
    shown = [[cell.value for cell in row[8:12]] for row in sheet.iter_rows(min_row=2)]
    assert shown == [
        ["A001", "已完成", 0, "正常"],
        ["A002", "已完成", 0, "正常"],
        ["A003", "延期", 4, "风险预警"],
    ]
    assert sheet.cell(3, 14).value == "未按时完成：计划 2024-05-24，实际 2024-05-25（晚 0 个工作日）"
    assert sheet.column_dimensions["M"].hidden


def test_a_second_pass_plans_nothing_sends_nothing_and_leaves_every_byte(tracker: Tracker) -> None:
    one_pass(tracker)
    before = tracker.path.read_bytes()

    with closing(tracker.ledger()) as ledger:
        assert len(look(tracker.book(NOW), tracker.settings, NOW, Memory(ledger.row_states())).plan) == 0
    again = one_pass(tracker)
    next_hour = one_pass(tracker, NOW.replace(hour=11))

    assert isinstance(again, Unchanged)
    assert isinstance(next_hour, Unchanged)
    assert (again.read, again.findings) == (3, 2)
    assert tracker.path.read_bytes() == before


def test_the_day_after_only_what_is_newly_due_is_sent(tracker: Tracker) -> None:
    one_pass(tracker)

    day_after = one_pass(tracker, datetime(2024, 5, 29, 10))
    week_after = one_pass(tracker, datetime(2024, 6, 4, 10))

    assert day_after.told == ()
    assert [(notice.kind, notice.subject.late_days) for notice in week_after.told] == [
        ("risk", 9),
        ("weekly", 0),
    ]


def test_outside_the_sending_window_notices_wait(tracker: Tracker) -> None:
    night = one_pass(tracker, datetime(2024, 5, 28, 22))
    sunday = one_pass(tracker, datetime(2024, 6, 2, 10))
    monday = one_pass(tracker, datetime(2024, 6, 3, 10))

    assert (night.mails, len(night.held), sunday.mails, len(sunday.held)) == (0, 1, 0, 1)
    assert monday.mails == 1


def test_what_people_wrote_is_as_it_was(tracker: Tracker) -> None:
    one_pass(tracker)

    sheet = load_workbook(tracker.path).worksheets[0]
    kept = [
        [cell.value.date() if isinstance(cell.value, datetime) else cell.value for cell in row[:8]]
        for row in sheet.iter_rows(min_row=2)
    ]
    assert json.dumps(kept, default=str) == json.dumps(ROWS, default=str)
