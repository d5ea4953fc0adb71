"""Dates as people type them: what is exact to the day is read, what is vague is told apart, nothing is guessed."""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from rules.wordlists import simplified


class Reading(StrEnum):
    """How a date cell could be read."""

    EMPTY = "empty"
    EXACT = "exact"
    VAGUE = "vague"  # 尽快, 月底前, Q3, 6月中旬: words about time that name no day
    IMPOSSIBLE = "impossible"  # 2024-02-30
    AMBIGUOUS = "ambiguous"  # the number 5.2 may be 2 May or 20 May; 03/04/2024 may be March or April
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class TypedDate:
    """What a cell says: how it reads, and the moment if it is exact (local wall-clock time)."""

    reading: Reading
    moment: datetime | None = None


EMPTY = TypedDate(Reading.EMPTY)
_FIRST_SERIAL, _LAST_SERIAL = 18264, 73050  # Excel serials of 1950-01-01 and 2099-12-31

_NUMERAL = re.compile(
    r"[〇○零一二三四五六七八九]*十?[〇○零一二三四五六七八九]+(?=[年月日号点分])|[一二三四五]?十(?=[月日号点分])|两(?=点)"
)
_REPUBLIC = re.compile(
    r"(?:中华)?民国\s*(?P<named>\d{1,3})(?=\s*[-/.年])|"
    r"(?<![\d/.-])(?P<bare>1\d\d)(?=\s*年|\s*(?P<stroke>[-/.])\s*\d{1,2}\s*(?P=stroke)\s*\d{1,2}(?!\d))"
)
_REPUBLIC_COMPACT = re.compile(r"(?P<year>1\d\d)(?P<rest>(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)")
_BEFORE_REPUBLIC = 1911
_TIME = (
    r"(?:[T\s]*(?:(?P<hour>\d{1,2})(?:[::](?P<minute>\d{2})(?:[::]\d{2}(?:\.\d+)?)?|[点时](?:(?P<minute2>\d{1,2})分?|(?P<quarters>半|[一三]刻))?)|"
    r"(?P<hour2>\d{1,2})(?=\s*[ap]m\b)))?"
)
_PART = r"(?P<part>上午|早上|早晨|清晨|凌晨|早|中午|下午|傍晚|晚上|晚|am|pm)"
_AFTERNOON = {"中午", "下午", "傍晚", "晚上", "晚", "pm"}
_MINUTES = {"一刻": 15, "半": 30, "三刻": 45}
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_NAMED_DAY = re.compile(
    r"(?:周|星期|礼拜)(?P<named>[一二三四五六日天])|\((?P<alone>[一二三四五六日天])\)|\b(?P<english>mon|tue|wed|thu|fri|sat|sun)[a-z]*",
    re.IGNORECASE,
)
_DAYS = {sign: place for place, sign in enumerate("一二三四五六日")} | {"天": 6}
_DAYS |= {name: place for place, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_LEAD = (
    r"(?:(?:" + _WEEKDAY + r",?|by|before|until|till|on|(?:no|not)\s+later\s+than|due(?:\s+(?:by|on))?|"
    r"deadline:?|target:?|eod|cob|eob|close\s+of\s+business|end\s+of\s+(?:the\s+)?day)\s+)*"
    r"(?:(?:截[止至]到?|完成|计划|交付)?(?:时间|日期|期限|时限)|截[止至]到?|最迟|最晚|不晚于|不迟于|预计|争取|力争|须于|于|在)?:?\s*"
)
_DEED = (
    "完成|提交|提报|上报|报送|交|反馈|确认|回复|给出|输出|出|定稿|发|签|到位|落实|办结|上线|结束|做完|搞定"
)
_HOW = (
    r"(?:\s*\(?(?:已经?(?:发送|发出|分发|发)[^\W\d_]{0,6}|(?:群发|发群|发送)|(?:已|由|用|以|通过|by\s+|via\s+)?"
    r"(?:电子邮件|邮件|企业微信|微信|企微|钉钉|飞书|群|oa|e-?mail|teams|slack)(?:群发|群|已?发[送出]?|通知)?)\)?)?"
)
"""By which way something went out: 6月9日 10:00(邮件), 9:00 已发群."""
_TAIL = (
    r"\s*(?:\(?(?:周|星期|礼拜)[一二三四五六日天]\)?|\([一二三四五六日天]\)|\(?" + _WEEKDAY + r"\)?)?"
    r"\s*(?:\([含止](?:当[日天])?\))?[\s,]*(?:at\s+)?" + _PART + r"?" + _TIME + r"\s*(?P<part2>am|pm)?"
    r"\s*(?:\([含止](?:当[日天])?\)|之?前|以前|止|完成|截止|下班前|下班之前|中午前|当日|当天|eod|cob|eob|noon|latest)*"
    r"(?:(?<=前)(?:" + _DEED + r")[^\W\d_后周月日天内至到]{0,8})?" + _HOW + r"[.。]?\Z"
)
_YMD = re.compile(
    _LEAD
    + r"(?P<year>\d{4}|\d{2}(?=年))\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
    + _TAIL,
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})" + _TAIL, re.IGNORECASE)
_MD = re.compile(
    _LEAD + r"(?:今年|本年)?(?P<month>\d{1,2})\s*(?:[./-]|月)\s*(?P<day>\d{1,2})\s*[日号]?" + _TAIL,
    re.IGNORECASE,
)
_DMY = re.compile(_LEAD + r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<year>\d{4})" + _TAIL, re.IGNORECASE)
_SHORT = re.compile(
    _LEAD + r"(?P<a>\d{1,2})(?P<stroke>[-/.])(?P<b>\d{1,2})(?P=stroke)(?P<c>\d{1,2})(?!\d)" + _TAIL,
    re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<name>" + "|".join(_MONTHS) + r")[a-z]*\.?"
