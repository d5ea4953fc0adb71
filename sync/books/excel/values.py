"""How a value is written into a cell: text that stays text, numbers, dates as serial numbers."""

import math
import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sync.books.excel.markup import prefixed
from sync.books.excel.refusal import RefusalError
from sync.snapshot import CellValue

LONGEST_TEXT = 32_767
"""Excel's limit for a cell, in UTF-16 units."""
_DATE, _DATETIME, _TIME, _DURATION = 14, 22, 21, 46
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f]")
_NO_CHARACTERS = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_USUAL = re.compile("[^\\s\x00-\x1f&<>_\ud800-\udfff\ufffe\uffff]{1,10000}")
"""Texts that are written as they are, which most are."""
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}


class Written(NamedTuple):
    """A cell's ``t`` attribute, its content, and the number format that its style must have (0: any)."""

    kind: str
    content: bytes
    number_format: int


EMPTY = Written("", b"", 0)


def tidy_text(text: str) -> str:
    """The text as a cell can hold it: line feeds only, no halves of characters, cut with … at the limit."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _NO_CHARACTERS.sub("\ufffd", text)
    if len(text) * 2 > LONGEST_TEXT and len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        kept = text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - 1)]
        return kept.decode("utf-16-le", "ignore") + "…"
    return text


def written(value: CellValue, date1904: bool, prefix: str = "") -> Written:
    """How the value is written. None and '' empty the cell.

    Raises RefusalError for a number or date that no cell can hold.
    """
    if value is None or value == "":
        return EMPTY
    if isinstance(value, str):
        inside = f"<is><t>{value}</t></is>" if _USUAL.fullmatch(value) else _inline(tidy_text(value))
        return Written("inlineStr", prefixed(inside, prefix), 0)
    if isinstance(value, bool):
        return Written("b", prefixed(f"<v>{int(value)}</v>", prefix), 0)
    number, number_format = _number(value, date1904)
    return Written("", prefixed(f"<v>{_digits(number)}</v>", prefix), number_format)


def escaped(text: str) -> str:
    """The text with what XML cannot hold as workbooks write it (``_x0007_``), and what only looks so kept apart."""
    return _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", _LOOKS_ESCAPED.sub("_x005F_", text))


def _inline(text: str) -> str:
    text = escaped(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    blanks = text != text.strip() or "\n" in text or "  " in text
    return f'<is><t xml:space="preserve">{text}</t></is>' if blanks else f"<is><t>{text}</t></is>"


def _number(value: CellValue, date1904: bool) -> tuple[float | int, int]:
    match value:
        case datetime():
            return serial(value, date1904), _DATETIME
        case date():
            return serial(datetime(value.year, value.month, value.day), date1904), _DATE
        case time():
            return serial_of_time(value), _TIME
        case timedelta():
            return value / timedelta(days=1), _DURATION
        case int() | float() if math.isfinite(value):
            return value, 0
    raise RefusalError("cannot hold the value {value!r} in a cell; please report it", value=str(value)[:40])


def number_of(value: CellValue, date1904: bool) -> float | int:
    """A number, date or time as the number that a cell holds. Raises RefusalError as ``written`` does."""
    return _number(value, date1904)[0]


def _digits(number: float | int) -> str:
    return str(int(number)) if isinstance(number, float) and number.is_integer() else repr(number)


def serial(moment: datetime, date1904: bool) -> float:
    """Days since the workbook's epoch; Excel counts a 29 February 1900 that never was.

    Raises RefusalError for a date before the epoch.
    """
    days = (moment.replace(tzinfo=None) - _EPOCHS[date1904]) / timedelta(days=1)
    if not date1904 and days < 61:
        days -= 1
    if days < 0:
        raise RefusalError(
            "cannot hold the date {date:%Y-%m-%d}, which lies before its calendar; correct it", date=moment
        )
    return days


def serial_of_time(moment: time) -> float:
    """The fraction of a day."""
    passed = timedelta(
        hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
    )
    return passed / timedelta(days=1)


def reads_as(asked: CellValue, got: CellValue, date1904: bool) -> bool:
    """Whether a cell that shows ``got`` is as it was asked to be, in the form that its style gives to numbers."""
    if asked is None or asked == "":
        return got is None or got == ""
    if isinstance(asked, str):
        return got == tidy_text(asked)
    if isinstance(asked, bool) or isinstance(got, bool):
        return asked is got
    if got is None or isinstance(got, str):
        return False
    return math.isclose(_days(asked, date1904), _days(got, date1904), rel_tol=1e-12, abs_tol=1e-8)


def _days(value: CellValue, date1904: bool) -> float:
    match value:
        case datetime():
            return serial(value, date1904)
        case date():
            return serial(datetime(value.year, value.month, value.day), date1904)
        case time():
            return serial_of_time(value)
        case timedelta():
            return value / timedelta(days=1)
        case int() | float():
            return float(value)
    return math.nan
