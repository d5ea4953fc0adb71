"""Names of generated tabs: free ones, and none of people’s."""

import pytest
from report_desk import HEADER, QUARTER, WEEK, Desk, texts

from sheet_templates import template
from sync.changes import Plan, PutTab
from sync.faults import GuardFault
from sync.generated import GeneratedTab, TabCell
from sync.guard import guard
from sync.reports.standing import free_name
from sync.settings import Settings
from sync.snapshot import Snapshot, Tab


def test_another_language_keeps_the_tab(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.settings = Settings(language="en")

    assert WEEK in desk.put()
    assert "Weekly summary" not in desk.book.tabs
    assert any("Weekly summary" in text for text in texts(desk.shown()))


def test_a_sheet_of_peoples_by_that_name_stays(tmp_path):
    desk = Desk(tmp_path, 每周汇总=[["我们自己的汇总"]])

    names = [tab.content.name for tab in desk.run().judged.plan.tabs]

    assert names == ["每周汇总（闭环）", QUARTER]
    assert desk.shown() == [["我们自己的汇总"]]
    assert desk.put() == []


@pytest.mark.parametrize("name", [WEEK, "每周汇总".upper(), "t"])
def test_the_guard_lets_no_tab_of_peoples_be_replaced(name):
    snapshot = Snapshot((Tab("t", [HEADER]), Tab(WEEK, [["我们自己的汇总"]])), "f")
    put = PutTab(GeneratedTab(name, ((TabCell("x"),),)))

    with pytest.raises(GuardFault, match="nothing was written"):
        guard(Plan("f", tabs=(put,)), snapshot, template(), {})
    other = PutTab(GeneratedTab("别的", ()))
    with pytest.raises(GuardFault, match="twice"):
        guard(Plan("f", tabs=(other, other)), snapshot, template(), {})


@pytest.mark.parametrize(
    ("wanted", "taken", "name"),
    [
        ("市场/渠道部周报", [], "市场 渠道部周报"),
        ("'报'", [], "报"),
        ("一" * 40, [], "一" * 31),
        ("周报", ["周报"], "备用"),
        ("周报", ["周报", "备用"], "备用 2"),
        ("History", [], "备用"),
    ],
)
def test_names_of_new_tabs(wanted, taken, name):
    assert free_name(wanted, "备用", taken) == name
