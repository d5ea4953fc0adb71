"""Tells the coordinators whose address a mail server refuses for good: somebody has to put the directory right. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from rules.directory import Person
from sheet_templates.wording import Words
from sync.tell.notice import Item, Notice, Recipient


def undelivered(
    refused: Iterable[Notice], coordinators: Sequence[Person], today: date, words: Words
) -> tuple[Notice, ...]:
    """One notice a coordinator, address and month, with the first of what could not be told."""
    first: dict[str, Notice] = {}
    for notice in refused:
        first.setdefault(notice.recipient.email.lower(), notice)
    return tuple(
        replace(
            notice,
            key=f"undelivered:{address}:{today:%Y-%m}:{person.email.lower()}",
            recipient=Recipient(person.name, person.email),
            copy=True,
            item=_with_reason(notice.item, notice.recipient, words),
        )
        for address, notice in first.items()
        for person in coordinators
        if person.email.lower() != address
    )


def _with_reason(item: Item, person: Recipient, words: Words) -> Item:
    reason = words["undelivered"]["refused"].format(name=person.name, email=person.email)
    shown = replace(item, description="", meeting="") if item.confidential else item
    return replace(shown, problems=(reason, *shown.problems))
