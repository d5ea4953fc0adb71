"""Workbooks full of features, made by XlsxWriter and openpyxl."""

import base64
import datetime
import io
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HEADS = ("编号", "行动项描述", "负责人", "计划完成时间", "状态")


def rich_workbook(path: Path, table: bool = True) -> Path:
    """A tracker with everything that XlsxWriter can put beside it."""
    book = xlsxwriter.Workbook(path)
    tab = book.add_worksheet("行动项跟踪表")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for row in range(1, 30):
        tab.write_row(row, 0, [f"A-{row:03d}", f"第 {row} 项", "张三"])
        tab.write_datetime(row, 3, datetime.datetime(2024, 5, 1) + datetime.timedelta(row), day)
        tab.write(row, 4, "进行中")
    if table:
        tab.add_table(0, 0, 29, 4, {"columns": [{"header": head} for head in HEADS], "name": "跟踪"})
    else:
        tab.write_row(0, 0, HEADS)
        tab.autofilter(0, 0, 29, 4)
    tab.write_rich_string("B5", "普通", bold, "粗体", "普通")
    tab.write_comment("C3", "看一下", {"author": "李四"})
    tab.insert_image("L5", "pixel.png", {"image_data": io.BytesIO(PIXEL)})
    tab.insert_textbox("L10", "说明")
    tab.insert_button("L20", {"caption": "按钮"})
    tab.write_url("L25", "https://example.org/", string="链接")
    tab.merge_range("L1:M2", "合并", bold)
    tab.write_formula("L30", "=SUM(A1:A3)", None, 7)
    tab.write_dynamic_array_formula("N3:N4", "=_xlfn.SORT(D2:D3)", None, 1)
    tab.conditional_format("D2:D30", {"type": "data_bar", "data_bar_2010": True})
    tab.conditional_format("E2:E30", {"type": "cell", "criteria": "==", "value": '"完成"', "format": bold})
    tab.data_validation("E2:E30", {"validate": "list", "source": ["进行中", "完成"]})
    tab.add_sparkline("L27", {"range": "D2:D9"})
    tab.set_column(5, 5, 3, None, {"hidden": True})
    tab.set_column(6, 20, 14, bold)
    tab.freeze_panes(1, 1)
    tab.set_header("&C页眉")
    tab.set_landscape()
    tab.repeat_rows(0)
    tab.print_area("A1:E30")
    tab.set_h_pagebreaks([10])
    tab.protect("", {"sort": True})
    other = book.add_worksheet("统计")
    other.write_formula("A1", '=COUNTIF(行动项跟踪表!E:E,"完成")', None, 0)
    other.write_formula("A2", "=NA()", None, "#N/A")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=行动项跟踪表!$D$2:$D$9"})
    other.insert_chart("C2", chart)
    sheet = book.add_chartsheet("图表页")
    page = book.add_chart({"type": "pie"})
    page.add_series({"values": "=统计!$A$1:$A$2"})
    sheet.set_chart(page)
    book.add_worksheet("隐藏").hide()
    book.define_name("项目", "=行动项跟踪表!$A$2:$A$30")
    book.set_custom_property("来源", "测试")
    book.close()
    return path


def openpyxl_workbook(path: Path) -> Path:
    """What openpyxl can put into a workbook."""
    book = openpyxl.Workbook()
    tab = book.active
    tab.title = "任务"
    tab.append(["编号", "任务", "负责人"])
    for number in range(1, 9):
        tab.append([number, f"任务{number}", "王五"])
    tab["B3"].comment = Comment("注意", "赵六")
    tab.conditional_formatting.add("A2:A9", ColorScaleRule("min", None, "FF0000", "max", None, "00FF00"))
    choice = DataValidation(type="list", formula1='"王五,赵六"')
    choice.add("C2:C9")
    tab.add_data_validation(choice)
    tab.add_table(Table(displayName="任务表", ref="A1:C9"))
    tab["H1"].fill = PatternFill("solid", fgColor="FFFF00")
    tab.row_dimensions[4].outlineLevel = 1
    tab.column_dimensions.group("I", "L", hidden=True)
    tab.print_title_rows = "1:1"
    chart = LineChart()
    chart.add_data(Reference(tab, min_col=1, min_row=1, max_row=9), titles_from_data=True)
    tab.add_chart(chart, "N2")
    book.defined_names["总数"] = DefinedName("总数", attr_text="任务!$A$9")
    book.create_sheet("空白")
    book.save(path)
    return path