_ENGLISH = (
    re.compile(
        _LEAD + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(?P<year>\d{4}))?" + _TAIL,
        re.IGNORECASE,
    ),
    re.compile(
        _LEAD
        + r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?"
        + _MONTH
        + r",?(?:[\s-]+(?P<year>\d{4}|(?<=-)\d{2}))?"
        + _TAIL,
        re.IGNORECASE,
    ),
)
_VAGUE = re.compile(
    r"尽快|尽早|尽速|近期|近日|最近|即日|马上|立即|立刻|抓紧|及时|随时|早日|越快越好|待定|未定|另行|再定|再议|视情况|适时|择期|择日|"
    r"看情况|按计划|按进度|暂定|暂无|暂缓|不限|左右|前后|大约|约|"
    r"长期|持续|常态|不定期|每[日天周月季年]|"
    r"上旬|中旬|下旬|旬|月底|月末|月初|月中|年底|年末|年初|年内|年中|季度|[一二三四1-4]季|季末|季初|半年|周内|月内|"
    r"[本下上这]个?(?:周|星期|礼拜|月|季|旬)|(?:周|星期|礼拜)[一二三四五六日天]|"
    r"(?:\d+|[一二两三四五六七八九十半几]+)\s*个?半?(?:工作日|日|天|周|星期|月|年|小时)(?:内|后|以内|之内)|"
    r"^(?:\d+|[一二两三四五六七八九十半几]+)\s*个?半?(?:工作日|天|周|星期|月|年|小时)$|"
    r"春节|过年|中秋|端午|清明|双十一|双11|节后|节前|年后|年前|暑[假期]|寒假|连假|假期|开学|[春夏秋冬]季|国庆|元旦|五一|十一前|会后|会前|例会|下次|[一-鿿][前后](?:\Z|\s*(?:\d+|[一二两三四五六七八九十半几]+)\s*个?(?:工作日|天|日|周|星期|月))|^[等待视看依按随]|通知|前完成|之后|第?\s*\d+\s*周|"
    r"明天|后天|今天|明日|今日|"
    r"(?<![a-z])(?:asap|tb[dcan]|n/?a)(?![a-z])|soon|immediate|right away|shortly|urgent|"
    r"next\s|this\s|end\s+of|\bend\b|beginning|start\s+of|mid[- ]|early\b|late\b|later\b|around|about|approx|roughly|"
    r"spring|summer|autumn|winter|holiday|christmas|easter|new\s+year|"
    r"(?<![a-z])(?:q[1-4]|h[12]|c?w\s?\d+|fy\s?\d+)(?![0-9a-z])|[1-4]q\b|"
    r"\b(?:day|week|month|year|hour)s?\b|quarter|fortnight|ongoing|continuous|\beo[dmwqy]\b|tomorrow|today|when\s|once\s|upon\s|after\s|before\s|within\s|\bin\s|no\s+deadline|\b"
    + _WEEKDAY
    + r"\b|"
    r"^\d{1,2}\s*[日号](?:前|之前|以前)?$|^\d{4}\s*[-/.年]\s*\d{1,2}\s*月?(?:份|前|底|内)?$|^\d{1,2}\s*月(?:份|前|底|内)?$|^(?:19|20)\d{2}\s*年?(?:前|内)?$|"
    r"^(?:\d{4}\s+)?(?:" + "|".join(_MONTHS) + r")[a-z]*\.?(?:\s+\d{4})?$",
    re.IGNORECASE,
)


