"""Generated tabs for tests: one with all that a weekly summary has."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from excel_plans import raw_parts

from sheet_templates import words
from sync.books.excel import ExcelBook
from sync.changes import Plan, PutTab
from sync.generated import Chart, GeneratedTab, Series, TabCell
from sync.into import add_tabs
from sync.settings import Settings
from sync.snapshot import Area, CellValue, ColourRule

NAME = "每周汇总"
STATUSES = ("未开始", "进行中", "受阻", "待验收", "已完成")
DEPARTMENTS = ("客户服务部", "产品研发部", "市场营销部", "财务部", "人力资源与行政部")
Row = tuple[TabCell | None, ...]


def heading(*texts: str) -> Row:
    return tuple(TabCell(text, "heading") for text in texts)


def counted(label: str, *numbers: CellValue) -> Row:
    return (TabCell(label, "label"), *(TabCell(number, "number") for number in numbers))


def summary(open_items: int = 5, name: str = NAME) -> GeneratedTab:
    """Figures, a sum, departments and twelve weeks; a pie, stacked bars and lines; one colour rule."""
    rows: list[Row] = [
        (TabCell("闭环 · 每周汇总", "title"),),
        (TabCell("2024 年第 23 周(6月3日—6月9日)", "faint"),),
        (),
        heading("状态", "本周", "上周", "按时完成率", "更新日期"),
    ]
    for number, status in enumerate(STATUSES):
        link = TabCell(open_items + number, "number", link="行动项跟踪表!A2")
        late = TabCell(number * 2, "bad" if number > 2 else "good")
        day = TabCell(date(2024, 6, 3), "date")
        rows.append((TabCell(status, "label"), link, late, TabCell(0.5 + number / 20, "percent"), day))
    total = TabCell(open_items * 5 + 10, "number", formula="SUM(B5:B9)")
    rows += [(TabCell("=合计", "label"), total), (), heading("部门", "正常", "临期", "逾期")]
    rows += [counted(name, 12 - n, n % 3, n * open_items % 4) for n, name in enumerate(DEPARTMENTS)]
    rows += [(), heading("周", "未完成", "逾期")]
    rows += [counted(f"第{12 + n}周", 20 + n * 7 % 9, n * 5 % 6) for n in range(12)]
    return GeneratedTab(
        name,
        tuple(rows),
        widths=(18, 10, 10, 12, 13, 3, 12, 12, 12, 12, 12, 12),
        merged=(Area(1, 1, 1, 5),),
        charts=CHARTS,
        colours=(ColourRule(Area(5, 2, 9, 2), "B5>7", "#FFD9D9", "#9C0006"),),
        frozen_rows=4,
    )


def _series(head: int, first: int, last: int, *columns: int) -> tuple[Series, ...]:
    return tuple(Series(Area(head, each, head, each), Area(first, each, last, each)) for each in columns)


CHARTS = (
    Chart("pie", "行动项状态", Area(5, 1, 9, 1), _series(4, 5, 9, 2), Area(4, 7, 13, 12)),
    Chart(
        "stacked_bar",
        "各部门未完成事项",
        Area(13, 1, 17, 1),
        _series(12, 13, 17, 2, 3, 4),
        Area(14, 7, 24, 12),
    ),
    Chart("line", "12 周趋势", Area(20, 1, 31, 1), _series(19, 20, 31, 2, 3), Area(25, 7, 36, 12)),
)


def longer(tab: GeneratedTab, rows: int) -> GeneratedTab:
    """The tab with more rows at its end."""
    return replace(tab, rows=(*tab.rows, *(counted(f"附{n}", n) for n in range(rows))))


def put(path: Path, *tabs: GeneratedTab) -> None:
    """Make the tabs show this."""
    book = ExcelBook(path)
    book.apply(Plan(book.read().fingerprint, tabs=tuple(map(PutTab, tabs))))


def check_tabs(path: Path) -> None:
    """Put a tab, put it again, put another content, add the template's tabs; assert what each may change."""
    name = "每周汇总'1"
    ExcelBook(path).read()
    raw = raw_parts(path)
    put(path, summary(5, name))
    first = raw_parts(path)
    assert list(first)[: len(raw)] == list(raw)
    assert len({part for part in raw if raw[part] != first[part]}) <= 4
    put(path, summary(5, name))
    assert raw_parts(path) == first
    put(path, summary(7, name))
    second = raw_parts(path)
    assert list(second) == list(first)
    assert len({part for part in first if first[part] != second[part]}) == 1
    add_tabs(ExcelBook(path), words("zh-CN"), Settings())
    third = raw_parts(path)
    assert list(third)[: len(second)] == list(second)
    assert len({part for part in second if second[part] != third[part]}) <= 4
    assert add_tabs(ExcelBook(path), words("zh-CN"), Settings()) == ()
    assert raw_parts(path) == third
