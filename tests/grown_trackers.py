"""Trackers as they grow in departments, each with the mapping that a careful reader would make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

DAY = datetime(2024, 6, 14)


@dataclass(frozen=True)
class Grown:
    """A workbook: rows by tab, what is merged; and the header's row, columns by key, and what has to be asked."""

    tabs: Mapping[str, Sequence[Sequence[Any]]]
    tab: str
    header_row: int
    columns: Mapping[str, int]
    merged: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    several: tuple[str, ...] = ()


def write(grown: Grown, path: Path) -> Path:
    """The workbook as a file."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in grown.tabs.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in grown.merged.get(name, ()):
            sheet.merge_cells(area)
    book.save(path)
    return path


DEPARTMENT = [
    ["工作内容", "责任人", "完成时限", "完成情况"],
    ["提交《开发时间评估表》", "张伟", DAY, "进行中"],
    ["更新客户清单", "李娜", DAY, "未开始"],
]

GROWN: Mapping[str, Grown] = {
    "English headings, columns in another order": Grown(
        {
            "Log": [
                ["Q2 project log", None, None, None, None],
                ["State", "Task owner", "Deadline", "Action", "Comments"],
                ["In progress", "Wang Fang", DAY, "Write the complaint process", None],
                ["Done", "Li Na", DAY, "Ask ten pilot customers", "sent"],
            ]
        },
        "Log",
        2,
        {"status": 1, "owner": 2, "due": 3, "description": 4, "remark": 5},
        {"Log": ["A1:E1"]},
    ),
    "two-row header below a merged title": Grown(
        {
            "台账": [
                ["2024年督办台账", *[None] * 7],
                ["序号", "工作内容", "责任", None, "计划", None, "完成情况", "备注"],
                [None, None, "责任人", "部门", "开始时间", "完成时间", None, None],
                [1, "输出《投诉处理流程V2.0》", "王芳", "客服部", "5月6日", "2024/6/14", "进行中", None],
                [2, "盘点一季度库存", "张伟", "仓储部", "5月6日", "2024年6月20日", "未开始", None],
            ]
        },
        "台账",
        3,
        {"description": 2, "owner": 3, "department": 4, "due": 6, "status": 7, "remark": 8},
        {"台账": ["A1:H1", "A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:G3", "H2:H3"]},
    ),
    "Traditional Chinese, dates as text, no number": Grown(
        {
            "追蹤": [
                ["任務描述", "項目負責人", "截止時間", "目前狀態", "備註"],
                ["提出客訴處理流程", "陳大文", "6月14日前", "進行中", ""],
                ["整理供應商清單", "林志明", "2024/6/20", "已完成", "已寄出"],
            ],
            "通訊錄": [["姓名", "部門", "電子郵件"], ["陳大文", "客服部", "a@example.com"]],
        },
        "追蹤",
        1,
        {"description": 1, "owner": 2, "due": 3, "status": 4, "remark": 5},
    ),
    "headings of one's own": Grown(
        {
            "清单": [
                ["要干的活儿", "谁来干", "啥时候要", "咋样了"],
                ["输出《投诉处理流程V2.0》", "王芳", "2024-06-14", "进行中"],
                ["盘点一季度库存并上报", "张伟", "6月20日", "未开始"],
                ["完成十家试点客户部署", "李娜", DAY, "已完成"],
            ]
        },
        "清单",
        1,
        {"description": 1, "owner": 2, "due": 3, "status": 4},
        asked=frozenset({"description", "owner", "due", "status"}),
    ),
    "one sheet per department": Grown(
        {
            "技术部": DEPARTMENT,
            "市场部": [["市场部督办事项"], [], *DEPARTMENT],
            "预算": [["科目", "金额"], ["会议费", 3200]],
        },
        "技术部",
        1,
        {"description": 1, "owner": 2, "due": 3, "status": 4},
        several=("技术部", "市场部"),
    ),
    "one day ahead, which is called the expected one": Grown(
        {
            "督办": [
                ["會議日期", "工作事項", "責任人", "責任單位", "預計完成日期", "目前狀態"],
                [datetime(2024, 5, 20), "輸出《投訴處理流程V2.0》", "王芳", "客服部", "2024-06-14", "進行中"],
                [datetime(2024, 5, 20), "盤點一季度庫存", "張偉", "倉儲部", "2024-06-20", "未開始"],
            ]
        },
        "督办",
        1,
        {"description": 2, "owner": 3, "department": 4, "due": 5, "status": 6},
    ),
    "slips of the keyboard": Grown(
        {
            "Sheet1": [
                ["行动项描叙", "负责入", "计划完成时问", "状态", "交付成果"],
                ["输出《投诉处理流程V2.0》", "王芳", "2024-06-14", "进行中", ""],
                ["盘点一季度库存并上报", "张伟", "2024-06-20", "未开始", ""],
            ]
        },
        "Sheet1",
        1,
        {"description": 1, "owner": 2, "due": 3, "status": 4, "deliverable": 5},
    ),
}
