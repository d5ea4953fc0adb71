"""Whole passes over a small tracker: calendar entries, threads, groups, and what fails, as people see them."""

import logging
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from icalendar import Calendar
from robot_server import SECRET, TOKEN, RobotServer
from scripted_smtp import DROP, ScriptedServer
from tell_samples import notice, parsed

from rules.directory import Directory, Person
from rules.wordlists import word_lists
from sheet_templates import words
from sync.books.memory import MemoryBook
from sync.commands.judging import conclude
from sync.faults import DeliveryFault
from sync.ledger.ledger import Ledger
from sync.settings import Settings, settings_from
from sync.settings.sections import BrakeSettings
from sync.snapshot import Tab
from sync.tell.channel import Delivery
from sync.tell.ladder import ladder
from sync.tell.notice import Kind, Recipient
from sync.tell.outbox import Outbox
from sync.tell.periodic_notices import undelivered
from sync.tell.recipients import Recipients
from sync.tell.robots.setup import Clocks, robots
from sync.tell.smtp import SmtpChannel, SmtpSettings
from sync.terminal.report import console
from sync.terminal.told import notices_section
from sync.worker import Pass, Unchanged, run_pass

START = datetime(2024, 6, 3, 10)
HEADER = ["编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态"]
PEOPLE = [
    ["姓名", "部门", "邮箱", "角色", "群机器人"],
    ["王芳", "客服部", "wangfang@example.com", "", ""],
    ["李敏", "客服部", "limin@example.com", "部门负责人", "客服部群"],
]
PASSWORD = "pl4nted-password-9876"


class Desk:
    """A tracker in memory: an item that is late and one that is due tomorrow."""

    def __init__(self, folder, **chosen) -> None:
        self.folder, self.settings = folder, settings_from(chosen)
        rows = [
            HEADER,
            ["A001", "输出《流程V2.0》", "王芳", "客服部", "2024-06-04", "进行中"],
            ["A002", "输出《流程V3.0》", "王芳", "客服部", "2024-05-31", "进行中"],
        ]
        self.book = MemoryBook({"t": Tab("t", rows), "通讯录": Tab("通讯录", [*PEOPLE])})

    def run(self, now: datetime, channel=None, ways=None, *, release=False) -> Pass | Unchanged:
        way = channel or Outbox(self.folder / "out")
        with closing(Ledger.in_file(self.folder / "l.sqlite", "t")) as ledger:
            return run_pass(self.book, ledger, way, self.settings, now, ways or {}, release=release)

    def mails(self) -> list[EmailMessage]:
        return [parsed(path.read_bytes()) for path in sorted((self.folder / "out").glob("*wangfang*.eml"))]


def events(mail: EmailMessage) -> list:
    files = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return [event for part in files for event in Calendar.from_ical(part.get_content()).walk("VEVENT")]


def test_an_item_comes_into_the_calendar_once_and_again_when_its_date_moves(tmp_path):
    desk = Desk(tmp_path, mail={"calendar": True})
    desk.run(START)
    desk.run(START + timedelta(days=1))
    first, second = desk.mails()
    (event,) = events(first)
    assert event["dtstart"].dt.isoformat() == "2024-06-04"
    assert events(second) == []

    desk.book.tabs["t"].rows[1][4] = "2024-06-06"
    desk.run(START + timedelta(days=2))
    (moved,) = events(desk.mails()[2])
    assert moved["uid"] == event["uid"]
    assert moved["dtstart"].dt.isoformat() == "2024-06-06"
    assert moved["sequence"] > event["sequence"]


def test_without_the_setting_no_entry_comes(tmp_path):
    desk = Desk(tmp_path)
    desk.run(START)
    (mail,) = desk.mails()
    assert events(mail) == []
    assert mail.get_content_type() == "multipart/alternative"


def test_a_persons_mails_are_one_thread(tmp_path):
    desk = Desk(tmp_path)
    desk.run(START)
    desk.run(START + timedelta(days=1))
    first, second = desk.mails()
    assert first["References"] == second["References"] == second["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"]


