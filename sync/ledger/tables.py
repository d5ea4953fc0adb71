"""The ledger's tables, and how a ledger of an earlier version comes to have them all."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sql

METADATA = sql.MetaData()


def _keys(*names: str) -> Iterator[sql.Column[str]]:
    return (sql.Column(name, sql.String, primary_key=True) for name in names)


def _texts(*names: str) -> Iterator[sql.Column[str]]:
    return (sql.Column(name, sql.String, nullable=False) for name in names)


def _numbers(*names: str) -> Iterator[sql.Column[int]]:
    return (sql.Column(name, sql.Integer, nullable=False) for name in names)


def _moments(*names: str) -> Iterator[sql.Column[datetime]]:
    return (sql.Column(name, sql.DateTime(), nullable=False) for name in names)


RUNS = sql.Table(
    "runs",
    METADATA,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("tracker", sql.String, nullable=False, index=True),
    *_moments("moment"),
    *_texts("fingerprint"),
    *_numbers("rows", "findings", "changes"),
    sql.Column("left", sql.String),
    sql.Column("circumstances", sql.String),
    sql.Column("held", sql.Integer),
    sql.Column("mails", sql.Integer),
    sql.Column("items", sql.Integer),
    sql.Column("after", sql.String),
)
CHANGES = sql.Table(
    "changes",
    METADATA,
    sql.Column("run", sql.ForeignKey("runs.id"), nullable=False),
    *_texts("tab", "row_id", "column"),
    sql.Column("was", sql.String),
    sql.Column("now", sql.String),
    sql.Column("row", sql.Integer),
)
_REPLACED = CHANGES.c.was.is_not(None)
sql.Index("changes_replaced", CHANGES.c.run, sqlite_where=_REPLACED, postgresql_where=_REPLACED)
"""Passes ask for what took the place of something; an index over all that a first pass writes would take it a third
longer to write down."""
UNDONE = sql.Table(
    "undone",
    METADATA,
    sql.Column("run", sql.ForeignKey("runs.id"), primary_key=True),
    *_numbers("undid"),
)
ROWS = sql.Table(
    "rows",
    METADATA,
    *_keys("tracker", "row_id"),
    *_texts("digest"),
    *_moments("seen", "touched"),
    *_texts("due"),
    *_numbers("postponed"),
    *_texts("postponed_on"),
    sql.Column("blocked", sql.String, nullable=False, server_default=""),
)
NOTICES = sql.Table(
    "notices",
    METADATA,
    *_keys("tracker", "key"),
    sql.Column("run", sql.Integer),
    *_texts("state", "name", "email", "row_id", "kind"),
    *_moments("claimed"),
    sql.Column("settled", sql.DateTime),
    sql.Column("detail", sql.String),
)
BASELINE = sql.Table("baseline", METADATA, *_keys("tracker", "table", "row_id", "code", "digest"))
FIGURES = sql.Table("figures", METADATA, *_keys("tracker", "week", "scope", "key"), *_numbers("value"))
CLOSED = sql.Table(
    "closed",
    METADATA,
    *_keys("tracker", "row_id"),
    *_texts("department", "due", "done"),
    *_numbers("late_days"),
    sql.Column("errors", sql.Integer),
)
SHOWN = sql.Table(
    "shown", METADATA, *_keys("tracker", "kind"), *_texts("name", "digest", "cells", "former", "notes")
)
ANSWERS = sql.Table(
    "answers",
    METADATA,
    *_keys("tracker", "message"),
    sql.Column("place", sql.Integer, primary_key=True),
    *_texts("email", "names", "sole", "verb", "day", "reason"),
    *_moments("moment"),
)
MAILBOXES = sql.Table(
    "mailboxes",
    METADATA,
    *_keys("tracker", "place"),
    sql.Column("validity", sql.BigInteger, nullable=False),
    sql.Column("last", sql.BigInteger, nullable=False),
)

_GROWN = (RUNS, CHANGES, ROWS, CLOSED)
"""Tables that had fewer columns once."""


def bring_up(connection: sql.Connection) -> None:
    """Make the tables and columns that are missing; what a ledger of an earlier version knows stays."""
    METADATA.create_all(connection)
    for table in _GROWN:
        for name in sorted(lacking(connection, table)):
            made = sql.schema.CreateColumn(table.c[name]).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {made}")


def lacking(connection: sql.Connection, table: sql.Table) -> set[str]:
    """The columns that a ledger of an earlier version does not have yet."""
    known = {column["name"] for column in sql.inspect(connection).get_columns(table.name)}
    return {column.name for column in table.columns} - known
