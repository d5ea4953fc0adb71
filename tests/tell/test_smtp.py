"""What is said of each message when the server behaves badly; TLS and login against a real server."""

import re
import socket
import ssl
from contextlib import contextmanager
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from scripted_smtp import DROP, ScriptedServer
from tell_samples import LETTER, mail

from sync.faults import DeliveryFault
from sync.tell.channel import Delivery
from sync.tell.digest import Letter
from sync.tell.letter import Sender
from sync.tell.notice import Recipient
from sync.tell.smtp import SmtpChannel, SmtpSettings

LARGE = Letter("large", "0123456789abcdef\n" * 400_000, "<p>x</p>\n")
SECRET = "s3cret-授权码"


def plain(port: int, **fields) -> SmtpSettings:
    return SmtpSettings("127.0.0.1", port, "none", **({"timeout": 5.0} | fields))


def sent(server: ScriptedServer, *letters: Letter) -> list[Delivery]:
    with SmtpChannel(plain(server.port)).open() as post:
        return [post.send(mail(letter)) for letter in letters or (LETTER,)]


# What the server says.


def test_a_message_that_is_taken():
    with ScriptedServer() as server:
        assert sent(server) == [Delivery(True, "250 queued as 42")]
    assert server.commands == [["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]]


@pytest.mark.parametrize("stage", ["RCPT", "DATA", "dot"])
@pytest.mark.parametrize(
    ("answer", "permanent"), [("550 no such user", True), ("451 come back later", False), ("554 spam", True)]
)
def test_a_refusal_and_whether_it_is_for_good(stage, answer, permanent):
    with ScriptedServer({stage: answer}) as server:
        assert sent(server, LETTER, LETTER) == [Delivery(False, answer, permanent=permanent)] * 2
    assert len(server.commands) == 1


@pytest.mark.parametrize("answer", ["550 sender unknown", "530 log in first", "451 later"])
def test_a_refused_sender_does_not_count_against_the_recipient(answer):
    with ScriptedServer({"MAIL": answer}) as server:
        assert sent(server) == [Delivery(False, f"the server refuses the sender: {answer}")]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "dot"])
def test_a_server_that_leaves_with_421_is_called_again_for_the_next_message(stage):
    with ScriptedServer({stage: "421 closing down"}, {}) as server:
        first, second = sent(server, LETTER, LETTER)
    assert (first.sent, first.permanent, first.unsure) == (False, False, False)
    assert second.sent
    assert len(server.commands) == 2
    assert len(server.messages) == (2 if stage == "dot" else 1)


# Dropped lines.


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_dropped_before_the_message_means_not_sent(stage):
    with ScriptedServer({stage: DROP}, {}) as server:
        first, second = sent(server, LETTER, LETTER)
    assert (first.sent, first.permanent, first.unsure) == (False, False, False)
    assert second.sent
    assert len(server.messages) == 1


def test_dropped_after_a_refusal_is_no_harm_to_the_next_message():
    with ScriptedServer({"RCPT": "550 no such user", "RSET": DROP}, {}) as server:
        first, second = sent(server, LETTER, LETTER)
    assert (first.sent, first.permanent) == (False, True)
    assert second.sent


def test_dropped_inside_the_message_means_not_sent():
    with ScriptedServer({"body": DROP}, {}) as server:
        first, second = sent(server, LARGE, LETTER)
    assert (first.sent, first.permanent, first.unsure) == (False, False, False)
    assert second.sent
    assert len(server.messages) == 1


def test_dropped_inside_a_message_that_had_left_already_is_never_called_sent():
    # A small message leaves whole before the client can notice: then it is at most "unsure".
    with ScriptedServer({"body": DROP}, {}) as server:
        first, second = sent(server, LETTER, LETTER)
    assert (first.sent, first.permanent) == (False, False)
    assert second.sent


def test_dropped_after_the_final_dot_means_unsure():
    with ScriptedServer({"dot": DROP}, {}) as server:
        first, second = sent(server, LETTER, LETTER)
    assert (first.sent, first.permanent, first.unsure) == (False, False, True)
    assert second.sent
    assert len(server.messages) == 2


@pytest.mark.parametrize("answer", ["what?", "999 odd", "250" + "x" * 9000, "354 more?"])
def test_an_unreadable_answer_to_the_message_means_unsure(answer):
    with ScriptedServer({"dot": answer}, {}) as server:
        first, second = sent(server, LETTER, LETTER)
    assert (first.sent, first.unsure) == (False, True)
    assert second.sent


def test_silence_after_the_final_dot_means_unsure():
    with (
        ScriptedServer({"dot": "250-still thinking"}) as server,
        SmtpChannel(plain(server.port, timeout=0.3)).open() as post,
    ):
        assert post.send(mail()).unsure


def test_a_server_that_does_not_come_back_is_tried_once():
    with ScriptedServer({"MAIL": DROP}, {"greeting": DROP}) as server:
        first, second, third = sent(server, LETTER, LETTER, LETTER)
    assert [first.sent, second.sent, third.sent] == [False, False, False]
    assert "hung up" in second.detail
    assert second == third
    assert len(server.commands) == 2


def test_a_pass_that_fails_still_ends_the_connection():
    with ScriptedServer() as server, pytest.raises(ZeroDivisionError), SmtpChannel(plain(server.port)).open():
        raise ZeroDivisionError
    assert server.commands == [["EHLO", "QUIT"]]


def test_a_server_that_drops_the_goodbye_is_no_fault():
    with ScriptedServer({"QUIT": DROP}) as server:
        assert sent(server)[0].sent


# Content and addresses.