def test_what_the_server_puts_off_is_tried_again_by_later_passes(tmp_path):
    """451 to every mail: tries at 10, 11, 12 and 14 o'clock, and then it goes through."""
    desk, tries = Desk(tmp_path), []
    with ScriptedServer(*[{"RCPT": "451 come back later"}] * 3, {}) as server:
        channel = SmtpChannel(SmtpSettings("127.0.0.1", server.port, "none", timeout=5))
        for hour in range(7):
            done = desk.run(START + timedelta(hours=hour), channel)
            if isinstance(done, Pass) and (done.failed or done.told):
                tries.append((10 + hour, len(done.told)))
    assert tries == [(10, 0), (11, 0), (12, 0), (14, 2)]
    assert len([message for message in server.messages if b"wangfang" in message]) == 1


@pytest.mark.parametrize("stage", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "body", "dot", "QUIT"])
def test_dropped_at_any_stage_nobody_gets_two_copies(tmp_path, stage):
    desk = Desk(tmp_path)
    with ScriptedServer({stage: DROP}, {}) as server:
        channel = SmtpChannel(SmtpSettings("127.0.0.1", server.port, "none", timeout=5))
        for hours in range(4):
            with suppress(DeliveryFault):
                desk.run(START + timedelta(hours=hours), channel)
    with closing(sqlite3.connect(tmp_path / "l.sqlite")) as ledger:
        (state,) = {found for (found,) in ledger.execute("SELECT state FROM notices WHERE state <> 'known'")}
    sure, arrived, lost = (1, "sent"), (1, "claimed"), (0, "claimed")
    # A small message may have left whole before the client notices that nobody reads it any more.
    expected = {"dot": {arrived}, "body": {sure, lost}}.get(stage, {sure})
    assert (len(server.messages), state) in expected


def test_the_coordinator_is_told_once_of_an_address_that_is_refused(tmp_path):
    """550 to 王芳 in every pass; the coordinator hears of it with the next one, and not each day anew."""
    desk = Desk(tmp_path)
    desk.book.tabs["通讯录"].rows.append(["吴敏", "总经办", "wumin@example.com", "协调人", ""])
    taken: list[EmailMessage] = []

    class Office:
        def open(self):
            return nullcontext(self)

        def send(self, message):
            if "wangfang" in message["To"]:
                return Delivery(False, "550 no such user", permanent=True)
            taken.append(parsed(message.as_bytes()))
            return Delivery(True)

    for hours in (0, 1, 2, 24, 25):
        desk.run(START + timedelta(hours=hours), Office())
    said = "发给 王芳 <wangfang@example.com> 的邮件被邮件服务器拒收，请核对通讯录中的邮箱。"
    reports = [mail for mail in taken if said in mail.get_body(("plain",)).get_content()]
    assert [str(mail["To"]) for mail in reports] == ["吴敏 <wumin@example.com>"]
    assert reports[0]["Date"].datetime.hour == 11


def test_a_report_counts_and_names_nothing_and_is_a_kind_of_the_ladder():
    """Two things could not be told to 王芳, nor anything to 吴敏 herself; the other coordinator hears of both."""
    wu, zhao = (Person(name, "总经办", f"{name}@example.com", "协调人") for name in ("wu", "zhao"))
    recipients = Recipients(Directory((wu, zhao), word_lists()), START.date(), {})
    wang = Recipient("王芳", "WangFang@example.com")
    refused = [
        notice(Kind.OVERDUE, to=wang, id="A-1", confidential=True),
        notice(Kind.RISK, to=wang, id="A-1", confidential=True),
        notice(Kind.OVERDUE, to=wang, id="A-2"),
        notice(Kind.ESCALATION, to=Recipient("wu", "wu@example.com"), id="A-3"),
    ]
    told = list(undelivered(refused, ladder({}, {}), recipients, words("zh-CN")))
    assert [(each.kind, each.recipient.name, each.subject.figures) for each in told] == [
        (Kind.UNREACHABLE, "zhao", (("相关事项", "2"),)),
        (Kind.UNREACHABLE, "zhao", (("相关事项", "1"),)),
    ]
    assert len({each.key for each in told}) == 2
    off = ladder({"unreachable": {"off": True}}, {})
    assert list(undelivered(refused, off, recipients, words("zh-CN"))) == []


