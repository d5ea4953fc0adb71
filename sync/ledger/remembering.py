"""The ledger's tables for the reports: figures of weeks, items that are closed, and what generated tabs showed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sql

from sync.reports.past import Closed, Note, Past, Shown

METADATA = sql.MetaData()
"""Tables of their own: a ledger of before does not have them, and ``prepare`` adds them."""

FIGURES = sql.Table(
    "figures",
    METADATA,
    sql.Column("tracker", sql.String, primary_key=True),
    sql.Column("week", sql.String, primary_key=True),
    sql.Column("scope", sql.String, primary_key=True),
    sql.Column("key", sql.String, primary_key=True),
    sql.Column("value", sql.Integer, nullable=False),
)
CLOSED = sql.Table(
    "closed",
    METADATA,
    sql.Column("tracker", sql.String, primary_key=True),
    sql.Column("row_id", sql.String, primary_key=True),
    sql.Column("department", sql.String, nullable=False),
    sql.Column("due", sql.String, nullable=False),
    sql.Column("done", sql.String, nullable=False),
    sql.Column("late_days", sql.Integer, nullable=False),
)
SHOWN = sql.Table(
    "shown",
    METADATA,
    sql.Column("tracker", sql.String, primary_key=True),
    sql.Column("kind", sql.String, primary_key=True),
    sql.Column("name", sql.String, nullable=False),
    sql.Column("digest", sql.String, nullable=False),
    sql.Column("cells", sql.String, nullable=False),
    sql.Column("former", sql.String, nullable=False),
    sql.Column("notes", sql.String, nullable=False),
)


def read_past(connection: sql.Connection, tracker: str, since: date, reopened: tuple[date, ...]) -> Past:
    """What is remembered since a day."""
    weeks: dict[str, dict[str, dict[str, int]]] = {}
    query = sql.select(FIGURES).where(FIGURES.c.tracker == tracker, FIGURES.c.week >= since.isoformat())
    for _, week, scope, key, value in connection.execute(query):
        weeks.setdefault(scope, {}).setdefault(week, {})[key] = value
    columns = [CLOSED.c[name] for name in Closed._fields]
    recent = sql.or_(CLOSED.c.done >= since.isoformat(), CLOSED.c.due >= since.isoformat())
    left = sql.select(*columns).where(CLOSED.c.tracker == tracker, recent)
    closed = tuple(Closed(*row) for row in connection.execute(left.order_by(CLOSED.c.row_id)))
    tabs = connection.execute(sql.select(SHOWN).where(SHOWN.c.tracker == tracker)).all()
    shown = {row.kind: _shown(row) for row in tabs}
    return Past(weeks, shown, closed, reopened)


def _shown(row: Any) -> Shown:
    notes = tuple(Note(*note) for note in json.loads(row.notes))
    return Shown(row.name, row.digest, json.loads(row.cells), json.loads(row.former), notes)


def figure_rows(
    tracker: str, week: str, figures: Mapping[str, Mapping[str, int]]
) -> Iterator[tuple[Any, ...]]:
    """The figures of a week as rows."""
    for scope, values in figures.items():
        for key, value in values.items():
            yield tracker, week, scope, key, value


def closed_rows(tracker: str, closed: Iterable[Closed]) -> Iterator[tuple[Any, ...]]:
    """Closed items as rows."""
    for each in closed:
        yield tracker, *each


def shown_rows(tracker: str, shown: Mapping[str, Shown]) -> Iterator[tuple[Any, ...]]:
    """What tabs show as rows."""
    for kind, each in shown.items():
        texts = (each.cells, each.former, each.notes)
        yield tracker, kind, each.name, each.digest, *(json.dumps(text, ensure_ascii=False) for text in texts)