def test_lines_that_begin_with_a_dot_arrive_whole():
    with ScriptedServer() as server:
        assert sent(server, Letter("s", ".\n..\n.x\n\n.", "<p>.</p>\n"))[0].sent
    assert server.messages[0].count(b"\r\n..") >= 3


def test_an_address_that_the_server_cannot_write_is_refused_for_good():
    with ScriptedServer() as server, SmtpChannel(plain(server.port)).open() as post:
        delivery = post.send(mail(to=Recipient("张三", "张三@example.com")))
        assert post.send(mail()).sent
    assert (delivery.sent, delivery.permanent) == (False, True)


def test_a_sender_that_is_no_address_is_said_before_anything_is_sent():
    with ScriptedServer() as server, SmtpChannel(plain(server.port)).open() as post:
        delivery = post.send(mail(sender=Sender("闭环", "nobody")))
    assert (delivery.sent, delivery.permanent) == (False, False)
    assert "check it in the settings" in delivery.detail


def test_the_pace():
    waits: list[float] = []
    with (
        ScriptedServer() as server,
        SmtpChannel(plain(server.port, per_minute=20), sleep=waits.append).open() as post,
    ):
        assert all(post.send(mail()).sent for _ in range(3))
    assert waits == [3.0, 3.0]


# Faults on opening.


def fault(settings: SmtpSettings) -> str:
    with pytest.raises(DeliveryFault) as caught, SmtpChannel(settings).open():
        pass
    said = str(caught.value)
    assert said.count("\n") == 0
    assert settings.password == "" or settings.password not in said
    return said


def test_nobody_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert fault(plain(port)) == (
        f"the mail server 127.0.0.1:{port} takes no connections: check host and port"
    )


def test_an_unknown_host():
    said = fault(replace(plain(25), host="mail.invalid"))
    assert re.match(
        r"the mail server mail\.invalid:25 is not known \(.+\): check its name and the network", said
    )


def test_a_host_that_is_no_name():
    assert "characters that cannot be sent" in fault(replace(plain(25), host="邮" * 80 + ".例子"))


def test_a_silent_server():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = fault(plain(silent.getsockname()[1], timeout=0.2))
    assert "kept silent (Connection unexpectedly closed: timed out): check port and security" in said


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({"greeting": "554 blocked"}, "turns us away (554 blocked): try again later or ask who runs it"),
        ({"greeting": DROP}, "hung up or kept silent"),
        ({"EHLO": DROP}, "hung up or kept silent"),
        ({"AUTH": "535 5.7.8 Login Fail. Please enter your authorization code"},
         "refuses the login of me (535 5.7.8 Login Fail. Please enter your authorization code): check user and password"),
        ({"AUTH": "535 wrong password: s3cret"}, "(535 wrong password: ***)"),
        ({"AUTH": DROP}, "hung up or kept silent"),
        ({"EHLO": "250 no logins"}, "does not offer what the settings ask for (SMTP AUTH extension not supported"),
        ({"EHLO": "250-scripted\r\n250 AUTH KERBEROS"}, "offers no login that we know (No suitable"),
    ],
)  # fmt: skip
def test_a_refused_login(script, expected):
    with ScriptedServer({"EHLO": "250-scripted\r\n250 AUTH LOGIN PLAIN"} | script) as server:
        assert expected in fault(plain(server.port, user="me", password="s3cret"))


def test_a_password_that_the_protocol_cannot_carry():
    with ScriptedServer({"EHLO": "250-scripted\r\n250 AUTH PLAIN"}) as server:
        assert "characters that cannot be sent" in fault(plain(server.port, user="me", password=SECRET))


def test_a_server_without_starttls():
    with ScriptedServer() as server:
        said = fault(replace(plain(server.port), security="starttls"))
    assert "does not offer what the settings ask for (STARTTLS extension not supported by server)" in said


def test_tls_with_a_server_that_speaks_none():
    with ScriptedServer() as server:
        said = fault(replace(plain(server.port), security="tls"))
    assert "does not answer in TLS" in said
    assert "usually tls on 465" in said


def test_the_password_is_in_no_description():
    assert SECRET not in repr(plain(25, user="me", password=SECRET))


# TLS and login, against a server that offers its logins only on an encrypted line.


class Kept:
    """Takes every message."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.messages.append(envelope.content)
        return "250 kept"


@contextmanager
def secured(certificate, security):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    def authenticate(server, session, envelope, mechanism, login):
        return AuthResult(success=(login.login, login.password) == (b"me", b"right"), handled=False)

    secure = {
        "tls": {"ssl_context": context, "auth_require_tls": False},
        "starttls": {"tls_context": context, "require_starttls": True, "auth_required": True},
    }
    controller = Controller(Kept(), "127.0.0.1", port, authenticator=authenticate, **secure[security])
    controller.start()
    try:
        yield controller, SmtpSettings("localhost", port, security, "me", "right", timeout=5)
    finally:
        controller.stop()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_encrypted_line_with_login(certificate, monkeypatch, security):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with secured(certificate, security) as (controller, settings):
        with SmtpChannel(settings).open() as post:
            assert [post.send(mail()).sent for _ in range(2)] == [True, True]
        assert controller.handler.messages == [mail().as_bytes()] * 2


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for(certificate, security):
    with secured(certificate, security) as (_, settings):
        assert (
            "shows a certificate that is not trusted (self-signed certificate): check the host's name"
            in fault(settings)
        )


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_name(certificate, monkeypatch, security):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with secured(certificate, security) as (_, settings):
        assert "IP address mismatch" in fault(replace(settings, host="127.0.0.1"))


def test_a_wrong_password(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with secured(certificate, "starttls") as (_, settings):
        said = fault(replace(settings, password="wrong"))
    assert "refuses the login of me (535" in said
    assert "授权码" in said
