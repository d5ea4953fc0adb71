"""A year of a tracker that people move by a seeded script, passed over at given hours: who was told what, and when.

``python -m tests.simulated_year`` passes every hour of 2026, prints the figures, and fails where the mails are not those
of ``tests/year``; with ``--write`` it writes them anew. The suite passes less often, and every hour of some weeks.
"""

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from difflib import unified_diff
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

import chinese_calendar

from sync.books.memory import MemoryBook
from sync.ledger.ledger import Ledger
from sync.settings import Settings
from sync.snapshot import CellValue, Tab
from sync.tell.channel import Delivery
from sync.tell.letter import message_id
from sync.tell.notice import PAPERS, Notice
from sync.worker import Pass, run_pass

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
_HEADINGS: list[CellValue] = [
    "编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "交付标准", "状态", "实际完成时间", "交付成果", "验收人", "验收结果",
]  # fmt: skip
_DUE, _STATUS, _DONE, _DELIVERABLE, _VERDICT = 4, 6, 7, 8, 10
DEPARTMENTS = {
    "产品部": ["王芳", "周涛", "吴迪"],
    "技术部": ["李雷", "郑洁", "冯军"],
    "市场部": ["孙悦", "陈晨"],
}
HEADS = {department: people[0] for department, people in DEPARTMENTS.items()}
COORDINATOR, LEADER = "赵敏", "钱总"

Rung = tuple[str, str, str, str, str]
"""Kind, number of the item, what tells this time apart, step, and who is told."""


@dataclass
class Life:
    """One item, and what its people make of it: on which day it is put off (to when), blocked, freed, handed in and
    accepted. Nothing happens on a day off."""

    number: str
    owner: str
    department: str
    verifier: str
    begins: date
    due: date
    put_off: dict[date, date] = field(default_factory=dict)
    blocked: tuple[date, date] | None = None
    done: date = date.max
    accepted: date = date.max

    def due_on(self, day: date) -> date:
        """The due date that stands in the sheet."""
        return max([self.due, *(new for moved, new in self.put_off.items() if moved <= day)])

    def is_blocked(self, day: date) -> bool:
        """Whether people say so."""
        return self.blocked is not None and self.blocked[0] <= day < self.blocked[1] and day < self.done

    def row(self, day: date) -> list[CellValue]:
        """The row as people have left it."""
        status = "已完成" if day >= self.done else "受阻" if self.is_blocked(day) else "进行中"
        done = (
            [datetime.combine(self.done, time()), f"《{self.number}》"] if day >= self.done else [None, None]
        )
        verdict = "通过" if day >= self.accepted else None
        due = datetime.combine(self.due_on(day), time())
        return [
            self.number, f"输出《第{self.number}号方案》", self.owner, self.department, due, "含流程节点图", status, *done,
            self.verifier, verdict,
        ]  # fmt: skip


def is_working(day: date) -> bool:
    """By the State Council's notice, make-up days included."""
    return chinese_calendar.is_workday(day)


def working_days() -> list[date]:
    """Those of the year."""
    days = (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))
    return [day for day in days if is_working(day)]


def lives(count: int, seed: int) -> list[Life]:
    """So many items of a year."""
    chance, days = random.Random(seed), working_days()
    return [_life(f"A{number:03d}", days, chance) for number in range(1, count + 1)]


def _life(number: str, days: list[date], chance: random.Random) -> Life:
    department = chance.choice(list(DEPARTMENTS))
    owner = chance.choice(DEPARTMENTS[department][1:])
    verifier = chance.choice(["", chance.choice(DEPARTMENTS["产品部"])])
    start = chance.randrange(len(days) - 60)
    due = start + chance.randint(3, 25)
    life = Life(
        number, owner, department, verifier, days[start], days[due] + timedelta(days=chance.randint(0, 2))
    )
    for _ in range(chance.choice([0, 0, 0, 1, 4])):
        moved = due + chance.randint(-2, 2)
        due = moved + chance.randint(3, 6)
        life.put_off[days[moved]] = days[due]
    done = min(due + chance.randint(-6, 14), len(days) - 3)
    if chance.random() < 0.3:
        obstacle = chance.randint(start, max(start, done - 2))
        life.blocked = days[obstacle], days[min(obstacle + chance.randint(1, 14), len(days) - 1)]
    life.done = days[max(done, start + 1)]
    life.accepted = days[min(days.index(life.done) + chance.randint(1, 8), len(days) - 1)]
    return life


