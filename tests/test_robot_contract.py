"""What every group robot has in common, over servers that answer as the vendors do."""

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from robot_server import DRIPPING, DROP, DROP_INSIDE, NOW, SECRET, SILENT, TOKEN, RobotServer, closed_port
from tell_samples import notice

from sheet_templates import words
from sync.faults import SettingsFault
from sync.settings.sections import RobotSettings
from sync.tell.channel import Delivery
from sync.tell.group_message import GroupMessage, Portion, group_message, markdown, portions
from sync.tell.notice import Kind, Notice, Recipient
from sync.tell.robots.robot import Robot
from sync.tell.robots.setup import Clocks, robots

VENDORS = ["dingtalk", "wecom", "feishu"]
GROUP = Recipient("产品部群", "")
BUSY = {
    "dingtalk": {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"},
    "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"},
    "feishu": {"code": 11232, "msg": "create message trigger frequency limit"},
}
WRONG = {
    "dingtalk": {"errcode": 310000, "errmsg": "keywords not in content"},
    "wecom": {"errcode": 93000, "errmsg": "invalid webhook url"},
    "feishu": {"code": 19024, "msg": "Key Words Not Found"},
}


@pytest.fixture(params=VENDORS)
def vendor(request) -> str:
    return request.param


def told(count: int, **fields) -> tuple[Notice, ...]:
    return tuple(notice(Kind.OVERDUE, to=GROUP, id=f"A-{number}", **fields) for number in range(1, count + 1))


def message(count: int = 3, **fields) -> GroupMessage:
    return group_message(Portion(told(count, **fields), count), words("zh-CN"), "客户会议跟踪表")


def robot(
    server: RobotServer,
    url: str = "",
    secret: str = SECRET,
    timeout: float = 5,
    sleep: Callable[[float], None] = lambda _: None,
) -> Robot:
    environment = {"URL": url or server.url, "SECRET": secret}
    chosen = RobotSettings(kind=server.vendor, url_env="URL", secret_env="SECRET" if secret else "")
    made = robots({"r": chosen}, environment, Clocks(lambda: NOW, lambda: 0.0, sleep))["r"]
    return replace(made, poster=replace(made.poster, timeout=timeout))


def test_a_message_arrives_signed_and_whole(vendor):
    with RobotServer(vendor) as server:
        assert robot(server).send(message()).sent
    (text,) = server.posted
    assert "[闭环] 产品部：3 项逾期" in text
    assert "**A-2** 提交需求确认单 | 张三 | 2026-11-19 到期，逾期 1 个工作日" in text


def test_without_a_secret_it_goes_unsigned(vendor):
    with RobotServer(vendor, secret="") as server:
        assert robot(server, secret="").send(message()).sent
    assert "sign" not in server.requests[0][0]
    assert b'"sign"' not in server.requests[0][1]


@pytest.mark.parametrize("name", ["dingtalk", "feishu"])
def test_a_wrong_secret_is_refused_for_good(name):
    with RobotServer(name) as server:
        delivery = robot(server, secret="another").send(message())
    assert (delivery.sent, delivery.permanent, delivery.unsure) == (False, True, False)
    assert "sign" in delivery.detail
    assert server.posted == []


def test_a_wrong_token_is_refused_for_good_and_not_repeated(vendor):
    with RobotServer(vendor) as server:
        delivery = robot(server, url=server.url.replace(TOKEN, "wr0ng-token-xyz")).send(message())
    assert (delivery.sent, delivery.permanent) == (False, True)
    assert "wr0ng-token-xyz" not in delivery.detail


@pytest.mark.parametrize("status", [200, 400])
def test_a_code_in_the_body_counts_whatever_the_status(vendor, status):
    with RobotServer(vendor, (status, WRONG[vendor]), (status, BUSY[vendor])) as server:
        wrong, busy = (robot(server).send(message()) for _ in range(2))
    assert (wrong.sent, wrong.permanent, wrong.unsure) == (False, True, False)
    assert (busy.sent, busy.permanent, busy.unsure) == (False, False, False)
    assert str(next(iter(WRONG[vendor].values()))) in wrong.detail


def test_too_many_requests_come_back_later(vendor):
    with RobotServer(vendor, (429, b"", {"Retry-After": "37"})) as server:
        delivery = robot(server).send(message())
    assert (delivery.sent, delivery.permanent, delivery.unsure) == (False, False, False)
    assert "Retry-After 37" in delivery.detail


@pytest.mark.parametrize(
    ("status", "permanent", "unsure"),
    [
        (500, False, False),
        (503, False, False),
        (502, False, True),
        (504, False, True),
        (404, True, False),
        (302, True, False),
    ],
)
def test_a_status_without_a_code(vendor, status, permanent, unsure):
    with RobotServer(vendor, (status, b"<html>", {"Location": "/elsewhere"})) as server:
        delivery = robot(server).send(message())
    assert (delivery.sent, delivery.permanent, delivery.unsure) == (False, permanent, unsure)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"[]", b'"ok"', b"{}", b"[" * 100_000, b"\xff\xfe", b"x" * 70_000]
)
def test_a_body_that_says_nothing_is_no_success(vendor, body):
    with RobotServer(vendor, (200, body)) as server:
        delivery = robot(server).send(message())
    assert (delivery.sent, delivery.permanent, delivery.unsure) == (False, False, True)


