"""What comes round again rests so long after its last telling, whatever its lateness says: not so soon after an
adoption, or after passes that were missed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache

import sqlalchemy as sql

from rules.workdays import Calendar
from sync.ledger.ledger import Ledger
from sync.ledger.notices import CLAIMED, SENT
from sync.ledger.tables import NOTICES
from sync.tell.ladder import Ladder
from sync.tell.notice import Notice

_HOLIDAYS = timedelta(days=30)
"""How much longer than twice its working days a distance between two tellings can be."""


def rested(
    notices: Sequence[Notice], ladder: Ladder, ledger: Ledger, calendar: Calendar, now: datetime
) -> tuple[Notice, ...]:
    """The notices without those of which a former step was told to the same person less than its kind's ``repeat``
    working days ago. What was told itself stays: the ledger knows of it."""
    kinds = {notice.kind for notice in notices if ladder[notice.kind].repeat > 1}
    if not kinds:
        return tuple(notices)
    longest = max(ladder[kind].repeat for kind in kinds)
    since = now - timedelta(days=2 * longest) - _HOLIDAYS
    told = _told(ledger, [kind.value for kind in kinds], since)

    @cache
    def working_days_since(day: date) -> int:
        return calendar.between(day, now.date())

    def rests(notice: Notice) -> bool:
        others = (moment for key, moment in told.get(_thing(notice.key), ()) if key != notice.key)
        last = max(others, default=None)
        return last is not None and working_days_since(last.date()) < ladder[notice.kind].repeat

    return tuple(notice for notice in notices if notice.kind not in kinds or not rests(notice))


def _told(
    ledger: Ledger, kinds: Sequence[str], since: datetime
) -> defaultdict[tuple[str, str], list[tuple[str, datetime]]]:
    """By thing and person, the keys of what was told and when; what may have arrived counts as told."""
    moment = sql.func.coalesce(NOTICES.c.settled, NOTICES.c.claimed)
    query = sql.select(NOTICES.c.key, moment).where(
        NOTICES.c.tracker == ledger.tracker,
        NOTICES.c.kind.in_(kinds),
        NOTICES.c.state.in_((SENT, CLAIMED)),
        moment >= since,
    )
    told: defaultdict[tuple[str, str], list[tuple[str, datetime]]] = defaultdict(list)
    for key, moment in ledger.database.asked(NOTICES, query):
        told[_thing(key)].append((key, moment))
    return told


def _thing(key: str) -> tuple[str, str]:
    """A key without its step."""
    rung, _, person = key.rsplit(":", 2)
    return rung, person
