"""``closeloop undo`` after random passes over a real file, with people's edits between and settings that change.

Each life of a tracker is a few passes; after each the last pass or an older one is put back by the real command. Rows are
known by a token in a column of people's own, whatever becomes of their numbers. CLOSELOOP_UNDOS=200 undoes that often.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from openpyxl import Workbook, load_workbook

from sheet_templates import template
from sync.books.excel import ExcelBook
from sync.commands.judging import run_workbook
from sync.commands.looking_back import undo_run
from sync.ledger.recalling import last_runs
from sync.plan import same_value
from sync.snapshot import CellValue
from sync.tables import read_tables
from sync.tracker import find_tracker

UNDOS = int(os.environ.get("CLOSELOOP_UNDOS", "12"))
PASSES = 4
START = datetime(2024, 5, 28, 10)
TABLES = ("actions", "meetings", "topics")
TOKEN = "我们的记号"
HEADS = {
    "行动项跟踪表": ["编号", "会议编号", "行动项描述", "负责人", "所属部门", "计划完成时间", "状态", "实际完成时间", "交付成果", TOKEN],
    "会议登记": ["会议编号", "会议名称", "会议类型", "会议日期", "主持人", TOKEN],
    "议题": ["会议编号", "序号", "议题名称", "汇报人", "预计时长", TOKEN],
}  # fmt: skip
WORDS: Mapping[str, Sequence[CellValue]] = {
    "编号": ["A001", "A002", "A003", None, None],
    "会议编号": ["M1", "M1", "M2", "M3", None],
    "序号": [1, 2, 3, None],
    "行动项描述": ["输出《流程V2.0》", "推进", "优化体验", None],
    "负责人": ["王芳", "相关部门", "张三、李四", None],
    "所属部门": ["客服部", None],
    "计划完成时间": [datetime(2024, 5, 30), "2024-05-29", "尽快", None, date(2024, 6, 2)],
    "状态": ["进行中", "已完成", "受阻", "80%", None],
    "实际完成时间": [None, datetime(2024, 5, 27)],
    "交付成果": [None, "《流程V2.0》"],
    "会议名称": ["周例会", "评审会", None],
    "会议类型": ["周例会", "产品会议", None],
    "会议日期": [datetime(2024, 5, 27), "2024-06-03", None],
    "主持人": ["王芳", None],
    "议题名称": ["客户投诉", "排期", None],
    "汇报人": ["王芳", "大家", None],
    "预计时长": ["15分钟", 20, None],
}
OURS = ["系统状态", "逾期工作日", "风险等级", "检查结果"]
JUNK: Sequence[CellValue] = ["延期", "我的备注", 0, 7, 2.5, True]
SETTINGS = [
    'language = "en"',
    'language = "zh-TW"',
    "[archive]\non = true\nafter_days = 0",
    "[reports]\nweekly = false\nquarterly = false",
    "[rules.S002]\noff = true",
    "",
    "",
]

Cells = dict[tuple[str, str, str], CellValue]
"""What stands in the worker's columns, by table, token and column."""


class Sight(NamedTuple):
    """A workbook as it was at one moment: the worker's cells, all others, and the number of each row."""

    ours: Cells
    others: tuple[object, ...]
    numbers: Mapping[tuple[str, str], str]

    def sharing(self, table: str, number: str) -> list[str]:
        """The tokens of all rows with a number."""
        return [
            token for (its, token), each in self.numbers.items() if number and (its, each) == (table, number)
        ]


def seen(path: Path) -> Sight:
    snapshot = ExcelBook(path).read()
    tables = read_tables(snapshot, template(), {}, START.date())
    ours: Cells = {}
    numbers: dict[tuple[str, str], str] = {}
    hidden: set[tuple[str, int, int]] = set()
    for key in TABLES:
        layout = tables[key].layout
        rows = snapshot.tab(layout.tab).rows
        token_at = list(rows[layout.header_row - 1]).index(TOKEN)
        worker = [
            column.key for column in template().tables[key].worker_columns if column.key in layout.columns
        ]
        called = dict(zip(tables[key].rows, tables[key].row_ids, strict=True))
        for row, cells in enumerate(rows[layout.header_row :], start=layout.header_row + 1):
            padded = [*cells, *[None] * 40]
            token = padded[token_at]
            for column in worker:
                hidden.add((layout.tab, row, layout.columns[column]))
                if token:
                    ours[key, str(token), column] = padded[layout.columns[column] - 1]
            if token:
                numbers[key, str(token)] = called.get(row, "")
    others = tuple(
        (tab.name, row, position, value)
        for tab in snapshot.tabs
        for row, cells in enumerate(tab.rows, start=1)
        for position, value in enumerate(cells, start=1)
        if value not in (None, "") and (tab.name, row, position) not in hidden
    )
    return Sight(ours, others, numbers)