@pytest.mark.parametrize("how", [DROP, DROP_INSIDE, SILENT, DRIPPING])
def test_a_line_that_breaks_after_the_message_left_is_unsure_and_not_repeated(vendor, how):
    with RobotServer(vendor, how) as server:
        delivery = robot(server, timeout=0.3).send(message())
    assert delivery == Delivery(False, "the line broke before the robot's server answered", unsure=True)
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_can_be_tried_again(vendor):
    with RobotServer(vendor) as server:
        url = server.url.replace(server.url.split("/")[2], f"127.0.0.1:{closed_port()}")
        assert robot(server, url=url).send(message()) == Delivery(
            False, "the robot's server cannot be reached"
        )


def test_a_name_that_nobody_knows_can_be_tried_again(vendor):
    with RobotServer(vendor) as server:
        url = f"http://robot.invalid/hook/{TOKEN}?access_token={TOKEN}"
        delivery = robot(server, url=url).send(message())
    assert (delivery.sent, delivery.permanent, delivery.unsure) == (False, False, False)


def test_no_secret_is_in_any_log_or_answer(vendor, caplog):
    caplog.set_level(logging.DEBUG)
    echo = {"errcode": 99, "code": 99, "errmsg": f"{TOKEN} {SECRET}", "msg": f"{TOKEN} {SECRET}"}
    with RobotServer(vendor, None, (200, echo), (429, echo), DROP) as server:
        one = robot(server, timeout=0.5)
        said = [repr(one.send(message())) for _ in range(4)] + [repr(one)]
        url = f"http://127.0.0.1:{closed_port()}/hook/{TOKEN}?access_token={TOKEN}"
        said.append(repr(robot(server, url=url).send(message())))
    everything = "\n".join([*said, caplog.text])
    assert TOKEN not in everything
    assert SECRET not in everything


def test_the_pace_keeps_below_the_vendors_limit(vendor):
    most = {"dingtalk": 20, "wecom": 20, "feishu": 100}[vendor]
    waits: list[float] = []
    with RobotServer(vendor) as server:
        one = robot(server, sleep=waits.append)
        assert all(one.send(message(1)).sent for _ in range(most))
        assert waits == []
        assert one.send(message(1)).sent
    assert waits == [60.0]


# Sizes: the vendors count bytes, of which a Chinese sign has three and an emoji four.

TEXT = st.text(alphabet=st.sampled_from('a提交🚀👩\u200d👧"\\\n*[](<@'), min_size=0, max_size=300)


@given(texts=st.lists(TEXT, min_size=1, max_size=60), secret=st.integers(0, 9))
@settings(deadline=None, max_examples=40)
@pytest.mark.parametrize("vendor_name", VENDORS)
def test_every_portion_fits_and_none_is_lost(vendor_name, texts, secret):
    server = RobotServer(vendor_name)
    server._server.server_close()
    one = robot(server)
    notices = tuple(
        notice(
            to=GROUP,
            id=f"A-{number}",
            description=text,
            owner=text,
            department=text,
            confidential=number % 10 == secret,
        )
        for number, text in enumerate(texts)
    )
    cut = portions(notices, words("zh-CN"), "跟踪表" * 90, one.fits)
    assert sorted(each.key for some in cut for each in some.notices) == sorted(each.key for each in notices)
    for portion in cut:
        assert one.fits(group_message(portion, words("zh-CN"), "跟踪表" * 90))


@pytest.mark.parametrize("sign", ["a", "字", "🚀"])
def test_a_long_message_is_cut_between_items(vendor, sign):
    notices = told(20, description=sign * 80)
    with RobotServer(vendor) as server:
        one = robot(server)
        cut = portions(notices, words("zh-CN"), "跟踪表", one.fits)
        assert all(one.send(group_message(portion, words("zh-CN"), "跟踪表")).sent for portion in cut)
    shown = "\n".join(server.posted)
    assert [shown.count(f"**A-{number}** {sign * 80} ") for number in range(1, 21)] == [1] * 20
    assert len(cut) == (1 if vendor != "wecom" else {"a": 1, "字": 2, "🚀": 3}[sign])


def test_cells_cannot_act(vendor):
    evil = "[x](https://evil.example) <at id=all></at> **b** `c` @all &lt; <@everyone>\r\n# h\n- i"
    with RobotServer(vendor) as server:
        assert robot(server).send(message(1, description=evil, owner=evil, department=evil)).sent
    (text,) = server.posted
    items = [line for line in text.splitlines() if "A-1" in line]
    assert len(items) == 1
    assert not set("<>`@&[]") & set(items[0].replace("- ", "", 1))
    assert items[0].count("*") == 4


# What the settings say.


@pytest.mark.parametrize(
    ("fields", "environment", "said"),
    [
        ({"url_env": "URL"}, {}, "the environment has no URL"),
        ({"url_env": "URL", "secret_env": "S"}, {"URL": "https://x/y"}, "the environment has no S"),
        ({}, {}, "has no address"),
        ({"url": "ftp://x/tok3n-0123456789"}, {}, "begin with https://"),
    ],
)
def test_a_robot_that_cannot_be_made_is_one_sentence(vendor, fields, environment, said):
    with pytest.raises(SettingsFault) as caught:
        robots(
            {"群": RobotSettings(kind=vendor, **fields)},
            environment,
            Clocks(lambda: 0, lambda: 0, lambda _: None),
        )
    assert said in str(caught.value)
    assert "tok3n" not in str(caught.value)


def test_the_text_is_plain_markdown():
    assert markdown(message(1)).splitlines()[2:4] == [
        "**已逾期**",
        "- **A-1** 提交需求确认单 | 张三 | 2026-11-19 到期，逾期 1 个工作日",
    ]
