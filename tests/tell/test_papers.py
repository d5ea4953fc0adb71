"""Minutes and notices of meetings as mails: what they say in HTML and text, to whom, and what comes for calendars."""

from contextlib import closing
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from icalendar import Calendar
from tell_samples import parsed

from sheet_templates import LANGUAGES, template
from sync.books.memory import MemoryBook
from sync.ledger.ledger import Ledger
from sync.ledger.notices import KNOWN
from sync.settings import settings_from
from sync.snapshot import Tab
from sync.tell.outbox import Outbox
from sync.worker import Pass, Unchanged, run_pass
from tests.rule_cases import SOUND

NOW = datetime(2024, 6, 3, 10)
MEETING = {
    "id": "M01", "name": "Q3产品规划会", "type": "专项会议", "date": "2024-05-31", "start": "14:00", "end": "15:30",
    "place": "三楼会议室", "host": "李雷", "recorder": "孙悦", "attendees": "王芳、孙悦", "goal": "定下Q3重点",
    "notice_sent": "", "minutes_done": "2024-05-31", "approved": "", "distributed": "", "confidential": "",
}  # fmt: skip
TOPIC = {
    "meeting_id": "M01", "no": "1", "title": "流程优化方案", "discussion": "压测结果讨论", "conclusion": "通过",
    "grounds": "压测报告", "votes": "5/0/1",
}  # fmt: skip
ITEM = {**SOUND["actions"], "id": "A1", "meeting_id": "M01", "due": "2024-07-14"}
PEOPLE = [
    {"name": "王芳", "department": "客服部", "email": "wangfang@example.com", "role": ""},
    {"name": "李雷", "department": "客服部", "email": "lilei@example.com", "role": "部门负责人"},
    {"name": "孙悦", "department": "技术部", "email": "sunyue@example.com", "role": ""},
    {"name": "钱总", "department": "", "email": "qian@example.com", "role": "总经理"},
]


class Desk:
    """A tracker in memory with one meeting, one topic and one item; mails as files, as they came by person."""

    def __init__(self, folder, meeting=None, **chosen) -> None:
        self.folder, self.settings = folder, settings_from(chosen)
        rows = {
            "actions": [ITEM],
            "meetings": [MEETING | (meeting or {})],
            "topics": [TOPIC],
            "people": PEOPLE,
        }
        self.book = MemoryBook({tab.name: tab for tab in (self.tab(key, of) for key, of in rows.items())})

    @staticmethod
    def tab(key: str, rows: list[dict[str, str]]) -> Tab:
        columns = template().tables[key].columns
        heads = [columns[name].heads[0] for name in rows[0]]
        return Tab(template().tables[key].heads[0], [heads, *[list(row.values()) for row in rows]])

    def enter(self, **cells) -> None:
        """Type something into the meeting's row."""
        tab = self.book.tabs["会议登记"]
        for name, value in cells.items():
            tab.rows[1][list(MEETING).index(name)] = value

    def run(self, now: datetime) -> Pass | Unchanged:
        with closing(Ledger.in_file(self.folder / "l.sqlite", "跟踪")) as ledger:
            return run_pass(self.book, ledger, Outbox(self.folder / "out"), self.settings, now)

    def papers(self, now: datetime) -> dict[str, EmailMessage]:
        """The documents that a pass sends, by the address of who gets them."""
        before = set((self.folder / "out").glob("*.eml"))
        self.run(now)
        new = sorted(set((self.folder / "out").glob("*.eml")) - before)
        mails = (parsed(path.read_bytes()) for path in new)
        return {
            mail["To"].addresses[0].username: mail for mail in mails if not mail["Subject"].endswith("跟踪")
        }


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part
    return part.get_content()


