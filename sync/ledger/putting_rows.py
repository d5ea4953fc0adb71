"""Many rows put into a table of a database at once."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sql
from sqlalchemy.dialects import sqlite

_BATCH = 500
_T = TypeVar("_T")


def batches(many: Iterable[_T]) -> Iterator[tuple[_T, ...]]:
    """Portions that stay below the number of variables that databases take in a statement."""
    rest = iter(many)
    while some := tuple(islice(rest, _BATCH)):
        yield some


def insert_into(connection: sql.Connection, table: sql.Table) -> Any:
    """The database's own INSERT, which knows ON CONFLICT."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # slow to import

        return postgresql.insert(table)
    return sqlite.insert(table)


def put(connection: sql.Connection, table: sql.Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows, their values in the order of the table's columns, in the place of those with the same key.

    As the database's driver takes them: with hundreds of thousands, what SQLAlchemy does for each value costs more
    than the database.
    """
    names = table.columns.keys()
    insert = insert_into(connection, table)
    if keys := [column.name for column in table.primary_key]:
        rest = {name: insert.excluded[name] for name in names if name not in keys}
        insert = (
            insert.on_conflict_do_update(index_elements=keys, set_=rest)
            if rest
            else insert.on_conflict_do_nothing(index_elements=keys)
        )
    compiled = insert.compile(dialect=connection.dialect, column_keys=names)
    bind = _binder(connection, table)
    for some in batches(map(bind, rows)):
        values = [*some] if compiled.positional else [dict(zip(names, row, strict=True)) for row in some]
        connection.exec_driver_sql(str(compiled), values)


def _binder(connection: sql.Connection, table: sql.Table) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """Moments in the form in which the database keeps them; the same few stand in many rows."""
    process = sql.DateTime().dialect_impl(connection.dialect).bind_processor(connection.dialect)
    moments = [place for place, column in enumerate(table.columns) if isinstance(column.type, sql.DateTime)]
    if process is None or not moments:
        return tuple
    known: dict[Any, Any] = {}

    def bound(row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = [*row]
        for place in moments:
            moment = values[place]
            if moment not in known:
                known[moment] = process(moment)
            values[place] = known[moment]
        return tuple(values)

    return bound
