"""Generated tabs as a workbook of their own, made by XlsxWriter; its sheets are then grafted elsewhere."""

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sheet_templates.template import template
from sync.books.excel.charting import chart_name, draw, spelled_out
from sync.books.excel.measuring import CENTRED, row_heights
from sync.books.excel.package import open_package
from sync.books.excel.paper import A4, MARGINS, on_one_page, page_breaks
from sync.books.excel.plain import Style, is_plain, samples, style_of
from sync.books.excel.references import quoted
from sync.books.excel.refusal import RefusalError
from sync.books.excel.values import number_of, tidy_text
from sync.books.excel.zipping import rezipped
from sync.generated import GeneratedTab, TabCell
from sync.snapshot import CellValue

_EDITION = 1
"""Counts up when widths, panes or print set-up are made otherwise, so that tabs of before are set up anew."""
_BARE = frozenset({"title", "faint"})
_Formats = dict[Style, Any]
_CONTROL = re.compile("[\x00-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Base:
    """What a scratch workbook takes over from the one that its sheet is for."""

    font: str = "Calibri"
    size: float = 11
    date1904: bool = False


def frame_of(tab: GeneratedTab) -> str:
    """Eight digits that change when what stands around the cells does: widths, panes, print set-up."""
    frame = (_EDITION, tab.widths, tab.frozen_rows, tab.landscape, *("one page",) * on_one_page(tab))
    return hashlib.sha256(repr(frame).encode()).hexdigest()[:8]


def scratch_workbook(tabs: Sequence[GeneratedTab], base: Base) -> bytes:
    """An .xlsx package with the tabs as its only sheets; conditional formats are left to the target's editor, the
    rows of plain tabs to ``plain.with_rows``.

    Raises RefusalError for a name or merged areas that no workbook can have.
    """
    from xlsxwriter import Workbook  # slow to import

    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "default_date_format": "yyyy-mm-dd",
        "date_1904": base.date1904,
        "max_url_length": 2079,
    }
    with Workbook(stream, options) as book:
        formats: _Formats = {}
        for tab in tabs:
            _write(book, base, formats, tab)
    package = open_package(stream.getvalue())
    charts = [name for name in package.entries if name.startswith("xl/charts/chart")]
    return rezipped(package, {name: spelled_out(package.part(name)) for name in charts})


def _write(book: Any, base: Base, formats: _Formats, tab: GeneratedTab) -> None:
    from xlsxwriter.exceptions import XlsxWriterException

    try:
        _Writer(book, base, formats, tab).write()
    except XlsxWriterException as error:
        raise RefusalError(
            "cannot have the generated tab {tab!r} ({detail}); please report it", tab=tab.name, detail=error
        ) from error


class _Writer:
    """Writes one tab into an empty scratch workbook."""

    def __init__(self, book: Any, base: Base, formats: _Formats, tab: GeneratedTab) -> None:
        self._book, self._base, self._formats, self._tab = book, base, formats, tab
        self._sheet = book.add_worksheet(tab.name)

    def write(self) -> None:
        """The set-up, and the cells, what is merged and the charts; of a plain tab one cell of each style."""
        if is_plain(self._tab):
            for column, cell in enumerate(samples(self._tab).values()):
                self._sheet.write_blank(0, column, None, self._format(cell))
        else:
            self._fill()
        self._set_up()

    def _fill(self) -> None:
        for row, height in enumerate(row_heights(self._tab)):
            self._sheet.set_row(row, height)
        for row, cells in enumerate(self._tab.rows):
            for column, cell in enumerate(cells):
                if cell is not None:
                    self._cell(row, column, cell)
        for area in self._tab.merged:
            self._merge(*(number - 1 for number in area))
        for chart in self._tab.charts:
            draw(self._book, self._sheet, self._tab, chart, chart_name(self._tab, chart))
        self._sheet.set_h_pagebreaks([row - 1 for row in page_breaks(self._tab)])

    def _cell(self, row: int, column: int, cell: TabCell) -> None:
        look = self._format(cell)
        if cell.link:
            place = _CONTROL.sub("", target(cell.link))
            shown = {"string": place, "tip": cell.link.replace("'", "")[:255]}
            self._sheet.write_url(row, column, f"internal:{place}", look, **_tidy(shown))
        if cell.formula:
            self._sheet.write_formula(row, column, f"={cell.formula}", look, self._cached(cell.value))
        elif cell.value is None or cell.value == "":
            self._sheet.write_blank(row, column, None, look)
        elif isinstance(cell.value, str):
            self._sheet.write_string(row, column, tidy_text(cell.value), look)
        elif isinstance(cell.value, bool):
            self._sheet.write_boolean(row, column, cell.value, look)
        else:
            self._sheet.write_number(row, column, number_of(cell.value, self._base.date1904), look)

    def _cached(self, value: CellValue) -> str | float | bool:
        if value is None or isinstance(value, str | bool):
            return "" if value is None else value
        return number_of(value, self._base.date1904)

    def _merge(self, row: int, column: int, last_row: int, last_column: int) -> None:
        cells = self._tab.rows[row] if row < len(self._tab.rows) else ()
        first = cells[column] if column < len(cells) else None
        first = first or TabCell(None)
        if (row, column) != (last_row, last_column):
            self._sheet.merge_range(row, column, last_row, last_column, "", self._format(first))
        self._cell(row, column, first)

    def _format(self, cell: TabCell) -> Any:
        key = style_of(cell)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(self._properties(*key))
        return self._formats[key]

    def _properties(self, look: str, shown: str, linked: bool, number: bool) -> dict[str, Any]:
        colours = template().colours["look"]
        fill, ink = colours.get("link" if linked and look in {"number", "percent"} else look, ("", ""))
        title = look == "title"
        properties: dict[str, Any] = {
            "font_name": self._base.font,
            "font_size": self._base.size + 7 if title else self._base.size,
            "font_color": ink or "#262626",
            "bold": look in {"title", "heading", "label"},
            "valign": "vcenter",
            "text_wrap": look not in _BARE and not number,
            "num_format": shown,
        }
        if (
            look in CENTRED or number
        ):  # LibreOffice sets numbers at the right against the line, indented or not
            properties["align"] = "center"
        else:
            properties |= {"align": "left", "indent": int(look not in _BARE)}
        if fill:
            properties |= {"bg_color": fill, "pattern": 1}
        if look not in _BARE:
            properties |= {"border": 1, "border_color": colours["line"][0]}
        return properties

    def _set_up(self) -> None:
        sheet, tab = self._sheet, self._tab
        for column, width in enumerate(tab.widths):
            sheet.set_column(column, column, width)
        if tab.frozen_rows:
            sheet.freeze_panes(tab.frozen_rows, 0)
        sheet.hide_gridlines(2)
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, int(on_one_page(tab)))
        sheet.set_margins(**MARGINS)
        sheet.center_horizontally()
        sheet.set_footer("&L&9&A&R&9&P / &N")
        if tab.landscape:
            sheet.set_landscape()


def target(link: str) -> str:
    """A link's place with the tab's name quoted, whether it was or not."""
    tab, mark, place = link.rpartition("!")
    if not mark:
        return link
    if len(tab) > 1 and tab.startswith("'") and tab.endswith("'"):
        return link
    return f"{quoted(tab)}!{place}"


def _tidy(texts: dict[str, str]) -> dict[str, str]:
    return {name: _CONTROL.sub("", text) for name, text in texts.items()}