def entry(mail: EmailMessage):
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    assert part.get_content_disposition() is None
    (event,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
    return event


def test_minutes_go_out_in_the_pass_after_the_hosts_approval_is_entered(tmp_path):
    desk = Desk(tmp_path)
    assert desk.papers(NOW) == {}
    desk.enter(approved="2024-06-03 10:30")

    mails = desk.papers(NOW + timedelta(hours=1))
    again = desk.papers(NOW + timedelta(hours=2))

    assert set(mails) == {"wangfang", "lilei", "sunyue", "qian"}
    assert {mail["Subject"] for mail in mails.values()} == {"[闭环] 会议纪要：Q3产品规划会 2024-05-31"}
    assert again == {}
    for said in (body(mails["wangfang"], "plain"), body(mails["wangfang"], "html")):
        for text in (
            "会议纪要",
            "压测结果讨论",
            "压测报告",
            "输出《客户投诉处理流程V2.0》",
            "2024-07-14",
            "三楼会议室",
        ):
            assert text in said
        assert "草稿" not in said
    assert "抄送" in body(mails["qian"], "plain")
    assert "抄送" not in body(mails["wangfang"], "plain")
    assert "分发时间" in body(mails["sunyue"], "html")
    assert mails["wangfang"]["References"] != mails["lilei"]["References"]


def test_approved_again_they_are_sent_again(tmp_path):
    desk = Desk(tmp_path)
    desk.run(NOW)
    desk.enter(approved="2024-06-03")
    desk.run(NOW + timedelta(hours=1))
    desk.enter(approved="2024-06-04")

    assert len(desk.papers(NOW + timedelta(days=1))) == 4


def test_what_was_approved_before_a_tracker_was_adopted_is_not_mailed(tmp_path):
    desk = Desk(tmp_path, {"approved": "2024-06-03"})

    assert desk.papers(NOW) == {}
    assert desk.papers(NOW + timedelta(days=1)) == {}
    with closing(Ledger.in_file(tmp_path / "l.sqlite", "跟踪")) as ledger:
        assert {each.state for each in ledger.notices.entries(kind="minutes")} == {KNOWN}


def test_minutes_wait_for_the_sending_window(tmp_path):
    desk = Desk(tmp_path)
    desk.run(NOW)
    desk.enter(approved="2024-06-03 20:00")

    assert desk.papers(NOW.replace(hour=21)) == {}
    assert len(desk.papers(NOW + timedelta(days=1))) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_confidential_minutes_reach_those_who_were_there_and_their_leaders_and_no_subject_says_what_of(
    tmp_path, language
):
    desk = Desk(tmp_path, {"confidential": "是", "attendees": "孙悦"}, language=language)
    desk.run(NOW)
    desk.enter(approved="2024-06-03")

    mails = desk.papers(NOW + timedelta(hours=1))

    assert set(mails) == {"lilei", "sunyue", "qian"}  # host, recorder, the leader; not the owner of the item
    for mail in mails.values():
        assert "Q3" not in str(mail["Subject"])
        assert "M01" in str(mail["Subject"])


def test_an_invitation_moves_with_its_meeting(tmp_path):
    invite = {"reminders": {"invitation": {"off": False}}}
    desk = Desk(tmp_path, {"date": "2024-06-05", "minutes_done": "", "place": ""}, **invite)
    assert desk.papers(NOW) == {}
    desk.enter(place="三楼会议室")
    first = desk.papers(NOW + timedelta(hours=1))
    same = desk.papers(NOW + timedelta(hours=2))
    desk.enter(date="2024-06-06")
    second = desk.papers(NOW + timedelta(hours=3))

    assert set(first) == set(second) == {"wangfang", "lilei", "sunyue"}
    assert same == {}
    before, after = entry(first["wangfang"]), entry(second["wangfang"])
    assert before["uid"] == after["uid"]
    assert before["sequence"] < after["sequence"]
    assert after["dtstart"].dt.isoformat() == "2024-06-06T06:00:00+00:00"
    assert "会议通知" in first["lilei"]["Subject"]
    assert "流程优化方案" in body(first["lilei"], "plain")
    assert "流程优化方案" in body(first["lilei"], "html")


def test_cells_of_a_document_never_act(tmp_path):
    desk = Desk(
        tmp_path, {"name": "会\r\nBcc: x@example.com\u202e" + "长" * 300, "goal": "<script>alert(1)</script>"}
    )
    desk.run(NOW)
    desk.enter(approved="2024-06-03")

    for mail in desk.papers(NOW + timedelta(hours=1)).values():
        assert mail["Bcc"] is None
        assert len(mail["Subject"]) <= 120
        assert "\u202e" not in mail["Subject"] + body(mail, "plain")
        assert "<script" not in body(mail, "html")
        assert "<script>alert(1)" in body(mail, "plain")
