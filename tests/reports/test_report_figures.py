"""Every figure of the reports beside a computation of its own: plain loops over the rows as people typed them."""

import random
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from statistics import mean, median

import chinese_calendar
import pytest

from rules.findings import Severity
from sync.books.memory import MemoryBook
from sync.generated import GeneratedTab
from sync.looking import Judged, look
from sync.memory import Memory
from sync.reports.past import Closed, Past
from sync.reports.periods import months_of, quarter_of, week_of, weeks_until
from sync.settings import Settings
from sync.snapshot import Tab

NOW = datetime(2024, 6, 5, 10)
TODAY = NOW.date()
MONDAY, LAST_MONDAY = date(2024, 6, 3), date(2024, 5, 27)
HEADER = [
    "编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态", "实际完成时间", "交付成果", "验收人",
    "验收结果", "延期原因", "预计完成时间", "会议编号", "议题",
]  # fmt: skip
ID, OWNER, DEPARTMENT, DUE, STATUS, DONE, DELIVERABLE, VERDICT = 0, 2, 3, 4, 5, 6, 7, 9
MEETINGS = [
    "会议编号", "会议名称", "会议日期", "开始时间", "结束时间", "通知发出时间", "纪要完成时间", "审核通过时间",
    "分发时间", "评分", "改进计划", "紧急会议", "涉密",
]  # fmt: skip
TOPICS = ["会议编号", "序号", "议题名称", "实际时长", "标注", "决策结论", "后续跟进人"]


def rows(chance: random.Random, count: int = 120) -> list[list]:
    made = []
    for number in range(count):
        due = TODAY + timedelta(days=chance.randint(-150, 30)) if chance.random() < 0.95 else None
        done = (
            min(TODAY, due + timedelta(days=chance.randint(-4, 9))) if due and chance.random() < 0.6 else None
        )
        verdict = chance.choice(["通过", "通过", "通过", "", "不通过"]) if done else ""
        status = "已完成" if done else chance.choice(["进行中", "未开始", "受阻"])
        owner, department = chance.choice(
            [("王芳", "客服部"), ("李雷", "技术部"), ("唐雅文", "市场部"), ("相关部门", "")]
        )
        made.append([
            f"A{number:03d}", f"输出《流程{number}》", owner, department, due, status, done,
            "《流程》" if done and chance.random() < 0.9 else "", "周启明", verdict, "", None, "", "",
        ])  # fmt: skip
    return made


def finished(row: list) -> bool:
    return row[DONE] is not None and row[VERDICT] != "不通过"


def closed(row: list) -> bool:
    return finished(row) and row[DELIVERABLE] != "" and row[VERDICT] == "通过"


def opened(row: list) -> bool:
    return not finished(row)


def late(row: list) -> bool:
    return opened(row) and row[DUE] is not None and row[DUE] < TODAY


def in_time(rows: list[list], first: date, last: date) -> tuple[int, int]:
    hits = of = 0
    for row in rows:
        if row[DUE] is None or not first <= row[DUE] <= last:
            continue
        if finished(row):
            of += 1
            hits += row[DONE] <= row[DUE]
        elif row[DUE] < TODAY:
            of += 1
    return hits, of


def working_days(first: date, last: date) -> int:
    """After the first day, up to and including the last."""
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return sum(chinese_calendar.is_workday(day) for day in days)


def judged(actions: list[list], past: Past | None = None, **tables: list[list]) -> Judged:
    tabs = {"行动项跟踪表": [HEADER, *actions], **tables}
    book = MemoryBook({name: Tab(name, [list(row) for row in cells]) for name, cells in tabs.items()})
    return look(book, Settings(), NOW, Memory(past=past))


def tab(done: Judged, kind: str) -> GeneratedTab:
    return next(each.content for each in done.reports.tabs if kind in each.content.name)


def beside(content: GeneratedTab, label: str, start: int = 0) -> list:
    """What stands right of a label, in the first row that begins with it."""
    for row in content.rows[start:]:
        if row and row[0] and row[0].value == label:
            return [cell.value for cell in row[1:] if cell]
    raise AssertionError(label)


def row_of(content: GeneratedTab, text: str) -> int:
    return next(number for number, row in enumerate(content.rows) if row and row[0] and row[0].value == text)


