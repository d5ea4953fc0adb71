"""The one day that words about time mean: 下周三 said on a known day, 6月底, end of June. Nothing is guessed.

Where people may mean different days (本周内, 月初, Q3, next Friday, 下周日 where weeks begin on Sunday, 月底 in the
last days of a month) there is no such day. The end of a month, quarter or year is its last day, whether people
work on it or not, as 6月30日前 would be.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from rules.typed_dates import read_date, usual
from rules.workdays import FIRST, Calendar

_WEEKDAYS = "一二三四五六日"
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERALS = {sign: number for number, sign in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_MONTH_END_NEAR = 5
"""In the last days of a month 月底 may mean the next one's."""
_MONTHS_AHEAD = 6
"""6月底 without a year lies at most so many months ahead; said in May, 3月底 may mean the last one or the next."""

_LEAD = re.compile(
    r"\A(?:(?:最迟|最晚|不晚于|不迟于|截[止至]到?|于|在|争取|力争)|(?:by|before|until|due|no later than)\s+(?:the\s+)?)+"
)
_END = re.compile(r"\s*(?:下班)?(?:之?前|以前)?(?:完成|提交|交付)?\Z")
_HEDGES = re.compile(
    r"\A(?:暂定|大约|大概|约|预计|around|about|approx\.?|tentatively)\s*|\s*(?:左右|前后|待定|\(待定\)|tbc|\(tbc\))\Z"
)
_RANGE = re.compile(r"(?P<first>.+?\d[日号]?)\s*(?:至|到|~|—|–|\bto\b)\s*(?P<last>\d.+)")

_Meaning = Callable[[re.Match[str], date], date | None]


def meant_day(text: str, said_on: date | None, held: date | None, calendar: Calendar) -> date | None:
    """The day that a due date means, None where there is not just one.

    ``said_on`` is the day on which it was said, ``held`` that of its meeting, each None where it is not known.
    """
    words = usual(text).lower()
    if day := _named_day(words, said_on):
        return day
    bare = _END.sub("", _LEAD.sub("", words))
    if held and (found := _AFTER_MEETING.fullmatch(bare)):
        return _after_meeting(found, held, calendar)
    return _relative(bare, said_on) if said_on else None


def _named_day(text: str, said_on: date | None) -> date | None:
    """The day that is named in full, but with a doubt (6月15日左右) or as the end of a span."""
    if found := _RANGE.fullmatch(text):
        first, last = _exact(found["first"], said_on), _exact(found["last"], said_on)
        return last if first and last and first <= last else None
    bare = _HEDGES.sub("", text)
    return _exact(bare, said_on) if bare != text else None


def _exact(text: str, near: date | None) -> date | None:
    """A date in full; one without a year needs a day near which it lies."""
    if near is None and not re.search(r"(?:19|20)\d{2}", text):
        return None
    typed = read_date(text, near or FIRST)
    return typed.moment.date() if typed.moment else None


def _relative(text: str, said_on: date) -> date | None:
    for pattern, meaning in _MEANINGS:
        if found := pattern.fullmatch(text):
            return meaning(found, said_on)
    return None


def _weekday(found: re.Match[str], said_on: date) -> date | None:
    """下周三 is in the next week from Monday to Sunday; on a Sunday, people differ about which week that is."""
    which, name = found["which"], found["day"].replace("天", "日")
    place, today = _WEEKDAYS.index(name), said_on.weekday()
    if which.startswith("下"):
        weeks = len(which.replace("个", ""))
        return None if 6 in {place, today} else said_on + timedelta(weeks=weeks, days=place - today)
    return _this_week(place, said_on)


def _english_weekday(found: re.Match[str], said_on: date) -> date | None:
    return _this_week(_ENGLISH_DAYS.index(found["day"][:3]), said_on)


def _this_week(place: int, said_on: date) -> date | None:
    return said_on + timedelta(days=place - said_on.weekday()) if place > said_on.weekday() else None