class People:
    """They begin a tracker and edit it, anywhere."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.path, self.chance, self.tokens = path, chance, 0

    def begin(self) -> None:
        """A workbook of three tables, sometimes one that somebody has had columns like ours in before."""
        book = Workbook()
        book.remove(book.worksheets[0])
        for tab, heads in HEADS.items():
            own = self.chance.sample(heads, len(heads)) if self.chance.random() < 0.5 else list(heads)
            if self.chance.random() < 0.4 and "行动项描述" in heads:
                own += OURS
            sheet = book.create_sheet(tab)
            sheet.append(own)
            for _ in range(self.chance.randint(1, 6)):
                sheet.append([self._value(head) for head in own])
        book.save(self.path)

    def edit(self) -> None:
        """Some edits in the sheets, saved as a program does that knows nothing of closeloop."""
        book = load_workbook(self.path)
        for _ in range(self.chance.randint(1, 5)):
            sheet = book[self.chance.choice([*HEADS])]
            heads = [cell.value for cell in sheet[1]]
            rows = [[cell.value for cell in cells] for cells in sheet.iter_rows(min_row=2)]
            rows = [*self._edited(rows, heads)]
            for row in range(2, max(sheet.max_row, len(rows) + 1) + 1):
                for position in range(1, len(heads) + 1):
                    values = rows[row - 2] if row - 2 < len(rows) else []
                    sheet.cell(row, position).value = values[position - 1] if values else None
        book.save(self.path)

    def _edited(self, rows: list[list[CellValue]], heads: list[str]) -> Iterator[list[CellValue]]:
        kind = self.chance.choice(
            ["cell", "cell", "ours", "ours", "add", "insert", "delete", "sort", "copy", "empty"]
        )
        where = self.chance.randrange(len(rows)) if rows else -1
        if kind == "sort":
            self.chance.shuffle(rows)
        elif kind == "add" or where < 0:
            rows.append([self._value(head) for head in heads])
        elif kind == "insert":
            rows.insert(where, [self._value(head) for head in heads])
        elif kind == "delete":
            del rows[where]
        elif kind == "copy":
            rows.insert(
                where,
                [
                    self._value(head) if head == TOKEN else cell
                    for head, cell in zip(heads, rows[where], strict=True)
                ],
            )
        elif kind == "empty":
            known = {column for tab in HEADS.values() for column in tab} - {TOKEN}
            rows[where] = [
                None if head in known else cell for head, cell in zip(heads, rows[where], strict=True)
            ]
        else:
            worker = [position for position, head in enumerate(heads) if head not in WORDS and head != TOKEN]
            theirs = [position for position, head in enumerate(heads) if head in WORDS]
            position = self.chance.choice(worker if kind == "ours" and worker else theirs)
            rows[where][position] = self._value(heads[position])
        yield from rows

    def _value(self, head: str) -> CellValue:
        if head == TOKEN:
            self.tokens += 1
            return f"T{self.tokens}"
        return self.chance.choice(WORDS.get(head, [None, *JUNK]))


class Pass(NamedTuple):
    """What stood there before a run and after it, and the file that it left."""

    before: Sight
    after: Sight
    left: bytes

    def undone(self, table: str, token: str, column: str, stands: CellValue) -> CellValue:
        """What should stand in a cell of a row as it was written: what had been there, if it still shows what was written."""
        was, wrote = (each.ours.get((table, token, column)) for each in (self.before, self.after))
        return was if (table, token, column) in self.after.ours and same_value(stands, wrote) else stands


def last_run(path: Path) -> int:
    with closing(find_tracker(path, None).ledger()) as ledger:
        return last_runs(ledger, 1)[0].id


def check(done: Pass, now: Sight, result: Sight, *, edited: bool) -> Counter[str]:
    """Compare with what should stand there, and count the cells that were put back, and those that were written and left.

    A row is known by its number, whatever people have made of it since; one without, or that shares its number, only as
    long as nobody has touched the workbook.
    """
    counts: Counter[str] = Counter()
    assert result.others == now.others
    assert result.ours.keys() == now.ours.keys()
    for (table, token, column), stands in now.ours.items():
        number = now.numbers[table, token]
        meant = [token]
        if edited:
            meant = done.after.sharing(table, number) if len(now.sharing(table, number)) == 1 else []
        wanted = [done.undone(table, each, column, stands) for each in meant]
        wanted += [stands] if len(meant) != 1 else []
        shows = result.ours[table, token, column]
        assert any(same_value(shows, each) for each in wanted), (
            table,
            token,
            column,
            number,
            meant,
            stands,
            shows,
        )
        wrote = not same_value(*(each.ours.get((table, token, column)) for each in (done.before, done.after)))
        counts["left" if same_value(shows, stands) else "back"] += wrote
    return counts


@pytest.mark.parametrize("seed", range(-(-UNDOS // PASSES)))
def test_undo_gives_back_what_stood_there_and_leaves_later_edits(seed, tmp_path):
    chance = random.Random(seed)
    path, config = tmp_path / "t.xlsx", tmp_path / "closeloop.toml"
    people = People(path, chance)
    people.begin()
    passes: dict[int, Pass] = {}
    counts: Counter[str] = Counter()
    for _ in range(PASSES):
        now = START + timedelta(days=len(passes))
        config.write_text(f"{chance.choice(SETTINGS)}\n", "utf-8")
        before = seen(path)
        run_workbook(path, config, now, as_json=False, quiet=True)
        passes[last_run(path)] = Pass(before, seen(path), path.read_bytes())
        number = chance.choice([max(passes), max(passes), chance.choice([*passes])])
        if chance.random() < 0.7:
            people.edit()
        stands, edited = seen(path), path.read_bytes() != passes[number].left
        undo_run(number, path, config, None, now, yes=True)
        result = seen(path)
        counts += check(passes[number], stands, result, edited=edited)
        if (run := last_run(path)) not in passes:
            passes[run] = Pass(stands, result, path.read_bytes())
        if chance.random() < 0.5:
            people.edit()
    assert counts["back"], counts
