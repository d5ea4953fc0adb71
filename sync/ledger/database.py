"""The database that a ledger stands in: made when it is first written to, and asked without being made."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError

from sync.faults import LedgerFault
from sync.ledger.putting_rows import put
from sync.ledger.tables import RUNS, bring_up


class Database:
    """``url`` as SQLAlchemy takes it; ``file`` where it is one of SQLite. Whatever fails is a LedgerFault."""

    def __init__(self, url: str | sql.URL, file: Path | None = None) -> None:
        self._file = file
        try:
            self._engine = sql.create_engine(url)
        except (ImportError, SQLAlchemyError) as reason:
            raise LedgerFault(
                "the ledger's address cannot be used: {kind}: {detail}",
                kind=type(reason).__name__,
                detail=reason,
            ) from None

    def prepare(self) -> None:
        """Make what is missing: the folder, the file, tables, columns."""
        try:
            if self._file:
                self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise LedgerFault(
                "the ledger {place} cannot be made: {detail}", place=self._file, detail=reason.strerror
            ) from None
        with self.transaction() as connection:
            if self._engine.dialect.name == "sqlite":  # or each table would be committed by itself
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            bring_up(connection)

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[sql.Connection]:
        """A connection all of whose writes are kept, or none."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as reason:
            raise self._fault(reason) from None

    def has(self, table: sql.Table) -> bool:
        """Whether there is such a table here: a ledger of an earlier version may lack the newer ones."""
        if self._file and not self._file.exists():
            return False  # asking SQLite would make it
        try:
            return sql.inspect(self._engine).has_table(table.name)
        except SQLAlchemyError as reason:
            raise self._fault(reason) from None

    def asked(self, table: sql.Table, query: sql.Select[Any]) -> Sequence[Any]:
        """The answers to a query; none where there is no such table yet."""
        if not self.has(table):
            return ()
        with self.transaction() as connection:
            return connection.execute(query).all()

    def keep(self, table: sql.Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write rows of a table, in the place of those with the same key."""
        with self.transaction() as connection:
            put(connection, table, rows)

    def damage(self) -> str:
        """What SQLite finds broken in its file; '' where all is sound, or another database answers."""
        if self._engine.dialect.name != "sqlite" or not self.has(RUNS):
            return ""
        with self.transaction() as connection:
            said = str(connection.exec_driver_sql("PRAGMA integrity_check").scalar())
        return "" if said == "ok" else said

    def _fault(self, reason: SQLAlchemyError) -> LedgerFault:
        cause = str(getattr(reason, "orig", None) or reason).splitlines()[0]
        place = self._engine.url.render_as_string(hide_password=True)
        return LedgerFault(
            "the ledger {place} cannot be used: {detail}; 'closeloop doctor' says what to do",
            place=place,
            detail=cause,
        )
