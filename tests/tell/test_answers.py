"""Answers to reminders by mail: what is understood, whose words count, and what becomes of row and mailbox."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from dovecot_server import CAN_RUN, PASSWORD, USER, Dovecot, dovecot
from imap_server import Mailbox, running
from tell_samples import parsed
from token_server import TOKEN

from sync.answering.answer import Verb
from sync.answering.mailbox import Fetched, ImapMailbox, ImapSettings, Letter, Mark
from sync.answering.reading import passed_checks, read_mail
from sync.answering.taking import Postbox
from sync.answering.understanding import said_in
from sync.books.memory import MemoryBook
from sync.faults import BusyFault, DeliveryFault
from sync.ledger.ledger import Ledger
from sync.looking import look
from sync.memory import recall
from sync.settings import Settings
from sync.snapshot import Tab
from sync.tell.outbox import Outbox
from sync.worker import Pass, Unchanged, run_pass

TODAY = date(2026, 11, 20)
NOW = datetime(2024, 6, 3, 10)
SAID = [
    ("A012 已完成", [("done", "A012", "", "")]),
    ("已完成", [("done", "", "", "")]),
    ("1. A012 已经完成了", [("done", "A012", "", "")]),
    ("A012、A013 已完成。", [("done", "A012 A013", "", "")]),
    ("收到，谢谢", [("received", "谢谢", "", "")]),
    ("A012 收到\nA013 已完成", [("received", "A012", "", ""), ("done", "A013", "", "")]),
    ("A012：延期到 2026-12-10，原因：供应商推迟交货", [("postponed", "A012", "2026-12-10", "供应商推迟交货")]),
    ("延期到12月10日，因为等压测", [("postponed", "", "2026-12-10", "等压测")]),
    ("申请A012延期至2026年12月10日", [("postponed", "申请A012 A012", "2026-12-10", "")]),
    ("A012 順延至 2026/12/10", [("postponed", "A012", "2026-12-10", "")]),
    ("A-12 done", [("done", "A-12", "", "")]),
    ("Noted.", [("received", "", "", "")]),
    ("A-12 postponed to 2026-12-10 because of the supplier", [("postponed", "A-12", "2026-12-10", "the supplier")]),
    ("A-12: delay to Dec 10, 2026, due to tests", [("postponed", "A-12", "2026-12-10", "tests")]),
    ("A012 未完成", []), ("A012 没有完成", []), ("完成了吗？", []), ("A012 not done", []), ("预计明天已完成", []),
    ("A012 will be done tomorrow", []), ("我会尽快", []), ("A012 延期到下周", []), ("A012 延期到 2026-10-01", []),
    ("> A012 已完成", []), ("", []),
    ("A012 已完成\n\n在 2026年11月20日 09:07，闭环 <c@example.com> 写道：\nA013 已完成", [("done", "A012", "", "")]),
    ("A012 已完成\n------------------ 原始邮件 ------------------\nA013 已完成", [("done", "A012", "", "")]),
    ("A012 done\n\nFrom: closeloop\nA013 done", [("done", "A012", "", "")]),
    ("A012 done\n-- \nA013 done", [("done", "A012", "", "")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), SAID)
def test_what_is_understood(text, wanted):
    said = [
        (each.verb, " ".join(each.names), str(each.day or ""), each.reason) for each in said_in(text, TODAY)
    ]

    assert said == wanted


@pytest.mark.parametrize(
    ("raw", "sender"),
    [
        (b"From: A <a@x.cn>\n\nx", "a@x.cn"),
        (b"From: a@x.cn, b@x.cn\n\nx", ""),
        (b"From: a@x.cn\nFrom: b@x.cn\n\nx", ""),
        (b"From: =?utf-8?q?a=40x=2Ecn?= <b@x.cn>\n\nx", "b@x.cn"),
        (b"From: \xff\xfe\n\nx", ""),
        (b"\x00\xff" * 50, ""),
        (b"From: (\n\nx", ""),
        (b"", ""),
    ],
)
def test_whose_mail_it_is_whatever_the_headers_hold(raw, sender):
    assert read_mail(raw).sender == sender


def test_the_text_of_html_is_what_it_shows_without_what_it_quotes():
    mail = EmailMessage()
    mail.set_content(
        "<style>x{}</style><div>A012 已完成</div><blockquote>A013 已完成</blockquote>", subtype="html"
    )

    assert [said.names for said in said_in(read_mail(mail.as_bytes()).text, TODAY)] == [("A012",)]


@pytest.mark.parametrize(
    ("headers", "passed"),
    [
        (["mx.example.com; dmarc=pass header.from=example.com"], True),
        (["mx.example.com 1; spf=pass; dmarc=pass"], True),
        (["mx.example.com; dmarc=fail"], False),
        (["evil.example; dmarc=pass"], False),
        (
            ["mx.example.com; dmarc=fail", "mx.example.com; dmarc=pass"],
            False,
        ),  # the lower one came with the mail
        (["mx.example.com; x=xdmarc=pass"], False),
        ([], False),
    ],
)
def test_only_the_servers_own_newest_word_counts(headers, passed):
    lines = "".join(f"Authentication-Results: {header}\n" for header in headers)

    assert passed_checks(read_mail(f"{lines}From: a@x.cn\n\nx".encode()), "mx.example.com") is passed


class Drawer:
    """A mailbox in memory: what lies in it, and which mails were settled."""

    def __init__(self) -> None:
        self.settings = ImapSettings("imap.example.com", 993, "tls", USER, PASSWORD)
        self.mails: list[bytes] = []
        self.settled: list[int] = []
        self.broken = False

    def fetch(self, after: Mark | None, since: date) -> Fetched:
        assert since
        if self.broken:
            raise DeliveryFault("the mailbox is away")
        first = after.last if after else 0
        letters = tuple(Letter(uid, raw) for uid, raw in enumerate(self.mails, start=1) if uid > first)
        return Fetched(letters, Mark(7, len(self.mails)))

    def settle(self, uids) -> None:
        self.settled += uids


class Desk:
    """A tracker in memory: one item that is late, one of somebody else's; its mails, and its mailbox."""

    def __init__(self, folder: Path, **chosen) -> None:
        self.folder, self.settings = folder, Settings(**({"replies": {"on": True}} | chosen))
        rows = [
            ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "交付标准", "状态"],
            ["A001", "输出《流程V2.0》", "王芳", "客服部", "2024-05-31", "含流程图", "进行中"],
            ["A002", "输出《流程V3.0》", "李敏", "客服部", "2024-05-31", "含流程图", "进行中"],
        ]
        people = [
            ["姓名", "部门", "邮箱", "角色"],
            ["王芳", "客服部", "wangfang@example.com", ""],
            ["李敏", "客服部", "limin@example.com", "部门负责人"],
        ]
        self.book = MemoryBook({"跟踪": Tab("跟踪", rows), "通讯录": Tab("通讯录", people)})
        self.drawer = Drawer()
        self.server = ""

    def run(self, now: datetime, mailbox=None) -> Pass | Unchanged:
        postbox = Postbox(mailbox or self.drawer, "localhost.localdomain", self.server)
        with closing(Ledger.in_file(self.folder / "l.sqlite", "跟踪")) as ledger:
            return run_pass(
                self.book, ledger, Outbox(self.folder / "out"), self.settings, now, postbox=postbox
            )

    def reminder(self, who: str = "wangfang") -> EmailMessage:
        return parsed(next((self.folder / "out").glob(f"*{who}*.eml")).read_bytes())

    def answer(self, text: str, sender: str = "wangfang", **headers: str) -> bytes:
        reminder, mail = self.reminder(), EmailMessage()
        mail["From"] = f"{sender}@example.com"
        mail["Message-ID"] = f"<{abs(hash((text, sender)))}@example.com>"
        mail["In-Reply-To"] = reminder["Message-ID"]
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        return mail.as_bytes()

    def message(self, row: int = 1) -> str:
        tab = self.book.tabs["跟踪"]
        return str(tab.rows[row][tab.rows[0].index("检查结果")] or "")


