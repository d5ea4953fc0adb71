"""What the ledger keeps of answers: what was said, how far the mailbox was read, and which mails told of what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sql

from sync.answering.answer import Answer
from sync.answering.mailbox import Mark
from sync.ledger.ledger import Ledger
from sync.ledger.notices import CLAIMED, SENT
from sync.ledger.tables import ANSWERS, MAILBOXES, NOTICES
from sync.tell.letter import message_id
from sync.tell.notice import CALENDAR, GROUP, PAPERS

_REMEMBERED = timedelta(days=90)
"""How long an answer, and what a mail was about, count."""


def kept_answers(ledger: Ledger, now: datetime) -> tuple[Answer, ...]:
    """What was answered lately."""
    columns = [ANSWERS.c[name] for name in Answer._fields]
    query = sql.select(*columns).where(
        ANSWERS.c.tracker == ledger.tracker, ANSWERS.c.moment > now - _REMEMBERED
    )
    return tuple(Answer(*row) for row in ledger.database.asked(ANSWERS, query.order_by(ANSWERS.c.moment)))


def keep_answers(ledger: Ledger, answers: Iterable[Answer]) -> None:
    """Write down what was answered; a mail that is read again says the same once."""
    ledger.database.keep(ANSWERS, ((ledger.tracker, *each) for each in answers))


def mark_of(ledger: Ledger, place: str) -> Mark | None:
    """How far a mailbox was read."""
    query = sql.select(MAILBOXES.c.validity, MAILBOXES.c.last).where(
        MAILBOXES.c.tracker == ledger.tracker, MAILBOXES.c.place == place
    )
    return next((Mark(*row) for row in ledger.database.asked(MAILBOXES, query)), None)


def set_mark(ledger: Ledger, place: str, mark: Mark) -> None:
    """Write down how far it was read."""
    ledger.database.keep(MAILBOXES, [(ledger.tracker, place, *mark)])


def sent_mails(ledger: Ledger, domain: str, now: datetime) -> Mapping[str, Sequence[str]]:
    """By Message-ID the items that each digest of late was about."""
    moment = sql.func.coalesce(NOTICES.c.settled, NOTICES.c.claimed)
    query = (
        sql.select(NOTICES.c.run, NOTICES.c.email, NOTICES.c.key, NOTICES.c.row_id)
        .where(NOTICES.c.tracker == ledger.tracker, NOTICES.c.state.in_((SENT, CLAIMED)))
        .where(moment > now - _REMEMBERED, NOTICES.c.kind.not_in([kind.value for kind in PAPERS]))
        .where(
            NOTICES.c.email != "",
            NOTICES.c.key.not_like(f"{CALENDAR}:%"),
            NOTICES.c.key.not_like(f"{GROUP}:%"),
        )
    )
    mails: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for run, email, key, row_id in ledger.database.asked(NOTICES, query):
        mails.setdefault((run, email.casefold()), []).append((key, row_id))
    return {
        message_id([key for key, _ in told], domain): sorted({row_id for _, row_id in told})
        for told in mails.values()
    }
