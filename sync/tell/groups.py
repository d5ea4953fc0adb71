"""Tells the groups of departments what is open: claimed before it is posted, settled after, like mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple

from sheet_templates.wording import Words
from sync.ledger.ledger import Ledger
from sync.tell.channel import Delivery
from sync.tell.group_message import Portion, Routes, group_message, group_notices, portions
from sync.tell.notice import Item, Notice, Recipient
from sync.tell.robots.robot import Robot


class GroupsTold(NamedTuple):
    """``told`` went out; ``failed`` are the robots that did not take a message, with what became of it;
    ``instead`` is what people have to be mailed because a robot refused it for good."""

    told: tuple[Notice, ...] = ()
    failed: tuple[tuple[str, Delivery], ...] = ()
    instead: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Groups:
    """The robots by name, which of them knows of what, and how messages are worded."""

    robots: Mapping[str, Robot]
    routes: Routes
    words: Words
    book: str


def tell_groups(
    groups: Groups, notices: Iterable[Notice], run: int, ledger: Ledger, now: datetime
) -> GroupsTold:
    """Post what the groups have not been told of the notices that are due by now."""
    told: list[Notice] = []
    failed: list[tuple[str, Delivery]] = []
    for name, due in group_notices(notices, groups.routes).items():
        fresh = ledger.notices.unknown(due, now)
        for portion in portions(fresh, groups.words, groups.book, groups.robots[name].fits):
            claimed, delivery = _post(groups, portion, run, ledger, now)
            if delivery.sent:
                told += claimed
            elif claimed:
                failed.append((name, delivery))
                if not delivery.permanent:
                    break  # the next pass finds it well again, or tries it once more
    return GroupsTold(tuple(told), tuple(failed), mailed_instead(groups, notices, ledger, now))


def posts(groups: Groups, notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """All that the groups are to be told of the notices, told before or not."""
    return tuple(chain.from_iterable(group_notices(notices, groups.routes).values()))


def mailed_instead(
    groups: Groups, notices: Iterable[Notice], ledger: Ledger, now: datetime
) -> tuple[Notice, ...]:
    """What people have to be mailed because robots have refused it for good."""
    refused = ledger.notices.refused(posts(groups, notices))
    instead = chain.from_iterable(_instead(notice, groups.routes, now.date()) for notice in refused)
    return ledger.notices.unknown(tuple(instead), now)


def _post(
    groups: Groups, portion: Portion, run: int, ledger: Ledger, now: datetime
) -> tuple[tuple[Notice, ...], Delivery]:
    """One message: what was won of its notices, and what became of it."""
    claimed = ledger.notices.claim(run, portion.notices, now)
    if not claimed:
        return (), Delivery(False)
    kept = Portion(claimed, sum(notice in claimed for notice in portion.notices[: portion.listed]))
    message = group_message(kept, groups.words, groups.book)
    delivery = groups.robots[message.robot].send(message)
    ledger.notices.settle(claimed, delivery, now)
    return claimed, delivery


def _instead(refused: Notice, routes: Routes, today: date) -> Sequence[Notice]:
    """The same for the department's heads, or else the coordinators, in copy; nothing of what is confidential."""
    item, listed = refused.subject, routes.directory
    if not isinstance(item, Item) or item.confidential:
        return ()
    people = listed.heads(item.department) or listed.coordinators
    return [
        replace(
            refused,
            key=f"{refused.key}:{person.email.lower()}",
            recipient=Recipient(person.name, person.email),
            copy=True,
        )
        for person in (listed.present(one, today) for one in people)
    ]