@pytest.fixture
def desk(tmp_path) -> Desk:
    made = Desk(tmp_path)
    made.run(NOW)
    return made


def test_an_answer_stands_as_a_proposal_and_nothing_of_peoples_changes(desk):
    before = [row[:7] for row in desk.book.tabs["跟踪"].rows]
    desk.drawer.mails.append(desk.answer("A001 延期到 2024-06-20，原因：等压测"))

    done = desk.run(NOW + timedelta(hours=1))

    assert "王芳 2024-06-03 邮件回复：申请延期到 2024-06-20，原因：等压测（待采纳）" in desk.message()
    assert [row[:7] for row in desk.book.tabs["跟踪"].rows] == before
    assert desk.drawer.settled == [1]
    assert [each.row for each in done.judged.proposals] == [2]
    assert isinstance(desk.run(NOW + timedelta(hours=2)), Unchanged)


def test_answers_count_no_longer_once_they_are_switched_off(tmp_path):
    desk = Desk(tmp_path)
    desk.run(NOW)
    desk.drawer.mails += [desk.answer("A001 已完成")]
    assert desk.run(NOW + timedelta(hours=1)).judged.proposals
    desk.settings = Settings()

    with closing(Ledger.in_file(tmp_path / "l.sqlite", "跟踪")) as ledger:
        later = NOW + timedelta(hours=2)
        done = run_pass(desk.book, ledger, Outbox(tmp_path / "out"), desk.settings, later)
        looked = look(desk.book, desk.settings, later, recall(ledger, later))

    assert done.judged.proposals == looked.proposals == ()
    assert not looked.plan.cells


