"""What the ledger remembers for the reports: figures of weeks, items that are closed, what generated tabs showed."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sql

from sync.ledger.ledger import Ledger
from sync.ledger.stored_cells import stored
from sync.ledger.tables import CHANGES, CLOSED, FIGURES, RUNS, SHOWN, lacking
from sync.reports.past import Closed, Note, Past, Shown


def past(ledger: Ledger, since: date, done_words: Sequence[str]) -> Past | None:
    """What the reports remember since a day; None where nothing was remembered yet.

    ``done_words`` are the texts that say of an item that it is closed: it was opened again where another
    one took their place.
    """
    if not ledger.database.has(FIGURES):
        return None
    mine, day = ledger.tracker, since.isoformat()
    weeks: dict[str, dict[str, dict[str, int]]] = {}
    figures = sql.select(FIGURES).where(FIGURES.c.tracker == mine, FIGURES.c.week >= day)
    for _, week, scope, key, value in ledger.database.asked(FIGURES, figures):
        weeks.setdefault(scope, {}).setdefault(week, {})[key] = value
    with ledger.database.transaction() as connection:
        missing = lacking(connection, CLOSED)
    columns = [CLOSED.c[name] for name in Closed._fields if name not in missing]
    recent = sql.or_(CLOSED.c.done >= day, CLOSED.c.due >= day)
    left = sql.select(*columns).where(CLOSED.c.tracker == mine, recent)
    closed = (Closed(*row) for row in ledger.database.asked(CLOSED, left.order_by(CLOSED.c.row_id)))
    tabs = ledger.database.asked(SHOWN, sql.select(SHOWN).where(SHOWN.c.tracker == mine))
    shown = {row.kind: _shown(row) for row in tabs}
    return Past(weeks, shown, tuple(closed), _reopened(ledger, since, done_words))


def _reopened(ledger: Ledger, since: date, done_words: Sequence[str]) -> tuple[date, ...]:
    """The days on which an item was opened again."""
    closed = [stored(word) for word in done_words]
    query = (
        sql.select(RUNS.c.moment)
        .join_from(CHANGES, RUNS)
        .where(
            RUNS.c.tracker == ledger.tracker, RUNS.c.moment >= datetime(since.year, since.month, since.day)
        )
        .where(CHANGES.c.column == "computed_status", CHANGES.c.was.in_(closed))
        .where(CHANGES.c.now.is_not(None), CHANGES.c.now.not_in(closed))
        .order_by(RUNS.c.moment)
    )
    return tuple(moment.date() for (moment,) in ledger.database.asked(CHANGES, query))


def _shown(row: Any) -> Shown:
    notes = tuple(Note(*note) for note in json.loads(row.notes))
    return Shown(row.name, row.digest, json.loads(row.cells), json.loads(row.former), notes)


def will_show(ledger: Ledger, shown: Mapping[str, Shown]) -> None:
    """Write down what generated tabs are about to show: what stands there later and is not that is people's."""
    ledger.database.keep(SHOWN, _shown_rows(ledger.tracker, shown))


def keep_figures(ledger: Ledger, week: str, figures: Mapping[str, Mapping[str, int]]) -> None:
    """Write down the figures of a week, in the place of those of the day before."""
    rows = (
        (ledger.tracker, week, scope, key, value)
        for scope, values in figures.items()
        for key, value in values.items()
    )
    ledger.database.keep(FIGURES, rows)


def keep_closed(ledger: Ledger, closed: Iterable[Closed]) -> None:
    """Write down items that are closed."""
    ledger.database.keep(CLOSED, ((ledger.tracker, *each) for each in closed))


def _shown_rows(tracker: str, shown: Mapping[str, Shown]) -> Iterator[tuple[Any, ...]]:
    for kind, each in shown.items():
        texts = (each.cells, each.former, each.notes)
        yield tracker, kind, each.name, each.digest, *(json.dumps(text, ensure_ascii=False) for text in texts)
