"""A Google spreadsheet as a book: read it in one request, write while people type."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rules.table import Layout
from sheet_templates import template
from sync.books.google.address import Json
from sync.books.google.obstacles import find_obstacles
from sync.books.google.reading import WHOLE, File, fingerprint, read_file
from sync.books.google.rows import id_of, make_task
from sync.books.google.service import Sheets, UnsureError
from sync.books.google.tabs import put_tab
from sync.books.google.writing import Writing
from sync.books.memory import MemoryBook
from sync.changes import Plan, PutTab
from sync.faults import BusyFault, ChangedFault, WorkbookFault
from sync.finding_tables import TablePlace, find_layouts
from sync.snapshot import Snapshot

_TRIES = 5


class GoogleBook:
    """A spreadsheet. ``repairs`` counts the writes after which something had to be put right."""

    def __init__(
        self,
        sheets: Sheets,
        places: Mapping[str, TablePlace] | None = None,
        chance: random.Random | None = None,
    ) -> None:
        """``places`` say where tables are that cannot be found by their headings; ``chance`` names the writes."""
        self.repairs = 0
        self._sheets = sheets
        self._places = places or {}
        self._chance = chance or random.SystemRandom()
        self._last: File | None = None
        self._unread: Snapshot | None = None

    def read(self) -> Snapshot:
        """All tabs as they are now; directly after ``fingerprint`` what that has read.

        Raises WorkbookFault when the spreadsheet is missing or not shared, SettingsFault when the account is not
        accepted, BusyFault when Google cannot be reached.
        """
        unread, self._unread = self._unread, None
        return unread or self._read()

    def fingerprint(self) -> str:
        """The fingerprint of the spreadsheet as it is now. It takes a reading, which the next ``read`` gives."""
        self._unread = self._read()
        return self._unread.fingerprint

    def obstacles(self, tab: str, rows: Sequence[int]) -> Mapping[int, str]:
        """Rows without a number of their own, merged with others, or named by a formula."""
        file = self._last or self._read_file()
        layout = find_layouts(file.snapshot, template(), self._places)["actions"]
        return find_obstacles(file, layout, tab, rows)

    def apply(self, plan: Plan) -> str:
        """Carry out the whole plan, each value beside its own row wherever people have moved that meanwhile.

        What fits into one request (some 2 MB) is done at once or not at all; a longer plan goes in parts, each of
        which is, and what a broken line leaves over is written by the next pass.

        Raises ChangedFault when columns, or rows that have no number yet, have changed since the plan was made.
        """
        if not len(plan):
            return plan.fingerprint
        file = self._last
        if file is None or file.snapshot.fingerprint != plan.fingerprint:
            raise ChangedFault("the spreadsheet has changed since it was read; the next pass writes it")
        table = {change.tab for change in plan if not isinstance(change, PutTab)}
        if table:
            self._write(plan, file, table)
        else:
            self._put_tabs(plan, file)
        return _left(file, plan)

    def add(self, requests: Sequence[Json]) -> None:
        """Make tabs that people will use, in one request. Raises ChangedFault when they do not fit any more."""
        try:
            self._sheets.update(requests, (), "replies")
        except UnsureError as error:
            raise BusyFault(
                "Google Sheets cannot be reached now ({detail}); the next pass tries again", detail=error
            ) from None

    @property
    def file(self) -> File:
        """The spreadsheet as it was last read."""
        return self._last or self._read_file()

    def _read(self) -> Snapshot:
        return self._read_file().snapshot

    def _read_file(self) -> File:
        self._last = read_file(self._sheets.read(WHOLE))
        return self._last

    def _write(self, plan: Plan, file: File, tabs: set[str]) -> None:
        """Table by table, the action table and the generated tabs last."""
        layouts = find_layouts(file.snapshot, template(), self._places)
        if not tabs <= {layout.tab for layout in layouts.values()}:
            raise WorkbookFault("the plan writes a tab that holds no table; please report it")
        written = sorted((key for key in layouts if layouts[key].tab in tabs), key="actions".__eq__)
        known = file
        for place, key in enumerate(written, start=1):
            part = _of_tab(plan, layouts[key].tab, last=place == len(written))
            self._write_table(part, file, known, key, layouts[key])
            if place < len(written):
                known = read_file(self._sheets.read(WHOLE))  # the write has made a hidden tab

    def _write_table(self, plan: Plan, file: File, known: File, key: str, layout: Layout) -> None:
        """``file`` is what the plan was made of, ``known`` what the file holds beside the table now."""
        sheet = file.sheets[layout.tab]
        # A new column moves the colours beside it, which then are not as they should be any more.
        as_read = sheet.tab.colours if plan.columns else None
        rules = next((colours.rules for colours in plan.colours), as_read)
        gone = [row for removal in plan.removals for row in removal.rows]
        numbers = [id_of(sheet.tab.rows[row - 1][layout.columns["id"] - 1]) for row in gone]
        token = f"{self._chance.getrandbits(40):010x}"
        task = make_task(plan, sheet, layout, key)
        writing = Writing(self._sheets, known, task, rules, numbers, lambda there: _tabs(plan, there), token)
        try:
            writing.carry_out()
        finally:
            self.repairs += writing.repairs

    def _put_tabs(self, plan: Plan, file: File) -> None:
        """Generated tabs alone: what is there already is not made again."""
        detail = ""
        for attempt in range(_TRIES):
            requests = _tabs(plan, file)
            if not requests:
                return
            try:
                self._sheets.update(requests, (), "replies")
                return
            except UnsureError as error:
                detail = str(error)
                self._sheets.pause(attempt)
                file = read_file(self._sheets.read(WHOLE))
        raise BusyFault(
            "Google Sheets cannot be reached now ({detail}); the next pass tries again", detail=detail
        )


def _of_tab(plan: Plan, tab: str, *, last: bool) -> Plan:
    """What a plan wants of one table's tab; generated tabs go with the ``last`` table."""
    return Plan(
        plan.fingerprint,
        tuple(change for change in plan.columns if change.tab == tab),
        tuple(change for change in plan.cells if change.tab == tab),
        tuple(change for change in plan.colours if change.tab == tab),
        plan.tabs if last else (),
        tuple(change for change in plan.removals if change.tab == tab),
    )


def _tabs(plan: Plan, file: File) -> list[Json]:
    return [request for put in plan.tabs for request in put_tab(file, put.content)]


def _left(file: File, plan: Plan) -> str:
    """The fingerprint that a reading will give if nobody else edits: where somebody does, a pass judges anew."""
    model = MemoryBook({tab.name: tab for tab in file.snapshot.tabs})
    model.apply(replace(plan, fingerprint=model.fingerprint()))
    return fingerprint(tuple(model.tabs.values()))
