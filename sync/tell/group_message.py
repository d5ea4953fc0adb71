"""What a department's group is told: one message out of its open matters, small enough for its robot. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple, TypeGuard

from rules.directory import Directory, Unreachable, department_key
from sheet_templates.wording import Words
from sync.tell.digest import one_line
from sync.tell.notice import GROUP, Item, Kind, Notice, Recipient, Subject

_TOLD = (Kind.RISK, Kind.OVERDUE, Kind.DUE_SOON)
"""What concerns a department as a whole; whatever else there is to tell is between closeloop and one person."""

_MOST = 20  # matters that one pass lists for a group; the others are counted
_DESCRIPTION, _NAME, _BOOK = 80, 30, 60  # signs that a group sees of a text
_LOOKALIKES = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in "*_~`[]<>\\&@#|"})
"""Signs that robots read as markdown, links or mentions, and their full-width forms, which they show."""


@dataclass(frozen=True)
class GroupSection:
    """Matters of one kind, the most urgent first; each line is markdown."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class GroupMessage:
    """One message to the group of one robot, in the little markdown that all robots show alike.

    ``notices`` are what it tells, also those that it only counts; ``late`` says whether any is past its day.
    """

    robot: str
    title: str
    lead: str
    sections: tuple[GroupSection, ...]
    rest: str
    closing: str
    late: bool
    notices: tuple[Notice, ...]


class Portion(NamedTuple):
    """The notices of one message, the first ``listed`` of which it shows."""

    notices: tuple[Notice, ...]
    listed: int


@dataclass(frozen=True)
class Routes:
    """Which group robots know of an item: those of the settings for its department, or the directory's.

    ``departments`` gives each robot's departments; a robot without any is used where the directory names it.
    """

    departments: Mapping[str, Sequence[str]]
    directory: Directory

    def robots(self, owner: str, department: str) -> tuple[str, ...]:
        """The names of the robots that an item goes to, by its owner and department."""
        within = department_key(department or self._department(owner))
        if chosen := self._by_department.get(within, ()):
            return tuple(chosen)
        named = self.directory.robot(owner, within)
        return (named,) if named in self.departments else ()

    def _department(self, owner: str) -> str:
        found = self.directory.find(owner)
        return "" if isinstance(found, Unreachable) else found.department

    @cached_property
    def _by_department(self) -> Mapping[str, list[str]]:
        robots: defaultdict[str, list[str]] = defaultdict(list)
        for name, departments in self.departments.items():
            for department in departments:
                robots[department_key(department)].append(name)
        return robots


def group_notices(notices: Iterable[Notice], routes: Routes) -> Mapping[str, tuple[Notice, ...]]:
    """By robot, what its group is to be told: each rung of each item once, however many people are told of it.

    The key is that of the rung, with the robot in the place of the person.
    """
    by_robot: defaultdict[str, dict[str, Notice]] = defaultdict(dict)
    robots = cache(routes.robots)
    for notice in notices if routes.departments else ():
        item = notice.subject
        if notice.kind not in _TOLD or not isinstance(item, Item):
            continue
        rung = notice.key.removesuffix(f":{notice.recipient.email.lower()}")
        for robot in robots(item.owner, item.department):
            key = f"{GROUP}:{rung}:{robot}"
            told = replace(notice, key=key, recipient=Recipient(robot, ""), copy=False)
            by_robot[robot].setdefault(key, told)
    return {robot: tuple(sorted(told.values(), key=_rank)) for robot, told in sorted(by_robot.items())}


def portions(
    notices: Sequence[Notice], words: Words, book: str, fits: Callable[[GroupMessage], bool]
) -> tuple[Portion, ...]:
    """Cut what there is to tell between items, so that each message fits. What is only counted goes last."""
    shown = [notice for notice in notices if _is_shown(notice.subject)][:_MOST]
    keys = {notice.key for notice in shown}
    counted = [notice for notice in notices if notice.key not in keys]
    whole = Portion((*shown, *counted), len(shown))
    if not notices or fits(group_message(whole, words, book)):
        return (whole,) if notices else ()
    cut: list[list[Notice]] = [[]]
    for notice in shown:
        tried = Portion((*cut[-1], notice, *counted), len(cut[-1]) + 1)
        if cut[-1] and not fits(group_message(tried, words, book)):
            cut.append([])
        cut[-1].append(notice)
    last = Portion((*cut[-1], *counted), len(cut[-1]))
    return (*(Portion(tuple(some), len(some)) for some in cut[:-1]), last)


def group_message(portion: Portion, words: Words, book: str) -> GroupMessage:
    """The message of one portion, in the language of ``words``; ``book`` is the tracker's name."""
    notices, texts = portion.notices, words["group"]
    listed = [notice for notice in notices[: portion.listed] if _is_shown(notice.subject)]
    place = harmless(book, _BOOK)
    named = dict.fromkeys(item.department for notice in notices if isinstance(item := notice.subject, Item))
    departments = dict.fromkeys(harmless(department, _NAME) for department in named)
    return GroupMessage(
        robot=notices[0].recipient.name,
        title=texts["title"].format(
            departments=one_line(texts["separator"].join(filter(None, departments)), _NAME),
            counts=_counts(notices, words),
        ),
        lead=_plural(texts, "lead", len(notices), book=place),
        sections=tuple(
            GroupSection(words["mail_sections"][kind], tuple(_line(item, words) for item in some))
            for kind in _TOLD
            if (
                some := [
                    item for notice in listed if notice.kind is kind and _is_shown(item := notice.subject)
                ]
            )
        ),
        rest=_plural(texts, "rest", len(notices) - len(listed)) if len(listed) < len(notices) else "",
        closing=texts["closing"],
        late=any(notice.kind is not Kind.DUE_SOON for notice in notices),
        notices=notices,
    )


def harmless(text: str, limit: int) -> str:
    """One line that a robot shows as it is: no markdown, no link behind other words, nobody called by @."""
    return one_line(text, limit).translate(_LOOKALIKES)


def markdown(message: GroupMessage) -> str:
    """The message as markdown, without its title."""
    sections = ("\n".join([f"**{section.title}**", *section.lines]) for section in message.sections)
    return "\n\n".join(filter(None, [message.lead, *sections, message.rest, message.closing]))


def _rank(notice: Notice) -> tuple[int, int, date, str]:
    subject = notice.subject
    return _TOLD.index(notice.kind), -subject.late_days, subject.due or date.max, notice.key


def _is_shown(subject: Subject) -> TypeGuard[Item]:
    """Whether a group may read of it; the rest is counted."""
    return isinstance(subject, Item) and not subject.confidential


def _counts(notices: Sequence[Notice], words: Words) -> str:
    texts, kinds = words["mail_counts"], [notice.kind for notice in notices]
    return texts["separator"].join(
        texts[kind].format(count=kinds.count(kind)) for kind in _TOLD if kind in kinds
    )


def _line(item: Item, words: Words) -> str:
    texts = words["group"]
    late = f"late{'_one' if item.late_days == 1 else ''}"
    when = texts[late if item.late_days > 0 else "due"]
    day = when.format(date=item.due.isoformat(), count=item.late_days) if item.due else ""
    owner = harmless(item.owner or item.department, _NAME)
    parts = (f"**{harmless(item.id, _NAME)}** {harmless(item.description, _DESCRIPTION)}", owner, day)
    return "- " + " | ".join(filter(None, parts))


def _plural(texts: Mapping[str, str], key: str, count: int, **fields: object) -> str:
    return texts[f"{key}_one" if count == 1 else key].format(count=count, **fields)