@pytest.mark.parametrize("seed", range(6))
def test_the_weeks_figures(seed):
    actions = rows(random.Random(seed))
    shown = tab(judged(actions), "每周汇总")
    last_end = MONDAY - timedelta(days=1)

    def open_then(row):
        return not (finished(row) and row[DONE] <= last_end)

    expected = {
        "未完成": (sum(map(opened, actions)), sum(map(open_then, actions))),
        "完成": (
            sum(closed(row) and row[DONE] >= MONDAY for row in actions),
            sum(closed(row) and LAST_MONDAY <= row[DONE] < MONDAY for row in actions),
        ),
        "逾期": (
            sum(map(late, actions)),
            sum(open_then(row) and row[DUE] is not None and row[DUE] < last_end for row in actions),
        ),
        "受阻": (sum(opened(row) and row[STATUS] == "受阻" for row in actions), "—"),
        "待验收": (sum(finished(row) and not closed(row) for row in actions), "—"),
        "7 天内到期": (
            sum(
                opened(row) and row[DUE] is not None and TODAY <= row[DUE] <= TODAY + timedelta(days=7)
                for row in actions
            ),
            "—",
        ),
        "风险预警": (sum(late(row) and working_days(row[DUE], TODAY) > 3 for row in actions), "—"),
    }
    for label, figures in expected.items():
        assert tuple(beside(shown, label)[:2]) == figures, label
    for position, (first, last) in enumerate([(MONDAY, MONDAY + timedelta(days=6)), (LAST_MONDAY, last_end)]):
        hits, of = in_time(actions, first, last)
        assert beside(shown, "按时完成率")[position] == pytest.approx(hits / of if of else 0) or not of


@pytest.mark.parametrize("seed", range(3))
def test_twelve_weeks_departments_and_owners(seed):
    actions = rows(random.Random(100 + seed))
    shown = tab(judged(actions), "每周汇总")
    trend = row_of(shown, "12 周趋势")
    mondays = [MONDAY - timedelta(weeks=back) for back in range(11, -1, -1)]

    assert beside(shown, "完成", trend) == [
        sum(closed(row) and week <= row[DONE] <= week + timedelta(days=6) for row in actions)
        for week in mondays
    ]
    assert beside(shown, "未完成", trend)[:-1] == [
        sum(not (finished(row) and row[DONE] <= week + timedelta(days=6)) for row in actions)
        for week in mondays[:-1]
    ]
    for column, section in ((DEPARTMENT, "按部门"), (OWNER, "按负责人")):
        start = row_of(shown, section)
        by_name = defaultdict(list)
        for row in actions:
            by_name[row[column] if row[column] not in {"", "相关部门"} else "（无）"].append(row)
        for name, mine in by_name.items():
            figures = beside(shown, name, start)
            hits, of = in_time(mine, mondays[0], MONDAY + timedelta(days=6))
            risky = sum(late(row) and working_days(row[DUE], TODAY) > 3 for row in mine)
            assert figures[0] == sum(map(opened, mine))
            assert figures[3:5] == [sum(map(late, mine)) - risky, risky]
            assert sum(figures[1:5]) == figures[0]
            assert figures[6] == sum(finished(row) and not closed(row) for row in mine)
            assert figures[8] == pytest.approx(hits / of)


