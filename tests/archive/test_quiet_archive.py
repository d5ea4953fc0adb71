"""A pass that archives leaves nothing to the next one, and what is counted stays as it was."""

import tempfile
from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from archive_tables import (
    EVERY_REPORT,
    NOW,
    SETTINGS,
    WITH_REPORTS,
    MemoryShelf,
    in_file,
    in_memory,
    item,
    looked_again,
    meeting,
    one_pass,
    standing,
    tabs,
)
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sync.archiving.cabinet import drawers
from sync.ledger.ledger import Ledger
from sync.ledger.recalling import last_runs
from sync.settings import settings_from
from sync.snapshot import Snapshot
from sync.terminal.machine_form import ran
from sync.worker import Unchanged


@pytest.mark.parametrize("settings", [SETTINGS, WITH_REPORTS])
def test_a_second_pass_changes_nothing(make, tmp_path, settings):
    book = make(tabs([item("A1"), item("A4", done=None)], [meeting("M1")]))
    done = one_pass(book, tmp_path, settings=settings)
    left = book.fingerprint()

    again = looked_again(book, tmp_path, settings=settings)

    assert done.filed.rows == {"actions": 1}
    assert ran(done)["changes"] == len(done.judged.plan) + 1
    with closing(Ledger.in_file(tmp_path / "ledger.sqlite", "t")) as ledger:
        assert last_runs(ledger, 1)[0].changes == ran(done)["changes"]
    assert (len(again.plan), again.filing.leaving) == (0, ())
    assert isinstance(one_pass(book, tmp_path, settings=settings), Unchanged)
    assert book.fingerprint() == left


NO_REPORTS = {"weekly": False, "quarterly": False}
DAYS = st.sampled_from(
    [date(2023, 12, 28), date(2024, 3, 4), date(2024, 5, 14), date(2024, 5, 22), date(2024, 5, 27)]
)
MEETING_IDS = st.sampled_from(["M1", "M2", "M3", "M3规划", "M7", None])
ROWS = st.lists(
    st.builds(
        lambda number, meeting_id, done, other: item(number, meeting_id, done, **other),
        st.sampled_from(["A1", "A2", "A3", "A4", "A5", "A6", "A7", "a7"]),
        MEETING_IDS,
        st.one_of(DAYS, st.none()),
        st.fixed_dictionaries(
            {},
            optional={
                "验收结果": st.sampled_from(["通过", "不通过", None]),
                "计划完成时间": st.one_of(DAYS, st.just("尽快")),
                "行动项描述": st.sampled_from(["=1+1", "输出《流程V2.0》"]),
                "状态": st.sampled_from(["受阻", "已取消", "进行中"]),
                "我们的列": st.sampled_from(["第一行\n第二行 ", 0.1 + 0.2, None]),
                "所属部门": st.sampled_from(["客服部", "技术部、客服部", "=1+1"]),
                "议题": st.sampled_from(["流程", "预算"]),
            },
        ),
    ),
    min_size=1,
    max_size=9,
)
REGISTER = st.lists(
    st.builds(
        meeting, MEETING_IDS, st.sampled_from(["产品会议", "周会", ""]), DAYS, st.sampled_from(["是", None])
    ),
    max_size=4,
)
AGENDA = st.lists(
    st.tuples(MEETING_IDS, st.sampled_from([1, 2]), st.sampled_from(["流程", "预算（续）", "预算"])).map(
        list
    ),
    max_size=5,
)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["memory", "excel"])
@given(ROWS, REGISTER, AGENDA, st.sampled_from(["", "归档{year}.xlsx"]))
@hypothesis_settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_archived_the_pass_after_it_finds_nothing_to_do(kind, rows, register, agenda, usual):
    """All rows have their numbers: what is given one leaves on the next day."""
    with tempfile.TemporaryDirectory() as name:
        folder, shelf, content = Path(name), MemoryShelf(usual), tabs(rows, register, agenda)
        book = in_memory(content) if kind == "memory" else in_file(content, folder / "t.xlsx")
        for now in (NOW, NOW + timedelta(days=8)):
            one_pass(book, folder, shelf, now, EVERY_REPORT)

            again = looked_again(book, folder, shelf, now, EVERY_REPORT)

            assert list(again.plan) == []
            assert again.filing.leaving == ()


