"""One workbook a feature, as departments have them: forty and more, made with XlsxWriter and openpyxl."""

import base64
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import xlsxwriter
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
Made = tuple[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet]
FEATURES: dict[str, Callable[[Made], object]] = {}


def feature(make: Callable[[Made], object]) -> Callable[[Made], object]:
    FEATURES[make.__name__] = make
    return make


def write(folder: Path, name: str) -> Path:
    """A workbook of five rows that has one feature."""
    path = folder / f"{name}.xlsx"
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("资料")
    for number, row in enumerate(
        [["部门", "数量", "日期"], ["客服部", 3, date(2024, 5, 1)], ["技术部", 5, date(2024, 5, 2)]]
    ):
        sheet.write_row(number, 0, row)
    FEATURES[name]((book, sheet))
    book.close()
    return path


@feature
def plain(made): ...


@feature
def formula(made):
    made[1].write_formula("B5", "=SUM(B2:B3)", None, 8)


@feature
def array_formula(made):
    made[1].write_array_formula("D2:D3", "{=B2:B3*2}", None, 6)


@feature
def dynamic_array(made):
    made[1].write_dynamic_array_formula("D2", "=_xlfn.UNIQUE(A2:A3)", None, "客服部")


@feature
def rich_text(made):
    bold = made[0].add_format({"bold": True, "color": "red"})
    made[1].write_rich_string("A5", "普通", bold, "加粗", "尾")


@feature
def comment(made):
    made[1].write_comment("A2", "请核对", {"author": "李四", "visible": True})


@feature
def image(made):
    made[1].insert_image("E2", "logo.png", {"image_data": io.BytesIO(PIXEL)})


@feature
def image_in_cell(made):
    made[1].embed_image("E2", "logo.png", {"image_data": io.BytesIO(PIXEL)})


@feature
def background_picture(made):
    made[1].set_background(io.BytesIO(PIXEL))


@feature
def header_picture(made):
    made[1].set_header("&L&G", {"image_left": "logo.png", "image_data_left": io.BytesIO(PIXEL)})


@feature
def header_footer(made):
    made[1].set_header("&C部门资料")
    made[1].set_footer("&R第 &P 页")


def chart_of(kind: str, **options) -> Callable[[Made], object]:
    def make(made: Made) -> None:
        chart = made[0].add_chart({"type": kind, **options})
        chart.add_series({"categories": "=资料!$A$2:$A$3", "values": "=资料!$B$2:$B$3", "name": "数量"})
        made[1].insert_chart("E2", chart)

    return make


for kind in ("column", "bar", "line", "area", "pie", "doughnut", "scatter", "radar", "stock"):
    FEATURES[f"chart_{kind}"] = chart_of(kind)


@feature
def trend_line(made):
    chart = made[0].add_chart({"type": "line"})
    chart.add_series(
        {
            "values": "=资料!$B$2:$B$3",
            "trendline": {"type": "linear"},
            "y_error_bars": {"type": "standard_error"},
        }
    )
    made[1].insert_chart("E2", chart)


@feature
def chartsheet(made):
    chart = made[0].add_chart({"type": "column"})
    chart.add_series({"values": "=资料!$B$2:$B$3"})
    made[0].add_chartsheet("图").set_chart(chart)


@feature
def sparkline(made):
    made[1].add_sparkline("D2", {"range": "资料!B2:B3", "type": "column"})


@feature
def table(made):
    made[1].add_table("F1:G4", {"columns": [{"header": "甲"}, {"header": "乙"}], "name": "表一"})


@feature
def table_with_totals(made):
    columns = [{"header": "甲", "total_string": "合计"}, {"header": "乙", "total_function": "sum"}]
    made[1].add_table("F11:G15", {"columns": columns, "total_row": True})


@feature
def autofilter(made):
    made[1].autofilter("A1:C3")
    made[1].filter_column("A", "x == 客服部")
    made[1].set_row(2, options={"hidden": True})


