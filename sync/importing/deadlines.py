"""Finds the words of a sentence that say until when something is to be done."""

import re
from typing import NamedTuple

_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十两兩半几幾]{1,3})"
_HAN_DAY = (
    r"(?:(?:民国|民國)?\d{2,4}\s*年\s*)?\d{1,2}\s*月\s*\d{1,2}\s*[日号號]?|"
    r"[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}[日号號]"
)
_FIGURES = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?<![\d./])\d{1,2}/\d{1,2}(?![\d/])"
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_ENGLISH_DAY = rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH})(?:,?\s+\d{{4}})?"
_VAGUE_HAN = (
    r"[尽盡儘][快早速]|近期|近日|即日|立即|马上|馬上|"
    rf"{_NUMBER}\s*[个個]?\s*(?:工作日|天|日|周|週|星期|月)\s*(?:之)?[内內]|"
    r"(?:\d{1,2}月|本月|下月|下个月|下個月|本季度?|年|月|周|週|季度)[底末中初](?:之前|以前|前)?|"
    r"(?:[本下这這]个?[周週](?:[一二三四五六日天])?|(?:周|週|星期)[一二三四五六日天])(?:之前|以前|前|[内內])?"
)
_VAGUE_ENGLISH = (
    rf"asap|as soon as possible|(?:the\s+)?end\s+of\s+(?:the\s+|next\s+|this\s+)?(?:month|week|quarter|year|{_MONTH})|"
    r"(?:next|this)\s+(?:week|month|monday|tuesday|wednesday|thursday|friday)"
)
_LEAD = r"(?:(?:最迟|最遲|最晚|不晚于|不迟于|截止到?|截至|截止时间为|务必|務必|须|需|应|應|将|將)\s*)*(?:于|於|在)?\s*(?:今年|本年)?"
_WEEKDAY = r"(?:\s*[(]?(?:周|週|星期|礼拜)[一二三四五六日天][)]?)?"
_HOUR = r"(?:\s*(?:上午|下午|中午)?\s*(?:\d{1,2}[:]\d{2}|\d{1,2}[点點时時]|下班))?"
_BEFORE = r"(?P<before>\s*(?:之前|以前|前|止|[内內]))?"
_CHINESE = re.compile(
    rf"(?P<lead>{_LEAD})(?P<said>(?:(?P<day>{_HAN_DAY}|{_FIGURES}){_WEEKDAY}{_HOUR}{_BEFORE})|(?P<vague>{_VAGUE_HAN}))",
)
_ENGLISH = re.compile(
    rf"(?P<lead>\b(?:by|before|until|no later than|due(?:\s+on|\s+by)?|on)\s+|(?<=[\s(,-]))"
    rf"(?P<said>(?P<day>{_ENGLISH_DAY}|{_FIGURES})|(?P<vague>{_VAGUE_ENGLISH}))(?P<before>\b)",
    re.IGNORECASE,
)
_FIRM = re.compile(r"最迟|最遲|最晚|不晚于|不迟于|截")


class Deadline(NamedTuple):
    """Where a deadline stands in a text, with the words before it, and what it says without them.

    ``firm`` is one that says that it is a limit (5月27日前, by May 27), not only a day.
    """

    start: int
    end: int
    said: str
    firm: bool


def find_deadline(text: str, start: int = 0) -> Deadline | None:
    """The first deadline in a text of usual width (NFKC), from a place on; None where there is none."""
    found = _CHINESE.search(text, start)
    english = _ENGLISH.search(text, start)
    chinese = found and (found["before"] or not english or not english["lead"].strip())
    if english and (found is None or (english.start("said") <= found.start("said") and not chinese)):
        firm = bool(english["lead"].strip()) or bool(english["vague"])
        return Deadline(english.start(), english.end("said"), english["said"], firm)
    if found is None:
        return None
    firm = bool(found["before"] or found["vague"] or _FIRM.search(found["lead"]))
    return Deadline(found.start(), found.end(), found["said"].strip(), firm)


def without(text: str, deadline: Deadline) -> str:
    """The text with its deadline cut out."""
    return f"{text[: deadline.start]} {text[deadline.end :]}" if deadline.start else text[deadline.end :]
