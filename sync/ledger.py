"""What has been done: runs, changes, what each row was, and every notice claimed before it is sent (DESIGN §5)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import sqlalchemy as sql
from numpy import generic
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from sync.changes import Plan
from sync.faults import LedgerFault
from sync.history import RowState
from sync.snapshot import CellValue
from sync.tell.channel import Delivery
from sync.tell.notice import Notice

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

CLAIMED, SENT, RETRY, REFUSED = "claimed", "sent", "retry", "refused"
"""What a notice's row says: being sent (or never heard of again), sent, to be tried again, refused for good."""

_STATE = tuple(field.name for field in fields(RowState))
_BATCH = 500
_T = TypeVar("_T")


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

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def row_states(self) -> dict[str, RowState] | None:
        """What is remembered of each row, by its number; None where there is no ledger yet."""
        if not self._has(ROWS):
            return None
        query = sql.select(ROWS.c.row_id, *(ROWS.c[name] for name in _STATE)).order_by(ROWS.c.row_id)
        with self._transaction() as connection:
            rows = connection.execute(query.where(ROWS.c.tracker == self.tracker)).all()
        return {row_id: RowState(*state) for row_id, *state in rows}

    def record(
        self, moment: datetime, plan: Plan, rows: int, findings: int, states: Mapping[str, RowState]
    ) -> int:
        """Write down a pass: its changes and the rows whose state is new. Returns the run's number."""
        with self._transaction() as connection:
            added = connection.execute(
                RUNS.insert().values(
                    tracker=self.tracker,
                    moment=moment,
                    fingerprint=plan.fingerprint,
                    rows=rows,
                    findings=findings,
                    changes=len(plan),
                )
            )
            (run,) = added.inserted_primary_key or (0,)
            _insert_plainly(connection, CHANGES, _change_rows(run, plan))
            for rows_of_states in _batches(states.items()):
                self._remember(connection, rows_of_states)
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

    def unknown(self, notices: Sequence[Notice]) -> tuple[Notice, ...]:
        """Those of the notices that nobody has been told, and that may be claimed."""
        if not self._has(NOTICES):
            return tuple(notices)
        query = sql.select(NOTICES.c.key).where(NOTICES.c.tracker == self.tracker, NOTICES.c.state != RETRY)
        known: set[str] = set()
        with self._transaction() as connection:
            for some in _batches(notice.key for notice in notices):
                known.update(connection.scalars(query.where(NOTICES.c.key.in_(some))))
        return tuple(notice for notice in notices if notice.key not in known)

    def claim(self, run: int, notices: Sequence[Notice], moment: datetime) -> tuple[Notice, ...]:
        """Mark notices as being sent. Returns those that nobody else has claimed; only they may be sent."""
        won: set[str] = set()
        with self._transaction() as connection:
            for some in _batches(notices):
                insert = self._insert(NOTICES).values([self._claim(run, notice, moment) for notice in some])
                claim = insert.on_conflict_do_update(
                    index_elements=["tracker", "key"],
                    set_={"state": CLAIMED, "claimed": moment, "run": run},
                    where=NOTICES.c.state == RETRY,
                ).returning(NOTICES.c.key)
                won.update(connection.scalars(claim))
        return tuple(notice for notice in notices if notice.key in won)

    def settle(self, notices: Sequence[Notice], delivery: Delivery, moment: datetime) -> None:
        """Write down what became of claimed notices. What is unsure stays claimed: it is never sent again blindly."""
        state = _settled(delivery)
        with self._transaction() as connection:
            for some in _batches(notice.key for notice in notices):
                connection.execute(
                    NOTICES.update()
                    .where(NOTICES.c.tracker == self.tracker, NOTICES.c.key.in_(some))
                    .values(state=state, settled=None if state == CLAIMED else moment, detail=delivery.detail)
                )

    def asked(self, table: sql.Table, query: sql.Select[Any]) -> Sequence[Any]:
        """The answers to a query; none where this ledger has no such table yet."""
        if not self._has(table):
            return ()
        with self._transaction() as connection:
            return connection.execute(query).all()

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

    def _claim(self, run: int, notice: Notice, moment: datetime) -> dict[str, Any]:
        return {
            "tracker": self.tracker,
            "key": notice.key,
            "run": run,
            "state": CLAIMED,
            "name": notice.recipient.name,
            "email": notice.recipient.email,
            "row_id": notice.item.id,
            "kind": notice.kind.value,
            "claimed": moment,
        }

    def _remember(self, connection: sql.Connection, some: Iterable[tuple[str, RowState]]) -> None:
        read = attrgetter(*_STATE)
        rows = [
            dict(zip(_STATE, read(state), strict=True), tracker=self.tracker, row_id=row_id)
            for row_id, state in some
        ]
        insert = self._insert(ROWS)
        changed = {name: insert.excluded[name] for name in _STATE}
        upsert = insert.on_conflict_do_update(index_elements=["tracker", "row_id"], set_=changed)
        connection.execute(upsert, rows)

    def _insert(self, table: sql.Table) -> Any:
        if self._engine.dialect.name == "postgresql":
            from sqlalchemy.dialects import postgresql  # slow to import

            return postgresql.insert(table)
        return sqlite.insert(table)

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


def _batches(many: Iterable[_T]) -> Iterator[tuple[_T, ...]]:
    """Portions that stay below the number of variables that databases take in a statement."""
    rest = iter(many)
    while some := tuple(islice(rest, _BATCH)):
        yield some


def _settled(delivery: Delivery) -> str:
    if delivery.sent:
        return SENT
    if delivery.unsure:
        return CLAIMED
    return REFUSED if delivery.permanent else RETRY


def _insert_plainly(connection: sql.Connection, table: sql.Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows of texts and whole numbers, in the order of the table's columns, as the database's driver takes
    them: with hundreds of thousands, what SQLAlchemy does for each value costs more than the database."""
    insert = table.insert().compile(dialect=connection.dialect)
    names = table.columns.keys()
    for some in _batches(rows):
        values = [*some] if insert.positional else [dict(zip(names, row, strict=True)) for row in some]
        connection.exec_driver_sql(str(insert), values)


def _change_rows(run: int, plan: Plan) -> Iterator[tuple[Any, ...]]:
    written: dict[tuple[type, CellValue], str | None] = {}  # the same few texts stand in many rows

    def stored(value: CellValue) -> str | None:
        key = (type(value), value)
        if key not in written:
            written[key] = _as_json(value)
        return written[key]

    for cell in plan.cells:
        yield run, cell.tab, cell.row_id, cell.column, stored(cell.was), stored(cell.now)


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