@feature
def conditional_formats(made):
    red = made[0].add_format({"bg_color": "#FFC7CE"})
    made[1].conditional_format("B2:B9", {"type": "cell", "criteria": ">", "value": 3, "format": red})
    made[1].conditional_format("B2:B9", {"type": "3_color_scale"})


@feature
def data_bars_2010(made):
    made[1].conditional_format("B2:B9", {"type": "data_bar", "data_bar_2010": True})


@feature
def icon_sets(made):
    made[1].conditional_format("B2:B9", {"type": "icon_set", "icon_style": "3_traffic_lights"})


@feature
def validations(made):
    made[1].data_validation("A2:A9", {"validate": "list", "source": ["客服部", "技术部"]})
    made[1].data_validation(
        "B2:B9", {"validate": "integer", "criteria": ">", "value": 0, "error_message": "要正数"}
    )


@feature
def names(made):
    made[0].define_name("数量", "=资料!$B$2:$B$3")
    made[0].define_name("资料!本地", "=资料!$A$1")


@feature
def print_settings(made):
    made[1].print_area("A1:C3")
    made[1].repeat_rows(0)
    made[1].set_landscape()
    made[1].set_h_pagebreaks([2])


@feature
def freeze_and_zoom(made):
    made[1].freeze_panes(1, 1)
    made[1].set_zoom(85)


@feature
def outline(made):
    made[1].set_row(1, None, None, {"level": 1, "hidden": True})
    made[1].set_column("B:B", 12, None, {"level": 1})


@feature
def hidden_and_wide(made):
    made[1].set_column("A:A", 30)
    made[1].set_column("B:XFD", None, None, {"hidden": True})


@feature
def merged(made):
    made[1].merge_range("A5:C6", "合并", made[0].add_format({"align": "center"}))


@feature
def hyperlinks(made):
    made[1].write_url("A5", "https://example.com/a?b=c&d=e", string="链接")
    made[1].write_url("A6", "internal:资料!A1")


@feature
def protection(made):
    made[1].protect("x", {"sort": True})
    made[1].unprotect_range("A2:A9", "可填")


@feature
def text_box(made):
    made[1].insert_textbox("E2", "说明", {"width": 120})


@feature
def button(made):
    made[1].insert_button("E2", {"caption": "刷新"})


@feature
def checkbox(made):
    made[1].insert_checkbox("E2", True)


@feature
def several_sheets(made):
    made[0].add_worksheet("隐藏").hide()
    made[0].add_worksheet("每周汇总的资料").write("A1", "=资料!A1")


@feature
def properties(made):
    made[0].set_properties({"title": "资料", "author": "李四"})
    made[0].set_custom_property("编号", "X-1")


@feature
def right_to_left(made):
    made[1].right_to_left()


@feature
def ignored_errors(made):
    made[1].write_string("B5", "123")
    made[1].ignore_errors({"number_stored_as_text": "B5"})


@feature
def theme_fonts(made):
    made[1].write(
        "A5", "大", made[0].add_format({"font_size": 20, "font_name": "宋体", "num_format": "0.00%"})
    )


@feature
def booleans_and_errors(made):
    made[1].write_boolean("A5", True)
    made[1].write_formula("B5", "=1/0", None, "#DIV/0!")


@feature
def tab_colour(made):
    made[1].set_tab_color("#FF9900")


def write_with_openpyxl(path: Path) -> Path:
    """A workbook by another writer: table, comment, name, 1904 dates."""
    book = Workbook()
    book.epoch = __import__("datetime").datetime(1904, 1, 1)
    sheet = book.active
    for row in [["部门", "数量"], ["客服部", 3], ["技术部", 5]]:
        sheet.append(row)
    sheet["A2"].comment = Comment("请核对", "李四")
    sheet.add_table(Table(displayName="表一", ref="A1:B3"))
    book.defined_names["数量"] = DefinedName("数量", attr_text="Sheet!$B$2:$B$3")
    book.save(path)
    return path
