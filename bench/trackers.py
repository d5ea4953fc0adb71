"""Trackers to measure on: rows as a department has them after some years, most of them closed."""

import random
from datetime import date, datetime, time, timedelta
from pathlib import Path

import xlsxwriter

TODAY = date(2024, 5, 28)
HEADINGS = [
    "编号", "会议编号", "议题", "行动项描述", "负责人", "所属部门", "配合部门", "计划完成时间", "交付标准", "负责人确认",
    "状态", "实际完成时间", "交付成果", "验收人", "验收结果", "延期原因", "预计完成时间", "备注", "豁免", "我们的列",
]  # fmt: skip
DEPARTMENTS = ["产品部", "技术部", "市场部", "客服部", "运营部"]
PEOPLE = [f"{surname}{a}{b}" for surname in "王李张刘陈" for a in "伟芳娜敏静" for b in "军洋勇艳杰"]


def write_tracker(path: Path, rows: int, *, open_share: float = 0.15, seed: int = 1) -> None:
    """Write a tracker of 20 columns and so many rows; a fixed share of them is open, some of those late."""
    chance = random.Random(seed)
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("行动项跟踪表")
    sheet.write_row(0, 0, HEADINGS)
    for number in range(1, rows + 1):
        for position, value in enumerate(_row(number, rows, open_share, chance)):
            if isinstance(value, date):
                sheet.write_datetime(number, position, datetime.combine(value, time()), day)
            elif value != "":
                sheet.write(number, position, value)
    directory = book.add_worksheet("通讯录")
    directory.write_row(0, 0, ["姓名", "部门", "邮箱", "角色"])
    for place, person in enumerate(PEOPLE, start=1):
        role = "部门负责人" if place <= len(DEPARTMENTS) else "专员"
        directory.write_row(place, 0, [person, DEPARTMENTS[place % 5], f"p{place}@example.com", role])
    book.close()


def sheet_rows(rows: int, *, open_share: float = 0.15, seed: int = 1) -> list[list[object]]:
    """The same tracker as cells of Google Sheets: dates are serial numbers with a format."""
    chance = random.Random(seed)
    lines: list[list[object]] = [list(HEADINGS)]
    lines += [
        [_cell(value) for value in _row(number, rows, open_share, chance)] for number in range(1, rows + 1)
    ]
    return lines


def _cell(value: object) -> object:
    if not isinstance(value, date):
        return value
    days = (value - date(1899, 12, 30)).days
    shown = {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}}
    return {"userEnteredValue": {"numberValue": days}, "userEnteredFormat": shown}


def _row(number: int, rows: int, open_share: float, chance: random.Random) -> list[object]:
    is_open = number > rows * (1 - open_share)
    age = chance.randint(-60, 10) if is_open else chance.randint(30, 1500)
    due = TODAY - timedelta(days=age)
    late = "等供应商样品" if is_open and age > 0 else ""
    expected = TODAY + timedelta(days=chance.randint(1, 20)) if late else ""
    done = [] if is_open else [due - timedelta(days=chance.randint(0, 5))]
    return [
        f"A{number:06d}", f"M{number % 300:03d}", "流程优化方案", f"输出《第{number}号流程V2.0》", chance.choice(PEOPLE),
        chance.choice(DEPARTMENTS), "", due, "包含一级响应机制、流程节点图", "是",
        chance.choice(["进行中", "未开始"]) if is_open else "已完成", *(done or [""]), "" if is_open else "《流程V2.0》",
        chance.choice(PEOPLE), "" if is_open else "通过", late, expected, "", "", number,
    ]  # fmt: skip
