"""Every reminder of handbook §4 by scenarios as data (``reminders.yml``), and what may never be told to others."""

from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import yaml

from sheet_templates import rungs, template, words
from sync.books.memory import MemoryBook
from sync.ledger.ledger import Ledger
from sync.looking import Judged, look
from sync.memory import Memory
from sync.settings import Settings, settings_from
from sync.snapshot import Tab
from sync.tell.digest import compose, digests
from sync.tell.ladder import ladder
from sync.tell.notice import Figures, Kind
from sync.tell.outbox import Outbox
from sync.tell.recipients import roles_of
from sync.worker import run_pass
from tests.rule_cases import SOUND

SCENARIOS = yaml.safe_load(Path(__file__).with_name("reminders.yml").read_text("utf-8"))
PEOPLE = [
    {"name": "王芳"},
    {"name": "李雷", "email": "lilei@example.com", "role": "部门负责人"},
    {"name": "赵敏", "department": "运营部", "email": "zhaomin@example.com", "role": "协调人"},
    {"name": "孙悦", "department": "技术部", "email": "sunyue@example.com"},
    {"name": "钱总", "department": "", "email": "qian@example.com", "role": "总经理"},
]


def tab(key: str, rows: list[dict[str, Any]]) -> Tab:
    """A table of rows that take from a sound one what they do not give."""
    given = [{**SOUND[key], **row} for row in rows]
    if key == "actions":
        given = [{"id": f"A{number}", **row} for number, row in enumerate(given, start=1)]
    keys = [name for name in template().tables[key].columns if any(name in row for row in given)]
    columns = template().tables[key].columns
    heads = [columns[name].heads[0] for name in keys]
    return Tab(template().tables[key].heads[0], [heads, *[[row.get(name) for name in keys] for row in given]])


def book(given: dict[str, Any]) -> MemoryBook:
    rows = {"actions": [{}], "people": PEOPLE} | given
    tabs = [tab(key, rows[key]) for key in ("actions", "meetings", "people") if key in rows]
    return MemoryBook({each.name: each for each in tabs})


def judged(given: dict[str, Any], folder: Path) -> tuple[Judged, set[str]]:
    """What is due, and the keys of what nobody has been told yet."""
    settings = settings_from(given.get("settings", {}))
    with closing(Ledger.in_file(folder / "l.sqlite", "t")) as ledger:
        workbook, out = book(given), Outbox(folder / "out")
        for day in given.get("before", ()):
            run_pass(workbook, ledger, out, settings, datetime.combine(day, time(10)))
        done = look(workbook, settings, datetime.combine(given["now"], time(10)), Memory(ledger.row_states()))
        return done, {notice.key for notice in ledger.notices.unknown(done.notices)}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name, tmp_path):
    given = SCENARIOS[name]

    done, fresh = judged(given, tmp_path)

    told = [notice for notice in done.notices if notice.kind.value == given["kind"] and notice.key in fresh]
    assert [notice.recipient.name + "+" * notice.copy for notice in told] == given["told"]
    if "missed" in given:
        assert sorted({miss.reason for miss in done.missed}) == given["missed"]


def test_every_kind_has_its_rung_roles_and_colour():
    assert list(rungs()) == [kind.value for kind in Kind]
    for rung in rungs().values():
        group, name = rung.colour.split(".")
        assert template().colours[group][name]
        assert {*rung.to, *rung.copy} <= set(roles_of(rung))


def test_every_kind_is_in_a_scenario():
    assert {given["kind"] for given in SCENARIOS.values()} == set(rungs()) - {"brake"}


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
def test_what_is_confidential_is_counted_and_not_named_to_others(language, tmp_path):
    secret = "裁撤华南分部"
    given = {
        "now": date(2024, 6, 17),
        "meetings": [{"name": "薪酬密谈", "confidential": "是", "date": "2024-06-03"}],
        "actions": [
            {"meeting_id": "M01", "description": f"输出《{secret}》", "owner": "王芳", "due": "2024-06-12"},
            {
                "meeting_id": "M01",
                "description": f"提交《{secret}》",
                "owner": "密探张三丰",
                "due": "2024-06-18",
            },
        ],
        "settings": {"language": language},
    }
    done, _ = judged(given, tmp_path)
    letters = {
        digest.recipient.name: compose(digest, words(language), "跟踪表") for digest in digests(done.notices)
    }

    assert secret in letters["王芳"].text
    for letter in letters.values():
        assert secret not in letter.subject
    for hidden in (secret, "薪酬密谈", "密探张三丰"):
        assert hidden not in letters["赵敏"].text
        assert hidden not in letters["赵敏"].html
    weekly = next(notice.subject for notice in done.notices if notice.kind is Kind.WEEKLY)
    assert isinstance(weekly, Figures)
    assert dict(weekly.figures)[words(language)["mail_figures"]["open"]] == "2"


def test_a_kind_that_is_not_known_is_refused_with_the_nearest():
    from sync.faults import SettingsFault

    with pytest.raises(SettingsFault, match="overdue"):
        settings_from({"reminders": {"overdu": {"off": True}}})
    with pytest.raises(SettingsFault, match=r"reminders\.overdue\.repat.*repeat"):
        settings_from({"reminders": {"overdue": {"repat": 1}}})
    with pytest.raises(SettingsFault, match="attendees"):
        settings_from({"reminders": {"overdue": {"to": ["attendees"]}}})


@pytest.mark.parametrize(
    ("kind", "role"), [(rung.kind, role) for rung in rungs().values() for role in roles_of(rung)]
)
def test_every_kind_can_be_told_to_every_role_that_it_may(kind, role, tmp_path):
    given = {
        "now": date(2024, 6, 4),
        "meetings": [
            {"name": "战略会", "date": "2024-06-03", "recorder": "孙悦", "host": "李雷", "minutes_done": ""},
            {"id": "M02", "name": "例会", "date": "2024-06-05", "recorder": "孙悦", "notice_sent": ""},
        ],
        "actions": [{"meeting_id": "M01", "due": "2024-06-03"}, {"meeting_id": "M01", "status": "受阻"}],
        "settings": {"reminders": {kind: {"to": [role]}}},
    }

    done, _ = judged(given, tmp_path)

    assert done.notices


@pytest.mark.parametrize(
    ("parameters", "days", "unit"),
    [
        ({"working_days": 3, "hours": 0, "days": 0}, 3, "working_days"),
        ({"working_days": 0, "hours": 0, "days": 3}, 3, "days"),
        ({"working_days": 0, "hours": 36, "days": 0}, 2, "days"),
        ({}, 2, "working_days"),
    ],
)
def test_the_parameters_of_a_rule_set_its_reminder(parameters, days, unit):
    rung = ladder({}, {"M105": parameters})[Kind.NOTICE_LATE]

    assert (rung.days, rung.unit) == (days, unit)


def test_older_settings_still_mean_what_they_did():
    tuned = Settings(reminders={"due_soon_days": 5, "overdue_every": 3}).reminders.tuned
    assert tuned == {"due_soon": {"days": 5}, "overdue": {"repeat": 3}}
