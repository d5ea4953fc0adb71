"""What a tracker's passes have done, and what each row was (DESIGN §5)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sql

from sync.baseline import KnownFault
from sync.changes import Plan
from sync.history import RowState
from sync.ledger.database import Database
from sync.ledger.notices import Notices
from sync.ledger.putting_rows import put
from sync.ledger.stored_cells import stored
from sync.ledger.tables import BASELINE, CHANGES, ROWS, RUNS, UNDONE, lacking
from sync.snapshot import CellValue

_USUAL_PASSES = 20


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


class Usual(NamedTuple):
    """The most people and notices that a pass has told among the last ones that told anybody."""

    people: int
    items: int


class Ledger:
    """The record of one tracker in a database; ``url`` as SQLAlchemy takes it. ``notices`` is what became of each."""

    def __init__(self, url: str | sql.URL, tracker: str, file: Path | None = None) -> None:
        self.tracker = tracker
        self.database = Database(url, file)
        self.notices = Notices(self.database, tracker)

    @classmethod
    def in_file(cls, path: Path, tracker: str) -> "Ledger":
        """A ledger in an SQLite file; ``prepare`` makes it, with its folder, where it does not exist."""
        return cls(sql.URL.create("sqlite", database=str(path)), tracker, path)

    def prepare(self) -> None:
        """Make what is missing, so that a pass can be recorded; looking alone makes nothing."""
        self.database.prepare()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def row_states(self) -> dict[str, RowState] | None:
        """What is remembered of each row, by its number; None where there is no ledger yet."""
        if not self.database.has(ROWS):
            return None
        with self.database.transaction() as connection:
            known = [name for name in RowState._fields if name not in lacking(connection, ROWS)]
            query = sql.select(ROWS.c.row_id, *(ROWS.c[name] for name in known)).order_by(ROWS.c.row_id)
            rows = connection.execute(query.where(ROWS.c.tracker == self.tracker)).all()
        return {row_id: RowState(**dict(zip(known, state, strict=True))) for row_id, *state in rows}

    def record(
        self,
        moment: datetime,
        plan: Plan,
        rows: int,
        findings: int,
        states: Mapping[str, RowState],
        after: str = "",
        archived: int = 0,
    ) -> int:
        """Write down a pass: its changes, how many rows it archived before them, the rows whose state is new, and the
        fingerprint of the workbook ``after`` it was written. Returns the run's number."""
        with self.database.transaction() as connection:
            added = connection.execute(
                RUNS.insert().values(
                    tracker=self.tracker,
                    moment=moment,
                    fingerprint=plan.fingerprint,
                    rows=rows,
                    findings=findings,
                    changes=len(plan) + archived,
                    after=after,
                )
            )
            (run,) = added.inserted_primary_key or (0,)
            put(connection, CHANGES, _change_rows(run, plan))
            put(connection, ROWS, self._state_rows(states))
        return int(run)

    def keep_rows(self, states: Mapping[str, RowState]) -> None:
        """Write down what rows are that are about to leave the table, by their numbers."""
        self.database.keep(ROWS, self._state_rows(states))

    def _state_rows(self, states: Mapping[str, RowState]) -> Iterator[tuple[Any, ...]]:
        state = attrgetter(*ROWS.columns.keys()[2:])
        return ((self.tracker, row_id, *state(each)) for row_id, each in states.items())

    def finish(self, run: int, left: str, circumstances: str, held: int) -> None:
        """Write down that a pass has left nothing to be done but to send what waits for the sending window."""
        with self.database.transaction() as connection:
            connection.execute(
                RUNS.update()
                .where(RUNS.c.id == run)
                .values(left=left, circumstances=circumstances, held=held)
            )

    def last_pass(self) -> LastPass | None:
        """The last pass, if it left nothing to be done; None if it did, or if there was none."""
        if not self.database.has(RUNS):
            return None
        columns = [RUNS.c[name] for name in LastPass._fields]
        query = sql.select(*columns).where(RUNS.c.tracker == self.tracker).order_by(RUNS.c.id.desc()).limit(1)
        with self.database.transaction() as connection:
            row = connection.execute(query).first()
        return LastPass(*row) if row and row.left else None

    def last_moment(self) -> datetime | None:
        """When the last pass was, whatever it left; None if there was none."""
        if not self.database.has(RUNS):
            return None
        query = sql.select(sql.func.max(RUNS.c.moment)).where(RUNS.c.tracker == self.tracker)
        with self.database.transaction() as connection:
            return connection.execute(query).scalar()

    def baseline(self) -> frozenset[KnownFault]:
        """The faults that stood already when the tracker was adopted, as far as they still do."""
        if not self.database.has(BASELINE):
            return frozenset()
        columns = [BASELINE.c[name] for name in KnownFault._fields]
        query = sql.select(*columns).where(BASELINE.c.tracker == self.tracker)
        with self.database.transaction() as connection:
            return frozenset(KnownFault(*row) for row in connection.execute(query))

    def set_baseline(self, faults: Iterable[KnownFault]) -> None:
        """Take these faults as known, and no others."""
        with self.database.transaction() as connection:
            connection.execute(BASELINE.delete().where(BASELINE.c.tracker == self.tracker))
            put(connection, BASELINE, ((self.tracker, *fault) for fault in sorted(set(faults))))

    def count_told(self, run: int, people: int, items: int) -> None:
        """Write down how many people and notices a pass has told: later ones are measured by it."""
        with self.database.transaction() as connection:
            connection.execute(RUNS.update().where(RUNS.c.id == run).values(mails=people, items=items))

    def has_told(self) -> bool:
        """Whether any pass has come as far as telling people: before the first has, nobody knows of anything."""
        query = (
            sql.select(RUNS.c.id).where(RUNS.c.tracker == self.tracker, RUNS.c.mails.is_not(None)).limit(1)
        )
        if not self.database.has(RUNS):
            return False
        with self.database.transaction() as connection:
            # A ledger of an earlier version did not count yet, and has told.
            return "mails" in lacking(connection, RUNS) or connection.execute(query).first() is not None

    def usual(self) -> Usual:
        """What passes usually tell."""
        told = (
            sql.select(RUNS.c.mails, RUNS.c["items"])
            .where(RUNS.c.tracker == self.tracker, RUNS.c.mails > 0)
            .order_by(RUNS.c.id.desc())
            .limit(_USUAL_PASSES)
            .subquery()
        )
        with self.database.transaction() as connection:
            row = connection.execute(
                sql.select(sql.func.max(told.c.mails), sql.func.max(told.c["items"]))
            ).one()
        return Usual(row[0] or 0, row[1] or 0)

    def undid(self, run: int, former: int) -> None:
        """Write down that a run has put back what a former one wrote."""
        with self.database.transaction() as connection:
            connection.execute(UNDONE.insert().values(run=run, undid=former))


def _change_rows(run: int, plan: Plan) -> Iterator[tuple[Any, ...]]:
    written: dict[tuple[type, CellValue], str | None] = {}  # the same few texts stand in many rows

    def once(value: CellValue) -> str | None:
        key = (type(value), value)
        if key not in written:
            written[key] = stored(value)
        return written[key]

    for cell in plan.cells:
        yield run, cell.tab, cell.row_id, cell.column, once(cell.was), once(cell.now), cell.row
