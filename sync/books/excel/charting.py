"""Native charts of a generated tab, drawn by XlsxWriter: quiet axes, labels that can be read in print."""

import hashlib
from typing import Any

from sheet_templates.template import template
from sync.books.excel.measuring import pixels
from sync.generated import Chart, GeneratedTab, Series
from sync.snapshot import Area

_EDITION = 2
"""Counts up when charts are drawn otherwise, so that those of before are drawn anew."""
MARK = "closeloop "
"""Charts of ours are named so; Excel and LibreOffice keep an object's name."""
_KINDS = {
    "pie": {"type": "pie"},
    "bar": {"type": "bar"},
    "stacked_bar": {"type": "bar", "subtype": "stacked"},
    "column": {"type": "column"},
    "stacked_column": {"type": "column", "subtype": "stacked"},
    "line": {"type": "line"},
}
_ONLY_VALUES = (
    b'<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/>'
    b'<c:showPercent val="0"/><c:showBubbleSize val="0"/>'
)
_TEXT, _GRID, _TITLE = "#595959", "#E3E7EE", "#1F3864"
_WITHOUT_ZERO = "#,##0;-#,##0;;"
_INSET = 4  # pixels


def chart_name(tab: GeneratedTab, chart: Chart) -> str:
    """The name of the chart's object: it changes when the chart is to be drawn otherwise."""
    return MARK + hashlib.sha256(repr((_EDITION, tab.name, chart)).encode()).hexdigest()[:10]


def spelled_out(chart: bytes) -> bytes:
    """A chart's part with what Excel takes for granted said, since other programs take the contrary."""
    chart = chart.replace(b'<c:showVal val="1"/>', _ONLY_VALUES)
    if b"<c:lineChart>" in chart:
        chart = chart.replace(b"</c:ser>", b'<c:smooth val="0"/></c:ser>')
    return chart


def draw(book: Any, sheet: Any, tab: GeneratedTab, chart: Chart, name: str) -> None:
    """Put a chart on the scratch sheet, over its place."""
    made = book.add_chart(_KINDS[chart.kind] | {"name": name})
    for number, series in enumerate(chart.series):
        made.add_series(_series(tab, chart, series, number))
    made.set_title(
        {
            "name": chart.title,
            "overlay": False,
            "name_font": {"size": 12, "bold": True, "color": _TITLE},
        }
    )
    made.set_chartarea({"border": {"color": _GRID}, "fill": {"color": "#FFFFFF"}})
    made.set_plotarea({"fill": {"none": True}})
    made.show_blanks_as("gap")
    width, height = pixels(tab, chart.place)
    _legend(made, chart, tall=height > width)
    if chart.kind != "pie":
        _axes(made, chart)
    made.set_size({"width": width - 2 * _INSET, "height": height - 2 * _INSET})
    place = {"x_offset": _INSET, "y_offset": _INSET, "object_position": 1, "description": chart.title}
    sheet.insert_chart(chart.place.first_row - 1, chart.place.first_column - 1, made, place)


def _series(tab: GeneratedTab, chart: Chart, series: Series, number: int) -> dict[str, Any]:
    fill, ink = _colour(number)
    fill = series.colour or fill
    made: dict[str, Any] = {
        "name": [tab.name, series.name.first_row - 1, series.name.first_column - 1],
        "categories": _reference(tab, chart.categories),
        "values": _reference(tab, series.values),
    }
    match chart.kind:
        case "pie":
            made |= _pie(series)
        case "line":
            made |= _line(fill, series)
        case "bar" | "column":
            made |= {"fill": {"color": fill}, "gap": 60, "data_labels": _label(_TEXT)}
        case "stacked_bar" | "stacked_column":
            outline = {"color": "#FFFFFF", "width": 0.75}
            made |= {"fill": {"color": fill}, "border": outline, "gap": 50, "overlap": 100}
            made["data_labels"] = _label(_ink_on(fill, ink if not series.colour else "")) | {
                "position": "center"
            }
    return made


def _pie(series: Series) -> dict[str, Any]:
    count = _cells(series.values)
    colours = [
        series.points[point] if point < len(series.points) else _colour(point)[0] for point in range(count)
    ]
    points = [
        {"fill": {"color": colour}, "border": {"color": "#FFFFFF", "width": 1.25}} for colour in colours
    ]
    label = _label(_TEXT) | {"position": "outside_end", "leader_lines": True}
    return {"points": points, "data_labels": label}


def _line(fill: str, series: Series) -> dict[str, Any]:
    last = _cells(series.values) - 1
    only_last = [{"delete": True}] * last
    label = _label(fill) | {"position": "above", "custom": only_last}
    return {
        "line": {"color": fill, "width": 2.25},
        "marker": {"type": "circle", "size": 5, "fill": {"color": "#FFFFFF"}, "border": {"color": fill, "width": 1.5}},
        "data_labels": label,
    }  # fmt: skip


def _label(ink: str) -> dict[str, Any]:
    return {"value": True, "num_format": _WITHOUT_ZERO, "font": {"size": 9, "color": ink}}


def _legend(made: Any, chart: Chart, *, tall: bool) -> None:
    """Beside a pie, where it leaves the numbers their room; below all others, and below a pie that is tall."""
    if chart.kind != "pie" and len(chart.series) == 1:
        made.set_legend({"none": True})
        return
    position = "right" if chart.kind == "pie" and not tall else "bottom"
    made.set_legend({"position": position, "font": {"size": 9, "color": _TEXT}})


def _axes(made: Any, chart: Chart) -> None:
    """Bars lie with the first category on top; the values' axis has a quiet grid from nought."""
    names: dict[str, Any] = {
        "num_font": {"size": 9, "color": _TEXT},
        "line": {"color": "#BFC7D5"},
        "major_tick_mark": "none",
        "minor_tick_mark": "none",
    }
    values: dict[str, Any] = names | {
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": _GRID, "width": 0.75}},
        "min": 0,
        "num_format": "#,##0",
    }
    lying = chart.kind in {"bar", "stacked_bar"}
    if lying:
        names |= {"reverse": True}
        values |= {"label_position": "high"}
        names, values = values, names  # here x is the axis that lies
    made.set_x_axis(names)
    made.set_y_axis(values)


def _reference(tab: GeneratedTab, area: Area) -> list[str | int]:
    return [tab.name, *(number - 1 for number in area)]


def _cells(area: Area) -> int:
    return (area.last_row - area.first_row + 1) * (area.last_column - area.first_column + 1)


def _colour(number: int) -> tuple[str, str]:
    """Fill and ink of the n-th series."""
    colours = list(template().colours["chart"].values())
    return colours[number % len(colours)]


def _ink_on(fill: str, known: str) -> str:
    """Black or white, whichever can be read on the fill."""
    if known:
        return known
    red, green, blue = (int(fill.removeprefix("#")[place : place + 2], 16) for place in (0, 2, 4))
    return "#262626" if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else "#FFFFFF"
