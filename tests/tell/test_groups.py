"""What groups are told: by department, each rung once, nothing confidential, mail instead of a broken robot."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from tell_samples import notice

from rules.directory import Directory, Person
from rules.wordlists import word_lists
from sheet_templates import LANGUAGES, words
from sync.ledger.ledger import Ledger
from sync.tell.channel import Delivery
from sync.tell.group_message import GroupMessage, Routes, group_message, group_notices, markdown, portions
from sync.tell.groups import Groups, GroupsTold, tell_groups
from sync.tell.notice import Kind, Notice, Recipient

NOW = datetime(2026, 11, 20, 9, 17)
LIN = Person("林晓东", "产品部", "lin@example.com", "部门负责人", robot="产品部群")
LI = Person("李四", "市场部", "li@example.com", robot="市场一组群")
TANG = Person("唐雅文", "市场部", "tang@example.com", "部门负责人", robot="市场部群")
WU = Person("吴敏", "总经办", "wu@example.com", "协调人")
LISTED = Directory((Person("张三", "产品部", "zhangsan@example.com"), LIN, LI, TANG, WU), word_lists())
ROUTES = Routes({"产品部群": [], "市场部群": [], "市场一组群": [], "技术部群": ["技术部", "运维部"]}, LISTED)


@dataclass
class Wall:
    """A robot that keeps what it is given, and answers as it is told."""

    answers: list[Delivery] = field(default_factory=list)
    posted: list[GroupMessage] = field(default_factory=list)
    most: int = 100

    def fits(self, message: GroupMessage) -> bool:
        return sum(len(section.lines) for section in message.sections) <= self.most

    def send(self, message: GroupMessage) -> Delivery:
        delivery = self.answers.pop(0) if self.answers else Delivery(True)
        if delivery.sent:
            self.posted.append(message)
        return delivery


def told_to(person: Person | Recipient, kind: Kind = Kind.OVERDUE, **fields) -> Notice:
    """A notice with a key as the ladder makes them."""
    made = notice(kind, to=Recipient(person.name, person.email), **fields)
    return replace(made, key=f"{kind}:{made.subject.id}:{made.subject.due}:0:{person.email}")


PRODUCT = (
    told_to(LIN, Kind.RISK, id="A-1", late_days=6),
    told_to(LISTED.people[0], Kind.RISK, id="A-1", late_days=6),
    told_to(LISTED.people[0], id="A-2"),
    told_to(WU, id="A-2", copy=True),
    told_to(LISTED.people[0], Kind.DUE_SOON, id="A-3", late_days=0),
)


@pytest.fixture
def ledger(tmp_path):
    made = Ledger.in_file(tmp_path / "ledger.sqlite", "t")
    made.prepare()
    yield made
    made.close()


def groups(routes: Routes = ROUTES, **walls: Wall) -> Groups:
    return Groups(
        {name: walls.get(name) or Wall() for name in routes.departments}, routes, words("zh-CN"), "跟踪表"
    )


def test_each_rung_is_told_once_to_the_group_however_many_people_are_told():
    told = group_notices(PRODUCT, ROUTES)
    assert list(told) == ["产品部群"]
    assert [each.key for each in told["产品部群"]] == [
        "group:risk:A-1:2026-11-19:0:产品部群",
        "group:overdue:A-2:2026-11-19:0:产品部群",
        "group:due_soon:A-3:2026-11-19:0:产品部群",
    ]


@pytest.mark.parametrize(
    ("owner", "department", "expected"),
    [
        ("张三", "产品部", ["产品部群"]),
        ("张三", "产品部（牵头）", ["产品部群"]),
        ("张三", "", ["产品部群"]),  # by the owner's row
        ("李四", "市场部", ["市场一组群"]),  # an own robot counts before the head's
        ("赵六", "市场部", ["市场部群"]),
        ("赵六", "技术部", ["技术部群"]),  # by the settings
        ("赵六", "运维部", ["技术部群"]),
        ("赵六", "财务部", []),
        ("", "", []),
    ],
)
def test_the_way_to_a_group(owner, department, expected):
    assert list(group_notices([notice(owner=owner, department=department)], ROUTES)) == expected


def test_a_robot_that_the_settings_do_not_know_is_not_used():
    assert group_notices(PRODUCT, Routes({"别的群": []}, LISTED)) == {}
    assert group_notices(PRODUCT, Routes({}, LISTED)) == {}


def test_confidential_matters_are_only_counted():
    secret = tuple(replace(each, subject=replace(each.subject, confidential=True)) for each in PRODUCT)
    some = (*PRODUCT[:2], *secret[2:])
    (portion,) = portions(group_notices(some, ROUTES)["产品部群"], words("zh-CN"), "表", lambda _: True)
    message = group_message(portion, words("zh-CN"), "表")
    shown = message.title + markdown(message)
    assert "A-1" in shown
    assert not any(word in shown for word in ("A-2", "A-3"))
    assert message.title == "[闭环] 产品部：1 项风险预警、1 项逾期、1 项即将到期"
    assert "另有 2 项未在此列出" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_of_confidential_matters_alone_says_nothing_of_them(language):
    secret = [replace(each, subject=replace(each.subject, confidential=True)) for each in PRODUCT]
    (portion,) = portions(group_notices(secret, ROUTES)["产品部群"], words(language), "表", lambda _: True)
    message = group_message(portion, words(language), "表")
    assert message.sections == ()
    assert "提交需求确认单" not in repr((message.title, message.lead, message.rest, markdown(message)))


def test_what_is_more_than_a_group_reads_is_counted():
    many = [told_to(LIN, id=f"A-{number}") for number in range(1, 51)]
    (portion,) = portions(group_notices(many, ROUTES)["产品部群"], words("zh-CN"), "表", lambda _: True)
    message = group_message(portion, words("zh-CN"), "表")
    assert len(message.sections[0].lines) == 20
    assert message.rest == "另有 30 项未在此列出，请在跟踪表中查看。"
    assert len(message.notices) == 50


def test_a_group_is_told_once(ledger):
    wall = Wall()
    first = tell_groups(groups(产品部群=wall), PRODUCT, 1, ledger, NOW)
    assert [each.subject.id for each in first.told] == ["A-1", "A-2", "A-3"]
    assert tell_groups(groups(产品部群=wall), PRODUCT, 2, ledger, NOW) == GroupsTold()
    assert len(wall.posted) == 1


def test_only_what_is_new_is_told_later(ledger):
    wall = Wall()
    tell_groups(groups(产品部群=wall), PRODUCT, 1, ledger, NOW)
    tell_groups(groups(产品部群=wall), [*PRODUCT, told_to(LIN, id="A-9")], 2, ledger, NOW)
    assert [each.subject.id for each in wall.posted[1].notices] == ["A-9"]


def test_a_robot_that_fails_for_now_is_tried_by_the_next_pass(ledger):
    wall = Wall([Delivery(False, "code 130101")], most=1)
    first = tell_groups(groups(产品部群=wall), PRODUCT, 1, ledger, NOW)
    assert [name for name, _ in first.failed] == ["产品部群"]  # and is left alone for the rest of the pass
    assert (first.told, first.instead) == ((), ())
    second = tell_groups(groups(产品部群=wall), PRODUCT, 2, ledger, NOW.replace(hour=10))
    assert len(second.told) == 3


def test_what_is_unsure_is_never_posted_again_nor_mailed(ledger):
    wall = Wall([Delivery(False, "line broke", unsure=True)])
    tell_groups(groups(产品部群=wall), PRODUCT, 1, ledger, NOW)
    assert tell_groups(groups(产品部群=wall), PRODUCT, 2, ledger, NOW) == GroupsTold()
    assert wall.posted == []


def test_a_robot_that_refuses_for_good_has_the_head_mailed_instead(ledger):
    secret = told_to(LIN, id="A-7", confidential=True)
    broken = groups(产品部群=Wall([Delivery(False, "HTTP 200 · code 300001", permanent=True)]))
    first = tell_groups(broken, [*PRODUCT, secret], 1, ledger, NOW)
    assert [(each.subject.id, each.recipient, each.copy) for each in first.instead] == [
        (number, Recipient("林晓东", "lin@example.com"), True) for number in ("A-1", "A-2", "A-3")
    ]
    again = tell_groups(broken, PRODUCT, 2, ledger, NOW)
    assert (again.told, again.failed) == ((), ())
    assert again.instead == first.instead  # until the mail has gone, whatever happened in between
    ledger.notices.claim(2, again.instead, NOW)
    assert tell_groups(broken, PRODUCT, 3, ledger, NOW) == GroupsTold()


def test_where_there_is_no_head_the_coordinators_are_mailed(ledger):
    ops = [told_to(WU, id="A-5", department="运维部", owner="钱七")]
    told = tell_groups(groups(技术部群=Wall([Delivery(False, "no", permanent=True)])), ops, 1, ledger, NOW)
    assert [each.recipient.name for each in told.instead] == ["吴敏"]


def test_a_long_message_is_settled_part_by_part(ledger):
    wall = Wall([Delivery(True), Delivery(False, "no", permanent=True)], most=1)
    told = tell_groups(groups(产品部群=wall), PRODUCT, 1, ledger, NOW)
    assert [each.subject.id for each in told.told] == ["A-1", "A-3"]
    assert [each.subject.id for each in told.instead] == ["A-2"]
