"""Texts of the terminal: broken where Chinese may be broken, and never taken for markup."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from sync.terminal.breaking import flowed
from sync.terminal.flowing import Flowing, add_row, listing
from sync.terminal.report import console

SENTENCE = "第 54 行 “跟进一下”没有写清要做什么：请写“动作+对象”，如：输出《客户投诉处理流程V2.0》"


def test_a_line_is_filled_before_it_is_broken():
    assert [*flowed("第 54 行 没有写清要做什么", 12)] == ["第 54 行 没", "有写清要做什", "么"]


def test_what_opens_ends_no_line_and_what_closes_begins_none():
    for width in range(6, 60):
        lines = [*flowed(SENTENCE, width)]
        assert not any(line[-1] in "“《（" for line in lines)
        assert not any(line[0] in "”》，：、" for line in lines)


@given(st.text("ab 中文，“”/[]\u3000"), st.integers(2, 30))
def test_no_line_is_too_wide_and_nothing_but_blanks_is_lost(text, width):
    lines = [*flowed(text, width)]

    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["[/b]尽快", "[red]王芳[/]", ":warning: 王芳", "[[/x]]\\[b]"])
def test_what_looks_like_markup_stays_as_people_typed_it(text, capsys):
    grid = listing("头", "")
    add_row(grid, text, Flowing(text, style="dim"))
    console().print(grid)
    console().print(text)

    assert capsys.readouterr().out.count(text) == 3


def test_a_narrow_terminal_cuts_nothing_off():
    out = Console(width=40, file=io.StringIO(), markup=False)
    grid = listing("", "")
    add_row(grid, "邮件", "存在 /srv/closeloop/tracker/tracker.closeloop/outbox，不会寄出")
    out.print(grid)

    said = "".join(out.file.getvalue().split())
    assert "…" not in said
    assert said.endswith("不会寄出")