@pytest.mark.slow
@given(ROWS, REGISTER, AGENDA)
@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_found_in_rows_that_stay_does_not_depend_on_those_that_left(rows, register, agenda):
    with tempfile.TemporaryDirectory() as name:
        folder, book, shelf = Path(name), in_memory(tabs(rows, register, agenda)), MemoryShelf()
        one_pass(book, folder, shelf, settings=settings_from({"reports": NO_REPORTS}, "test"))
        before = looked_again(book, folder, shelf)
        one_pass(book, folder, shelf)

        after = looked_again(book, folder, shelf)

        gone = {(each.table, each.row) for each in before.filing.leaving}
        assert Counter(found(after)) == Counter(found(before, gone))


def found(judged, gone=frozenset()):
    """The findings of what has not gone, but for where it stands."""
    for each in judged.judgement.findings:
        if (each.table, each.row) not in gone:
            yield each.code, each.row_id, repr({**each.fields, "rows": ""})


def test_a_topic_that_came_back_is_known_from_the_archive(tmp_path):
    register = [meeting(f"M{number}", day=date(2024, 5, 10 + number)) for number in (1, 2, 3)]
    agenda = [[f"M{number}", 1, "预算分配", "待定"] for number in (1, 2, 3)]
    items = [item("A1", "M1"), item("A2", "M2"), item("A3", "M3", done=None)]
    book = in_memory(tabs(items, register, agenda))
    one_pass(book, tmp_path)
    assert standing(book, "议题") == ["M3"]

    (again,) = (each for each in looked_again(book, tmp_path).judgement.findings if each.code == "T206")

    assert (again.row, again.fields["times"]) == (2, 3)


@pytest.mark.parametrize("topic", ["预算", "其他"])
def test_a_topic_keeps_the_item_that_was_archived(tmp_path, topic):
    agenda = [["M1", 1, "预算", "需补充材料"]]
    book = in_memory(
        tabs([item("A1", 议题=topic), item("A2", done=None)], [meeting("M1", day=date(2024, 5, 20))], agenda)
    )
    one_pass(book, tmp_path)
    assert (standing(book), standing(book, "议题")) == (["A2"], ["M1"])

    codes = {each.code for each in looked_again(book, tmp_path).judgement.findings}

    assert ("T203" in codes) is (topic == "其他")


def reported(book):
    """What the reports show, line by line; links may lead elsewhere."""
    reports = [tab for tab in book.read().tabs if tab.generated and not drawers(Snapshot((tab,), ""))]
    return {
        (tab.name, number): [str(cell) for cell in row if cell not in (None, "")]
        for tab in reports
        for number, row in enumerate(tab.rows)
    }


def test_reports_count_archived_items_and_meetings_as_before(make, tmp_path):
    early = item("A4", meeting="M0", done=date(2023, 12, 28), 计划完成时间=date(2024, 1, 5))
    recent = item("A1", 计划完成时间=date(2024, 4, 12))  # of this quarter
    items = [recent, item("A2", meeting="M2"), item("A3", meeting="M2", done=None), early]
    days = {"M0": date(2023, 12, 20), "M1": date(2024, 3, 1), "M2": date(2024, 2, 20)}
    meetings = [meeting(number, day=day) for number, day in days.items()]
    book = make(tabs(items, meetings, [["M1", 1, "流程"], ["M2", 1, "流程"]]))

    one_pass(book, tmp_path, settings=settings_from({}, "test"))
    before = reported(book)
    one_pass(book, tmp_path, settings=WITH_REPORTS)

    assert (standing(book), standing(book, "会议登记")) == (["A3"], ["M2"])
    assert before
    assert reported(book) == before


@pytest.mark.parametrize("looked_back", [True, False])
def test_a_retrospective_counts_after_it_was_archived(tmp_path, looked_back):
    name = "一季度会议复盘会" if looked_back else "一季度例会"
    meetings = [["M1", name, "产品会议", date(2024, 3, 1), None], meeting("M2", day=date(2024, 3, 20))]
    book = in_memory(tabs([item("A1"), item("A3", meeting="M2", done=None)], meetings))

    one_pass(book, tmp_path)
    assert standing(book, "会议登记") == ["M2"]
    findings = looked_again(book, tmp_path).judgement.findings

    assert ("M207" in {finding.code for finding in findings}) is not looked_back
