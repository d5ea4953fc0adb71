"""What became of every notice: claimed before it is sent, settled after, held, refused or given up (DESIGN §5)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sql

from sync.ledger.database import Database
from sync.ledger.putting_rows import batches, insert_into
from sync.ledger.tables import NOTICES, RUNS
from sync.reasons_of_a_row import Told
from sync.tell.channel import Delivery
from sync.tell.notice import CALENDAR, Notice

CLAIMED, SENT, RETRY, REFUSED = "claimed", "sent", "retry", "refused"
HELD, KNOWN, FORGOTTEN = "held", "known", "forgotten"
"""What a notice's row says: being sent (or never heard of again), sent, to be tried again, refused for good; waiting
for the sending window or behind the brake, there before closeloop was, given up by hand."""

STATES = (SENT, HELD, CLAIMED, RETRY, REFUSED, KNOWN, FORGOTTEN)
_FREE = (RETRY, HELD)
_LONGEST_WAIT = timedelta(days=1)


class Entry(NamedTuple):
    """What the ledger says of one notice; ``moment`` is when it was claimed or first held."""

    key: str
    state: str
    kind: str
    row_id: str
    name: str
    email: str
    moment: datetime
    settled: datetime | None
    detail: str | None


class Notices:
    """The notices of one tracker in a ledger's database."""

    def __init__(self, database: Database, tracker: str) -> None:
        self._database = database
        self._tracker = tracker

    def unknown(self, notices: Sequence[Notice], now: datetime | None = None) -> tuple[Notice, ...]:
        """Those of the notices that nobody has been told, and that may be claimed; without those whose next try is
        later than ``now``."""
        known = self._keys(notices, NOTICES.c.state.not_in(_FREE))
        if now is not None:
            known |= self.waiting(now)
        return tuple(notice for notice in notices if notice.key not in known)

    def refused(self, notices: Sequence[Notice]) -> tuple[Notice, ...]:
        """Those of the notices that were refused for good."""
        known = self._keys(notices, NOTICES.c.state == REFUSED)
        return tuple(notice for notice in notices if notice.key in known)

    def waiting(self, now: datetime) -> set[str]:
        """The keys of what failed for now and is to be tried again later than ``now``: at double the distance each
        time, as long again as it has failed already, a day at most."""
        if not self._database.has(NOTICES):
            return set()
        query = sql.select(NOTICES.c.key, NOTICES.c.claimed, NOTICES.c.settled).where(
            self._mine, NOTICES.c.state == RETRY, NOTICES.c.settled > now - _LONGEST_WAIT
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return {key for key, first, last in rows if now < last + min(last - first, _LONGEST_WAIT)}

    def told(self, row_id: str) -> tuple[Told, ...]:
        """What the ledger knows of notices about a row, the earliest first; a calendar entry comes with a mail."""
        if not self._database.has(NOTICES):
            return ()
        moment = sql.func.coalesce(NOTICES.c.settled, NOTICES.c.claimed).label("moment")
        detail = sql.func.coalesce(NOTICES.c.detail, "")
        columns = [NOTICES.c[name] for name in ("key", "kind", "name", "email", "state")]
        query = (
            sql.select(*columns, moment, detail)
            .where(self._mine, NOTICES.c.row_id == row_id, NOTICES.c.key.not_like(f"{CALENDAR}:%"))
            .order_by(moment, NOTICES.c.key)
        )
        with self._database.transaction() as connection:
            return tuple(Told._make(row) for row in connection.execute(query))

    def claim(self, run: int, notices: Sequence[Notice], moment: datetime) -> tuple[Notice, ...]:
        """Mark notices as being sent. Returns those that nobody else has claimed; only they may be sent."""
        won: set[str] = set()
        with self._database.transaction() as connection:
            for some in batches(notices):
                insert = insert_into(connection, NOTICES).values(self._rows(run, some, CLAIMED, moment))
                claim = insert.on_conflict_do_update(
                    index_elements=["tracker", "key"],
                    set_={"state": CLAIMED, "claimed": _first_tried(moment), "run": run},
                    where=NOTICES.c.state.in_(_FREE),
                ).returning(NOTICES.c.key)
                won.update(connection.scalars(claim))
        return tuple(notice for notice in notices if notice.key in won)

    def settle(self, notices: Sequence[Notice], delivery: Delivery, moment: datetime) -> None:
        """Write down what became of claimed notices. What is unsure stays claimed: it is never sent again blindly."""
        state = _settled(delivery)
        with self._database.transaction() as connection:
            for some in batches(notice.key for notice in notices):
                connection.execute(
                    NOTICES.update()
                    .where(self._mine, NOTICES.c.key.in_(some))
                    .values(state=state, settled=None if state == CLAIMED else moment, detail=delivery.detail)
                )

    def know(self, run: int, notices: Sequence[Notice], moment: datetime) -> None:
        """Take notices as told: what stood in a sheet before closeloop came to it is nobody's news."""
        self._note(run, notices, KNOWN, moment)

    def hold(self, run: int, notices: Sequence[Notice], moment: datetime) -> None:
        """Write down what waits, in place of what waited before; it can be claimed at any time."""
        with self._database.transaction() as connection:
            connection.execute(NOTICES.delete().where(self._mine, NOTICES.c.state == HELD))
        self._note(run, notices, HELD, moment)

    def entries(self, states: Sequence[str] = (), kind: str = "", who: str = "") -> list[Entry]:
        """What is known of notices, the latest first; of some states, a kind, and a person by name or address."""
        if not self._database.has(NOTICES):
            return []
        columns = [NOTICES.c.claimed if name == "moment" else NOTICES.c[name] for name in Entry._fields]
        query = sql.select(*columns).where(self._mine).order_by(NOTICES.c.claimed.desc(), NOTICES.c.key)
        if states:
            query = query.where(NOTICES.c.state.in_(states))
        if kind:
            query = query.where(NOTICES.c.kind == kind)
        if who:
            query = query.where((NOTICES.c.name == who) | (sql.func.lower(NOTICES.c.email) == who.lower()))
        with self._database.transaction() as connection:
            return [Entry(*row) for row in connection.execute(query)]

    def change(self, keys: Sequence[str], among: Sequence[str], state: str) -> tuple[str, ...]:
        """Give notices another state, by hand, where they have one of some; returns those that had. The next pass
        judges anew, so that it sees to them."""
        done: set[str] = set()
        changed: dict[str, Any] = {"state": state} | ({"settled": None} if state == RETRY else {})
        if self._database.has(NOTICES):
            with self._database.transaction() as connection:
                for some in batches(keys):
                    update = NOTICES.update().where(
                        self._mine, NOTICES.c.key.in_(some), NOTICES.c.state.in_(among)
                    )
                    done.update(connection.scalars(update.values(changed).returning(NOTICES.c.key)))
                connection.execute(
                    RUNS.update()
                    .where(RUNS.c.tracker == self._tracker, RUNS.c.left.is_not(None))
                    .values(left=None)
                )
        return tuple(key for key in keys if key in done)

    def _keys(self, notices: Sequence[Notice], which: sql.ColumnElement[bool]) -> set[str]:
        """The keys of those notices of which the ledger says so."""
        known: set[str] = set()
        if not self._database.has(NOTICES):
            return known
        query = sql.select(NOTICES.c.key).where(self._mine, which)
        with self._database.transaction() as connection:
            for some in batches(notice.key for notice in notices):
                known.update(connection.scalars(query.where(NOTICES.c.key.in_(some))))
        return known

    def _note(self, run: int, notices: Sequence[Notice], state: str, moment: datetime) -> None:
        with self._database.transaction() as connection:
            for some in batches(notices):
                insert = insert_into(connection, NOTICES).on_conflict_do_nothing(
                    index_elements=["tracker", "key"]
                )
                connection.execute(insert, self._rows(run, some, state, moment))

    def _rows(
        self, run: int, notices: Iterable[Notice], state: str, moment: datetime
    ) -> list[dict[str, Any]]:
        return [
            {
                "tracker": self._tracker,
                "key": notice.key,
                "run": run,
                "state": state,
                "name": notice.recipient.name,
                "email": notice.recipient.email,
                "row_id": notice.subject.id,
                "kind": notice.kind.value,
                "claimed": moment,
            }
            for notice in notices
        ]

    @property
    def _mine(self) -> sql.ColumnElement[bool]:
        return NOTICES.c.tracker == self._tracker


def _first_tried(moment: datetime) -> sql.ColumnElement[datetime]:
    """What failed for now keeps the moment of its first try, from which its distances grow; not so what waited for
    the sending window, or what was released by hand and begins anew."""
    failed = (NOTICES.c.state == RETRY) & NOTICES.c.settled.is_not(None)
    return sql.case((failed, NOTICES.c.claimed), else_=moment)


def _settled(delivery: Delivery) -> str:
    if delivery.sent:
        return SENT
    if delivery.unsure:
        return CLAIMED
    return REFUSED if delivery.permanent else RETRY
