"""The same tables in memory, in an Excel file and on Google Sheets: the same findings, changes and notices.

The long form, of 200: CLOSELOOP_INTERLEAVINGS=10000 (``make interleavings``).
"""

import os
import random
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook

from sheet_templates import template
from sync.books.book import Book
from sync.books.excel import ExcelBook
from sync.books.google.values import serial
from sync.books.memory import MemoryBook
from sync.looking import Judged, look
from sync.memory import Memory
from sync.settings import Settings
from sync.snapshot import CellValue, Tab
from tests.sheets_server import Sheet, Spreadsheet
from tests.sheets_server.desk import ID, open_desk, sheet_of

NOW = datetime(2024, 5, 28, 10)
SETTINGS = Settings(reports={"weekly": False, "quarterly": False})
"""Without the reports' tabs, which have tests of their own."""
TABLES, AT_ONCE = 200 if "CLOSELOOP_INTERLEAVINGS" in os.environ else 48, 16
Rows = list[list[CellValue]]

SAID: dict[str, list[CellValue]] = {
    "id": ["A001", "A002", "XD-2024-017", 7, "００８", None, None],
    "description": ["输出《客户投诉处理流程V2.0》", "尽快推进", "=1+1", "+86 联系客户", "-", "@王芳 跟进", "了解情况", "部署\n上线", None],
    "owner": ["王芳", "张三", "张三、李四", "技术部", "待定", "*", " 李雷 ", None],
    "department": ["客服部", "技术部", "无此部门", None],
    "due": [date(2024, 5, 20), date(2024, 6, 14), datetime(2024, 6, 3, 15, 30), "2024/5/27", "5.27", "下周五", "2024年5月32日", 45444, None],
    "status": ["未开始", "进行中", "已完成", "延期", "受阻", "搁置", None],
    "done": [date(2024, 5, 21), "2024-05-30", None, None],
    "deliverable": ["流程文档 V2.0 已发布", "已完成", None],
    "verifier": ["张三", "王芳", None],
    "verdict": ["通过", "不通过", "待验收", True, None],
    "standard": ["包含一级响应机制、流程节点图", "做好", 1.5, None],
    "confirmed": ["是", "否", False, None],
    "updated": [date(2024, 5, 27), date(2024, 5, 1), None],
    "waiver": ["A102 2024-12-31 特批", "A999", None],
    "expected": [date(2024, 6, 20), "6月底", None],
}  # fmt: skip
PEOPLE: Rows = [
    ["姓名", "部门", "邮箱", "角色"],
    ["王芳", "客服部", "wangfang@example.com", "部门负责人"],
    ["张三", "技术部", "zhangsan@example.com", "部门负责人"],
    ["李四", "技术部", "lisi@example.com", "专员"],
]
MEETINGS: Rows = [
    ["会议编号", "会议名称", "会议日期", "开始时间", "结束时间", "主持人"],
    ["M01", "Q3产品规划会", date(2024, 5, 20), time(9, 30), time(11, 0), "王芳"],
    ["M02", "周会", "5.27", "14:00", None, "外星人"],
]


def tabs(seed: int) -> dict[str, Rows]:
    """A workbook as people have it: some columns, in any order, under a title perhaps, with blank rows between."""
    chance = random.Random(seed)
    columns = template().tables["actions"].columns
    keys = [key for key, column in columns.items() if column.must]
    keys += [key for key in SAID if key not in keys and chance.random() < 0.6]
    chance.shuffle(keys)
    made: Rows = [["行动项台账"], []][: chance.randrange(3)]
    made.append([chance.choice(columns[key].heads) for key in keys])
    for _ in range(chance.randrange(1, 12)):
        made.append([chance.choice(SAID[key]) for key in keys] if chance.random() < 0.9 else [])
    found = {"行动项跟踪表": made, "备注": [["别动", "=SUM(A1)", 3]]}
    if chance.random() < 0.7:
        found["通讯录"] = PEOPLE
    if chance.random() < 0.5:
        found["会议登记"] = MEETINGS
    return found


def in_memory(found: dict[str, Rows]) -> MemoryBook:
    return MemoryBook({name: Tab(name, rows) for name, rows in found.items()})


def in_excel(found: dict[str, Rows], path: Path) -> ExcelBook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in found.items():
        sheet = book.create_sheet(name)
        for row, cells in enumerate(rows, start=1):
            for column, value in enumerate(cells, start=1):
                cell = sheet.cell(row, column, value)
                if cell.data_type == "f":
                    cell.data_type = "s"
    book.save(path)
    return ExcelBook(path)


def on_google(found: dict[str, Rows]) -> Spreadsheet:
    sheets = [_sheet(number, name, rows) for number, (name, rows) in enumerate(found.items())]
    return Spreadsheet(ID, sheets=sheets, locale="zh_CN", zone="Asia/Shanghai")


def _sheet(number: int, name: str, rows: Rows) -> Sheet:
    return sheet_of(number, name, [[as_typed(value) for value in cells] for cells in rows])


def as_typed(value: CellValue) -> object:
    match value:
        case datetime():
            kind = "DATE_TIME"
        case date():
            kind = "DATE"
        case time():
            kind = "TIME"
        case str() if value:
            return {"userEnteredValue": {"stringValue": value}}
        case _:
            return value
    shown = {"numberFormat": {"type": kind, "pattern": kind.lower()}}
    return {"userEnteredValue": {"numberValue": serial(value)}, "userEnteredFormat": shown}


def essence(judged: Judged) -> dict[str, object]:
    """What has to be the same wherever the table is."""
    plan = judged.plan
    return {
        "findings": judged.judgement.findings,
        "columns": plan.columns,
        "cells": [cell._replace(was=None if cell.was == "" else cell.was) for cell in plan.cells],
        "colours": [set(each.rules) for each in plan.colours],
        "notices": judged.notices,
        "missed": judged.missed,
    }


def judged(book: Book) -> Judged:
    return look(book, SETTINGS, NOW, Memory({}))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, TABLES, AT_ONCE))
def test_every_book_gives_the_same(first, tmp_path):
    with open_desk(Spreadsheet(ID)) as desk:
        for seed in range(first, first + AT_ONCE):
            found = tabs(seed)
            desk.service.books[ID] = on_google(found)
            books: list[Book] = [in_memory(found), in_excel(found, tmp_path / f"{seed}.xlsx"), desk.book()]

            memory, excel, google = (judged(book) for book in books)

            assert essence(excel) == essence(memory), seed
            assert essence(google) == essence(memory), seed
            lefts = [book.apply(each.plan) for book, each in zip(books, (memory, excel, google), strict=True)]
            for book, left in zip(books, lefts, strict=True):
                assert book.fingerprint() == left, (seed, book)
                assert len(judged(book).plan) == 0, (seed, book)
