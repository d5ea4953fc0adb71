"""Rule cases as data: ``tests/cases/<CODE>.yml`` and the tables that a case makes of it.

A file holds cases named ``pass_…`` and ``fail_…``. A case gives rows by table and template key; what
it does not give is taken from a sound row, so that a case shows only what it is about:

    fail_two_people:
      actions: [{owner: 张三、李四}]
      variant: several

Optional keys of a case: ``now`` (default 2024-05-28 10:00), ``people`` / ``meetings`` / ``topics`` /
``days`` (rows; a table that is not given is not in the workbook, ``[]`` gives an empty one), ``without``
(columns that the sheet does not have), ``parameters`` (of the rule), ``variant`` and ``columns`` (that
each finding must have), ``rows`` (which of the rows are caught, counting from 1; all by default),
``also`` (codes of other rules that catch something too, which must be exactly these), ``errors``
(cells that show a formula error: [row, key, text]), ``merged`` (areas among the rows: [first row, key,
last row, key]), ``headings`` (other headings by key of the table in which findings are looked for, and
under ``extra`` a list of further ones), and ``finds: <table>``
where the findings are of another table than the one that the rule's code names: ``M`` meetings, ``T`` topics,
else ``actions``.

In cases of ``M`` and ``T`` rules the sound meetings and topics have every column of the template, meetings are
numbered (M01, M02 …), and there are no action items unless they are given. Where ``meetings`` is not given there
is a sound one for each topic, to which it belongs; ``null`` means that there is no such tab.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rules.findings import Finding
from rules.handbook import RULES
from rules.judge import judge
from rules.table import Book
from rules.tuning import RuleTuning, Tuning
from rules.wordlists import word_lists
from rules.workdays import Calendar, calendar
from sheet_templates import template
from sync.snapshot import Area, Snapshot, Tab
from sync.tables import own_days, read_tables

FOLDER = Path(__file__).parent / "cases"
NOW = datetime(2024, 5, 28, 10)

SOUND: Mapping[str, Mapping[str, Any]] = {
    "actions": {
        "description": "输出《客户投诉处理流程V2.0》",
        "owner": "王芳",
        "department": "客服部",
        "due": "2024-06-14",
        "standard": "包含一级响应机制、流程节点图",
        "confirmed": "是",
        "status": "进行中",
        "updated": "2024-05-27",
    },
    "meetings": {
        "id": "M01",
        "name": "Q3产品规划会",
        "type": "专项会议",
        "level": "一般",
        "date": "2024-05-20",
    },
    "topics": {"meeting_id": "M01", "no": "1", "title": "流程优化方案"},
    "people": {"name": "王芳", "department": "客服部", "email": "wangfang@example.com", "role": "专员"},
    "days": {"day": "2024-06-03", "kind": "休", "label": "司庆"},
}

FULL: Mapping[str, Mapping[str, Any]] = {
    "meetings": {
        **SOUND["meetings"],
        "start": "14:00",
        "end": "15:00",
        "place": "301会议室",
        "host": "林晓东",
        "recorder": "吴佳怡",
        "attendees": "产品部:林晓东、吴佳怡;客服部:王芳",
        "goal": "确定Q3产品上线计划",
        "material": "Q3产品规划会-流程优化方案-20240520",
        "notice_sent": "2024-05-15 09:30",
        "material_sent": "2024-05-17 16:00",
        "confirm_by": "2024-05-17 18:00",
        "confirmed": "林晓东、吴佳怡、王芳",
        "emergency": "否",
        "confidential": "否",
        "minutes_done": "2024-05-21 09:30",
        "reviewer": "林晓东",
        "approved": "2024-05-21 11:00",
        "distributed": "2024-05-21 13:30",
        "rating": 4,
    },
    "topics": {
        **SOUND["topics"],
        "description": "评估现有投诉处理流程并提出改进建议",
        "presenter": "王芳",
        "planned": 5,
        "actual": 5,
        "mark": "需决策项",
        "discussion": "新增一级响应机制，无行动项",
        "conclusion": "同意",
        "grounds": "近半年超时投诉占比37%",
    },
}
"""Sound rows of the tables that ``M`` and ``T`` rules look at."""

_TABLES = {"M": "meetings", "T": "topics"}
_AFTERWARDS = ("minutes_done", "approved", "distributed")
_DAY = re.compile(r"\d{4}-\d\d-\d\d$")


def _afterwards(day: str, now: datetime) -> Mapping[str, Any]:
    """What comes after a sound meeting of that day; nothing as long as it has not been held."""
    held = date.fromisoformat(day)
    if held >= now.date():
        return dict.fromkeys((*_AFTERWARDS, "rating"))
    later = held - date.fromisoformat(FULL["meetings"]["date"])
    moments = {key: datetime.fromisoformat(FULL["meetings"][key]) + later for key in _AFTERWARDS}
    return {key: f"{moment:%Y-%m-%d %H:%M}" for key, moment in moments.items()}


@dataclass(frozen=True)
class Case:
    """One case of a rule's file."""

    code: str
    name: str
    given: Mapping[str, Any]

    @property
    def fails(self) -> bool:
        """Whether the rule must catch its rows."""
        return self.name.startswith("fail_")

    @property
    def table(self) -> str:
        """The table in which the findings are looked for."""
        return str(self.given.get("finds", _TABLES.get(self.code[0], "actions")))

    @property
    def parameters(self) -> Mapping[str, Any]:
        """How its rule is tuned."""
        parameters: Mapping[str, Any] = self.given.get("parameters", {})
        return parameters

    @property
    def of_meetings(self) -> bool:
        """Whether its rule looks at meetings or topics."""
        return self.code[0] in _TABLES

    def rows(self, key: str) -> list[Mapping[str, Any]]:
        """The rows of one table as the case gives them."""
        if key in self.given or not self.of_meetings or key not in {"actions", "meetings"}:
            return list(self.given.get(key, [{}]))
        return [] if key == "actions" else [{}] * max(1, len(self.given.get("topics") or ()))

    @property
    def now(self) -> datetime:
        """The moment at which it is judged."""
        return datetime.fromisoformat(str(self.given.get("now", NOW)))

    def row(self, key: str, number: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """A row of one table as the case gives it, by its place in the table from 1; all else in it is in order. What
        comes after a meeting moves along with its day, and its host, whoever that is, has reviewed the minutes."""
        day = str(given.get("date", FULL["meetings"]["date"]))
        dated = key == "meetings" and self.of_meetings and _DAY.match(day)
        after = _afterwards(day, self.now) if dated else {}
        review = {"reviewer": None} if key == "meetings" and self.of_meetings and "host" in given else {}
        return {**self.sound(key, number), **after, **review, **given}

    def sound(self, key: str, number: int) -> Mapping[str, Any]:
        """A row of one table in which all is in order, by its place in the table from 1."""
        if not self.of_meetings or key not in FULL:
            return SOUND[key]
        if key == "topics" and "meetings" in self.given:
            return FULL[key]
        return {**FULL[key], {"meetings": "id", "topics": "meeting_id"}[key]: f"M{number:02}"}

    @property
    def id(self) -> str:
        """For the test's name."""
        return f"{self.code}-{self.name}"


@cache
def cases() -> tuple[Case, ...]:
    """All cases of all files."""
    return tuple(case for path in sorted(FOLDER.glob("*.yml")) for case in cases_of(path.stem))


@cache
def cases_of(code: str) -> tuple[Case, ...]:
    """The cases of one rule."""
    read = yaml.safe_load((FOLDER / f"{code}.yml").read_text("utf-8"))
    return tuple(Case(code, name, given or {}) for name, given in read.items())


def judged(case: Case) -> tuple[Finding, ...]:
    """What the whole catalogue finds in the case's workbook; several tests ask it of all ``cases``."""
    return _found_once(case.id) if case == _by_id().get(case.id) else _found(case)


def caught(case: Case) -> list[Finding]:
    """What the case's own rule finds in the table that it is about."""
    return [found for found in judged(case) if (found.code, found.table) == (case.code, case.table)]


@cache
def _by_id() -> Mapping[str, Case]:
    return {case.id: case for case in cases()}


def forget() -> None:
    """Judge every case anew from here on: a rule has been exchanged."""
    _found_once.cache_clear()


@cache
def _found_once(case_id: str) -> tuple[Finding, ...]:
    return _found(_by_id()[case_id])


def _found(case: Case) -> tuple[Finding, ...]:
    tuned = {case.code: RuleTuning(parameters=case.parameters)}
    return judge(book(case), RULES, Tuning(rules=tuned)).findings


def book(case: Case) -> Book:
    """The case's workbook as rules look at it, before anything is computed."""
    today = case.now.date()
    tables = read_tables(snapshot(case), template(), {}, today)
    return Book(tables, case.now, _calendar(tuple(own_days(tables).items()), today), word_lists())


@cache
def _calendar(own: tuple[tuple[date, bool], ...], today: date) -> Calendar:
    return calendar(own=dict(own), today=today)


def wanted(case: Case) -> list[str]:
    """The tables of the case's workbook."""
    usual = {"actions", case.table} | ({"meetings"} if case.of_meetings else set())
    return [key for key in SOUND if case.given.get(key, [] if key in usual else None) is not None]


def snapshot(case: Case) -> Snapshot:
    """The case's workbook."""
    return Snapshot(tuple(_tab(case, key) for key in wanted(case)), case.id)


def _tab(case: Case, key: str) -> Tab:
    table = template().tables[key]
    dropped = set(case.given.get("without", ())) if key == case.table else set()
    given_rows = [case.row(key, number, row) for number, row in enumerate(case.rows(key), start=1)]
    used = {column for row in given_rows for column in row} | {"id", *SOUND[key], *_usual(case, key)}
    keys = [name for name in table.columns if name in used and name not in dropped]
    own = case.given.get("headings", {}) if key == case.table else {}
    header = [own.get(name, table.columns[name].heads[0]) for name in keys] + list(own.get("extra", ()))
    rows = [[row.get(name) for name in keys] for row in given_rows]
    place = {name: keys.index(name) + 1 for name in keys}
    here = key == case.table
    errors = (
        {(row + 1, place[name]): text for row, name, text in case.given.get("errors", ())} if here else {}
    )
    merged = (
        tuple(Area(a + 1, place[b], c + 1, place[d]) for a, b, c, d in case.given.get("merged", ()))
        if here
        else ()
    )
    return Tab(table.heads[0], [header, *rows], merged=merged, errors=errors)


def _usual(case: Case, key: str) -> Iterator[str]:
    """Columns that a sound row leaves empty, but which the sheet has."""
    if key == "actions":
        yield from ("meeting_id", "topic", "assisting", "done", "deliverable", "verifier", "verdict")
        yield from ("late_reason", "expected", "remark")
    elif case.of_meetings and key in FULL:
        columns = template().tables[key].columns.values()
        yield from (column.key for column in columns if column.owner == "people")
