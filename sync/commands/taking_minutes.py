"""The command import: minutes become rows of the action table, after somebody has looked at them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import RenderableType

from sheet_templates import Words, template, words
from sync.commands.judging import look_at
from sync.faults import UsageFault
from sync.importing.adding import guard_rows, rows_plan
from sync.importing.completing import Doubt, NewRow
from sync.importing.finding import found_rows
from sync.importing.reading import read_minutes
from sync.reports.meeting_rows import rows_of
from sync.terminal.asking import agreed_here
from sync.terminal.flowing import Flowing, add_row, listing
from sync.terminal.printing import show
from sync.tracker import find_tracker

_LIGHT = {Doubt.NO_STANDARD}


def import_minutes(
    file: Path,
    meeting: str,
    path: Path | None,
    config: Path | None,
    now: datetime | None,
    name: str | None = None,
    *,
    yes: bool,
) -> None:
    """Show the rows that minutes would give, and add them after a yes.

    Rows that the table has already in the same words are shown and not added. Raises UsageFault where nobody can be
    asked.
    """
    tracker = find_tracker(path, config, name)
    if tracker.spreadsheet:
        raise UsageFault("rows are added to Excel workbooks only; fill in a Google spreadsheet by hand")
    moment = tracker.moment(now)
    blocks = read_minutes(file)
    judged = look_at(tracker, moment)
    book, texts = judged.judgement.book, words(tracker.settings.language)
    of_meeting = rows_of(book, meeting)
    held = of_meeting.held_on or moment.date()
    rows = found_rows(blocks, book, held, [item["description"] for item in of_meeting.items])
    new = [row for row in rows if Doubt.THERE_ALREADY not in row.doubts]
    show(*_shown(rows, texts))
    if not new or not (yes or agreed_here(texts["import"]["ask"].format(count=len(new)), texts)):
        show(Flowing(texts["import"]["nothing_added"]))
        return
    layout = book.tables["actions"].layout
    called = str(of_meeting.meeting["id"] or of_meeting.meeting["name"])
    plan = rows_plan(judged.snapshot, layout, called, new)
    guard_rows(plan, judged.snapshot, layout, template().tables["actions"])
    tracker.book(moment).apply(plan)
    show(Flowing(texts["import"]["added"].format(count=len(new), tab=layout.tab, file=tracker.path.name)))


def _shown(rows: Sequence[NewRow], texts: Words) -> list[RenderableType]:
    said = texts["import"]
    if not rows:
        return [Flowing(said["none_found"])]
    heads = template().tables["actions"].columns
    shown_heads = (heads[key].heads[texts.head] for key in ("description", "owner", "department", "due"))
    grid = listing("", *shown_heads, said["unsure"])
    for number, row in enumerate(rows, start=1):
        doubts = said["between"].join(said[doubt] for doubt in row.doubts)
        style = "dim" if Doubt.THERE_ALREADY in row.doubts else ""
        shown = Flowing(doubts, style="yellow" if set(row.doubts) - _LIGHT else "dim")
        add_row(
            grid,
            str(number),
            *(Flowing(each, style=style) for each in (row.description, row.owner, row.department, row.due)),
            shown,
        )
    return [Flowing(said["found"].format(count=len(rows)), style="bold"), grid]
