"""Mail through a real postfix with TLS and login, where it is installed and may be started."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from postfix_server import CAN_RUN, DOMAIN, PASSWORD, USER, Postfix, postfix
from tell_samples import LETTER, mail, parsed

from sync.faults import DeliveryFault
from sync.tell.digest import Letter
from sync.tell.notice import Recipient
from sync.tell.smtp import SmtpChannel, SmtpSettings

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CAN_RUN, reason="postfix and sasl2-bin, as root")]
LI = Recipient("李四", f"lisi@{DOMAIN}")


@pytest.fixture
def server(certificate) -> Iterator[Postfix]:
    here = Path(tempfile.mkdtemp(prefix="closeloop-postfix-", dir="/tmp"))
    here.chmod(0o755)
    with postfix(here, certificate) as running:
        yield running
    shutil.rmtree(here)


def settings(server: Postfix, security: str) -> SmtpSettings:
    return SmtpSettings(
        "localhost", server.ports[security], security, f"{USER}@{DOMAIN}", PASSWORD, timeout=10
    )


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mails_of_a_pass_arrive_whole_and_once(server, certificate, monkeypatch, security):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    awkward = Letter("[闭环] 🚀 2 项逾期", ".\n..\nFrom x\n您好\n", "<p>您好 🚀</p>\n")
    with SmtpChannel(settings(server, security)).open() as post:
        refused = post.send(mail(to=Recipient("王五", f"nobody@{DOMAIN}")))
        sent = [post.send(one) for one in (mail(), mail(awkward, LI))]
    assert [delivery.sent for delivery in sent] == [True, True], sent
    assert (refused.sent, refused.permanent) == (False, True)
    assert "550" in refused.detail
    read = {str(one["To"]): one for one in map(parsed, server.mails(2))}
    assert read["张三 <zhangsan@example.com>"]["Subject"] == LETTER.subject
    arrived = read["李四 <lisi@example.com>"]
    assert arrived["Subject"] == awkward.subject
    plain, rich = (part.get_content().replace("\r\n", "\n") for part in arrived.iter_parts())
    assert (plain.rstrip("\n"), rich.rstrip("\n")) == (awkward.text.rstrip("\n"), awkward.html.rstrip("\n"))
    assert arrived["Message-ID"] == mail(awkward, LI)["Message-ID"]
    log = server.log()
    assert mail()["Message-ID"] in log  # by which a mail that was unsure is found again
    assert PASSWORD not in log


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_wrong_password_is_one_sentence(server, certificate, monkeypatch, security):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        pytest.raises(DeliveryFault, match="refuses the login") as caught,
        SmtpChannel(replace(settings(server, security), password="wr0ng")).open(),
    ):
        pass
    assert "wr0ng" not in str(caught.value)