# Groups.


def with_robot(desk: Desk, server: RobotServer):
    environment = {"URL": server.url, "SECRET": SECRET}
    return robots(desk.settings.robots, environment, Clocks(lambda: 1_795_000_000, lambda: 0, lambda _: None))


def grouped(folder, vendor: str = "dingtalk") -> Desk:
    return Desk(folder, robots={"客服部群": {"kind": vendor, "url_env": "URL", "secret_env": "SECRET"}})


def test_a_group_is_told_once_a_day_and_people_have_their_mail(tmp_path):
    desk = grouped(tmp_path)
    with RobotServer("dingtalk") as server:
        ways = with_robot(desk, server)
        for hours in (0, 1, 5, 24):
            desk.run(START + timedelta(hours=hours), ways=ways)
    first, second = server.posted
    assert all(number in first for number in ("A001", "A002"))
    assert "A002" in second
    assert len(desk.mails()) == 2


def test_the_report_names_people_and_groups(tmp_path):
    desk = grouped(tmp_path)
    with RobotServer("dingtalk") as server:
        done = desk.run(START, ways=with_robot(desk, server))
    assert isinstance(done, Pass)
    shown = console(width=200)
    with shown.capture() as captured:
        shown.print(notices_section((*done.told, *done.groups.told), words("zh-CN"), done=True))
    assert "王芳 <wangfang@example.com>" in captured.get()
    assert re.search(r"客服部群 +逾期 1", captured.get())


def test_a_group_hears_nothing_at_night_or_on_a_day_off(tmp_path):
    desk = grouped(tmp_path)
    with RobotServer("dingtalk") as server:
        ways = with_robot(desk, server)
        desk.run(START.replace(hour=7), ways=ways)
        desk.run(datetime(2024, 6, 2, 10), ways=ways)
        assert server.requests == []
        desk.run(START, ways=ways)
    assert len(server.posted) == 1


def test_a_robot_that_refuses_for_good_is_said_and_the_head_has_a_mail(tmp_path, capsys):
    desk = grouped(tmp_path)
    with RobotServer(
        "dingtalk", (200, {"errcode": 300001, "errmsg": f"token {TOKEN} is not exist"})
    ) as server:
        done = desk.run(START, ways=with_robot(desk, server))
    assert isinstance(done, Pass)
    assert conclude(done) == 0  # nothing to try again
    said = capsys.readouterr().err
    assert "客服部群" in said
    assert "300001" in said
    assert TOKEN not in said
    (mail,) = [parsed(path.read_bytes()) for path in (tmp_path / "out").glob("*limin*.eml")]
    assert "A001" in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize("answer", ["drop", (429, b"", {"Retry-After": "60"})])
def test_a_robot_that_fails_leaves_the_mails_alone(tmp_path, answer):
    desk = grouped(tmp_path)
    with RobotServer("dingtalk", answer) as server:
        done = desk.run(START, ways=with_robot(desk, server))
        assert isinstance(done, Pass)
        assert done.groups.failed
        assert len(desk.mails()) == 1
        again = desk.run(START + timedelta(hours=1), ways=with_robot(desk, server))
    assert isinstance(again, Pass)
    assert len(server.posted) == (0 if answer == "drop" else 1)


def late_items(desk: Desk, count: int) -> None:
    row = desk.book.tabs["t"].rows[2]
    desk.book.tabs["t"].rows[:] = [HEADER, *([f"A{number}", *row[1:]] for number in range(100, 100 + count))]


