"""A workbook that was labelled by the handbook alone (``tests/held_out.yml``) is judged as a person would judge it."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from rules.handbook import RULES
from rules.judge import judge
from rules.table import Book
from rules.tuning import Tuning
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import template
from sync.snapshot import Snapshot, Tab
from sync.tables import read_tables

GIVEN = yaml.safe_load((Path(__file__).parent / "held_out.yml").read_text("utf-8"))
NOW = datetime(2024, 9, 11, 10)
SOUND: Mapping[str, Any] = {
    "description": "签订钢材采购合同", "owner": "郭建华", "department": "工程部", "due": "2024-09-20",
    "standard": "双方盖章的合同扫描件", "confirmed": "是", "status": "进行中", "updated": "2024-09-10",
}  # fmt: skip
TOPIC: Mapping[str, Any] = {
    "no": "1", "title": "进展通报", "description": "通报并讨论下一步", "presenter": "沈雨薇", "planned": 20, "actual": 20,
    "mark": "需决策项", "discussion": "按月度数据讨论，无行动项", "conclusion": "同意", "grounds": "八月台账数据",
}  # fmt: skip
DIFFERENCES = [
    ("actions", {"due": "2024-09-10", "expected": "近期"}, {"A112"}, set()),
    ("actions", {"due": "2024-08-30", "status": "80%"}, {"A112"}, set()),
    ("meetings", {"id": "G05"}, set(), {"M209"}),
    ("meetings", {"id": "G07"}, set(), {"M113"}),
    ("meetings", {"id": "G08"}, set(), {"M209"}),
]
"""By table and what is typed, what a person finds and the rules do not, and the other way round."""


class Labelled(NamedTuple):
    """A row: its table, what is typed, what a person finds, and what the rules find."""

    table: str
    typed: Mapping[str, Any]
    person: frozenset[str]
    rules: frozenset[str]


def actions() -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    for column, groups in GIVEN["one"].items():
        for typed, codes in ((typed, codes) for group in groups for typed, codes in group.items()):
            yield {**SOUND, column: typed}, frozenset(codes)
    for row in GIVEN["rows"]:
        yield {**SOUND, **{key: row[key] for key in row if key != "is"}}, frozenset(row["is"])


def meetings() -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    for row in GIVEN["meetings"]:
        typed = {key: row[key] for key in row if key != "is"}
        yield {**_sound_meeting(typed), **typed}, frozenset(row["is"])


def _sound_meeting(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What is in order of a meeting, before it and, once it has been held, after it."""
    day = datetime.fromisoformat(typed["date"])
    held = day.date() < NOW.date()
    before = {
        "level": "一般", "start": "14:00", "end": "14:45", "place": "二楼会议室", "host": "郭建华", "recorder": "沈雨薇",
        "attendees": "工程部 郭建华、沈雨薇；采购部 贺子轩", "goal": "定下二期工程的进度安排", "emergency": "否", "confidential": "否",
        "material": f"{typed['name']}-进展通报-{day:%Y%m%d}", "notice_sent": f"{day - timedelta(days=7):%Y-%m-%d} 09:00",
        "material_sent": f"{day - timedelta(days=4):%Y-%m-%d} 09:00", "confirm_by": f"{day - timedelta(days=2):%Y-%m-%d} 18:00",
        "confirmed": "郭建华、沈雨薇、贺子轩",
    }  # fmt: skip
    after = {
        "minutes_done": f"{day:%Y-%m-%d} 17:00", "reviewer": "郭建华", "approved": f"{day:%Y-%m-%d} 17:30",
        "distributed": f"{day:%Y-%m-%d} 18:00", "rating": 4,
    }  # fmt: skip
    return before | (after if held else {})


def topics() -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    known = {row["meeting_id"] for row in GIVEN["topics"]}
    dates = {row["id"]: row["date"] for row in GIVEN["meetings"]}
    plain = [{"meeting_id": row["id"], "is": []} for row in GIVEN["meetings"] if row["id"] not in known]
    for row in (*GIVEN["topics"], *plain):
        held = datetime.fromisoformat(dates[row["meeting_id"]]).date() < NOW.date()
        later = {} if held else dict.fromkeys(("actual", "discussion", "conclusion", "grounds"))
        yield {**TOPIC, **later, **{key: row[key] for key in row if key != "is"}}, frozenset(row["is"])


@cache
def judged() -> tuple[Labelled, ...]:
    labelled = {"actions": list(actions()), "meetings": list(meetings()), "topics": list(topics())}
    rows = {key: [typed for typed, _ in its] for key, its in labelled.items()} | {"people": GIVEN["people"]}
    tables = read_tables(
        Snapshot(tuple(_tab(key, its) for key, its in rows.items()), "h"), template(), {}, NOW.date()
    )
    findings = judge(Book(tables, NOW, calendar(today=NOW.date()), word_lists()), RULES, Tuning()).findings
    found: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for finding in findings:
        found[finding.table, finding.row].add(finding.code)
    return tuple(
        Labelled(key, typed, person, frozenset(found[key, row]))
        for key, its in labelled.items()
        for row, (typed, person) in enumerate(its, start=2)
    )


def _tab(key: str, rows: list[dict[str, Any]]) -> Tab:
    table = template().tables[key]
    keys = [name for name, column in table.columns.items() if column.owner != "worker" and name != "id"]
    keys = [*(["id"] if key == "meetings" else []), *keys]
    header = [table.columns[name].heads[0] for name in keys]
    return Tab(table.heads[0], [header, *([row.get(name) for name in keys] for row in rows)])


def agreement() -> tuple[float, float, float]:
    """Precision and recall of single findings, and the share of rows judged just so."""
    counts: Counter[str] = Counter()
    for row in judged():
        counts.update(both=len(row.person & row.rules), rules=len(row.rules), person=len(row.person))
        counts.update(rows=1, alike=row.person == row.rules)
    return (
        counts["both"] / counts["rules"],
        counts["both"] / counts["person"],
        counts["alike"] / counts["rows"],
    )


def test_the_workbook_is_judged_as_a_person_would(capsys) -> None:
    precision, recall, alike = agreement()
    with capsys.disabled():
        figures = f"precision {precision:.3f}, recall {recall:.3f}, rows alike {alike:.3f}"
        sys.stdout.write(f"\n{len(judged())} labelled rows: {figures}\n")

    assert min(precision, recall) >= 0.97, [row for row in judged() if row.person != row.rules]


def test_just_these_rows_are_judged_otherwise() -> None:
    unlike = [row for row in judged() if row.person != row.rules]

    assert [(row.table, row.person - row.rules, row.rules - row.person) for row in unlike] == [
        (table, missed, more) for table, _, missed, more in DIFFERENCES
    ]
    assert all(
        typed.items() <= row.typed.items() for row, (_, typed, _, _) in zip(unlike, DIFFERENCES, strict=True)
    )
