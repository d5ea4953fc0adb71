"""What the lines of a reply say of items: done, received, or put off to a day. Pure, by rules alone.

Better nothing than a wrong proposal: what asks, denies or announces is not understood.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from rules.typed_dates import Reading, read_date
from sync.answering.answer import Verb
from sync.tell.digest import one_line

_VERBS = (
    (
        Verb.POSTPONED,
        r"(?:申请|请求|需要|需|拟)?(?:延期|延迟|推迟|顺延|順延|延|改|延後|推遲|延遲)(?:到|至)|(?:postpone|delay|move)d? (?:to|until)",
    ),
    (
        Verb.DONE,
        r"(?:已经|已經|已|都)(?:全部)?(?:完成|办结|辦結|做完)(?:了)?|(?:全部)?完成了|\b(?:done|completed|finished)\b",
    ),
    (Verb.RECEIVED, r"收到|知悉|已阅|已閱|\b(?:received|noted|acknowledged|ack)\b"),
)
_DOUBTFUL = re.compile(
    r"未|没|沒|尚|预计|預計|将|將|即将|争取|爭取|还不|還不|不能|无法|無法|是否|吗|嗎|[?？]"
    r"|\bnot\b|n't|\bnever\b|\bwill\b|\bwhen\b|\bif\b",
    re.IGNORECASE,
)
_SIGNS = r"[\s,，、;；:：。!！()（）\[\]【】\"'“”]"
_BETWEEN = re.compile(rf"{_SIGNS}+|\.(?=\s|$)")
_LISTED = re.compile(r"^\s*\d{1,2}[.)]\s+(?=\S)")
_NUMBER = re.compile(r"[A-Za-z][A-Za-z0-9]*[-_/.]?\d[A-Za-z0-9-]*")
_CUT = re.compile(r"[,，;；。\s]|原因|因为|因為|由于|由於|because|due to")
_WHY = re.compile(
    r"^(?:[\s,，;；。:：.]|原因(?:是|为|為)?|因为|因為|由于|由於|because(?: of)?\b|due to\b)+", re.IGNORECASE
)
_LONGEST, _MOST_LINES, _MOST_NAMES, _REASON = 300, 60, 8, 120
_QUOTE = re.compile(
    r"^\s*(?:>|-{2,}\s*(?:original message|原始邮件|原始郵件|转发|回复)|-{10,}|_{10,}|-- ?$"
    r"|(?:发件人|發件人|寄件者|from|sent)\s*[:：]|(?:在|于|於|on\b).{4,120}(?:写道|寫道|wrote)\s*[:：]?\s*$)",
    re.IGNORECASE,
)


class Said(NamedTuple):
    """What one line says, and the words beside it."""

    verb: Verb
    names: tuple[str, ...]
    day: date | None = None
    reason: str = ""


def own_lines(text: str) -> Iterator[str]:
    """The lines that the writer of a reply has written: those above what is quoted, or the signature."""
    for number, line in enumerate(text.splitlines()):
        if number >= _MOST_LINES or _QUOTE.match(line):
            return
        if shown := one_line(line, _LONGEST):
            yield shown


def said_in(text: str, today: date) -> Iterator[Said]:
    """What the lines of a reply say, in their order; what is put off to a day that has passed says nothing."""
    for line in own_lines(text):
        said = _said(unicodedata.normalize("NFKC", line), today)
        if said is not None:
            yield said


def _said(line: str, today: date) -> Said | None:
    for verb, pattern in _VERBS:
        found = re.search(pattern, line, re.IGNORECASE)
        if found is None:
            continue
        before, after = line[: found.start()], line[found.end() :]
        if verb is Verb.POSTPONED:
            return None if _DOUBTFUL.search(before) else _postponed(before, after, today)
        return None if _DOUBTFUL.search(line) else Said(verb, _names(f"{before} {after}"))
    return None


def _postponed(before: str, after: str, today: date) -> Said | None:
    """The longest beginning that reads as a day, and what is said after it."""
    ends = sorted({len(after), *(found.start() for found in _CUT.finditer(after))}, reverse=True)
    for end in ends:
        day = read_date(after[:end].strip(), today)
        if day.reading is Reading.EXACT and day.moment and day.moment.date() >= today:
            reason = one_line(_WHY.sub("", after[end:]), _REASON)
            return Said(Verb.POSTPONED, _names(before), day.moment.date(), reason)
    return None


def _names(text: str) -> tuple[str, ...]:
    """The words of a text, and what looks like a number with letters where it stands without a gap (申请A012)."""
    apart = filter(None, _BETWEEN.split(_LISTED.sub("", text)))
    return tuple(dict.fromkeys([*apart, *_NUMBER.findall(text)]))[:_MOST_NAMES]