def test_it_goes_when_somebody_edits_the_row(desk):
    desk.drawer.mails.append(desk.answer("已完成"))
    desk.run(NOW + timedelta(hours=1))
    assert "已完成（请核对" in desk.message()

    desk.book.tabs["跟踪"].rows[1][5] = "含流程图和清单"
    desk.run(NOW + timedelta(hours=2))

    assert "邮件回复" not in desk.message()


def test_the_last_answer_counts(desk):
    desk.drawer.mails += [desk.answer("A001 收到")]
    desk.run(NOW + timedelta(hours=1))
    desk.drawer.mails += [desk.answer("A001 已完成")]
    desk.run(NOW + timedelta(hours=2))

    assert desk.message().count("邮件回复") == 1
    assert "已完成（请核对" in desk.message()


@pytest.mark.parametrize(
    ("text", "sender", "headers", "reason"),
    [
        ("A002 已完成", "wangfang", {}, ""),  # not hers
        ("A001 已完成", "limin", {}, ""),  # nor his, whoever forwarded him the mail
        ("A999 已完成", "wangfang", {}, ""),
        ("A001 已完成", "stranger", {}, ""),
        ("A001 已完成", "wangfang", {"Auto_Submitted": "auto-replied"}, "automatic"),
        ("你好，请问这个表在哪里", "wangfang", {}, "not_understood"),
    ],
)
def test_whatever_else_comes_changes_nothing_and_is_counted(desk, text, sender, headers, reason):
    desk.drawer.mails.append(desk.answer(text, sender, **headers))

    done = desk.run(NOW + timedelta(hours=1))

    assert done.judged.proposals == ()
    assert "邮件回复" not in desk.message(1) + desk.message(2)
    assert dict(done.postbag.ignored) == ({reason: 1} if reason else {})
    assert len(done.postbag.new) == (0 if reason else 1)


def test_mail_that_answers_none_of_ours_is_left_as_it_is(desk):
    mail = EmailMessage()
    mail["From"] = "wangfang@example.com"
    mail.set_content("A001 已完成")
    desk.drawer.mails.append(mail.as_bytes())

    done = desk.run(NOW + timedelta(hours=1))

    assert dict(done.postbag.ignored) == {"foreign": 1}
    assert desk.drawer.settled == []
    assert isinstance(desk.run(NOW + timedelta(hours=2)), Unchanged)  # and not read again


def test_where_the_server_checks_senders_only_genuine_ones_count(desk):
    desk.server = "mx.example.com"
    desk.drawer.mails.append(desk.answer("A001 已完成"))
    forged = desk.run(NOW + timedelta(hours=1))
    genuine = {"Authentication_Results": "mx.example.com; dmarc=pass header.from=example.com"}
    desk.drawer.mails.append(desk.answer("A001 已完成了", **genuine))

    assert dict(forged.postbag.ignored) == {"unverified": 1}
    assert len(desk.run(NOW + timedelta(hours=2)).judged.proposals) == 1


def test_what_was_read_is_marked_only_once_the_pass_has_written(desk):
    desk.drawer.mails.append(desk.answer("A001 已完成"))
    free = desk.book

    class Open(MemoryBook):
        def apply(self, _plan) -> str:
            raise BusyFault("{name} is open", name="t")

    desk.book = Open(free.tabs)
    desk.run(NOW + timedelta(hours=1))
    assert desk.drawer.settled == []
    desk.book = free

    done = desk.run(NOW + timedelta(hours=2))

    assert desk.drawer.settled == [1]
    assert len(done.judged.proposals) == 1


def test_a_mailbox_that_is_away_stops_no_pass_and_keeps_what_stands(desk):
    desk.drawer.mails.append(desk.answer("A001 已完成"))
    desk.run(NOW + timedelta(hours=1))
    desk.drawer.broken = True

    done = desk.run(NOW + timedelta(hours=2))

    assert done.postbag.fault
    assert len(done.judged.proposals) == 1
    assert len(done.judged.plan) == 0


