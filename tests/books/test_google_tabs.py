"""Generated tabs of a Google Sheet, charts included."""

from dataclasses import replace

import pytest

from sync.changes import Plan, PutTab
from sync.generated import Chart, GeneratedTab, Series, TabCell
from sync.snapshot import Area
from tests.books.google_table import TAB, small_table
from tests.sheets_server import Fault as LineFault
from tests.sheets_server.desk import Desk


@pytest.fixture
def desk():
    with small_table() as desk:
        yield desk


def weekly(*counts: int, kind: str = "column") -> GeneratedTab:
    rows = ((TabCell("部门", "heading"), TabCell("未完成", "heading")),)
    rows += tuple((TabCell(f"=部门{at}", "label"), TabCell(each, "number", link=f"{TAB}!A{at + 2}")) for at, each in enumerate(counts))  # fmt: skip
    last = len(rows)
    series = Series(Area(1, 2, 1, 2), Area(2, 2, last, 2))
    chart = Chart(kind, "各部门", Area(2, 1, last, 1), (series,), Area(1, 4, 15, 9))
    return GeneratedTab("每周汇总", rows, widths=(18, 10), charts=(chart,), frozen_rows=1)


def put(desk: Desk, tab: GeneratedTab) -> None:
    book = desk.book()
    book.apply(Plan(book.read().fingerprint, tabs=(PutTab(tab),)))


@pytest.mark.parametrize("kind", ["pie", "bar", "stacked_bar", "column", "stacked_column", "line"])
def test_charts_are_drawn_once_and_drawn_anew_when_they_change(desk, kind):
    put(desk, weekly(3, 4, kind=kind))
    [chart] = desk.spreadsheet.sheet("每周汇总").charts
    desk.service.calls.clear()
    put(desk, weekly(3, 4, kind=kind))
    assert [call.name for call in desk.service.calls] == ["get"]

    put(desk, weekly(3, 4, 5, kind=kind))

    [anew] = desk.spreadsheet.sheet("每周汇总").charts
    assert anew["chartId"] == chart["chartId"]
    assert anew["spec"] != chart["spec"]


@pytest.mark.parametrize("after", [False, True])
def test_a_tab_is_not_made_twice_when_the_line_breaks(desk, after):
    left = [LineFault(503, after=after)]
    desk.service.fault = lambda name: left.pop() if name == "batchUpdate" and left else None

    put(desk, weekly(3))

    assert [sheet.title for sheet in desk.spreadsheet.sheets] == [TAB, "每周汇总"]
    assert len(desk.spreadsheet.sheet("每周汇总").charts) == 1


def test_a_text_never_becomes_a_formula_and_a_link_leads_to_its_row(desk):
    put(desk, weekly(3))

    sheet = desk.spreadsheet.sheet("每周汇总")
    assert sheet.cell(1, 0)["userEnteredValue"] == {"stringValue": "=部门0"}
    assert sheet.cell(1, 1)["userEnteredFormat"]["textFormat"]["link"] == {"uri": "#gid=0&range=A2"}


def test_a_copy_of_a_generated_tab_is_peoples(desk):
    put(desk, weekly(3))
    copied = replace(desk.spreadsheet.sheet("每周汇总").copy(), id=77, title="每周汇总的副本", metadata=[])
    desk.spreadsheet.sheets.append(copied)

    assert desk.book().read().tab("每周汇总的副本").generated is None
