"""Texts of people’s in the reports: no formula, no secret."""

from contextlib import closing

import pytest
from openpyxl import Workbook
from report_desk import HEADER, ROWS, START, Desk, done_past, texts

from sheet_templates import LANGUAGES
from sync.books.excel import ExcelBook
from sync.ledger.ledger import Ledger
from sync.ledger.remembering import past
from sync.looking import look
from sync.memory import Memory
from sync.settings import settings_from
from sync.tell.outbox import Outbox
from sync.worker import run_pass

SECRET = "海棠计划"


MEETINGS = [
    "会议编号",
    "会议名称",
    "会议日期",
    "开始时间",
    "结束时间",
    "通知发出时间",
    "纪要完成时间",
    "评分",
    "涉密",
]


TOPICS = ["会议编号", "序号", "议题名称", "标注", "决策结论"]


def test_what_is_confidential_counts_and_never_shows(tmp_path):
    secret = [
        [f"S{number}", f"{SECRET}{number}", f"{SECRET}人", f"{SECRET}部", due, status, "M01"]
        for number, (due, status) in enumerate(
            [("2024-05-30", "进行中"), ("2024-06-05", "受阻"), ("2024-06-30", "未开始")]
        )
    ]
    meeting = ["M01", f"{SECRET}会", "2024-05-29", "14:00", "15:00", "2024-05-29", "2024-06-01", 1, "是"]
    again = ["M02", f"{SECRET}会二", *meeting[2:]]
    topics = [
        ["M01", 1, f"{SECRET}议题", "需决策项", SECRET],
        ["M02", 1, f"{SECRET}议题", "需决策项", SECRET],
    ]
    desk = Desk(
        tmp_path, *ROWS, *secret, settings=settings_from({"reports": {"departments": "all"}}),
        会议登记=[MEETINGS, meeting, again], 议题=[TOPICS, *topics],
    )  # fmt: skip

    done = desk.run()

    for tab in done.judged.plan.tabs:
        shown = repr(tab)
        assert SECRET not in shown, tab.content.name
        assert "S0" not in shown, tab.content.name
    week = desk.shown()
    assert week[4][:4] == ["未完成", None, None, 5]
    assert week[7][:4] == ["逾期", None, None, 2]
    assert "另有 1 项涉密事项，只计数不列出" in texts(week)
    with closing(desk.ledger()) as ledger:
        assert SECRET not in repr(past(ledger, START.date(), []))


HOSTILE = [
    "=1+1",
    "+2",
    "-3",
    "@x",
    '=HYPERLINK("http://x")',
    "'quoted'",
    "多\n行\x0b文字",
    "{field}",
    "x" * 400,
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_peoples_becomes_a_formula_or_breaks_a_tab(tmp_path, language):
    rows = [[f"A{number}", text, text, text, "2024-05-30", "受阻", ""] for number, text in enumerate(HOSTILE)]
    path = tmp_path / "t.xlsx"
    book = Workbook()
    book.active.title = "it's =1+1"
    for cells in [HEADER, *rows]:
        book.active.append(
            ["'" + cell if str(cell).startswith("=") else cell.replace("\x0b", " ") for cell in cells]
        )
    book.save(path)
    chosen = settings_from({"language": language, "reports": {"departments": "all"}})

    with closing(Ledger.in_file(tmp_path / "l.sqlite", "t")) as ledger:
        done = run_pass(ExcelBook(path), ledger, Outbox(tmp_path / "out"), chosen, START)
        assert done.without_tabs is None
        again = look(ExcelBook(path), chosen, START, Memory(ledger.row_states(), past=done_past(ledger)))
    assert len(again.plan) == 0
    for tab in ExcelBook(path).read().tabs:
        if tab.generated:
            assert tab.formulas <= {(2, 13)}
            assert not tab.errors
