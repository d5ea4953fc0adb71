"""The commands runs, history and undo: what former passes did, and how one is put back."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from sheet_templates import Words, template, words
from sync.faults import UsageFault
from sync.guard import guard
from sync.ledger.ledger import Ledger
from sync.ledger.recalling import (
    Run,
    Written,
    history_of,
    last_runs,
    latest_changes,
    left_by,
    run_of,
    written_by,
)
from sync.snapshot import Snapshot
from sync.tables import read_tables, text_of
from sync.terminal.asking import agreed_here
from sync.terminal.flowing import Flowing, add_row, listing
from sync.terminal.machine_form import plain
from sync.terminal.printing import complain, print_json, show
from sync.terminal.report import every_change, written_columns
from sync.tracker import Tracker, find_tracker
from sync.undoing import Undo, undo

_MOST = 20
_INTERNAL = "cells_at_fault"
"""The hidden column that the colours look at: it says nothing to people."""


def show_runs(
    path: Path | None, config: Path | None, name: str | None, most: int | None, *, as_json: bool
) -> None:
    """Print the last passes, the latest first."""
    tracker = find_tracker(path, config, name)
    with closing(tracker.ledger()) as ledger:
        runs = last_runs(ledger, most or _MOST)
    if as_json:
        print_json([{**run._asdict(), "moment": run.moment.isoformat()} for run in runs])
        return
    texts = words(tracker.settings.language)["looking_back"]
    show(_runs(runs, texts) if runs else Flowing(texts["no_runs"]))


def show_history(
    row_id: str | None,
    path: Path | None,
    config: Path | None,
    name: str | None,
    most: int | None,
    *,
    as_json: bool,
) -> None:
    """Print what passes wrote in one row, or what they wrote last in any, by run."""
    tracker = find_tracker(path, config, name)
    with closing(tracker.ledger()) as ledger:
        but, count = "" if as_json else _INTERNAL, most or _MOST
        written = history_of(ledger, row_id.strip(), but) if row_id else latest_changes(ledger, count, but)
    written = written[-most if most else None :]
    if as_json:
        print_json([_machine(each) for each in written])
        return
    language = words(tracker.settings.language)
    texts = language["looking_back"]
    nothing = texts["no_changes"].format(id=row_id) if row_id else texts["nothing_written"]
    show(_changes(written, language) if written else Flowing(nothing))


def undo_run(
    number: int, path: Path | None, config: Path | None, name: str | None, now: datetime | None, *, yes: bool
) -> None:
    """Put back what a run wrote, but for what was edited since; shows it first, and asks.

    Raises UsageFault where there is no such run or nobody can be asked, and BusyFault and WorkbookFault as a book does.
    """
    tracker = find_tracker(path, config, name)
    moment = tracker.moment(now)
    language = words(tracker.settings.language)
    texts = language["looking_back"]
    with tracker.alone(), closing(tracker.ledger()) as ledger:
        run = run_of(ledger, number)
        if run is None:
            raise UsageFault("there is no run {number}; 'closeloop runs' lists them", number=number)
        ledger.prepare()
        book = tracker.book(moment, complain)
        planned = _planned(ledger, run, book.read(), tracker, moment)
        show(*_undo_sections(planned, language))
        if not planned.plan.cells or not (yes or agreed_here(texts["really"], language)):
            return
        after = book.apply(planned.plan)
        new = ledger.record(moment, planned.plan, run.rows, run.findings, {}, after)
        ledger.undid(new, number)
    show(Flowing(texts["undone"].format(number=number, count=len(planned.plan), new=new), style="green"))
    show(Flowing(texts["again"]))


def _planned(ledger: Ledger, run: Run, snapshot: Snapshot, tracker: Tracker, now: datetime) -> Undo:
    places = tracker.settings.places
    tables = read_tables(snapshot, template(), places, now.date(), ledger.row_states())
    planned = undo(written_by(ledger, run.id), snapshot, tables, left_by(ledger, run.id))
    guard(planned.plan, snapshot, template(), places)
    return planned


def _undo_sections(planned: Undo, language: Words) -> list[RenderableType | None]:
    plan, texts = planned.plan, language["looking_back"]
    left = [
        texts[key].format(count=len(cells))
        for key, cells in (("edited", planned.edited), ("gone", planned.gone), ("numbers", planned.numbers))
        if cells
    ]
    return [
        Flowing(texts["puts_back"].format(count=len(plan)) if plan.cells else texts["nothing"], style="bold"),
        every_change(plan, language, template()) if plan.cells else None,
        *map(Flowing, left),
    ]


def _runs(runs: Sequence[Run], texts: Mapping[str, str]) -> Table:
    grid = listing(*(texts[key] for key in ("run", "moment", "rows", "findings", "changes")), "")
    for run in runs:
        note = texts["undid"].format(number=run.undid) if run.undid else ""
        figures = (
            (str(run.rows), str(run.findings), str(run.changes))
            if not run.undid
            else ("", "", str(run.changes))
        )
        add_row(grid, str(run.id), f"{run.moment:%Y-%m-%d %H:%M}", *figures, note)
    return grid


def _changes(written: Sequence[Written], language: Words) -> Table:
    texts = language["looking_back"]
    grid = listing(*(texts[key] for key in ("run", "moment", "row", "column", "was", "now")))
    heads = {key: column.heads[language.head] for key, column in written_columns(template()).items()}
    former = 0
    for each in written:
        run, moment = ("", "") if each.run == former else (str(each.run), f"{each.moment:%Y-%m-%d %H:%M}")
        former = each.run
        was, now = map(text_of, (each.was, each.now))
        add_row(
            grid,
            run,
            moment,
            each.row_id,
            heads.get(each.column, each.column),
            Flowing(was, style="dim"),
            Flowing(now),
        )
    return grid


def _machine(each: Written) -> dict[str, Any]:
    form = {
        **each._asdict(),
        "moment": each.moment.isoformat(),
        "was": plain(each.was),
        "now": plain(each.now),
    }
    return {"id" if key == "row_id" else key: value for key, value in form.items() if key != "row"}
