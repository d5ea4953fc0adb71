"""Login by access token (XOAUTH2), with tokens of Microsoft and Google from servers on loopback; no secret is shown."""

import base64
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from robot_server import closed_port
from scripted_smtp import ScriptedServer
from tell_samples import mail
from token_server import SECRET, TOKEN, TokenServer

from sync.faults import DeliveryFault, SettingsFault
from sync.settings import settings_from
from sync.tell.smtp import SmtpChannel, SmtpSettings
from sync.tell.tokens import google_token, microsoft_token
from sync.tracker import CLIENT_SECRET, Tracker

USER = "closeloop@example.com"
RIGHT = f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01"


class Office:
    """A mail server's handler that takes tokens, and says why not as Microsoft and Google do."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    async def auth_XOAUTH2(self, server, args):  # noqa: N802
        if base64.b64decode(args[1]).decode() == RIGHT:
            return AuthResult(success=True)
        await server.challenge_auth(b'{"status":"401","schemes":"Bearer"}')
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.messages.append(envelope.content)
        return "250 kept"


@contextmanager
def office() -> Iterator[tuple[Office, int]]:
    handler, port = Office(), closed_port()
    controller = Controller(
        handler,
        "127.0.0.1",
        port,
        auth_require_tls=False,
        auth_exclude_mechanism=["LOGIN", "PLAIN"],
    )
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


def settings(port: int, token: Callable[[], str]) -> SmtpSettings:
    return SmtpSettings("127.0.0.1", port, "none", USER, timeout=5, token=token)


def fault(made: SmtpSettings) -> str:
    with pytest.raises(DeliveryFault) as caught, SmtpChannel(made).open():
        pass
    return str(caught.value)


def test_a_token_opens_the_line():
    with office() as (handler, port), SmtpChannel(settings(port, lambda: TOKEN)).open() as post:
        assert post.send(mail()).sent
    assert handler.messages == [mail().as_bytes()]


def test_a_wrong_token_is_one_sentence_without_the_token(caplog):
    caplog.set_level(logging.DEBUG)
    with office() as (_, port):
        said = fault(settings(port, lambda: "wr0ng-token"))
    assert "refuses the token for closeloop@example.com (535" in said
    assert "needs the right to send" in said
    assert "wr0ng" not in said + caplog.text


def test_a_server_that_takes_no_tokens():
    with ScriptedServer({"EHLO": "250-scripted\r\n250 AUTH LOGIN PLAIN"}) as server:
        assert "does not offer what the settings ask for (no XOAUTH2)" in fault(
            settings(server.port, lambda: TOKEN)
        )


# Microsoft.


@pytest.fixture
def trusted(certificate, monkeypatch) -> Path:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    return certificate


def test_microsofts_token_is_asked_for_once(trusted):
    with TokenServer(trusted) as server, office() as (handler, port):
        token = microsoft_token(
            "the-app", SECRET, f"{server.url}/tenant", "https://outlook.office365.com/.default"
        )
        for _ in range(2):
            with SmtpChannel(settings(port, token)).open() as post:
                assert post.send(mail()).sent
    (asked,) = server.asked
    assert (asked["grant_type"], asked["client_id"]) == ("client_credentials", "the-app")
    assert asked["scope"] == "https://outlook.office365.com/.default"
    assert len(handler.messages) == 2


def test_microsofts_refusal_is_one_sentence_without_the_secret(trusted, caplog):
    caplog.set_level(logging.DEBUG)
    with TokenServer(trusted) as server:
        token = microsoft_token("the-app", "wr0ng-s3cret", f"{server.url}/tenant", "x/.default")
        with pytest.raises(DeliveryFault, match="wrong secret \\*\\*\\*") as caught:
            token()
    assert "wr0ng-s3cret" not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    "place", ["https://localhost:{port}/tenant", "http://localhost:{port}/tenant", "nonsense"]
)
def test_microsofts_server_that_cannot_be_asked(place):
    token = microsoft_token("the-app", SECRET, place.format(port=closed_port()), "x/.default")
    with pytest.raises(DeliveryFault, match="there is no token for the mail server") as caught:
        token()
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_msal_the_fault_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "msal", None)
    with pytest.raises(DeliveryFault, match=r"closeloop\[microsoft\]"):
        microsoft_token("the-app", SECRET, "https://localhost/t", "x/.default")


# Google.


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def account(folder: Path, key: rsa.RSAPrivateKey, url: str) -> Path:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "account.json"
    said = {
        "type": "service_account",
        "client_email": "robot@project.example",
        "private_key": pem.decode(),
        "private_key_id": "1",
        "token_uri": f"{url}/token",
    }
    file.write_text(json.dumps(said))
    return file


def test_googles_token_is_asked_for_once_with_a_signed_claim(key, tmp_path):
    with TokenServer(key=key.public_key()) as server, office() as (handler, port):
        token = google_token(account(tmp_path, key, server.url), USER)
        for _ in range(2):
            with SmtpChannel(settings(port, token)).open() as post:
                assert post.send(mail()).sent
    (claim,) = server.claims
    assert (claim["iss"], claim["sub"], claim["scope"]) == (
        "robot@project.example",
        USER,
        "https://mail.google.com/",
    )
    assert datetime.fromtimestamp(claim["exp"], UTC)
    assert len(handler.messages) == 2


def test_googles_refusal_is_one_sentence(key, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    with TokenServer(
        key=key.public_key(), refusal={"error": "unauthorized_client", "error_description": "no delegation"}
    ) as server:
        token = google_token(account(tmp_path, key, server.url), USER)
        with pytest.raises(DeliveryFault, match="unauthorized_client") as caught:
            token()
    assert "\n" not in str(caught.value)
    assert "PRIVATE KEY" not in str(caught.value) + caplog.text


def test_googles_server_that_cannot_be_asked(key, tmp_path):
    with pytest.raises(DeliveryFault, match="there is no token"):
        google_token(account(tmp_path, key, f"http://127.0.0.1:{closed_port()}"), USER)()


@pytest.mark.parametrize("content", [None, "", "{}", '{"private_key": "s3cret"}'])
def test_a_key_that_cannot_be_used(tmp_path, content):
    file = tmp_path / "account.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(DeliveryFault, match=r"account\.json") as caught:
        google_token(file, USER)
    assert "s3cret" not in str(caught.value)


# The settings.


def tracker(folder: Path, **fields: str) -> Tracker:
    chosen = {"channel": "smtp", "host": "localhost", "security": "none", **fields}
    return Tracker(folder / "t.xlsx", settings_from({"mail": chosen}), folder)


@pytest.mark.parametrize("auth", ["microsoft", "google"])
def test_settings_that_are_not_whole(tmp_path, monkeypatch, auth):
    monkeypatch.delenv(CLIENT_SECRET, raising=False)
    with pytest.raises(SettingsFault, match=f'mail.auth is "{auth}"'):
        tracker(tmp_path, auth=auth, user=USER).channel()


def test_the_settings_lead_to_a_login_by_token(tmp_path, monkeypatch, key, trusted):
    monkeypatch.setenv(CLIENT_SECRET, SECRET)
    with (
        TokenServer(trusted) as microsoft,
        TokenServer(key=key.public_key()) as google,
        office() as (handler, port),
    ):
        account(tmp_path, key, google.url)
        chosen = [
            {"auth": "microsoft", "client_id": "the-app", "authority": f"{microsoft.url}/tenant"},
            {"auth": "google", "credentials": "account.json"},
        ]
        for fields in chosen:
            made = tracker(tmp_path, user=USER, port=port, host="127.0.0.1", **fields)
            with made.channel().open() as post:
                assert post.send(mail()).sent
    assert len(handler.messages) == 2


def test_the_pace_of_the_settings(tmp_path):
    assert tracker(tmp_path, per_minute=20).channel().settings.per_minute == 20
    assert tracker(tmp_path).channel().settings.per_minute is None
