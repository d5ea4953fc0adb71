"""The script that somebody would write instead: pandas reads, openpyxl fills and saves. ``python plain_script.py FILE MOMENT``.

It computes the same status and lateness, writes three columns, colours the status, and saves the
whole workbook: no rules, no messages, no mail.
"""

import sys
from datetime import datetime

import chinese_calendar
import pandas as pd
from openpyxl import load_workbook
from openpyxl.styles import PatternFill

FILLS = {
    "已完成": PatternFill("solid", fgColor="E2EFDA"),
    "延期": PatternFill("solid", fgColor="F8CBAD"),
    "受阻": PatternFill("solid", fgColor="FCE4D6"),
    "进行中": PatternFill("solid", fgColor="DDEBF7"),
    "未开始": PatternFill("solid", fgColor="F2F2F2"),
}


def main(path: str, moment: str) -> None:
    """Read, compute, fill, save."""
    today = pd.Timestamp(datetime.fromisoformat(moment)).normalize()
    table = pd.read_excel(path, engine="openpyxl")
    due = pd.to_datetime(table["计划完成时间"], errors="coerce")
    done = pd.to_datetime(table["实际完成时间"], errors="coerce")
    end = done.fillna(today)
    workdays = {}
    late = []
    for first, last in zip(due, end, strict=True):
        if pd.isna(first) or last <= first:
            late.append(0)
            continue
        key = (first, last)
        if key not in workdays:
            workdays[key] = len(chinese_calendar.get_workdays(first + pd.Timedelta(days=1), last))
        late.append(workdays[key])
    status = table["状态"].where(done.isna(), "已完成").where(~((done.isna()) & (due < today)), "延期")
    book = load_workbook(path)
    sheet = book.worksheets[0]
    first_column = sheet.max_column + 1
    for offset, heading in enumerate(("系统状态", "逾期工作日", "风险等级")):
        sheet.cell(1, first_column + offset, heading)
    for row, (shown, days) in enumerate(zip(status, late, strict=True), start=2):
        cell = sheet.cell(row, first_column, shown)
        if shown in FILLS:
            cell.fill = FILLS[shown]
        sheet.cell(row, first_column + 1, days)
        sheet.cell(row, first_column + 2, "风险预警" if days > 3 else "逾期" if days else "正常")
    book.save(path)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
