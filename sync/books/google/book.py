"""A Google spreadsheet as a book: read it in one request, write while people type."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from sheet_templates import template
from sync.books.google.address import Json
from sync.books.google.leaving import leaving
from sync.books.google.obstacles import find_obstacles
from sync.books.google.reading import WHOLE, File, fingerprint, read_file
from sync.books.google.rounds import Rounds
from sync.books.google.rows import make_task
from sync.books.google.service import Sheets, UnsureError
from sync.books.google.tabs import put_tab
from sync.books.google.writing import Writing
from sync.books.memory import MemoryBook
from sync.changes import Plan, PutTab
from sync.faults import BusyFault, ChangedFault, WorkbookFault
from sync.finding_tables import TablePlace, find_layouts
from sync.snapshot import Snapshot


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
        """Rows merged with others, or named by a formula."""
        file = self._last or self._read_file()
        return find_obstacles(file, tab, rows)

    def check_writable(self) -> tuple[str, ...]:
        """Only a write tells."""
        return ()

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
        writings = list(self._writings(plan, file))
        try:
            Rounds(self._sheets, file, writings, lambda there: _tabs(plan, there)).carry_out()
        finally:
            self.repairs += sum(writing.repairs for writing in writings)
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

    def _writings(self, plan: Plan, file: File) -> Iterator[Writing]:
        """What each table is to become. Raises WorkbookFault when a change is in none."""
        tabs = {change.tab for change in plan if not isinstance(change, PutTab)}
        layouts = find_layouts(file.snapshot, template(), self._places)
        tables = {layout.tab: key for key, layout in layouts.items()}
        if not tabs <= tables.keys():
            raise WorkbookFault("the plan writes a tab that holds no table; please report it")
        spare = (number for number in count(1_000_003) if number not in file.ids)
        for tab in sorted(tabs):
            part, sheet, layout = _of_tab(plan, tab), file.sheets[tab], layouts[tables[tab]]
            # A new column moves the colours beside it, which then are not as they should be any more.
            as_read = sheet.tab.colours if part.columns else None
            rules = next((colours.rules for colours in part.colours), as_read)
            task = make_task(part, sheet, layout, tables[tab])
            gone = leaving(task, [row for removal in part.removals for row in removal.rows])
            token = f"{self._chance.getrandbits(40):010x}"
            yield Writing(file, task, rules, gone, part.rows, token, next(spare))


def _of_tab(plan: Plan, tab: str) -> Plan:
    """What a plan wants of one table's tab."""
    return Plan(
        plan.fingerprint,
        tuple(change for change in plan.columns if change.tab == tab),
        tuple(change for change in plan.cells if change.tab == tab),
        tuple(change for change in plan.colours if change.tab == tab),
        (),
        tuple(change for change in plan.removals if change.tab == tab),
        tuple(change for change in plan.rows if change.tab == tab),
    )


def _tabs(plan: Plan, file: File) -> list[Json]:
    return [request for put in plan.tabs for request in put_tab(file, put.content)]


def _left(file: File, plan: Plan) -> str:
    """The fingerprint that a reading will give if nobody else edits: where somebody does, a pass judges anew."""
    model = MemoryBook({tab.name: tab for tab in file.snapshot.tabs})
    model.apply(replace(plan, fingerprint=model.fingerprint()))
    return fingerprint(tuple(model.tabs.values()))
