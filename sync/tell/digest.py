"""One person's mail out of what there is to tell: grouping, order and words. Pure: no clock, no network."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sheet_templates.ladder import rungs
from sheet_templates.template import Colour, normalise, template
from sheet_templates.wording import Words
from sync.tell.notice import Digest, Figures, Item, Kind, Meeting, Notice, Recipient

_URGENCY = {kind: rank for rank, kind in enumerate(Kind)}
_LATE = (Kind.ESCALATION, Kind.RISK, Kind.OVERDUE)
_DATED = (*_LATE, Kind.DUE_SOON)
_ACCOUNTS = (Kind.DAILY, Kind.WEEKLY, Kind.QUARTERLY)
_SECTIONS: tuple[str, ...] = (*(kind for kind in Kind if kind not in _ACCOUNTS), "copy", *_ACCOUNTS)
_COUNTED = 4  # kinds that a subject line counts by name
_CELL_LENGTH = 300  # characters of a cell that a mail shows
_MOST = 12  # items of a section that a mail shows: four full sections stay below what Gmail cuts off (102 kB)
_JOINERS = "\u200c\u200d"  # format characters that belong to words and emoji

_TEMPLATES = Environment(
    loader=PackageLoader("sync.tell", "templates"),
    # Everything is escaped, save in the plain text, where an entity would be shown as it is.
    autoescape=select_autoescape(default=True, disabled_extensions=("txt.j2",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True)


@dataclass(frozen=True)
class Letter:
    """What a mail says, before it has headers: a subject of one line, and the same in text and in HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class _Entry:
    """One thing to tell as both templates show it: ``lines`` are label and value, ``points`` stand alone."""

    heading: str
    number: str
    when: str
    colour: Colour
    lines: tuple[tuple[str, str], ...]
    problems: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Section:
    title: str
    hint: str
    colour: Colour
    entries: tuple[_Entry, ...]
    rest: str


def one_line(text: str, limit: int = _CELL_LENGTH) -> str:
    """The text on one line of at most ``limit`` characters, without what could act instead of being read.

    Control characters, direction marks, lone surrogates and other invisible format characters go; any
    white space is one space. What is cut off is shown by an ellipsis.
    """
    spaced = "".join(character if not character.isspace() else " " for character in text)
    kept = "".join(character for character in spaced if _is_shown(character))
    line = " ".join(kept.split())
    if len(line) <= limit:
        return line
    end = limit - 1
    while end and (unicodedata.combining(line[end]) or line[end - 1] in _JOINERS or line[end] in _JOINERS):
        end -= 1  # not inside a letter with its accents, nor inside a composed emoji
    return line[:end].rstrip() + "…"


def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} or character in _JOINERS


def digests(notices: Iterable[Notice]) -> tuple[Digest, ...]:
    """One digest for each mail address, whoever has the most urgent item first.

    Within a digest: by kind, what is one's own before copies, then most days late, earliest due, id.
    Several people who share an address get one mail with all their names.
    """
    by_address: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in sorted(notices, key=_rank):
        by_address[notice.recipient.email.casefold()].append(notice)
    return tuple(Digest(_recipient(group), tuple(group)) for group in by_address.values())


def _rank(notice: Notice) -> tuple[int, bool, int, date, str, str, Recipient]:
    subject, urgency = notice.subject, _URGENCY[notice.kind]
    due = subject.due or date.max
    return urgency, _is_informed(notice), -subject.late_days, due, subject.id, notice.key, notice.recipient


def _is_informed(notice: Notice) -> bool:
    """Whether somebody else has to act.

    An owner stands in copy of the risk warning that goes to the head of department (handbook §4), and
    still has to act.
    """
    return notice.copy and not _is_owner(notice)


def _is_owner(notice: Notice) -> bool:
    subject = notice.subject
    return isinstance(subject, Item) and normalise(subject.owner) == normalise(notice.recipient.name)


def _recipient(group: list[Notice]) -> Recipient:
    names = sorted({notice.recipient.name for notice in group})
    return replace(group[0].recipient, name=" / ".join(names))


def compose(digest: Digest, words: Words, book_name: str) -> Letter:
    """The mail of one digest, in the language of ``words``; ``book_name`` is the tracker's name.

    An item that several notices of the digest are about is shown once, as the most urgent of them.
    """
    shown = _each_once(digest.notices)
    book = one_line(book_name, 80)
    subject = words["mail"]["subject"].format(counts=_counts(shown, words), book=book)
    name = one_line(digest.recipient.name or digest.recipient.email, 60)
    page = {
        "language": words.language,
        "subject": subject,
        "greeting": words["mail"]["greeting"].format(name=name),
        "lead": _lead(shown, words, book),
        "sections": _sections(shown, words),
        "label": words["mail_item"]["label"],
        "problems_label": words["mail_item"]["problems"],
        "closing": (words["mail"]["how_to_update"].format(book=book), words["mail"]["origin"]),
    }
    text = _TEMPLATES.get_template("digest.txt.j2").render(page)
    html = _TEMPLATES.get_template("digest.html.j2").render(page)
    return Letter(subject, text, _INLINER.inline(html))


