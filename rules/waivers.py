"""Waivers as people type them: which rules a row need not keep, until when, and why (A108 至2026-12-31 客户未定稿)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from rules.catalogue import Rule
from rules.findings import Finding
from rules.table import Book, Table
from rules.typed_dates import read_date
from rules.wordlists import WordLists


class Flaw(StrEnum):
    """Why a waiver does not count."""

    NO_CODE = "no_code"
    UNKNOWN = "unknown"  # no rule of this table has that code, or the rule cannot be waived
    NO_DATE = "no_date"
    NO_REASON = "no_reason"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Waiver:
    """One waiver of a cell: the codes that it names (of those, where some are unknown, only these), the last day
    on which it counts, and the reason.

    ``text`` is what was typed; ``flaw`` says why it does not count, None where it does.
    """

    text: str
    codes: tuple[str, ...] = ()
    until: date | None = None
    reason: str = ""
    flaw: Flaw | None = None


RULE = "S006"
"""The rule that reports waivers which do not count."""

_BETWEEN = re.compile(r"[;\n\r]+")
_CODE = r"[a-z]\s?-?\d{3}"
_CODES = re.compile(
    rf"(?<![a-z0-9])(?:规则|規則|rules?)?\s?({_CODE}(?:(?:[\s、,/+&和与與及]|and)+{_CODE})*)(?![a-z0-9])",
    re.IGNORECASE,
)
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = (
    r"(?<!\d)(?:\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}(?!\d)\s*[日号號]?|(?:19|20)\d{6}(?!\d)|\d{2}年\d{1,2}月\d{1,2}[日号號]?"
    rf"|{_MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?[\s-]+{_MONTHS},?[\s-]+\d{{4}})"
)
_FROM = (
    r"(?:截止|截至|直到|到期日?|有效期|期限|至|到|止于|until|till?|thru|through|by|before|to|expires?|[-~—–])"
)
_UPTO = r"\s*(?:之?前|以前|为止|為止|截止|止|到期|有效)*"
_DATED = re.compile(rf"(?P<lead>(?:{_FROM}[\s:]*){{0,3}})(?P<day>{_DAY})(?P<tail>{_UPTO})", re.IGNORECASE)
_FILLERS = re.compile(
    r"\A(?:[\W_]|请|請|暂|暫|申请|申請|豁免|免除|免检|免檢|原因|理由|说明|說明|因为|因為|waived?\b|waiver\b|exempt\b|reason\b|because\b|from\b|of\b|for\b)+",
    re.IGNORECASE,
)
_LAST_SIGNS = " \t,.:;、。，：；-—~()（）"


def read_waivers(text: str) -> tuple[Waiver, ...]:
    """The waivers of a cell, one after each ；or new line; ``flaw`` names what is missing in the text itself.

    The date needs its year: of a date without one nobody could say later which year was meant.
    """
    parts = (" ".join(part.split()) for part in _BETWEEN.split(unicodedata.normalize("NFKC", text)))
    return tuple(_read(part) for part in parts if part.strip(_LAST_SIGNS))


def _read(text: str) -> Waiver:
    named = _CODES.search(text)
    codes = (
        tuple(re.sub(r"[\s-]", "", code).upper() for code in re.findall(_CODE, named[1], re.IGNORECASE))
        if named
        else ()
    )
    rest = text[: named.start()] + " " + text[named.end() :] if named else text
    day = _last_day(rest)
    until = read_date(day["day"], date.min) if day else None
    reason = _reason(rest[: day.start()], rest[day.end() :]) if day else _reason(rest)
    waiver = Waiver(text, codes, until.moment.date() if until and until.moment else None, reason)
    return replace(waiver, flaw=_missing(waiver))


def _last_day(text: str) -> "re.Match[str] | None":
    """The date that words such as 至 or 前 mark as the last day; else the first date."""
    found = list(_DATED.finditer(text))
    marked = [each for each in found if each["lead"] or each["tail"].strip()]
    return next(iter(marked or found), None)


def _reason(*parts: str) -> str:
    """What is left beside code and date, without the words that only lead to it."""
    words = (_FILLERS.sub("", part).strip(_LAST_SIGNS) for part in parts)
    reason = " ".join(word for word in words if word)
    return reason if _DATED.sub("", reason).strip(_LAST_SIGNS) else ""  # the first day of a span is none


def _missing(waiver: Waiver) -> Flaw | None:
    if not waiver.codes:
        return Flaw.NO_CODE
    if waiver.until is None:
        return Flaw.NO_DATE
    return None if waiver.reason else Flaw.NO_REASON


def with_waivers(book: Book, catalogue: Iterable[Rule]) -> Book:
    """The book with a column ``waivers`` beside each column 豁免 that anybody has filled in."""
    rules = tuple(catalogue)
    tables = {key: _with_waivers(table, rules, book) for key, table in book.tables.items()}
    return replace(book, tables=tables)


def _with_waivers(table: Table, rules: tuple[Rule, ...], book: Book) -> Table:
    if "waiver" not in table.frame or not table.waiver.ne("").any():
        return table
    known = frozenset(rule.code for rule in rules if rule.waivable and rule.on == table.key)
    read = {
        text: tuple(
            _judged(each, known, book.today.date(), book.words) for each in _written(text, book.words)
        )
        for text in table.waiver.unique()
    }
    return replace(table, frame=table.frame.assign(waivers=table.waiver.map(read)))


def _written(text: str, words: WordLists) -> tuple[Waiver, ...]:
    """The waivers of a cell; none where it only fills the place (无, -)."""
    return () if not text or words.is_placeholder(text) else read_waivers(text)


def _judged(waiver: Waiver, known: frozenset[str], today: date, words: WordLists) -> Waiver:
    if waiver.flaw is Flaw.NO_CODE:
        return waiver
    if strange := tuple(code for code in waiver.codes if code not in known):
        return replace(waiver, codes=strange, flaw=Flaw.UNKNOWN)
    if waiver.flaw is None and words.is_placeholder(waiver.reason):
        return replace(waiver, flaw=Flaw.NO_REASON)
    if waiver.until is not None and waiver.until < today:
        return replace(waiver, flaw=Flaw.EXPIRED)
    return waiver


def _filled_in(table: Table) -> "dict[int, tuple[Waiver, ...]]":
    """The waivers of a table by row, where the cell holds anything."""
    filled = table.frame["waivers"][table.waiver.ne("")]
    return dict(zip(filled.index.tolist(), filled.tolist(), strict=True))


def goes_too_far(waiver: Waiver, today: date, longest_days: int) -> bool:
    """Whether a waiver without another flaw reaches more than so many days ahead."""
    return (
        waiver.flaw is None
        and waiver.until is not None
        and waiver.until > today + timedelta(days=longest_days)
    )


def part_waived(
    findings: Iterable[Finding], book: Book, longest_days: int
) -> tuple[list[Finding], tuple[Finding, ...]]:
    """The findings that stand, and those that a waiver of their row takes away."""
    granted = _granted(book, longest_days)
    stands: list[Finding] = []
    waived: list[Finding] = []
    for finding in findings:
        codes = granted.get((finding.table, finding.row), ())
        (waived if finding.code in codes else stands).append(finding)
    return stands, tuple(waived)


def _granted(book: Book, longest_days: int) -> Mapping[tuple[str, int], frozenset[str]]:
    today = book.today.date()
    return {
        (key, row): frozenset(
            code
            for waiver in waivers
            if waiver.flaw is None and not goes_too_far(waiver, today, longest_days)
            for code in waiver.codes
        )
        for key, table in book.tables.items()
        if "waivers" in table.frame
        for row, waivers in _filled_in(table).items()
    }