def test_while_the_brake_holds_groups_hear_nothing_and_a_release_tells_them_once(tmp_path):
    desk = grouped(tmp_path)
    desk.settings = desk.settings.model_copy(update={"brake": BrakeSettings(people=50, items=10)})
    late_items(desk, 11)
    with RobotServer("dingtalk") as server:
        ways = with_robot(desk, server)
        stopped = desk.run(START, ways=ways)
        assert isinstance(stopped, Pass)
        assert stopped.brake
        assert server.requests == []
        assert {notice.recipient.name for notice in stopped.held} == {"王芳", "客服部群"}
        for hours in (1, 2):
            desk.run(START + timedelta(hours=hours), ways=ways, release=True)
    assert len(server.posted) == len(desk.mails()) == 1


def test_the_brake_counts_the_mails_that_come_in_place_of_a_groups_message(tmp_path):
    """20 things may be told: 14 to 王芳 can go, and with them not the 14 that the head would have."""
    desk = grouped(tmp_path)
    desk.settings = desk.settings.model_copy(update={"brake": BrakeSettings(people=50, items=20)})
    late_items(desk, 14)
    heads = []
    with RobotServer("dingtalk", (200, {"errcode": 300001, "errmsg": "token is not exist"})) as server:
        for hours in (0, 1, 2):
            desk.run(START + timedelta(hours=hours), ways=with_robot(desk, server))
            heads.append(len(list((tmp_path / "out").glob("*limin*"))))
    assert len(desk.mails()) == 1
    assert heads == [0, 1, 1]  # by then more than 20 are usual


def test_an_old_sheet_posts_one_message_to_a_group_on_its_first_pass(tmp_path):
    desk = grouped(tmp_path)
    late_items(desk, 60)
    with RobotServer("dingtalk") as server:
        ways = with_robot(desk, server)
        for hours in (0, 1, 2):
            desk.run(START + timedelta(hours=hours), ways=ways)
    (posted,) = server.posted
    assert posted.count("- **A1") == 20


# Secrets.


@contextmanager
def planted(folder, vendor: str):
    """A tracker whose every way out has a secret, and whose servers say them back as they refuse."""
    echo = {"errcode": 9, "code": 9, "errmsg": f"{TOKEN} {SECRET}", "msg": f"{TOKEN} {SECRET}"}
    desk = grouped(folder, vendor)
    login = {"EHLO": "250-scripted\r\n250 AUTH PLAIN LOGIN", "AUTH": f"535 wrong password: {PASSWORD}"}
    with ScriptedServer(login) as mails, RobotServer(vendor, (400, echo), "drop") as groups:
        channel = SmtpChannel(SmtpSettings("127.0.0.1", mails.port, "none", "me", PASSWORD, timeout=5))
        yield desk, channel, with_robot(desk, groups)


@pytest.mark.parametrize("vendor", ["dingtalk", "wecom", "feishu"])
def test_no_secret_is_in_any_output(tmp_path, caplog, capfd, vendor):
    caplog.set_level(logging.DEBUG)
    with planted(tmp_path, vendor) as (desk, channel, ways):
        said = [outcome(lambda at=at: desk.run(START + timedelta(hours=at), channel, ways)) for at in (0, 1)]
    out = capfd.readouterr()
    ledger = b"".join(path.read_bytes() for path in tmp_path.rglob("l.sqlite*"))
    everything = "\n".join(
        [*said, caplog.text, out.out, out.err, repr(desk.settings), repr(ways), repr(channel.settings)]
    )
    for secret in (PASSWORD, TOKEN, SECRET):
        assert secret not in everything
        assert secret.encode() not in ledger


def outcome(act: Callable[[], Pass | Unchanged]) -> str:
    try:
        done = act()
    except Exception as error:
        return repr(error) + str(error) + repr(error.__cause__)
    return repr(done)


def test_settings_show_no_secret():
    chosen = {
        "mail": {"password": PASSWORD, "client_secret": SECRET},
        "robots": {"g": {"kind": "wecom", "url": f"https://x/{TOKEN}"}},
    }
    made = settings_from(chosen)
    for secret in (PASSWORD, SECRET, TOKEN):
        assert secret not in repr(made) + made.model_dump_json()
    assert Settings() != made
