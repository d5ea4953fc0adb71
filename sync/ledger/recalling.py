"""What the ledger knows of former passes: the runs, and what each of them wrote."""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sql

from sync.ledger.ledger import Ledger
from sync.ledger.stored_cells import cell_value
from sync.ledger.tables import CHANGES, RUNS, UNDONE
from sync.snapshot import CellValue


class Run(NamedTuple):
    """A pass: ``changes`` counts everything that it wrote, ``undid`` the run that it put back, if it was an undo."""

    id: int
    moment: datetime
    rows: int
    findings: int
    changes: int
    held: int | None
    undid: int | None


class Written(NamedTuple):
    """A cell that a run wrote: what stood there and what stands there since, and, for ``written_by``, in which row of
    the sheet that was (None: an earlier version did not write it down)."""

    run: int
    moment: datetime
    tab: str
    row_id: str
    column: str
    was: CellValue
    now: CellValue
    row: int | None = None


def last_runs(ledger: Ledger, most: int) -> list[Run]:
    """The last passes, the latest first."""
    return _runs(ledger, _of_runs(ledger).order_by(RUNS.c.id.desc()).limit(most))


def run_of(ledger: Ledger, number: int) -> Run | None:
    """One pass of this tracker by its number."""
    return next(iter(_runs(ledger, _of_runs(ledger).where(RUNS.c.id == number))), None)


def written_by(ledger: Ledger, run: int) -> list[Written]:
    """The cells that a run wrote, in the order of the sheet. The ledger has to be prepared."""
    query = _of_changes(ledger).add_columns(CHANGES.c.row)
    return _read(ledger.database.asked(CHANGES, query.where(CHANGES.c.run == run)))


def left_by(ledger: Ledger, run: int) -> str:
    """The fingerprint of the workbook after a run had written it; '' where that is not known. The ledger has to be
    prepared."""
    rows = ledger.database.asked(RUNS, sql.select(RUNS.c.after).where(RUNS.c.id == run))
    return (rows[0][0] if rows else None) or ""


def history_of(ledger: Ledger, row_id: str, but: str = "") -> list[Written]:
    """The cells that passes wrote in the rows of that number, the earliest first; without those of one column."""
    query = _of_changes(ledger).where(CHANGES.c.row_id == row_id, CHANGES.c.column != but)
    return _read(ledger.database.asked(CHANGES, query.order_by(RUNS.c.id)))


def latest_changes(ledger: Ledger, most: int, but: str = "") -> list[Written]:
    """The cells that passes wrote last, the earliest of them first; without those of one column."""
    latest = sql.desc(RUNS.c.id)
    query = _of_changes(ledger).where(CHANGES.c.column != but).order_by(latest, CHANGES.c.row_id)
    rows = ledger.database.asked(CHANGES, query.limit(most))
    return _read(sorted(rows, key=itemgetter(0)))


def _of_runs(ledger: Ledger) -> sql.Select[tuple[Any, ...]]:
    columns = [RUNS.c[name] for name in Run._fields[:-1]]
    return sql.select(*columns).where(RUNS.c.tracker == ledger.tracker)


def _runs(ledger: Ledger, query: sql.Select[tuple[Any, ...]]) -> list[Run]:
    undone = dict(map(tuple, ledger.database.asked(UNDONE, sql.select(UNDONE.c.run, UNDONE.c.undid))))
    return [Run._make((*row, undone.get(row[0]))) for row in ledger.database.asked(RUNS, query)]


def _of_changes(ledger: Ledger) -> sql.Select[tuple[Any, ...]]:
    columns = [CHANGES.c[name] for name in ("tab", "row_id", "column", "was", "now")]
    return (
        sql.select(RUNS.c.id, RUNS.c.moment, *columns)
        .join_from(CHANGES, RUNS, CHANGES.c.run == RUNS.c.id)
        .where(RUNS.c.tracker == ledger.tracker)
    )


def _read(rows: Sequence[Any]) -> list[Written]:
    return [
        Written._make((*row[:5], cell_value(row[5]), cell_value(row[6]), *(row[7:] or [None])))
        for row in rows
    ]
