"""Cells of Google's as values, and values as Google's cells: dates are serial numbers of the file's own clock."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sync.books.google.address import Json
from sync.snapshot import CellValue

LONGEST_TEXT = 50_000
"""The most characters that a cell of Google Sheets takes."""
_EPOCH = datetime(1899, 12, 30)
_ERRORS = {
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "#LOADING!",
}


def value_of(cell: Json) -> CellValue:
    """What a cell shows; an error shows nothing (``error_of`` gives it)."""
    shown = cell.get("effectiveValue")
    if not shown:
        return None
    if "numberValue" in shown:
        kind = cell.get("effectiveFormat", {}).get("numberFormat", {}).get("type")
        return (
            _dated(shown["numberValue"], kind)
            if kind in {"DATE", "TIME", "DATE_TIME"}
            else shown["numberValue"]
        )
    said: CellValue = shown.get("stringValue", shown.get("boolValue"))
    return said


def error_of(cell: Json) -> str:
    """The error that a cell shows (``#N/A``), '' for none."""
    found = cell.get("effectiveValue", {}).get("errorValue")
    return _ERRORS.get(found.get("type", ""), "#ERROR!") if found else ""


def entered(value: CellValue) -> Json:
    """A CellData's ``userEnteredValue``: a text stays a text whatever it begins with; {} empties the cell."""
    match value:
        case None | "":
            return {}
        case bool():
            return {"userEnteredValue": {"boolValue": value}}
        case int() | float():
            return {"userEnteredValue": {"numberValue": value}}
        case str():
            return {"userEnteredValue": {"stringValue": tidy_text(value)}}
        case _:
            return {"userEnteredValue": {"numberValue": serial(value)}}


def number_format(value: CellValue) -> Json:
    """How a day or a time is shown; {} for other values."""
    match value:
        case datetime():
            return {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}
        case date():
            return {"type": "DATE", "pattern": "yyyy-mm-dd"}
        case time() | timedelta():
            return {"type": "TIME", "pattern": "[hh]:mm"}
    return {}


def tidy_text(text: str) -> str:
    """A text as a cell takes it: line feeds only, no halves of characters, cut with … at the limit."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def serial(value: date | time | timedelta) -> float:
    """Days since 30 December 1899, as a cell counts them; a whole day is a whole number."""
    match value:
        case datetime():
            days = (value - _EPOCH) / timedelta(days=1)
        case date():
            days = (datetime.combine(value, time()) - _EPOCH) / timedelta(days=1)
        case time():
            days = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second) / timedelta(days=1)
        case _:
            days = value / timedelta(days=1)
    return int(days) if days == int(days) else days


def same(shown: Any, wanted: CellValue) -> bool:
    """Whether a cell shows a value as it was written."""
    if shown in (None, "") or wanted in (None, ""):
        return shown in (None, "") and wanted in (None, "")
    if isinstance(wanted, str):
        return bool(shown == tidy_text(wanted))
    if isinstance(wanted, bool | int | float):
        return isinstance(shown, bool | int | float) and shown == wanted
    return shown == serial(wanted) if isinstance(shown, int | float) else bool(shown == wanted)


def _dated(number: float, kind: str) -> CellValue:
    """A serial number by its format; one outside the calendar stays a number."""
    try:
        seconds = round(number * 86_400)
        moment = _EPOCH + timedelta(seconds=seconds)
        if kind == "TIME":
            return moment.time() if 0 <= number < 1 else timedelta(seconds=seconds)
        return moment.date() if kind == "DATE" and moment.time() == time() else moment
    except OverflowError:
        return number