def expected(items: Iterable[Life], days: Iterable[date]) -> set[Rung]:
    """What a person with a diary would tell: each rung of handbook §4 that an item reaches on a day of these."""
    told: set[Rung] = set()
    for life in items:
        for day in days:
            if life.begins <= day < life.done:
                told.update(_open_rungs(life, day))
            if life.done <= day < life.accepted:
                told.add(("acceptance", life.number, f"{life.done}", "0", life.verifier or COORDINATOR))
    return told


def _open_rungs(life: Life, day: date) -> Iterator[Rung]:
    due, tracker = life.due_on(day), life.verifier or COORDINATOR
    late = _working_days_between(due, day)
    if late > 3:
        for person in (HEADS[life.department], life.owner):
            yield "risk", life.number, f"{due}", str((late - 4) // 5), person
    elif late > 0:
        for person in (life.owner, tracker):
            yield "overdue", life.number, f"{due}", str(late - 1), person
    elif day <= due and day >= _last_working(due - timedelta(days=2)):
        yield "due_soon", life.number, f"{due}", "0", life.owner
    if life.is_blocked(day) and life.blocked:
        since = max(life.blocked[0], life.begins)
        for person in (tracker, HEADS[life.department]):
            yield "blocked", life.number, f"{since}", str(_working_days_between(since, day) // 5), person
    carried = sum(
        life.due_on(moved) > life.due_on(moved - timedelta(days=1)) for moved in life.put_off if moved <= day
    )
    if carried >= 3:
        for person in (LEADER, COORDINATOR):
            yield "escalation", life.number, "carried", str(carried), person


def _working_days_between(first: date, last: date) -> int:
    span = range(1, (last - first).days + 1)
    return sum(is_working(first + timedelta(days=number)) for number in span)


def _last_working(day: date) -> date:
    while not is_working(day):
        day -= timedelta(days=1)
    return day


_MEETING_HEADINGS: list[CellValue] = [
    "会议编号", "会议名称", "会议日期", "主持人", "记录人", "参会部门及人员", "通知发出时间", "纪要完成时间", "审核通过时间", "分发时间",
]  # fmt: skip


@dataclass(frozen=True)
class Gathering:
    """One meeting, and on which days its people enter what they did for it; what the pass sends they enter a day later."""

    number: str
    entered: date
    held: date
    notified: date
    written: date
    approved: date
    distributed: date
    host: str
    recorder: str
    attendee: str

    def row(self, day: date) -> list[CellValue]:
        """The row as people have left it."""
        done = (self.notified, self.written, self.approved, self.distributed)
        return [
            self.number, f"第{self.number}次例会", datetime.combine(self.held, time()), self.host, self.recorder, self.attendee,
            *(datetime.combine(each, time()) if each <= day else None for each in done),
        ]  # fmt: skip

    @property
    def readers(self) -> set[str]:
        """Who gets the minutes: who was there, the heads of their departments, and the leader above."""
        named = {self.host, self.recorder, self.attendee}
        return named | {HEADS[its] for its, people in DEPARTMENTS.items() if named & {*people}} | {LEADER}


def gatherings(count: int, seed: int) -> list[Gathering]:
    """So many meetings of a year."""
    chance, days = random.Random(seed), working_days()
    people = [name for names in DEPARTMENTS.values() for name in names]
    made = []
    for number in range(1, count + 1):
        held = 8 + number * (len(days) - 30) // count
        written = held + chance.randint(1, 6)
        approved = written + chance.randint(1, 5)
        places = [
            held - 6,
            held,
            held - chance.randint(1, 4),
            written,
            approved,
            approved + chance.randint(1, 3),
        ]
        named = chance.sample(people, 3)
        made.append(Gathering(f"M{number:02d}", *(days[place] for place in places), *named))
    return made


def expected_minutes(meetings: Iterable[Gathering]) -> set[Rung]:
    """The minutes of each meeting, once, to each of its readers, from the day of the approval."""
    return {
        ("minutes", each.number, f"{each.approved}", "0", name) for each in meetings for name in each.readers
    }


@dataclass
class Letters:
    """A way out that keeps what the passes hand over, until it is taken."""

    messages: list[EmailMessage] = field(default_factory=list)

    def open(self) -> nullcontext["Letters"]:
        return nullcontext(self)

    def send(self, message: EmailMessage) -> Delivery:
        self.messages.append(message)
        return Delivery(True)

    def take(self) -> list[EmailMessage]:
        """What has come since this was last asked."""
        taken, self.messages = self.messages, []
        return taken


@dataclass(frozen=True)
class Mail:
    """One mail as it went out in a pass, and the rungs that it tells."""

    moment: datetime
    message: EmailMessage
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class Year:
    """What a year came to: each rung with the moment at which it was told, the mails, and the passes, judged and all."""

    told: list[tuple[datetime, Rung]]
    passes: int
    judged: int
    mails: list[Mail]

    @property
    def rungs(self) -> set[Rung]:
        """Those of single items."""
        return {rung for _, rung in self.told if rung[0] in OF_ITEMS}


OF_ITEMS = {"escalation", "risk", "blocked", "overdue", "acceptance", "due_soon"}


def simulate(items: list[Life], moments: Iterable[datetime], meetings: Sequence[Gathering] = ()) -> Year:
    """Pass over the tracker at each moment; what people do on a day is done before its first pass."""
    book, letters, told, judged, passes = MemoryBook(), Letters(), [], 0, 0
    mails: list[Mail] = []
    settings = Settings(
        tables={"actions": {"tab": "跟踪"}},
        brake={"people": 1000, "items": 10_000},
        reports={"weekly": False, "quarterly": False},
    )
    book.tabs["通讯录"] = Tab("通讯录", _directory())
    book.tabs["跟踪"] = Tab("跟踪", [_HEADINGS])
    if meetings:
        book.tabs["会议登记"] = Tab("会议登记", [_MEETING_HEADINGS])
    with closing(Ledger("sqlite://", "t")) as ledger:
        for moment in moments:
            _move(book.tabs["跟踪"], (each for each in items if each.begins <= moment.date()), moment.date())
            if meetings:
                due = (each for each in meetings if each.entered <= moment.date())
                _move(book.tabs["会议登记"], due, moment.date())
            done = run_pass(book, ledger, letters, settings, moment)
            passes += 1
            if isinstance(done, Pass):
                judged += 1
                told += [(moment, _rung(notice.key, notice.recipient.name)) for notice in done.told]
                mails += _mails(moment, letters.take(), done.told)
    return Year(told, passes, judged, mails)


def _mails(moment: datetime, messages: list[EmailMessage], notices: Iterable[Notice]) -> Iterator[Mail]:
    """Each mail of a pass with what it tells: a document has one of its own, all else is one mail a person."""
    told: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        told[notice.key if notice.kind in PAPERS else notice.recipient.email].append(notice)
    by_id = {message_id([each.key for each in some], "localhost.localdomain"): some for some in told.values()}
    for message in messages:
        some = by_id[str(message["Message-ID"])]
        yield Mail(moment, message, tuple(_rung(each.key, each.recipient.name) for each in some))


def _rung(key: str, name: str) -> Rung:
    kind, number, anchor, step, _ = key.split(":")
    return kind, number, anchor, step, name


def _directory() -> list[list[CellValue]]:
    rows: list[list[CellValue]] = [["姓名", "部门", "邮箱", "角色"]]
    named = [(name, department) for department, people in DEPARTMENTS.items() for name in people]
    for number, (name, department) in enumerate(named):
        role = "部门负责人" if name in HEADS.values() else ""
        rows.append([name, department, f"p{number}@example.com", role])
    return [
        *rows,
        [COORDINATOR, "运营部", "zhaomin@example.com", "协调人"],
        [LEADER, "", "qian@example.com", "总经理"],
    ]


def _move(tab: Tab, lives: Iterable[Life | Gathering], day: date) -> None:
    """Bring what people own up to that day; what closeloop wrote beside it stays."""
    by_number = {cells[0]: cells for cells in tab.rows[1:]}
    for life in lives:
        cells, now = by_number.get(life.number), life.row(day)
        if cells is None:
            tab.rows.append(now)
        elif cells[: len(now)] != now:
            cells[: len(now)] = now


def hourly() -> Iterator[datetime]:
    """Every hour of the year, at an odd minute."""
    moment = datetime.combine(FIRST, time(0, 7))
    while moment.date() <= LAST:
        yield moment
        moment += timedelta(hours=1)


def timeline(mails: Iterable[Mail]) -> Iterator[str]:
    """The mails as lines: when (once for a pass), to whom with which subject, and each thing that it tells."""
    last = None
    for mail in mails:
        if mail.moment != last:
            yield f"{mail.moment:%Y-%m-%d %a %H:%M}\n"
            last = mail.moment
        to = mail.message["To"].addresses[0]
        yield f"  {to.display_name} <{to.addr_spec}> {mail.message['Subject']}\n"
        yield from (f"      {' '.join(filter(None, rung[:4]))}\n" for rung in mail.rungs)


def one_of_each(mails: Iterable[Mail]) -> Iterator[str]:
    """The whole text of the first mail that tells of each kind."""
    seen: set[str] = set()
    for mail in mails:
        new = dict.fromkeys(rung[0] for rung in mail.rungs if rung[0] not in seen)
        body = mail.message.get_body(("plain",))
        if new and body:
            seen.update(new)
            yield f"{'=' * 30} {', '.join(new)}: {mail.moment:%Y-%m-%d %H:%M} {mail.message['To']}\n"
            yield f"{mail.message['Subject']}\n\n{_lines(body.get_content())}\n"


def _lines(text: str) -> str:
    return "\n".join(text.rstrip().splitlines())


FOLDER = Path(__file__).with_name("year")
TIMELINE, TEXTS = FOLDER / "timeline.txt", FOLDER / "one_of_each.txt"


def main(arguments: list[str]) -> int:
    """A whole year, hour by hour. Returns 1 where anything is not as it has to be."""
    items, meetings = yearly_items(), gatherings(12, 3)
    year = simulate(items, hourly(), meetings)
    twice = [rung for rung, count in Counter(rung for _, rung in year.told).items() if count > 1]
    outside = [moment for moment, _ in year.told if not is_working(moment.date()) or not 8 < moment.hour < 18]
    wanted = expected(items, working_days())
    sent = {rung for _, rung in year.told if rung[0] == "minutes"}
    minutes = expected_minutes(meetings)
    missed, many = (wanted | minutes) - (year.rungs | sent), (year.rungs | sent) - (wanted | minutes)
    print(
        f"{year.passes} passes, {year.judged} judged anew, {len(year.mails)} mails, {len(year.told)} notices"
    )
    print(
        f"{len(wanted)} rungs of items, {len(minutes)} minutes: {len(missed)} missed, {len(many)} too many,"
    )
    print(f"{len(twice)} twice, {len(outside)} at night or on a day off")
    if "--write" in arguments:
        FOLDER.mkdir(exist_ok=True)
        TIMELINE.write_text("".join(timeline(year.mails)), "utf-8")
        TEXTS.write_text("".join(one_of_each(year.mails)), "utf-8")
    other = [*_differences(TIMELINE, timeline(year.mails)), *_differences(TEXTS, one_of_each(year.mails))]
    sys.stdout.writelines(islice(other, 200))
    return int(bool(missed or many or twice or outside or other))


def yearly_items() -> list[Life]:
    """Those of the mails in ``tests/year``."""
    return lives(60, 1)


def _differences(file: Path, now: Iterable[str]) -> Iterator[str]:
    lines = "".join(now).splitlines(keepends=True)
    return unified_diff(file.read_text("utf-8").splitlines(keepends=True), lines, file.name, "now")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
