"""Printed pages of generated tabs: no title stands alone at the foot of one, in whatever font."""

import re
from pathlib import Path

import pytest
from excel_packages import part
from excel_tabs import put
from excel_workbooks import openpyxl_workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.books.excel import ExcelBook
from sync.books.excel.measuring import row_heights
from sync.books.excel.paper import on_one_page, page_breaks
from sync.generated import Chart, GeneratedTab, Series, TabCell
from sync.snapshot import Area

WIDTHS, FROZEN, PAGE = (7.1,) * 16, 2, 936.0
"""Sixteen such columns are printed at about eight tenths; so many points of rows then go on an upright page."""


def tab(*lengths: int, chart: bool = False) -> GeneratedTab:
    """Parts of so many rows, each with a title and an empty row after it; there may be a chart below the last."""
    rows: list[tuple[TabCell | None, ...]] = []
    for length in lengths:
        rows += [(TabCell("标题", "title"),), *[(TabCell(number),) for number in range(length - 1)], ()]
    rows += [()] * 11 * chart
    area = Area(2, 1, 2, 2)
    charts = (Chart("pie", "图", area, (Series(area, area),), Area(len(rows) - 11, 3, len(rows), 9)),) * chart
    return GeneratedTab(
        "汇总", tuple(rows), WIDTHS, merged=(Area(1, 1, 1, 16),), charts=charts, frozen_rows=FROZEN
    )


def pages(content: GeneratedTab, room: float) -> list[list[int]]:
    """The rows of each page, as a program prints them that gets so many points on one."""
    heights, breaks = row_heights(content), page_breaks(content)
    repeated = sum(heights[:FROZEN])
    found: list[list[int]] = [[]]
    used = 0.0
    for row, height in enumerate(heights, start=1):
        if found[-1] and (row in breaks or used + height > room):
            found.append([])
            used = repeated
        found[-1].append(row)
        used += height
    return found


@given(st.lists(st.integers(2, 90), min_size=1, max_size=12), st.floats(1.0, 1.5))
@settings(max_examples=200, deadline=None)
def test_a_title_is_followed_by_rows_on_its_page(lengths: list[int], wider: float) -> None:
    content = tab(*lengths)
    if on_one_page(content):
        return

    for rows in pages(content, PAGE * wider):
        assert rows[-1] not in starts(lengths)
        if set(rows[:-1]) & starts(lengths):
            assert rows[-2] not in starts(lengths) or content.rows[rows[-1] - 1]


def starts(lengths: list[int]) -> set[int]:
    """The rows of the titles."""
    return {1 + sum(lengths[:place]) + place for place in range(len(lengths))}


def test_short_parts_and_charts_are_not_torn_apart() -> None:
    assert page_breaks(tab(40, 20, 20)) == (42,)
    assert page_breaks(tab(40, 13, chart=True)) == (42,)


def test_what_is_a_little_too_long_goes_on_one_page() -> None:
    assert on_one_page(tab(30, 27))
    assert page_breaks(tab(30, 27)) == ()
    assert not on_one_page(tab(30, 35))
    assert not on_one_page(tab(30))


def test_breaks_are_written_follow_the_content_and_go(tmp_path: Path) -> None:
    path = openpyxl_workbook(tmp_path / "t.xlsx")
    put(path, tab(40, 20, 20))
    assert breaks(path) == ["41"]
    before = path.read_bytes()
    put(path, tab(40, 20, 20))
    assert path.read_bytes() == before

    put(path, tab(30, 30, 20, 60))
    assert breaks(path) == [str(row - 1) for row in page_breaks(tab(30, 30, 20, 60))]
    put(path, tab(30, 27))
    assert breaks(path) == []
    assert 'fitToHeight="0"' not in sheet_text(path)


def breaks(path: Path) -> list[str]:
    return re.findall(r'<brk id="(\d+)"', sheet_text(path))


def sheet_text(path: Path) -> str:
    """The generated tab's part, which comes last."""
    return part(path, f"xl/worksheets/sheet{len(ExcelBook(path).read().tabs)}.xml")


@pytest.mark.parametrize("rows", [0, 1])
def test_a_tab_of_next_to_nothing_has_no_breaks(rows: int) -> None:
    assert page_breaks(GeneratedTab("x", ((TabCell("x"),),) * rows)) == ()