def read_date(value: object, near: date, *, past: bool = False) -> TypedDate:
    """Read a cell as a date (and time, if one is given).

    ``near`` settles the year where none is typed (5.27, 6月15日前): the one that puts the day between
    120 days before it and the rest of a year after it, for most due dates lie ahead; of what is ``past``
    the last such day up to it. A year of three digits is one of the Republic (民國113年, 113/6/15).
    Numbers are Excel serials, or month.day where they are too small for one.
    """
    match value:
        case None:
            return EMPTY
        case datetime():
            return TypedDate(Reading.EXACT, value.replace(tzinfo=None))
        case date():
            return TypedDate(Reading.EXACT, datetime.combine(value, time()))
        case bool():
            return TypedDate(Reading.UNREADABLE)
        case int() | float():
            return _read_number(value, near, past)
        case _:
            return _read_text(usual(str(value)), near, past)


def weekday_of(text: str) -> int | None:
    """The day of the week that a text names, from 0 for Monday; None where it names none, or several."""
    days = {_DAYS[found[found.lastgroup or 0].lower()] for found in _NAMED_DAY.finditer(usual(text))}
    return days.pop() if len(days) == 1 else None


def read_time(value: object) -> time | None:
    """Read a cell as a time of day (14:00, 14点30, 下午2:30, a fraction of a day); None where it is none."""
    match value:
        case datetime():
            return value.time()
        case time():
            return value
        case timedelta():
            return (datetime.min + value).time() if timedelta() <= value < timedelta(days=1) else None
        case float() if 0 <= value < 1:
            return (datetime.min + timedelta(days=value)).time().replace(microsecond=0)
        case str():
            found = re.match(
                r"\s*" + _PART + r"?" + _TIME + r"\s*(?P<part2>am|pm)?",
                usual(value),
                re.IGNORECASE,
            )
            return _time(found) if found else None
    return None


def _read_number(value: float, near: date, past: bool) -> TypedDate:
    if _FIRST_SERIAL <= value <= _LAST_SERIAL:
        return TypedDate(Reading.EXACT, datetime(1899, 12, 30) + timedelta(days=round(value * 86400) / 86400))
    if not math.isfinite(value):
        return TypedDate(Reading.UNREADABLE)
    text = repr(value)
    if value == int(value):
        return _read_text(str(int(value)), near, past)
    month, _, day = text.partition(".")
    if day in {"1", "2", "3"} and month.isdigit() and 1 <= int(month) <= 12:
        return TypedDate(Reading.AMBIGUOUS)  # a cell shows 5.20 as 5.2
    return _read_text(text, near, past)


def _read_text(text: str, near: date, past: bool) -> TypedDate:
    if not text or text in {"-", "--", "—", "——", "/", "无", "\\"}:
        return EMPTY
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text) and _FIRST_SERIAL <= float(text) <= _LAST_SERIAL:
        return _read_number(float(text), near, past)
    vague = TypedDate(Reading.VAGUE if _VAGUE.search(text) else Reading.UNREADABLE)
    return _read_figures(text, near, past) or _read_month_name(text, near, past) or vague


def _read_figures(text: str, near: date, past: bool) -> TypedDate | None:
    if found := _REPUBLIC_COMPACT.match(text):
        text = _western(found["year"]) + text[found.start("rest") :]
    for pattern in (_YMD, _COMPACT):
        if found := pattern.match(text):
            return _exact(found, int(found["year"]), int(found["month"]), int(found["day"]))
    if found := _DMY.match(text):
        return _day_and_month(found, int(found["a"]), int(found["b"]))
    if found := _SHORT.match(text):
        return _short_year(found, near)
    if found := _MD.match(text):
        return _nearest(found, int(found["month"]), int(found["day"]), near, past)
    return None


