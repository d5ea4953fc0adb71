"""``python -m bench.reminders``: notices and ledger beside judging, for many people and open items.

Prints the seconds of judging, of making the notices, of asking a ledger that knows them all, and the ratio of the
last two together to the first; judges nothing.
"""

import argparse
import random
import resource
import tempfile
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from bench.trackers import DEPARTMENTS, TODAY
from rules.handbook import RULES
from rules.judge import judge
from rules.risk import risks
from rules.table import Book
from rules.wordlists import word_lists
from rules.workdays import calendar
from sheet_templates import template, words
from sync.history import row_digests, row_states, with_blocked
from sync.ledger.ledger import Ledger
from sync.numbering import numbers
from sync.settings import Settings
from sync.snapshot import CellValue, Snapshot, Tab
from sync.tables import own_days, read_tables, with_history
from sync.tell.notices import due_notices
from sync.telling import settled_ladder

_HEADINGS: list[CellValue] = [
    "编号", "会议编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "交付标准", "状态", "实际完成时间",
    "交付成果", "验收人", "验收结果", "延期原因", "预计完成时间",
]  # fmt: skip


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=100_000)
    chosen = parser.parse_args()
    measure(_tracker(chosen.people, chosen.items))


def measure(snapshot: Snapshot) -> float:
    """Print the figures of a tracker and give the ratio."""
    now, settings, language = datetime.combine(TODAY, datetime.min.time()), Settings(), words("zh-CN")
    tables = read_tables(snapshot, template(), {}, TODAY)
    actions = tables["actions"]
    digests = row_digests(actions, template().tables["actions"])
    ids = numbers(actions.id, digests, {})
    states = row_states(actions, ids, digests, {}, now)
    book = Book(
        with_history(tables, ids, states),
        now,
        calendar("CN", own_days(tables), today=TODAY),
        word_lists(),
    )
    started = time.process_time()
    judgement = judge(book, RULES, settings.tuning)
    levels = risks(judgement.book, judgement.findings)
    judged = time.process_time() - started
    states = with_blocked(states, judgement.book.tables["actions"], ids, now)
    started = time.process_time()
    rungs = settled_ladder(settings)
    notices, missed = due_notices(judgement, ids, levels, states, rungs, template(), language)
    noticed = time.process_time() - started
    with tempfile.TemporaryDirectory() as folder, closing(Ledger.in_file(Path(folder) / "l", "t")) as ledger:
        ledger.prepare()
        ledger.notices.know(1, notices, now)
        started = time.process_time()
        fresh = ledger.notices.unknown(notices)
        asked = time.process_time() - started
    kinds = pd.Series([notice.kind.value for notice in notices]).value_counts().to_dict()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(actions.rows)} items, {len(judgement.findings)} findings, {len(notices)} notices {kinds}")
    print(f"{len(missed)} cannot be told, {len(fresh)} unknown to the ledger, peak {peak:.0f} MiB")
    ratio = (noticed + asked) / judged
    print(f"judging {judged:.2f} s, notices {noticed:.2f} s, ledger {asked:.2f} s: {ratio:.2f} of judging")
    return ratio


def _tracker(people: int, items: int, seed: int = 1) -> Snapshot:
    """So many people in as many departments as there are hundreds of them, and so many open items."""
    chance = random.Random(seed)
    names = [f"王{chr(0x4E00 + number % 5000)}{chr(0x5E00 + number // 5000)}" for number in range(people)]
    departments = [f"{name}{number}" for number in range(max(people // 500, 1)) for name in DEPARTMENTS]
    directory: list[list[CellValue]] = [["姓名", "部门", "邮箱", "角色"]]
    for number, name in enumerate(names):
        role = (
            "部门负责人" if number < len(departments) else "协调人" if number < len(departments) + 3 else ""
        )
        directory.append([name, departments[number % len(departments)], f"p{number}@example.com", role])
    rows: list[list[CellValue]] = [_HEADINGS]
    rows += [_row(number, names, departments, chance) for number in range(items)]
    return Snapshot((Tab("行动项跟踪表", rows), Tab("通讯录", directory)), "bench")


def _row(number: int, names: list[str], departments: list[str], chance: random.Random) -> list[CellValue]:
    age, owner = chance.randint(-60, 20), chance.randrange(len(names))
    due = datetime.combine(TODAY - timedelta(days=age), datetime.min.time())
    status = chance.choice(["进行中", "进行中", "未开始", "受阻" if age < 0 else "进行中"])
    handed_in = age > 0 and chance.random() < 0.1
    return [
        f"A{number:06d}", "", f"输出《第{number}号流程V2.0》", names[owner], departments[owner % len(departments)],
        due, "包含一级响应机制、流程节点图", "已完成" if handed_in else status, due if handed_in else None,
        "《流程V2.0》" if handed_in else None, chance.choice(names), "", "等供应商样品" if age > 0 else "",
        datetime.combine(TODAY + timedelta(days=5), datetime.min.time()) if age > 0 else None,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