def _day_of_month(found: re.Match[str], said_on: date) -> date | None:
    """本月20日, 20日 (where that is still to come) and 下月5日."""
    month = _month_after(said_on, 1 if found["which"].startswith("下") else 0)
    day = int(found["day"])
    if not 1 <= day <= monthrange(month.year, month.month)[1]:
        return None
    meant = month.replace(day=day)
    return meant if meant > said_on else None


def _month_end(found: re.Match[str], said_on: date) -> date | None:
    if (found["which"] or "").startswith(("下", "next")):
        return _last_day(_month_after(said_on, 1))
    end = _last_day(said_on)
    return end if (end - said_on).days >= _MONTH_END_NEAR else None


def _named_month_end(found: re.Match[str], said_on: date) -> date | None:
    name = found.groupdict().get("name")
    month = _MONTHS.index(name) + 1 if name else int(found["month"])
    if not 1 <= month <= 12:
        return None
    if found["year"]:
        return _last_day(date(int(found["year"]), month, 1))
    ahead = (month - said_on.month) % 12
    return _last_day(_month_after(said_on, ahead)) if ahead <= _MONTHS_AHEAD else None


def _year_end(found: re.Match[str], said_on: date) -> date | None:
    if found.groupdict().get("year"):
        return date(int(found["year"]), 12, 31)
    return date(said_on.year, 12, 31) if said_on.month < 12 else None


def _quarter_end(found: re.Match[str], said_on: date) -> date | None:
    quarter = found["number"]
    month = 3 * (_NUMERALS.get(quarter) or int(quarter))
    end = _last_day(date(int(found["year"] or said_on.year), month, 1))
    return end if found["year"] or end > said_on else None


def _near_day(found: re.Match[str], said_on: date) -> date | None:
    days = {"今天": 0, "今日": 0, "当天": 0, "today": 0, "明天": 1, "明日": 1, "tomorrow": 1, "后天": 2}
    return said_on + timedelta(days=days[found[0]])


def _after_meeting(found: re.Match[str], held: date, calendar: Calendar) -> date | None:
    """会后一周内 and 会后3个工作日内: the last day of that span."""
    count = _NUMERALS.get(found["count"]) or int(found["count"])
    if found["unit"] == "工作日":
        return calendar.add(held, count)
    return held + timedelta(days=count * (1 if found["unit"] in {"天", "日"} else 7))


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _month_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


_AFTER_MEETING = re.compile(
    r"会后(?P<count>\d{1,2}|[一二两三四五六七八九十])\s*个?(?P<unit>工作日|天|日|周|星期|礼拜)(?:之?内|以内)"
)
_MEANINGS: tuple[tuple[re.Pattern[str], _Meaning], ...] = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in [
        (r"(?P<which>下{0,2}个?|本|这个?)(?:周|星期|礼拜)(?P<day>[一二三四五六日天])", _weekday),
        (
            r"(?:this\s+)?(?P<day>mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?",
            _english_weekday,
        ),
        (r"(?P<which>(?:本|这个?|下个?)月|)(?P<day>\d{1,2})[日号]", _day_of_month),
        (r"(?P<which>本|这个?|下个?|)月[底末]", _month_end),
        (r"(?:end\s+of\s+(?:the\s+)?(?P<which>this\s+|next\s+)?month|eom)", _month_end),
        (r"(?:(?P<year>\d{4})年|今年)?(?P<month>\d{1,2})月份?[底末]", _named_month_end),
        (rf"end\s+of\s+(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?(?:\s+(?P<year>\d{{4}}))?", _named_month_end),
        (r"(?:(?P<year>\d{4})年年?|今年年?|本年|年)[底末]", _year_end),
        (r"(?:end\s+of\s+(?:the\s+|this\s+)?year|year[- ]end)", _year_end),
        (r"(?:(?P<year>\d{4})年?)?\s*(?:第?(?P<number>[一二三四1-4])季度?)[底末]", _quarter_end),
        (r"(?:(?P<year>\d{4})年?)?\s*q(?P<number>[1-4])[底末]", _quarter_end),
        (r"今天|今日|当天|today|明天|明日|tomorrow|后天", _near_day),
    ]
)