def _read_month_name(text: str, near: date, past: bool) -> TypedDate | None:
    for pattern in _ENGLISH:
        if found := pattern.match(text):
            month = _MONTHS.index(found["name"].lower()) + 1
            if found["year"]:
                return _exact(found, int(found["year"]), month, int(found["day"]))
            return _nearest(found, month, int(found["day"]), near, past)
    return None


def _exact(found: re.Match[str], year: int, month: int, day: int) -> TypedDate:
    at = _time(found) or time()
    try:
        return TypedDate(
            Reading.EXACT, datetime.combine(date(year + 2000 if year < 100 else year, month, day), at)
        )
    except ValueError:
        return TypedDate(Reading.IMPOSSIBLE)


def _day_and_month(found: re.Match[str], first: int, second: int) -> TypedDate:
    if first <= 12 and second <= 12 and first != second:
        return TypedDate(Reading.AMBIGUOUS)
    month, day = (second, first) if first > 12 else (first, second)
    return _exact(found, int(found["year"]), month, day)


def _short_year(found: re.Match[str], near: date) -> TypedDate:
    """24.6.15 or 15/6/24: exact where just one order of the parts gives a day at most a year from ``near``'s year."""
    a, b, c = int(found["a"]), int(found["b"]), int(found["c"])
    orders = {(a, b, c), (c, b, a), (c, a, b)}
    tries = {_exact(found, *order) for order in orders if abs(2000 + order[0] - near.year) <= 1}
    days = [typed for typed in tries if typed.moment]
    return days[0] if len(days) == 1 else TypedDate(Reading.AMBIGUOUS if days else Reading.IMPOSSIBLE)


def _nearest(found: re.Match[str], month: int, day: int, near: date, past: bool) -> TypedDate:
    first = date.min if past else near - timedelta(days=120)
    last = (
        near + timedelta(days=60) if past else date.max
    )  # a slip into the near future is no date of last year
    years = range(near.year + 1, near.year - 5, -1) if past else range(near.year - 1, near.year + 5)
    tries = (_exact(found, year, month, day) for year in years)
    fitting = (typed for typed in tries if typed.moment and first <= typed.moment.date() <= last)
    return next(fitting, TypedDate(Reading.IMPOSSIBLE))


def usual(text: str) -> str:
    """A text in one script, width and calendar: 民國一一三年６月十五日 becomes 2024年6月15日."""
    one_script = simplified(unicodedata.normalize("NFKC", text).strip())
    arabic = re.sub(r"(?<=\d)。(?=\d)", ".", _arabic(one_script))
    return _REPUBLIC.sub(lambda found: _western(found["named"] or found["bare"]), arabic)


def _western(year: str) -> str:
    """A year of the Republic, as Taiwan counts: 113 is 2024."""
    return str(int(year) + _BEFORE_REPUBLIC)


def _arabic(text: str) -> str:
    """Chinese numerals before 年, 月, 日, 号, 点 and 分 as digits: 六月二十七日 becomes 6月27日."""
    return _NUMERAL.sub(lambda found: digits(found[0]), text)


def digits(numeral: str) -> str:
    """A Chinese numeral below a hundred, or a year by its signs, as digits: 十五 is 15, 两 is 2, 二〇二四 is 2024."""
    if numeral == "两":
        return "2"
    if "十" not in numeral:
        return "".join(str("零一二三四五六七八九".index(sign)) for sign in re.sub("[〇○]", "零", numeral))
    tens, _, ones = numeral.partition("十")
    return str(10 * (int(digits(tens)) if tens else 1) + (int(digits(ones)) if ones else 0))


def _time(found: re.Match[str]) -> time | None:
    if not (found["hour"] or found["hour2"]):
        return None
    hour, minute = int(found["hour"] or found["hour2"]), int(found["minute"] or found["minute2"] or 0)
    minute += _MINUTES.get(found["quarters"], 0)
    part = (found["part"] or found["part2"] or "").lower()
    if part in _AFTERNOON and hour < (11 if part == "中午" else 12):  # 中午11点 is before noon
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None