@pytest.mark.parametrize("seed", range(3))
def test_the_lists_name_every_row_once(seed):
    actions = rows(random.Random(200 + seed))
    shown = tab(judged(actions), "每周汇总")
    ids = [
        row[0].value
        for row in shown.rows[row_of(shown, "逾期事项") : row_of(shown, "未来 7 天到期")]
        if row and row[0]
    ]

    assert Counter(text for text in ids if str(text).startswith("A")) == Counter(
        row[ID] for row in actions if late(row)
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_quarters_figures(seed):
    actions = rows(random.Random(300 + seed))
    done = judged(actions)
    shown = tab(done, "复盘")

    for position, quarter in enumerate([quarter_of(TODAY), quarter_of(quarter_of(TODAY).before)]):
        first, last = quarter
        hits, of = in_time(actions, first, last)
        late_days = [
            working_days(row[DUE], row[DONE])
            for row in actions
            if finished(row) and first <= row[DONE] <= last and row[DUE] < row[DONE]
        ]
        assert beside(shown, "按时完成率")[position] == pytest.approx(hits / of)
        assert beside(shown, "办完的事项")[position] == sum(
            closed(row) and first <= row[DONE] <= last for row in actions
        )
        assert beside(shown, "逾期天数中位数")[position] == median(late_days)
        end = min(last, TODAY)
        assert beside(shown, "逾期未完成")[position] == sum(
            row[DUE] is not None and row[DUE] < end and not (finished(row) and row[DONE] <= last)
            for row in actions
        )
    first, last = quarter_of(TODAY)
    wrong = {found.row for found in done.judgement.findings if found.severity is Severity.ERROR}
    due = [number for number, row in enumerate(actions, 2) if row[DUE] and first <= row[DUE] <= last]
    assert beside(shown, "记录完整率")[0] == pytest.approx(
        sum(number not in wrong for number in due) / len(due)
    )
    for month in months_of(quarter_of(TODAY)):
        hits, of = in_time(actions, *month)
        assert beside(shown, f"{month.first.month}月")[:2] == [hits, of - hits]


def meeting(number: int, day: date, **given) -> list:
    """A meeting from 14:00 to 15:00 that keeps every deadline."""
    values = {
        "会议编号": f"M{number:02d}", "会议名称": f"例会{number}", "会议日期": day, "开始时间": time(14),
        "结束时间": time(15), "通知发出时间": datetime.combine(day - timedelta(days=7), time(9)),
        "纪要完成时间": datetime.combine(day, time(18)), "审核通过时间": datetime.combine(day, time(19)),
        "分发时间": datetime.combine(day, time(20)), "评分": 4, "涉密": "否",
    } | given  # fmt: skip
    return [values.get(head) for head in MEETINGS]


def test_meetings_keep_or_miss_their_deadlines():
    tuesday = date(2024, 5, 28)
    held = [
        meeting(1, tuesday),
        meeting(2, tuesday, 通知发出时间=datetime(2024, 5, 27, 9)),  # one working day before
        meeting(3, tuesday, 通知发出时间=datetime(2024, 5, 27, 9), 紧急会议="是"),
        meeting(4, tuesday, 纪要完成时间=datetime(2024, 5, 29, 15, 30)),  # half an hour too late
        meeting(5, tuesday, 纪要完成时间=None, 审核通过时间=None, 分发时间=None),
        meeting(6, tuesday, 分发时间=datetime(2024, 5, 30, 9)),
        meeting(7, tuesday, 评分=2),
        meeting(8, TODAY + timedelta(days=1)),  # not held yet
        meeting(9, date(2024, 4, 10), 评分=1, 改进计划="缩短议程"),
    ]
    topics = [
        ["M01", 1, "流程优化", 70, "需决策项", "同意", ""],
        ["M02", 1, "流程 优化！", 50, "待讨论点", "", ""],
        ["M04", 1, "预算", 95, "需决策项", "同意", "王芳"],
    ]
    actions = [["A001", "输出《流程》", "王芳", "客服部", TODAY, "进行中", *[None] * 6, "M07", ""]]
    done = judged(actions, 会议登记=[MEETINGS, *held], 议题=[TOPICS, *topics])
    week, quarter = tab(done, "每周汇总"), tab(done, "复盘")

    assert beside(week, "召开的会议（次）") == [0, 7, 8]
    assert beside(week, "通知提前 2 个工作日")[1] == pytest.approx(5 / 6)
    assert beside(week, "纪要 24 小时内完成")[1] == pytest.approx(5 / 7)
    assert beside(week, "审核后 1 个工作日内分发")[1] == pytest.approx(5 / 6)
    assert {row[0].value for row in week.rows if row and row[0] and str(row[0].value).startswith("M0")} == {
        "M02",
        "M04",
        "M05",
        "M06",
    }
    undecided = row_of(week, "没有后续安排的决策")
    assert [cell.value for cell in week.rows[undecided + 2] if cell] == ["例会1", "流程优化", "同意", tuesday]
    assert week.rows[undecided + 3] == ()
    assert beside(quarter, "召开的会议")[0] == 8
    assert beside(quarter, "平均超时（分钟）")[0] == pytest.approx(round(mean([10, 0, 35]), 1))
    assert beside(quarter, "重复议题占比")[0] == pytest.approx(2 / 3)
    assert beside(quarter, "平均评分")[0] == pytest.approx(round(mean([4] * 6 + [2, 1]), 1))
    assert beside(quarter, "缺少改进计划")[0] == 1


def test_what_the_ledger_remembers_of_last_week_wins_over_dates():
    actions = rows(random.Random(1))
    kept = {LAST_MONDAY.isoformat(): {"open": 77, "late": 33, "blocked": 5, "waiting": 2, "at_risk": 9}}

    shown = tab(judged(actions, Past(weeks={"": kept})), "每周汇总")

    assert [beside(shown, label)[1] for label in ("未完成", "逾期", "受阻", "待验收", "风险预警")] == [
        77,
        33,
        5,
        2,
        9,
    ]
    assert beside(shown, "未完成", row_of(shown, "12 周趋势"))[-2] == 77


def test_closed_items_that_went_to_the_archive_still_count():
    actions = rows(random.Random(2))
    gone = [row for row in actions if closed(row)][::2]
    errors = Counter(
        each.row_id for each in judged(actions).judgement.findings if each.severity is Severity.ERROR
    )
    past = Past(
        closed=tuple(
            Closed(
                row[ID],
                row[DEPARTMENT],
                row[DUE].isoformat(),
                row[DONE].isoformat(),
                working_days(row[DUE], row[DONE]),
                errors[row[ID]],
            )
            for row in gone
            if row[DONE] >= date(2024, 1, 1)
        )
    )
    left = [row for row in actions if row not in gone]

    whole, archived = judged(actions), judged(left, past)

    for kind, labels in {
        "每周汇总": ["未完成", "完成", "按时完成率"],
        "复盘": ["按时完成率", "办完的事项", "逾期天数中位数", "记录完整率"],
    }.items():
        for label in labels:
            assert beside(tab(archived, kind), label)[:2] == beside(tab(whole, kind), label)[:2], label


def test_weeks_and_quarters():
    assert week_of(date(2024, 6, 9)) == (date(2024, 6, 3), date(2024, 6, 9))
    assert [week.first for week in weeks_until(date(2025, 1, 1), 2)] == [
        date(2024, 12, 23),
        date(2024, 12, 30),
    ]
    assert quarter_of(date(2024, 12, 31)) == (date(2024, 10, 1), date(2024, 12, 31))
    assert months_of(quarter_of(date(2024, 2, 29)))[1] == (date(2024, 2, 1), date(2024, 2, 29))
