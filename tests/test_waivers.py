"""What a waiver does: the finding is taken away and counted, and what rests on it goes with it."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.waivers import Flaw, read_waivers
from sheet_templates import template, words
from sync.books.memory import MemoryBook
from sync.looking import look
from sync.settings import Settings
from sync.snapshot import Tab
from sync.terminal import machine_form, report

NOW = datetime(2024, 5, 28, 10)
HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "交付标准", "状态", "豁免"]


def looked(*waivers, due="2024-06-14", standard="", **settings):
    rows = [["A1", "输出《流程V2.0》", "王芳", "客服部", due, standard, "进行中", text] for text in waivers]
    people = [["姓名", "部门", "邮箱"], ["王芳", "客服部", "wangfang@example.com"]]
    book = MemoryBook({"t": Tab("t", [HEADER, *rows]), "通讯录": Tab("通讯录", people)})
    return look(book, Settings(**settings), NOW)


def codes(findings):
    return [finding.code for finding in findings]


def test_what_is_waived_is_no_finding_and_is_counted():
    judged = looked("A108 至2024-12-31 客户未定稿")

    assert codes(judged.judgement.findings) == []
    assert codes(judged.judgement.waived) == ["A108"]
    written = {cell.column: cell.now for cell in judged.plan.cells}
    assert "message" not in written
    assert "cells_at_fault" not in written


def test_what_a_waiver_rests_on_goes_with_it():
    late = {"due": "2024-05-10", "standard": "测试报告"}

    assert looked("", **late).risks.tolist() == ["warning"]
    assert looked("A116 至2024-06-30 供应商已改期", **late).risks.tolist() == ["late"]


def test_the_longest_waiver_is_a_setting():
    text = "A108 至2024-12-31 客户未定稿"

    assert codes(looked(text, rules={"S006": {"longest_days": 30}}).judgement.findings) == ["A108", "S006"]
    assert codes(looked(text, rules={"S006": {"longest_days": 30, "off": True}}).judgement.findings) == [
        "A108"
    ]


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
def test_reports_count_what_is_waived(language, capsys):
    judgement = looked("A108 至2024-12-31 客户未定稿").judgement

    machine = machine_form.checked(judgement, words(language), template())
    report.console().print(report.findings_section(judgement, words(language), template()))

    assert (len(machine["findings"]), [each["code"] for each in machine["waived"]]) == (0, ["A108"])
    assert "A108 1" in capsys.readouterr().out


def test_the_parts_of_a_waiver():
    (waiver,) = read_waivers("Ａ１０８、a112 至2026年12月31日：客户未定稿")

    assert (waiver.codes, waiver.until, waiver.reason) == (("A108", "A112"), date(2026, 12, 31), "客户未定稿")
    assert waiver.flaw is None


@given(st.text(st.sampled_from("Aa108 至2026-12.31/年月日前；;\n，、无客户until~ ")))
def test_any_text_is_read_without_a_fault(text):
    for waiver in read_waivers(text):
        assert (waiver.flaw is None) == bool(waiver.codes and waiver.until and waiver.reason)
        assert waiver.flaw in {None, *Flaw}


@pytest.mark.parametrize(
    "many", [" ", "A108 ", "至", "至 ", "2026-12-31", "2026-", "、", "请", ":", "- ", "A", "和"]
)
def test_long_cells_are_read_at_once(many):
    read_waivers("A108" + many * 30_000 + "x")
