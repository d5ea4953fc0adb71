"""What has been done: runs, changes, what each row was, and every notice claimed before it is sent (DESIGN §5)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, cast

import sqlalchemy as sql
from numpy import generic
from sqlalchemy.exc import SQLAlchemyError

from sync.baseline import KnownFault
from sync.changes import Plan
from sync.faults import LedgerFault
from sync.history import RowState
from sync.ledger.putting_rows import batches, insert_into, put
from sync.ledger.remembering import (
    CLOSED,
    FIGURES,
    METADATA,
    SHOWN,
    closed_rows,
    figure_rows,
    read_past,
    shown_rows,
)
from sync.reasons_of_a_row import Told
from sync.reports.past import Closed, Past, Shown
from sync.snapshot import CellValue
from sync.tell.channel import Delivery
from sync.tell.notice import CALENDAR, Notice

_METADATA = sql.MetaData()

RUNS = sql.Table(
    "runs",
    _METADATA,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("tracker", sql.String, nullable=False, index=True),
    sql.Column("moment", sql.DateTime, nullable=False),
    sql.Column("fingerprint", sql.String, nullable=False),
    sql.Column("rows", sql.Integer, nullable=False),
    sql.Column("findings", sql.Integer, nullable=False),
    sql.Column("changes", sql.Integer, nullable=False),
    sql.Column("left", sql.String),
    sql.Column("circumstances", sql.String),
    sql.Column("held", sql.Integer),
    sql.Column("mails", sql.Integer),
    sql.Column("items", sql.Integer),
    sql.Column("after", sql.String),
)
CHANGES = sql.Table(
    "changes",
    _METADATA,
    sql.Column("run", sql.ForeignKey("runs.id"), nullable=False, index=True),
    sql.Column("tab", sql.String, nullable=False),
    sql.Column("row_id", sql.String, nullable=False),
    sql.Column("column", sql.String, nullable=False),
    sql.Column("was", sql.String),
    sql.Column("now", sql.String),
    sql.Column("row", sql.Integer),
)
UNDONE = sql.Table(
    "undone",
    _METADATA,
    sql.Column("run", sql.ForeignKey("runs.id"), primary_key=True),
    sql.Column("undid", sql.Integer, nullable=False),
)
ROWS = sql.Table(
    "rows",
    _METADATA,
    sql.Column("tracker", sql.String, primary_key=True),
    sql.Column("row_id", sql.String, primary_key=True),
    sql.Column("digest", sql.String, nullable=False),
    sql.Column("seen", sql.DateTime, nullable=False),
    sql.Column("touched", sql.DateTime, nullable=False),
    sql.Column("due", sql.String, nullable=False),
    sql.Column("postponed", sql.Integer, nullable=False),
    sql.Column("postponed_on", sql.String, nullable=False),
    sql.Column("blocked", sql.String, nullable=False, server_default=""),
)
NOTICES = sql.Table(
    "notices",
    _METADATA,
    sql.Column("tracker", sql.String, primary_key=True),
    sql.Column("key", sql.String, primary_key=True),
    sql.Column("run", sql.Integer),
    sql.Column("state", sql.String, nullable=False),
    sql.Column("name", sql.String, nullable=False),
    sql.Column("email", sql.String, nullable=False),
    sql.Column("row_id", sql.String, nullable=False),
    sql.Column("kind", sql.String, nullable=False),
    sql.Column("claimed", sql.DateTime, nullable=False),
    sql.Column("settled", sql.DateTime),
    sql.Column("detail", sql.String),
)
BASELINE = sql.Table(
    "baseline",
    _METADATA,
    sql.Column("tracker", sql.String, primary_key=True),
    sql.Column("table", sql.String, primary_key=True),
    sql.Column("row_id", sql.String, primary_key=True),
    sql.Column("code", sql.String, primary_key=True),
    sql.Column("digest", sql.String, primary_key=True),
)

CLAIMED, SENT, RETRY, REFUSED = "claimed", "sent", "retry", "refused"
HELD, KNOWN, FORGOTTEN = "held", "known", "forgotten"
"""What a notice's row says: being sent (or never heard of again), sent, to be tried again, refused for good; waiting
for the sending window or behind the brake, there before closeloop was, given up by hand."""

STATES = (SENT, HELD, CLAIMED, RETRY, REFUSED, KNOWN, FORGOTTEN)
_FREE = (RETRY, HELD)
_USUAL_PASSES = 20

_STATE = tuple(field.name for field in fields(RowState))
_LONGEST_WAIT = timedelta(days=1)


class LastPass(NamedTuple):
    """What is known of the last pass that left nothing to be done: when, what it read and found, the
    workbook's fingerprint after it, the circumstances under which it judged, and how many notices wait for
    the sending window."""

    moment: datetime
    rows: int
    findings: int
    left: str
    circumstances: str
    held: int


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


class Usual(NamedTuple):
    """The most people and notices that a pass has told among the last ones that told anybody."""

    people: int
    items: int


class Ledger:
    """The record of one tracker in a database; ``url`` as SQLAlchemy takes it."""

    def __init__(self, url: str | sql.URL, tracker: str, file: Path | None = None) -> None:
        self.tracker = tracker
        self._file = file
        try:
            self._engine = sql.create_engine(url)
        except (ImportError, SQLAlchemyError) as reason:
            raise LedgerFault(
                "the ledger's address cannot be used: {kind}: {detail}",
                kind=type(reason).__name__,
                detail=reason,
            ) from None

    @classmethod
    def in_file(cls, path: Path, tracker: str) -> "Ledger":
        """A ledger in an SQLite file; ``prepare`` makes it, with its folder, where it does not exist."""
        return cls(sql.URL.create("sqlite", database=str(path)), tracker, path)

    def prepare(self) -> None:
        """Make what is missing, so that a pass can be recorded; looking alone makes nothing."""
        try:
            if self._file:
                self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise LedgerFault(
                "the ledger {place} cannot be made: {detail}", place=self._file, detail=reason.strerror
            ) from None
        with self._transaction() as connection:
            if self._engine.dialect.name == "sqlite":  # or each table would be committed by itself
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            _METADATA.create_all(connection)
            _add_columns(connection)
            METADATA.create_all(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def row_states(self) -> dict[str, RowState] | None:
        """What is remembered of each row, by its number; None where there is no ledger yet."""
        if not self._has(ROWS):
            return None
        with self._transaction() as connection:
            known = [name for name in _STATE if name not in _lacking(connection, ROWS)]
            query = sql.select(ROWS.c.row_id, *(ROWS.c[name] for name in known)).order_by(ROWS.c.row_id)
            rows = connection.execute(query.where(ROWS.c.tracker == self.tracker)).all()
        return {row_id: RowState(**dict(zip(known, state, strict=True))) for row_id, *state in rows}

    def past(self, since: date, done_words: Sequence[str]) -> Past | None:
        """What the reports remember since a day; None where nothing was remembered yet.

        ``done_words`` are the texts that say of an item that it is closed: it was opened again where another
        one took their place.
        """
        if not self._has(FIGURES):
            return None
        closed = [_as_json(word) for word in done_words]
        reopened = (
            sql.select(RUNS.c.moment)
            .join_from(CHANGES, RUNS)
            .where(
                RUNS.c.tracker == self.tracker, RUNS.c.moment >= datetime(since.year, since.month, since.day)
            )
            .where(CHANGES.c.column == "computed_status", CHANGES.c.was.in_(closed))
            .where(CHANGES.c.now.is_not(None), CHANGES.c.now.not_in(closed))
            .order_by(RUNS.c.moment)
        )
        with self._transaction() as connection:
            days = tuple(moment.date() for moment in connection.scalars(reopened))
            return read_past(connection, self.tracker, since, days)

    def will_show(self, shown: Mapping[str, Shown]) -> None:
        """Write down what generated tabs are about to show: what stands there later and is not that is people's."""
        with self._transaction() as connection:
            put(connection, SHOWN, shown_rows(self.tracker, shown))

    def keep_figures(
        self, week: str, figures: Mapping[str, Mapping[str, int]], closed: Iterable[Closed]
    ) -> None:
        """Write down the figures of a week, in the place of those of the day before, and items that are closed."""
        with self._transaction() as connection:
            put(connection, FIGURES, figure_rows(self.tracker, week, figures))
            put(connection, CLOSED, closed_rows(self.tracker, closed))

    def record(
        self,
        moment: datetime,
        plan: Plan,
        rows: int,
        findings: int,
        states: Mapping[str, RowState],
        after: str = "",
    ) -> int:
        """Write down a pass: its changes, the rows whose state is new, and the fingerprint of the workbook ``after``
        it was written. Returns the run's number."""
        with self._transaction() as connection:
            added = connection.execute(
                RUNS.insert().values(
                    tracker=self.tracker,
                    moment=moment,
                    fingerprint=plan.fingerprint,
                    rows=rows,
                    findings=findings,
                    changes=len(plan),
                    after=after,
                )
            )
            (run,) = added.inserted_primary_key or (0,)
            put(connection, CHANGES, _change_rows(run, plan))
            state = attrgetter(*ROWS.columns.keys()[2:])
            put(connection, ROWS, ((self.tracker, row_id, *state(each)) for row_id, each in states.items()))
        return int(run)

    def finish(self, run: int, left: str, circumstances: str, held: int) -> None:
        """Write down that a pass has left nothing to be done but to send what waits for the sending window."""
        with self._transaction() as connection:
            connection.execute(
                RUNS.update()
                .where(RUNS.c.id == run)
                .values(left=left, circumstances=circumstances, held=held)
            )

    def last_pass(self) -> LastPass | None:
        """The last pass, if it left nothing to be done; None if it did, or if there was none."""
        if not self._has(RUNS):
            return None
        columns = [RUNS.c[name] for name in LastPass._fields]
        query = sql.select(*columns).where(RUNS.c.tracker == self.tracker).order_by(RUNS.c.id.desc()).limit(1)
        with self._transaction() as connection:
            row = connection.execute(query).first()
        return LastPass(*row) if row and row.left else None

    def last_moment(self) -> datetime | None:
        """When the last pass was, whatever it left; None if there was none."""
        if not self._has(RUNS):
            return None
        query = sql.select(sql.func.max(RUNS.c.moment)).where(RUNS.c.tracker == self.tracker)
        with self._transaction() as connection:
            return connection.execute(query).scalar()

    def damage(self) -> str:
        """What SQLite finds broken in the ledger's file; '' where all is sound, or another database answers."""
        if self._engine.dialect.name != "sqlite" or not self._has(RUNS):
            return ""
        with self._transaction() as connection:
            said = str(connection.exec_driver_sql("PRAGMA integrity_check").scalar())
        return "" if said == "ok" else said

    def baseline(self) -> frozenset[KnownFault]:
        """The faults that stood already when the tracker was adopted, as far as they still do."""
        if not self._has(BASELINE):
            return frozenset()
        columns = [BASELINE.c[name] for name in KnownFault._fields]
        query = sql.select(*columns).where(BASELINE.c.tracker == self.tracker)
        with self._transaction() as connection:
            return frozenset(KnownFault(*row) for row in connection.execute(query))

    def set_baseline(self, faults: Iterable[KnownFault]) -> None:
        """Take these faults as known, and no others."""
        with self._transaction() as connection:
            connection.execute(BASELINE.delete().where(BASELINE.c.tracker == self.tracker))
            put(connection, BASELINE, ((self.tracker, *fault) for fault in sorted(set(faults))))

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
        if not self._has(NOTICES):
            return set()
        query = sql.select(NOTICES.c.key, NOTICES.c.claimed, NOTICES.c.settled).where(
            self._mine, NOTICES.c.state == RETRY, NOTICES.c.settled > now - _LONGEST_WAIT
        )
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        return {key for key, first, last in rows if now < last + min(last - first, _LONGEST_WAIT)}

    def _keys(self, notices: Sequence[Notice], which: sql.ColumnElement[bool]) -> set[str]:
        """The keys of those notices of which the ledger says so."""
        known: set[str] = set()
        if not self._has(NOTICES):
            return known
        query = sql.select(NOTICES.c.key).where(self._mine, which)
        with self._transaction() as connection:
            for some in batches(notice.key for notice in notices):
                known.update(connection.scalars(query.where(NOTICES.c.key.in_(some))))
        return known

    def told(self, row_id: str) -> tuple[Told, ...]:
        """What the ledger knows of notices about a row, the earliest first; a calendar entry comes with a mail."""
        if not self._has(NOTICES):
            return ()
        moment = sql.func.coalesce(NOTICES.c.settled, NOTICES.c.claimed).label("moment")
        detail = sql.func.coalesce(NOTICES.c.detail, "")
        columns = [NOTICES.c[name] for name in ("key", "kind", "name", "email", "state")]
        query = (
            sql.select(*columns, moment, detail)
            .where(self._mine, NOTICES.c.row_id == row_id, NOTICES.c.key.not_like(f"{CALENDAR}:%"))
            .order_by(moment, NOTICES.c.key)
        )
        with self._transaction() as connection:
            return tuple(Told._make(row) for row in connection.execute(query))

    def claim(self, run: int, notices: Sequence[Notice], moment: datetime) -> tuple[Notice, ...]:
        """Mark notices as being sent. Returns those that nobody else has claimed; only they may be sent."""
        won: set[str] = set()
        with self._transaction() as connection:
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
        with self._transaction() as connection:
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
        with self._transaction() as connection:
            connection.execute(NOTICES.delete().where(self._mine, NOTICES.c.state == HELD))
        self._note(run, notices, HELD, moment)

    def count_told(self, run: int, people: int, items: int) -> None:
        """Write down how many people and notices a pass has told: later ones are measured by it."""
        with self._transaction() as connection:
            connection.execute(RUNS.update().where(RUNS.c.id == run).values(mails=people, items=items))

    def has_told(self) -> bool:
        """Whether any pass has come as far as telling people: before the first has, nobody knows of anything."""
        query = (
            sql.select(RUNS.c.id).where(RUNS.c.tracker == self.tracker, RUNS.c.mails.is_not(None)).limit(1)
        )
        if not self._has(RUNS):
            return False
        with self._transaction() as connection:
            # A ledger of an earlier version did not count yet, and has told.
            return "mails" in _lacking(connection, RUNS) or connection.execute(query).first() is not None

    def usual(self) -> Usual:
        """What passes usually tell."""
        told = (
            sql.select(RUNS.c.mails, RUNS.c["items"])
            .where(RUNS.c.tracker == self.tracker, RUNS.c.mails > 0)
            .order_by(RUNS.c.id.desc())
            .limit(_USUAL_PASSES)
            .subquery()
        )
        with self._transaction() as connection:
            row = connection.execute(
                sql.select(sql.func.max(told.c.mails), sql.func.max(told.c["items"]))
            ).one()
        return Usual(row[0] or 0, row[1] or 0)

    def entries(self, states: Sequence[str] = (), kind: str = "", who: str = "") -> list[Entry]:
        """What is known of notices, the latest first; of some states, a kind, and a person by name or address."""
        if not self._has(NOTICES):
            return []
        columns = [NOTICES.c.claimed if name == "moment" else NOTICES.c[name] for name in Entry._fields]
        query = sql.select(*columns).where(self._mine).order_by(NOTICES.c.claimed.desc(), NOTICES.c.key)
        if states:
            query = query.where(NOTICES.c.state.in_(states))
        if kind:
            query = query.where(NOTICES.c.kind == kind)
        if who:
            query = query.where((NOTICES.c.name == who) | (sql.func.lower(NOTICES.c.email) == who.lower()))
        with self._transaction() as connection:
            return [Entry(*row) for row in connection.execute(query)]

    def change(self, keys: Sequence[str], among: Sequence[str], state: str) -> tuple[str, ...]:
        """Give notices another state, by hand, where they have one of some; returns those that had. The next pass
        judges anew, so that it sees to them."""
        done: set[str] = set()
        changed: dict[str, Any] = {"state": state} | ({"settled": None} if state == RETRY else {})
        if self._has(NOTICES):
            with self._transaction() as connection:
                for some in batches(keys):
                    update = NOTICES.update().where(
                        self._mine, NOTICES.c.key.in_(some), NOTICES.c.state.in_(among)
                    )
                    done.update(connection.scalars(update.values(changed).returning(NOTICES.c.key)))
                connection.execute(
                    RUNS.update()
                    .where(RUNS.c.tracker == self.tracker, RUNS.c.left.is_not(None))
                    .values(left=None)
                )
        return tuple(key for key in keys if key in done)

    @property
    def _mine(self) -> sql.ColumnElement[bool]:
        return NOTICES.c.tracker == self.tracker

    def _note(self, run: int, notices: Sequence[Notice], state: str, moment: datetime) -> None:
        with self._transaction() as connection:
            for some in batches(notices):
                insert = insert_into(connection, NOTICES).on_conflict_do_nothing(
                    index_elements=["tracker", "key"]
                )
                connection.execute(insert, self._rows(run, some, state, moment))

    def asked(self, table: sql.Table, query: sql.Select[Any]) -> Sequence[Any]:
        """The answers to a query; none where this ledger has no such table yet."""
        if not self._has(table):
            return ()
        with self._transaction() as connection:
            return connection.execute(query).all()

    def keep(self, table: sql.Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write rows of another module's table, in the place of those with the same key."""
        with self._transaction() as connection:
            put(connection, table, rows)

    def undid(self, run: int, former: int) -> None:
        """Write down that a run has put back what a former one wrote."""
        with self._transaction() as connection:
            connection.execute(UNDONE.insert().values(run=run, undid=former))

    def _has(self, table: sql.Table) -> bool:
        """Whether there is such a table here: a ledger of an earlier version may lack the newer ones."""
        if self._file and not self._file.exists():
            return False  # asking SQLite would make it
        try:
            return sql.inspect(self._engine).has_table(table.name)
        except SQLAlchemyError as reason:
            raise self._fault(reason) from None

    def _rows(
        self, run: int, notices: Iterable[Notice], state: str, moment: datetime
    ) -> list[dict[str, Any]]:
        return [
            {
                "tracker": self.tracker,
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

    @contextmanager
    def _transaction(self) -> Iterator[sql.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as reason:
            raise self._fault(reason) from None

    def _fault(self, reason: SQLAlchemyError) -> LedgerFault:
        cause = str(getattr(reason, "orig", None) or reason).splitlines()[0]
        place = self._engine.url.render_as_string(hide_password=True)
        return LedgerFault("the ledger {place} cannot be used: {detail}", place=place, detail=cause)


def _lacking(connection: sql.Connection, table: sql.Table) -> set[str]:
    """The columns that a ledger of an earlier version does not have yet."""
    known = {column["name"] for column in sql.inspect(connection).get_columns(table.name)}
    return {column.name for column in table.columns} - known


def _add_columns(connection: sql.Connection) -> None:
    """Bring a ledger of an earlier version up to this one; what it knows stays."""
    for table in (RUNS, CHANGES, ROWS):
        for name in sorted(_lacking(connection, table)):
            made = sql.schema.CreateColumn(table.c[name]).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {made}")


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


def _change_rows(run: int, plan: Plan) -> Iterator[tuple[Any, ...]]:
    written: dict[tuple[type, CellValue], str | None] = {}  # the same few texts stand in many rows

    def stored(value: CellValue) -> str | None:
        key = (type(value), value)
        if key not in written:
            written[key] = _as_json(value)
        return written[key]

    for cell in plan.cells:
        yield run, cell.tab, cell.row_id, cell.column, stored(cell.was), stored(cell.now), cell.row


def _as_json(value: CellValue) -> str | None:
    if value is None:
        return None
    if isinstance(value, (date, time)):
        return json.dumps({type(value).__name__: value.isoformat()})
    if isinstance(value, timedelta):
        return json.dumps({"timedelta": value.total_seconds()})
    return json.dumps(value.item() if isinstance(value, generic) else value, ensure_ascii=False)


def cell_value(stored: str | None) -> CellValue:
    """What stood in a cell, as the ledger keeps it: texts and numbers as JSON, dates by their kind."""
    value = None if stored is None else json.loads(stored)
    if not isinstance(value, dict):
        return cast("CellValue", value)
    ((kind, text),) = value.items()
    readers: dict[str, Callable[[Any], CellValue]] = {
        "datetime": datetime.fromisoformat,
        "date": date.fromisoformat,
        "time": time.fromisoformat,
        "timedelta": lambda seconds: timedelta(seconds=seconds),
    }
    return readers[kind](text)
