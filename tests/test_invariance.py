"""The order of rows and of columns, blank rows and the language of the headings change nothing that is found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.handbook import RULES
from rules.judge import Judgement, judge
from rules.proposals import with_proposals
from rules.risk import risks
from rules.table import Book
from rules.tuning import Tuning
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import LANGUAGES, template, words
from sync.sentences import status_words
from sync.snapshot import Snapshot, Tab
from sync.tables import own_days, read_tables
from tests.rule_cases import NOW

Rows = list[dict[str, Any]]

NAMES = ["王芳", "张三", "李雷", "王小明", "王小名", "Zhang Wei"]
DEPARTMENTS = ["客服部", "技术部", "市场部"]
MEETINGS = ["M1", "M2", "M9", "M10", "m-2", "周例会", "启动会", "20240520", ""]
DATES = [
    "2024-05-20",
    "2024-05-24",
    "2024-06-14",
    "5月27日",
    "6.18",
    "113/6/15",
    "2023-11-20",
    "尽快",
    "下周三",
    "月底前",
    "2024-02-30",
    "",
    "6月15日左右",
]
TEXTS = ["输出流程V2.0", "签合同", "签 合同。", "跟进", "部署3家门店", "待定"]
STATUSES = ["未开始", "进行中", "已完成", "延期", "受阻", "80%", "进行种", "blocked", ""]
REMARKS = ["", "已顺延3次", "由李雷协调测试环境", "因供应商缺货", "无"]
POOLS: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "actions": {
        "meeting_id": MEETINGS,
        "topic": ["", "预算", "1", "流程优化"],
        "description": TEXTS,
        "owner": [*NAMES, "技术部", "张三、李四", "市场部负责人", "张三(技术部)", "待定", "", "王经理"],
        "department": [*DEPARTMENTS, "技术部、市场部", ""],
        "assisting": ["", "市场部"],
        "due": DATES,
        "standard": ["提交报告", "做好", "", "完成10家试点客户部署"],
        "confirmed": ["是", "否", ""],
        "status": STATUSES,
        "done": ["", "2024-05-27", "5月24日", "昨天", "2025-01-01"],
        "deliverable": ["", "会议纪要", "无"],
        "verifier": ["", "李雷"],
        "verdict": ["", "通过", "不通过"],
        "late_reason": REMARKS,
        "expected": DATES,
        "remark": REMARKS,
        "updated": ["", "2024-05-27", "5月20日", "2024-04-01"],
    },
    "meetings": {
        "name": ["周例会", "启动会", "项目启动会", "M2"],
        "type": ["", "专项会议", "项目启动会"],
        "level": ["", "重要", "一般"],
        "date": ["2024-05-20", "2024-05-27", "2023-12-18", "", "5月13日"],
        "goal": ["", "定预算"],
        "confidential": ["", "是"],
    },
    "topics": {"title": ["预算", "流程优化"], "presenter": NAMES, "planned": ["10", "45", ""]},
    "people": {
        "name": NAMES,
        "department": DEPARTMENTS,
        "email": ["a@example.com", "b@example.com", "不详", ""],
        "role": ["部门负责人", "协调人", "", "专员"],
    },
    "days": {"day": ["2024-06-03", "2024-06-04", "2024-06-08"], "label": ["司庆", ""]},
}
FIXED: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "actions": {"id": [f"A{number:03}" for number in range(1, 9)]},
    "meetings": {"id": ["M1", "M2", "M9", "M10"]},
    "topics": {"meeting_id": ["M1", "M2", "M9"], "no": ["1", "2"]},
    "people": {},
    "days": {"kind": ["休", "班"]},
}
"""Cells that are never empty, for a row that says too little is none after a blank one."""


@st.composite
def trackers(draw: st.DrawFn) -> dict[str, Rows]:
    """Rows of all tables by table key; the action table always, the others perhaps."""
    tracker = {}
    for key, pools in POOLS.items():
        columns = {**FIXED[key], **pools}
        row = st.fixed_dictionaries({column: st.sampled_from(pool) for column, pool in columns.items()})
        least = 1 if key == "actions" else 0
        rows = draw(st.lists(row, min_size=least, max_size=8 if key == "actions" else 4))
        if rows or draw(st.booleans()):
            tracker[key] = [each for each in rows if sum(value != "" for value in each.values()) > 2]
    tracker["actions"] = tracker["actions"] or [
        {"id": "A1", "description": "签合同", "owner": "王芳", "due": "尽快"}
    ]
    return tracker


def arranged(draw: st.DrawFn, tracker: Mapping[str, Rows]) -> Snapshot:
    """The same tracker as somebody else may keep it."""
    tabs = [_arranged(draw, key, rows) for key, rows in tracker.items()]
    return Snapshot(tuple(draw(st.permutations(tabs))), "other")


def _arranged(draw: st.DrawFn, key: str, rows: Rows) -> Tab:
    language = draw(st.integers(0, len(LANGUAGES) - 1))
    columns = draw(st.permutations(_columns(key)))
    shuffled = [list(map(row.get, columns)) for row in draw(st.permutations(rows))]
    for place in sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)), reverse=True):
        shuffled.insert(place, [None] * len(columns))
    return _tab(key, columns, shuffled, language)


def _columns(key: str) -> list[str]:
    return [*FIXED[key], *POOLS[key]]


def _tab(key: str, columns: Sequence[str], rows: list[list[Any]], language: int) -> Tab:
    table = template().tables[key]
    return Tab(table.heads[language], [[table.columns[name].heads[language] for name in columns], *rows])


def plain(tracker: Mapping[str, Rows]) -> Snapshot:
    tabs = [
        _tab(key, _columns(key), [list(map(row.get, _columns(key))) for row in rows], 0)
        for key, rows in tracker.items()
    ]
    return Snapshot(tuple(tabs), "plain")


def judged(snapshot: Snapshot) -> Judgement:
    tables = read_tables(snapshot, template(), {}, NOW.date())
    days = calendar(own=own_days(tables), today=NOW.date())
    judgement = judge(Book(tables, NOW, days, word_lists()), RULES, Tuning())
    return with_proposals(judgement, status_words(template(), words("zh-CN")))


def found(judgement: Judgement) -> Counter[str]:
    """What was found and computed, without where it stands: numbers of rows in a sentence are places too."""
    findings = [
        (
            each.code,
            each.table,
            each.row_id,
            each.columns,
            sorted((k, v) for k, v in each.fields.items() if k != "rows"),
        )
        for each in judgement.findings
    ]
    actions = judgement.book.tables["actions"].frame.assign(risk=risks(judgement.book, judgement.findings))
    computed = actions[["id", "computed", "late_days", "carried", "risk"]].astype(str).to_numpy().tolist()
    return Counter(map(repr, [*findings, *computed]))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_what_is_found_does_not_depend_on_how_the_sheet_is_arranged(data: st.DataObject) -> None:
    tracker = data.draw(trackers())

    assert found(judged(arranged(data.draw, tracker))) == found(judged(plain(tracker)))