# A small server, with passwords and tokens.


@pytest.fixture
def small() -> Iterator[Mailbox]:
    with running(Mailbox(USER, PASSWORD, TOKEN)) as box:
        yield box


def small_box(small: Mailbox, token: str = "", **chosen) -> ImapMailbox:
    way = (lambda: token) if token else None
    made = ImapSettings("127.0.0.1", small.port, "none", USER, PASSWORD, timeout=5, token=way)
    return ImapMailbox(replace(made, **chosen))


@pytest.mark.parametrize("token", ["", TOKEN])
def test_a_server_is_read_without_a_trace_and_marked_afterwards(small, tmp_path, token):
    desk, box = Desk(tmp_path), small_box(small, token)
    desk.run(NOW, box)
    small.deliver(b"From: x@example.com\r\nSubject: hello\r\n\r\nA001 done\r\n", "foreign")
    small.deliver(desk.answer("A001 已完成 " + "。" * 300_000), "answer")

    done = desk.run(NOW + timedelta(hours=1), box)

    assert [each.answer.verb for each in done.judged.proposals] == [Verb.DONE]
    assert small.seen() == ["answer"]
    assert isinstance(desk.run(NOW + timedelta(hours=2), box), Unchanged)
    assert box.look() == 2


@pytest.mark.parametrize("token", ["", "wr0ng-token"])
def test_a_login_that_is_refused_is_one_sentence_without_its_secret(small, token):
    box = small_box(small, token, password="wr0ng-password")
    with pytest.raises(DeliveryFault) as caught:
        box.look()

    assert "wr0ng" not in str(caught.value) + repr(box.settings)
    assert ("with the token" in str(caught.value)) is bool(token)
    assert "\n" not in str(caught.value)


# A real server.


@pytest.fixture(scope="module")
def server(certificate) -> Iterator[Dovecot]:
    if not CAN_RUN:
        pytest.skip("needs dovecot, and root")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, dovecot(Path(folder), certificate) as running:
        yield running


def mailbox(server: Dovecot, security: str, **chosen) -> ImapMailbox:
    port = server.tls if security == "tls" else server.plain
    return ImapMailbox(
        replace(ImapSettings("localhost", port, security, USER, PASSWORD, timeout=10), **chosen)
    )


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_real_server_is_read_without_a_trace_and_marked_afterwards(
    server, certificate, monkeypatch, tmp_path, security
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    desk, box = Desk(tmp_path), mailbox(server, security)
    desk.run(NOW, box)
    server.deliver(b"From: x@example.com\r\nSubject: hello\r\n\r\nA001 done\r\n", f"foreign-{security}")
    server.deliver(desk.answer("A001 已完成 " + "。" * 300_000), f"answer-{security}")
    before = server.seen()

    done = desk.run(NOW + timedelta(hours=1), box)
    again = desk.run(NOW + timedelta(hours=2), box)

    assert len(done.judged.proposals) == 1
    assert done.judged.proposals[0].answer.verb == Verb.DONE
    assert sorted(set(server.seen()) - set(before)) == [f"answer-{security}"]
    assert isinstance(again, Unchanged)
    assert box.look() >= 2


def test_what_was_taken_moves_into_a_folder_of_any_name(server, certificate, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    import imaplib

    with imaplib.IMAP4("localhost", server.plain) as line:
        line.login(USER, PASSWORD)
        assert line.create('"&XfJZBHQG- &-Co"')[0] == "OK"  # 已处理 &Co
    desk, box = Desk(tmp_path), mailbox(server, "tls", move_to="已处理 &Co")
    desk.run(NOW, box)
    server.deliver(desk.answer("A001 收到"), "to-be-moved")
    count = box.look()

    desk.run(NOW + timedelta(hours=1), box)

    assert box.look() == count - 1
    assert mailbox(server, "tls", folder="已处理 &Co").look() == 1


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"password": "wr0ng"}, "Authentication failed"),
        ({"password": "密码不是英文"}, "cannot be read"),
        ({"folder": "nowhere"}, "nowhere"),
        ({"host": "mail.invalid"}, "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_one_sentence_without_the_password(
    server, certificate, monkeypatch, chosen, said
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    box = mailbox(server, "tls", **chosen)
    with pytest.raises(DeliveryFault) as caught:
        box.look()

    assert said in str(caught.value)
    assert box.settings.password not in str(caught.value)
    assert box.settings.password not in repr(box.settings)
    assert "\n" not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for_is_refused(server):
    with pytest.raises(DeliveryFault, match="certificate"):
        mailbox(server, "tls").look()
