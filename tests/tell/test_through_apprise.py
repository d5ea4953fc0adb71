"""Other chats through apprise: what it does not deliver is said, and no address is shown."""

import logging
import sys

import pytest
from robot_server import RobotServer
from tell_samples import notice

from sheet_templates import words
from sync.faults import DeliveryFault
from sync.tell.channel import Delivery
from sync.tell.group_message import GroupMessage, Portion, group_message
from sync.tell.notice import Recipient
from sync.tell.robots.through_apprise import through_apprise

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # apprise, on Python 3.11
TOKEN = "tok3n0123456789"


def message() -> GroupMessage:
    return group_message(Portion((notice(to=Recipient("群", "")),), 1), words("zh-CN"), "跟踪表")


def test_a_message_goes_the_way_of_its_address():
    with RobotServer("wecom", (200, {"ok": True})) as server:
        way = through_apprise("群", server.url.replace("http://", "json://"))
        assert way.fits(message())
        assert way.send(message()) == Delivery(True)
    assert "A-1" in server.requests[0][1].decode()


@pytest.mark.parametrize("answer", [(500, b"no"), (404, b""), "drop"])
def test_what_is_not_delivered_is_final(answer, caplog):
    caplog.set_level(logging.DEBUG)
    with RobotServer("wecom", answer) as server:
        way = through_apprise("群", server.url.replace("http://", "json://"))
        delivery = way.send(message())
    assert (delivery.sent, delivery.permanent) == (False, True)
    assert "tok3n" not in repr((delivery, way)) + caplog.text


@pytest.mark.parametrize(
    "url",
    [
        f"dingtalk://{TOKEN}",
        f"feishu://{TOKEN}",
        f"lark://{TOKEN}",
        f"WeComBot://{TOKEN}",
        f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
        f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={TOKEN}",
        "https://open.feishu.cn/open-apis/bot/v2/hook/abcdef01-2345-6789-abcd-ef0123456789",
        "https://open.larksuite.com/open-apis/bot/v2/hook/abcdef01-2345-6789-abcd-ef0123456789",
    ],
)
def test_it_is_not_trusted_where_it_calls_a_fault_in_the_body_a_success(url):
    with pytest.raises(DeliveryFault, match=r"does not (notice|know)") as caught:
        through_apprise("群", url)
    assert TOKEN not in str(caught.value)


def test_an_address_that_it_does_not_know(caplog):
    with pytest.raises(DeliveryFault, match="does not know") as caught:
        through_apprise("群", f"nothing://{TOKEN}")
    assert TOKEN not in str(caught.value) + caplog.text


def test_without_apprise_the_fault_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(DeliveryFault, match=r"closeloop\[apprise\]"):
        through_apprise("群", f"slack://{TOKEN}")
