"""What the tests of mails are made of: one person, items, notices, and a settled moment."""

from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

from sync.tell.digest import Letter
from sync.tell.letter import Sender, message
from sync.tell.notice import Item, Kind, Notice, Recipient

ZHANG = Recipient("张三", "zhangsan@example.com")
CLOSELOOP = Sender("闭环", "closeloop@example.com", "coordinator@example.com")
LETTER = Letter("[闭环] 1 项逾期", "张三,您好\n", "<p>张三,您好</p>\n")
NOW = datetime(2026, 11, 20, 9, 15, tzinfo=ZoneInfo("Asia/Shanghai"))


def item(**fields: Any) -> Item:
    """An item one working day late, with some of its fields set."""
    sample = {
        "id": "A-1",
        "description": "提交需求确认单",
        "meeting": "产品规划会",
        "owner": "张三",
        "department": "产品部",
        "due": date(2026, 11, 19),
        "days_left": -1,
        "late_days": 1,
        "status": "进行中",
        "risk": "逾期",
        "place": f"行动项跟踪表!D{fields.get('id', 'A-1')[2:]}",
    }
    return Item(**(sample | fields))


def notice(kind: Kind = Kind.OVERDUE, copy: bool = False, to: Recipient = ZHANG, **fields: Any) -> Notice:
    """A notice about one such item."""
    about = item(**fields)
    return Notice(kind, f"{kind}:{about.id}:{about.due}:{to.email}", to, copy, about.due, about)


def mail(letter: Letter = LETTER, to: Recipient = ZHANG, sender: Sender = CLOSELOOP) -> EmailMessage:
    """A message at a settled moment."""
    return message(letter, to, sender, ("overdue:A-1",), NOW)


def parsed(raw: bytes) -> EmailMessage:
    """The message as a receiving program sees it, with its own kind of line ends."""
    return message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=default)  # type: ignore[return-value]
