"""What every way out has in common, over an outbox folder and over a real SMTP server on loopback."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from sync.faults import DeliveryFault
from sync.tell.channel import Channel
from sync.tell.digest import Letter
from sync.tell.letter import Sender, message
from sync.tell.notice import Recipient
from sync.tell.outbox import Outbox
from sync.tell.smtp import SmtpChannel, SmtpSettings

NOW = datetime(2026, 11, 20, 9, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
SENDER = Sender("闭环", "closeloop@example.com", "coordinator@example.com")


@dataclass
class Way:
    """A channel, one like it that cannot be opened, and what has arrived."""

    channel: Channel
    closed: Channel
    arrived: Callable[[], list[bytes]]


class Kept:
    """A mail server's handler that keeps what it is given."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.contents.append(envelope.content)
        return "250 kept"


def _outbox(folder: Path) -> Iterator[Way]:
    (folder / "file").write_text("in the way")
    out = folder / "out"
    yield Way(
        Outbox(out),
        Outbox(folder / "file" / "out"),
        lambda: [path.read_bytes() for path in sorted(out.iterdir())],
    )


def _smtp(folder: Path) -> Iterator[Way]:
    with socket.socket() as taken, socket.socket() as unused:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        unused.close()
        controller = Controller(Kept(), "127.0.0.1", port, enable_SMTPUTF8=True)
        controller.start()
        try:
            settings = [
                SmtpSettings("127.0.0.1", at, "none", timeout=5) for at in (port, taken.getsockname()[1])
            ]
            yield Way(SmtpChannel(settings[0]), SmtpChannel(settings[1]), lambda: controller.handler.contents)
        finally:
            controller.stop()


@pytest.fixture(params=[_outbox, _smtp], ids=["outbox", "smtp"])
def way(request, tmp_path) -> Iterator[Way]:
    yield from request.param(tmp_path)


def letter_to(
    email: str, subject: str = "[闭环] 1 项逾期", text: str = "您好\n", minute: int = 15
) -> EmailMessage:
    letter = Letter(subject, text, f"<p>{text}</p>\n")
    return message(letter, Recipient("张三", email), SENDER, (email, subject), NOW.replace(minute=minute))


def test_a_message_arrives_byte_for_byte(way):
    made = letter_to("zhangsan@example.com")
    with way.channel.open() as post:
        delivery = post.send(made)
    assert (delivery.sent, delivery.permanent, delivery.unsure) == (True, False, False)
    assert way.arrived() == [made.as_bytes()]


def test_a_pass_carries_many_messages_in_order(way):
    made = [letter_to(f"person{number:02}@example.com", minute=number) for number in range(20)]
    with way.channel.open() as post:
        assert all(post.send(one).sent for one in made)
    assert way.arrived() == [one.as_bytes() for one in made]


def test_a_pass_without_messages_sends_none(way):
    with way.channel.open():
        pass
    assert way.arrived() == []


def test_a_channel_can_be_opened_again(way):
    for number in range(2):
        with way.channel.open() as post:
            assert post.send(letter_to("zhangsan@example.com", minute=number)).sent
    assert len(way.arrived()) == 2


@pytest.mark.parametrize(
    "text", [".\n", "..\n.\n\n", "\n" * 5, "x" * 5000 + "\n", "From x\n", "🚀 \u202e\n", ""]
)
def test_awkward_text_arrives(way, text):
    made = letter_to("zhangsan@example.com", text=text)
    with way.channel.open() as post:
        assert post.send(made).sent
    (raw,) = way.arrived()
    assert raw == made.as_bytes()
    plain = next(message_from_bytes(raw, policy=default).iter_parts())
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")


def test_a_foreign_address_arrives(way):
    made = letter_to("张三@例子.中国")
    with way.channel.open() as post:
        assert post.send(made).sent
    assert "张三@xn--fsqu00a.xn--fiqs8s".encode() in way.arrived()[0]


@pytest.mark.parametrize(
    "email", ["", "zhangsan", "a@b, c@d", "zhangsan@", "@example.com", "a b@example.com>"]
)
def test_what_is_no_address_is_refused_for_good_and_the_rest_goes_on(way, email):
    with way.channel.open() as post:
        refused, sent = post.send(letter_to(email)), post.send(letter_to("lisi@example.com"))
    assert (refused.sent, refused.permanent, refused.unsure) == (False, True, False)
    assert refused.detail
    assert sent.sent
    assert len(way.arrived()) == 1


def test_what_cannot_be_opened_is_one_sentence(way):
    with pytest.raises(DeliveryFault) as caught, way.closed.open():
        pass
    assert ": " in str(caught.value)
    assert "\n" not in str(caught.value)
