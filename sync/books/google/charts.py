"""Charts of a generated tab as Google draws them; a chart is known by its id, a digest tells when it has changed."""

import hashlib
from collections.abc import Iterator, Sequence

from sheet_templates import template
from sync.books.google.address import Json, grid_range
from sync.books.google.marks import Mark
from sync.generated import Chart, GeneratedTab, Series
from sync.snapshot import Area

_TYPES = {"bar": "BAR", "stacked_bar": "BAR", "column": "COLUMN", "stacked_column": "COLUMN", "line": "LINE"}
_LINE_HEIGHT, _USUAL_WIDTH = 21, 100


def chart_requests(sheet: int, tab: GeneratedTab, mark: Mark) -> tuple[list[Json], dict[int, str]]:
    """What makes the tab's charts those of the content, and their digests by id, to be kept in the mark.

    A chart's id is its place in the list, so that one whose data or look changes is redrawn, not added again.
    """
    requests: list[Json] = []
    digests: dict[int, str] = {}
    for number, chart in enumerate(tab.charts):
        id_ = _chart_id(sheet, number)
        digests[id_] = hashlib.sha256(repr((tab.widths, chart)).encode()).hexdigest()[:10]
        if id_ not in mark.charts:
            position = {"overlayPosition": _position(sheet, tab, chart.place)}
            made = {"chartId": id_, "spec": _spec(sheet, chart), "position": position}
            requests.append({"addChart": {"chart": made}})
        elif mark.charts[id_] != digests[id_]:
            requests.append({"updateChartSpec": {"chartId": id_, "spec": _spec(sheet, chart)}})
            to = {"overlayPosition": _position(sheet, tab, chart.place)}
            requests.append(
                {"updateEmbeddedObjectPosition": {"objectId": id_, "newPosition": to, "fields": "*"}}
            )
    gone = [{"deleteEmbeddedObject": {"objectId": id_}} for id_ in mark.charts if id_ not in digests]
    return gone + requests, digests


def _chart_id(sheet: int, number: int) -> int:
    digest = hashlib.sha256(f"closeloop {sheet} {number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1 or 1


def _spec(sheet: int, chart: Chart) -> Json:
    headed = all(_above(series) for series in chart.series)
    spec: Json = {"title": chart.title, "hiddenDimensionStrategy": "SHOW_ALL"}
    if chart.kind == "pie":
        spec["pieChart"] = {
            "legendPosition": "LABELED_LEGEND",
            "domain": _data(sheet, chart.categories),
            "series": _data(sheet, chart.series[0].values),
        }
        return spec
    series = list(_series(sheet, chart, headed=headed))
    spec["basicChart"] = {
        "chartType": _TYPES[chart.kind],
        "legendPosition": "BOTTOM_LEGEND" if len(series) > 1 else "NO_LEGEND",
        "headerCount": int(headed),
        "stackedType": "STACKED" if chart.kind.startswith("stacked") else "NOT_STACKED",
        "domains": [{"domain": _data(sheet, _with_head(chart.categories) if headed else chart.categories)}],
        "series": series,
    }
    if chart.kind == "line":
        del spec["basicChart"]["stackedType"]
    return spec


def _series(sheet: int, chart: Chart, *, headed: bool) -> Iterator[Json]:
    fills = [fill for fill, _ in template().colours["chart"].values()]
    axis = "BOTTOM_AXIS" if chart.kind in {"bar", "stacked_bar"} else "LEFT_AXIS"
    for number, series in enumerate(chart.series):
        colour = series.colour or fills[number % len(fills)]
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        yield {
            "series": _data(sheet, _with_head(series.values) if headed else series.values),
            "targetAxis": axis,
            "colorStyle": {"rgbColor": dict(zip(("red", "green", "blue"), parts, strict=True))},
        }


def _above(series: Series) -> bool:
    """Whether the cell that names a series stands on top of its values, where Google looks for it."""
    name, values = series.name, series.values
    return (name.last_row, name.first_column, name.last_column) == (
        values.first_row - 1,
        values.first_column,
        values.last_column,
    )


def _with_head(area: Area) -> Area:
    return area._replace(first_row=max(1, area.first_row - 1))


def _data(sheet: int, area: Area) -> Json:
    return {"sourceRange": {"sources": [grid_range(sheet, area)]}}


def _position(sheet: int, tab: GeneratedTab, place: Area) -> Json:
    widths: Sequence[float] = tab.widths
    wide = sum(
        round(widths[at - 1] * 7 + 5) if at <= len(widths) else _USUAL_WIDTH
        for at in range(place.first_column, place.last_column + 1)
    )
    return {
        "anchorCell": {
            "sheetId": sheet,
            "rowIndex": place.first_row - 1,
            "columnIndex": place.first_column - 1,
        },
        "widthPixels": wide,
        "heightPixels": (place.last_row - place.first_row + 1) * _LINE_HEIGHT,
    }