def _each_once(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """The first notice about each item; what is one's own counts before a copy.

    A meeting is shown for each thing that is to be done for it, and every account is one of its own.
    """
    first: dict[tuple[str, ...], Notice] = {}
    for notice in sorted(notices, key=_is_informed):
        subject = notice.subject
        which = (subject.id, subject.place) if isinstance(subject, Item) else (notice.kind, notice.key)
        first.setdefault(which, notice)
    return tuple(sorted(first.values(), key=_rank))


def _plural(texts: Mapping[str, str], key: str, count: int, **fields: object) -> str:
    form = f"{key}_one" if count == 1 else key
    return texts[form].format(count=count, **fields)


def _counts(shown: tuple[Notice, ...], words: Words) -> str:
    """``3 项逾期、2 项即将到期``: what is one's own by kind, and how much is in copy."""
    texts = words["mail_counts"]
    own = [notice for notice in shown if not _is_informed(notice)]
    kinds = [notice.kind for notice in own or shown]
    named = [kind for kind in Kind if kind in kinds]
    parts = [texts[kind].format(count=kinds.count(kind)) for kind in named[:_COUNTED]]
    if rest := sum(kinds.count(kind) for kind in named[_COUNTED:]):
        parts.append(texts["rest"].format(count=rest))
    counts = texts["separator"].join(parts)
    if not own:
        return texts["only_copy"].format(counts=counts)
    copies = len(shown) - len(own)
    return texts["with_copy"].format(counts=counts, copies=copies) if copies else counts


def _lead(shown: tuple[Notice, ...], words: Words, book: str) -> str:
    """The one sentence that says what to do."""
    own = [notice for notice in shown if not _is_informed(notice)]
    late = sum(notice.kind in _LATE for notice in own)
    tasks = [notice for notice in own if not isinstance(notice.subject, Figures)]
    if own and not tasks:
        return words["mail"]["lead_figures"].format(book=book)
    if any(notice.kind not in _DATED for notice in tasks):
        return _plural(words["mail"], "lead_mixed", len(tasks), book=book)
    own = tasks
    if not own:
        return _plural(words["mail"], "lead_copy", len(shown), book=book)
    return _plural(words["mail"], "lead_late" if late else "lead_soon", len(own), book=book, late=late)


def _sections(shown: tuple[Notice, ...], words: Words) -> tuple[_Section, ...]:
    by_key: dict[str, list[Notice]] = defaultdict(list)
    for notice in shown:
        by_key["copy" if _is_informed(notice) else notice.kind].append(notice)
    texts = words["mail_sections"]
    return tuple(
        _Section(
            title=texts["title"].format(title=texts[key], count=len(by_key[key])),
            hint=texts[f"{key}_hint"],
            colour=_colour(key),
            entries=tuple(_entry(notice, words) for notice in by_key[key][:_MOST]),
            rest=texts["rest"].format(count=len(by_key[key]) - _MOST) if len(by_key[key]) > _MOST else "",
        )
        for key in _SECTIONS
        if key in by_key
    )


def _colour(section: str) -> Colour:
    """Fill and ink as in the sheet, so that a mail and the tracker look alike."""
    where = "header.people" if section == "copy" else rungs()[section].colour
    group, name = where.split(".")
    return template().colours[group][name]


def _entry(notice: Notice, words: Words) -> _Entry:
    match notice.subject:
        case Item() as item:
            return _of_item(notice, item, words)
        case Meeting() as meeting:
            return _of_meeting(notice, meeting, words)
        case Figures() as figures:
            lines = tuple((one_line(label), one_line(value)) for label, value in figures.figures)
            points = tuple(one_line(line) for line in figures.lines)
            return _Entry(one_line(figures.title), "", "", _colour(notice.kind), lines, points=points)


def _of_meeting(notice: Notice, meeting: Meeting, words: Words) -> _Entry:
    texts = words["mail_item"]
    values = {
        "held_on": _day(meeting.held_on, words),
        "host": one_line(meeting.host),
        "recorder": one_line(meeting.recorder),
        "done_by": _day(meeting.due, words),
        "missing": one_line(words["report"]["comma"].join(meeting.missing)),
        "place": one_line(meeting.place),
    }
    return _Entry(
        heading=one_line(meeting.name),
        number=one_line(meeting.id),
        when=_plural(texts, "late", meeting.late_days) if meeting.late_days > 0 else "",
        colour=_colour(notice.kind),
        lines=tuple((texts[key], value) for key, value in values.items() if value),
        problems=tuple(one_line(problem) for problem in meeting.problems),
    )


def _day(day: date | None, words: Words) -> str:
    if day is None:
        return ""
    weekday = words["mail_weekdays"][str(day.isoweekday())]
    return words["mail_item"]["due_day"].format(date=day.isoformat(), weekday=weekday)


def _of_item(notice: Notice, item: Item, words: Words) -> _Entry:
    texts = words["mail_item"]
    values = {
        "meeting": one_line(item.meeting),
        "owner": "" if _is_owner(notice) else _owner(item, texts),
        "due": _day(item.due, words),
        "status": " · ".join(filter(None, (one_line(item.status), one_line(item.risk)))),
        "place": one_line(item.place),
    }
    return _Entry(
        heading=one_line(item.description),
        number=one_line(item.id),
        when="" if notice.kind is Kind.ACCEPTANCE else _when(item, texts),
        colour=_colour(notice.kind),
        lines=tuple((texts[key], value) for key, value in values.items() if value),
        problems=tuple(one_line(problem) for problem in item.problems),
    )


def _owner(item: Item, texts: Mapping[str, str]) -> str:
    owner, department = one_line(item.owner), one_line(item.department)
    if owner and department and department not in owner:
        return texts["owner_department"].format(owner=owner, department=department)
    return owner or department


def _when(item: Item, texts: Mapping[str, str]) -> str:
    """How late in working days, or how many days are left; past due can still be 0 working days late."""
    if item.due is None:
        return ""
    if item.late_days > 0:
        return _plural(texts, "late", item.late_days)
    if item.days_left < 0:
        return texts["past"]
    near = {0: texts["today"], 1: texts["tomorrow"]}
    return near.get(item.days_left) or texts["left"].format(count=item.days_left)
