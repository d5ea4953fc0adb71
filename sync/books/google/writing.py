"""Carries out a plan while people type: look again, write all in one batch, see what it met, put right what moved.

No request to Google can depend on what stands in a cell. A batch is refused where a column has been moved (``tags``);
where rows were, it is not. So it first copies what it is about to write over to a hidden tab, in the same cells, and
its reply shows numbers and headings beside what was written. A value that met another row or column than it was
meant for is known at once, and what stood there is put back from the copy.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sync.books.google import building, colours
from sync.books.google.address import LAST_COLUMN, Json, grid_range
from sync.books.google.marks import Mark, put_mark
from sync.books.google.placing import Misplaced, Write, describe, misplaced, place, put_back
from sync.books.google.reading import SHEET, WHOLE, File, Grid, Part, Sheet, read_file, read_parts
from sync.books.google.rows import (
    Task,
    Where,
    check_whole,
    find_table,
    heading_rows,
    id_of,
    numbers_at,
    said_at,
    whole,
)
from sync.books.google.service import Sheets, UnsureError
from sync.books.google.tags import lacking, put_tag, stands_still
from sync.changes import AddColumn
from sync.colours import LAST_ROW
from sync.faults import BusyFault, ChangedFault
from sync.snapshot import Area, CellValue, ColourRule, Tab

_TRIES = 12
_REFUSALS = 4
_MANY = 40
"""Stretches of rows; where there are more, one range is read that spans them all."""
_KEPT = "_closeloop"
_REPLY = f"replies.deleteConditionalFormatRule.rule,updatedSpreadsheet({SHEET})"


class _View(NamedTuple):
    """The table's sheet as it was just looked at, its conditional formats, and all of the file where that was read."""

    part: Part
    rules: Sequence[Json]
    file: File | None


@dataclass(frozen=True)
class _Batch:
    """A batch that was sent: what it wrote and removed (rows with their numbers), the columns that it made, where the
    table was and how many columns its sheet then had, and what the reply showed, counted as before the removal;
    None when no reply came."""

    token: str
    where: Where
    writes: Sequence[Write]
    removed: Mapping[int, str]
    fresh: frozenset[int]
    width: int
    shown: Grid | None = None


@dataclass
class Writing:
    """A plan for the action table on its way. ``rules`` are its colours, None where they stay; ``gone`` the numbers of
    rows to be taken out; ``more`` gives the requests for other tabs, which go along. ``token`` marks the batches;
    ``repairs`` counts those that put something right."""

    sheets: Sheets
    file: File
    task: Task
    rules: Sequence[ColourRule] | None
    gone: Sequence[str]
    more: Callable[[File], Sequence[Json]]
    token: str
    repairs: int = 0
    _damaged: list[Misplaced] = field(default_factory=list)
    _vanished: list[tuple[int, tuple[CellValue, ...]]] = field(default_factory=list)
    _foreign: list[tuple[int, Json]] = field(default_factory=list)
    _doubt: _Batch | None = None
    _made: Sheet | None = None
    _sent: int = 0
    _refused: int = 0

    def carry_out(self) -> None:
        """All of the plan. Raises ChangedFault when it does not fit any more, and BusyFault when the line breaks
        again and again, or people move rows faster than they can be found."""
        detail = ""
        for attempt in range(_TRIES):
            try:
                if self._attempt(first=attempt == 0):
                    return
                detail = ""
            except UnsureError as error:
                detail = str(error)
                self.sheets.pause(attempt)
        if detail:
            raise BusyFault(
                "Google Sheets cannot be reached now ({detail}); the next pass tries again", detail=detail
            )
        raise BusyFault("rows of the spreadsheet are being moved all the time; the next pass writes it")

    def _attempt(self, *, first: bool) -> bool:
        """One look and what follows from it. Whether all stands as it should."""
        view = self._look() if first else self._look_at_all()
        self._settle(view)
        where = find_table(self.task, view.part.grid)
        if bare := lacking(view.part.tags, _written(self.task, where.columns)):
            self.sheets.update(self._tagged(bare), (), "replies")
            return False
        if self._damaged or self._vanished or self._foreign:
            self.repairs += 1
            with suppress(ChangedFault):  # refused because the tab has just been renamed, say: look again
                self._put_right(view, where)
            return False
        missing = tuple(new for new in self.task.added if new.column not in where.columns)
        columns = {**where.columns, **{new.column: new.position for new in missing}}
        check_whole(self.task, where, columns, missing)
        placed = place(self.task, view.part.grid, where, columns, complete=not first)
        if placed.lost and (first or not placed.writes):
            raise ChangedFault(
                "rows without a number have changed since they were read; the next pass writes them"
            )
        structure = [*self._structure(view, where, missing), *self.more(view.file or self.file)]
        removed = self._removed(view, where)
        then = Where(where.header_row, columns)
        fresh, width = frozenset(new.position for new in missing), view.part.size[1] + len(missing)
        parts = building.portions(self.task.sheet.id, placed.writes)
        for number, pieces in enumerate(parts):
            last = number == len(parts) - 1
            changes = structure if number == 0 else []
            if not (changes or pieces or (last and removed)):
                continue
            writes = [write for piece in pieces for write in piece.writes]
            batch = _Batch(self._next_token(), then, writes, removed if last else {}, fresh, width)
            if not self._send(view, batch, changes, [piece.request for piece in pieces]):
                return False
            fresh = frozenset()
        return not placed.lost

    def _look(self) -> _View:
        """Header, numbers and the rows that have none, just before the write; columns that bear no tag yet, as in a
        table that was never written, are tagged by the same request."""
        task = self.task
        rows = heading_rows(task)
        areas = [Area(rows.start, 1, min(rows.stop - 1, task.sheet.size[0]), LAST_COLUMN)]
        if place_ := task.layout.columns.get("id"):
            areas.append(Area(1, place_, LAST_ROW, place_))
        areas += self._whole_rows(task.unnumbered, LAST_COLUMN)
        fields = SHEET + ",sheets.conditionalFormats" * (self.rules is not None)
        if bare := lacking(task.sheet.tags, _written(task, task.layout.columns)):
            ranges = building.reply_ranges(task.sheet.tab.name, areas)
            answer = self.sheets.update(self._tagged(bare), ranges, f"updatedSpreadsheet({fields})")
            answer = answer["updatedSpreadsheet"]
        else:
            filters = [{"gridRange": _open(grid_range(task.sheet.id, area))} for area in areas]
            answer = self.sheets.read_parts(filters, fields)
        part = read_parts(answer)[task.sheet.id]
        return _View(part, answer["sheets"][0].get("conditionalFormats", ()), None)

    def _tagged(self, columns: Mapping[str, int]) -> list[Json]:
        return [put_tag(self.task.sheet.id, key, column) for key, column in columns.items()]

    def _look_at_all(self) -> _View:
        file, self._made = read_file(self.sheets.read(WHOLE)), None
        found = next((sheet for sheet in file.sheets.values() if sheet.id == self.task.sheet.id), None)
        if found is None:
            raise ChangedFault("the table's tab was deleted since it was read; the next pass looks for it")
        return _View(whole(found), found.rules, file)

    def _whole_rows(self, rows: Sequence[int], width: int) -> list[Area]:
        groups = building.row_groups(rows)
        if len(groups) > _MANY:
            groups = [(groups[0][0], groups[-1][1])]
        return [Area(first, 1, last, width) for first, last in groups]

    def _structure(self, view: _View, where: Where, missing: Sequence[AddColumn]) -> Iterator[Json]:
        yield from building.new_columns(self.task.sheet, where.header_row, missing)
        yield from self._tagged({new.column: new.position for new in missing})
        if self.rules is None:
            return
        locale = self.file.locale
        size = view.part.size
        there = set(colours.read_colours(view.rules, size, locale))
        if view.file and not missing and there == set(self.rules):
            return
        ours = colours.our_rules(view.rules, locale)
        yield from colours.removed(self.task.sheet.id, ours)
        yield from colours.added(self.task.sheet.id, self.rules, len(view.rules) - len(ours), locale)

    def _removed(self, view: _View, where: Where) -> dict[int, str]:
        """The rows that are to go, wherever they are now, with their numbers."""
        if not self.gone:
            return {}
        wanted = frozenset(self.gone)
        found = {row: number for row, number in numbers_at(view.part.grid, where).items() if number in wanted}
        if len(set(found.values())) < len(found):
            raise ChangedFault("a row was copied with its number since it was read; the next pass writes it")
        return found

    def _send(self, view: _View, batch: _Batch, changes: Sequence[Json], cells: Sequence[Json]) -> bool:
        """Send a batch. Whether it met what it was meant for; otherwise it is in doubt, as it is when no reply comes."""
        kept = self._kept(view)
        sheet = self.task.sheet.id
        requests = [
            *self._still(view, batch),
            *self._keep(kept, view, batch),
            *changes,
            *building.kept_copies(sheet, kept.id, batch.writes, batch.fresh),
            *cells,
            *building.removals(sheet, kept.id, sorted(batch.removed), batch.width),
        ]
        self._doubt = batch
        self._sent += 1
        try:
            answer = self.sheets.update(requests, self._ranges(view, kept, batch), _REPLY)
        except ChangedFault:
            self._refused += 1
            if self._refused == _REFUSALS:
                raise
            return False  # look again: a column was moved, or the tab renamed
        shown, before = self._shown(answer, kept.id, batch)
        if self._met(answer, requests, batch, shown, before):
            self._doubt, self._made = None, _ready(kept, view, batch)
            return True
        self._doubt = replace(batch, shown=shown)
        return False

    def _still(self, view: _View, batch: _Batch) -> Iterator[Json]:
        """What refuses the batch when a column that it writes has been moved."""
        written = {write.column for write in batch.writes} - batch.fresh
        for column in sorted(written):
            if tag := next((tag for tag in view.part.tags if tag.column == column), None):
                yield stands_still(self.task.sheet.id, tag)

    def _shown(self, answer: Json, kept: int, batch: _Batch) -> tuple[Grid, Grid]:
        parts = read_parts(answer["updatedSpreadsheet"])
        shown = building.before_removal(sorted(batch.removed), parts[self.task.sheet.id].grid)
        return shown, parts[kept].grid if kept in parts else {}

    def _met(self, answer: Json, requests: Sequence[Json], batch: _Batch, shown: Grid, before: Grid) -> bool:
        foreign = [
            (request["deleteConditionalFormatRule"]["index"], reply["deleteConditionalFormatRule"]["rule"])
            for request, reply in zip(requests, answer.get("replies", ()), strict=False)
            if "deleteConditionalFormatRule" in request
            and not colours.is_ours(reply["deleteConditionalFormatRule"]["rule"], self.file.locale)
        ]
        self._foreign += foreign
        where = find_table(self.task, shown)
        place_ = where.columns.get("id", 0)
        kept_numbers = {row: id_of(before.get((row, place_))) for row in batch.removed}
        return (
            not foreign
            and where == batch.where
            and not misplaced(self.task, batch.writes, where, shown, before, batch.fresh)
            and kept_numbers == batch.removed
        )

    def _settle(self, view: _View) -> None:
        """Find out what a batch in doubt has done: whether it was carried out at all, and what it met."""
        batch, self._doubt = self._doubt, None
        if batch is None or view.file is None:
            return
        kept = view.file.kept.get(self.task.sheet.id)
        if kept is None or kept.mark is None or kept.mark.batch != batch.token:
            self._damaged += [write.origin for write in batch.writes if write.origin]
            return
        before = whole(kept).grid
        now = building.before_removal(sorted(batch.removed), view.part.grid)
        shown = now if batch.shown is None else batch.shown
        met = dict(shown)
        for write in batch.writes:
            at = (write.row, write.column)
            if write.column in batch.fresh:
                continue
            met.pop(at, None)
            if at in before:
                met[at] = before[at]
        where = find_table(self.task, met)
        bad = misplaced(self.task, batch.writes, where, met, before, batch.fresh)
        self._damaged += describe(bad, where, shown, before, kept.formulas)
        self._damaged += [write.origin for write in bad if write.origin]
        place_ = where.columns.get("id", 0)
        for row, number in batch.removed.items():
            if id_of(before.get((row, place_))) != number:
                self._vanished.append((row, said_at(before, row, self.task.theirs)))

    def _put_right(self, view: _View, where: Where) -> None:
        """What stood where our writes went astray stands there again, rows that were taken out by mistake included."""
        kept = self._kept(view)
        sheet, width = self.task.sheet.id, view.part.size[1]
        rows: list[Json] = []
        there = {said_at(view.part.grid, row, self.task.theirs) for row in range(1, view.part.size[0] + 1)}
        for row, says in sorted(self._vanished, key=lambda each: each[0]):
            if says in there:  # the line broke after it was put back
                continue
            rows += building.row_put_back(sheet, kept.id, min(row, view.part.size[0]), width)
        if rows:  # from the copies, before these are made anew
            self.sheets.update(rows, (), "replies")
            self._vanished.clear()
            return
        self._vanished.clear()
        rules = [
            {"addConditionalFormatRule": {"rule": rule, "index": min(index, len(view.rules))}}
            for index, rule in reversed(self._foreign)
            if rule not in view.rules
        ]
        # What a repair has met in its turn is undone first; what it hid is found in the next round.
        writes, hidden = put_back(self._damaged, where, view.part.grid)
        self._damaged = hidden if writes else []
        if writes or rules:
            cells = [piece.request for part in building.portions(sheet, writes) for piece in part]
            self._send(view, _Batch(self._next_token(), where, writes, {}, frozenset(), width), rules, cells)
        self._foreign.clear()

    def _kept(self, view: _View) -> Sheet:
        """The hidden tab for this table; one of an id that nobody has, where it is not there yet."""
        file = view.file or self.file
        known = self._made or file.kept.get(self.task.sheet.id)
        if known is not None:
            return known
        number = next(each for each in range(1_000_003, 1 << 31) if each not in file.ids)
        return Sheet(number, Tab(_kept_title(self.task.sheet.id), ()), (0, 0))

    def _keep(self, kept: Sheet, view: _View, batch: _Batch) -> Iterator[Json]:
        """Make the hidden tab ready: as large as the table's, empty, and marked with this batch."""
        rows, width = view.part.size[0], batch.width
        mark = kept.mark or Mark()
        if kept.mark is None:
            grid = {"rowCount": rows, "columnCount": width}
            made = {
                "sheetId": kept.id,
                "title": kept.tab.name,
                "hidden": True,
                "gridProperties": grid,
            }
            yield {"addSheet": {"properties": made}}
        else:
            for dimension, lacking in (("ROWS", rows - kept.size[0]), ("COLUMNS", width - kept.size[1])):
                if lacking > 0:
                    yield {"appendDimension": {"sheetId": kept.id, "dimension": dimension, "length": lacking}}
            yield {"updateCells": {"range": {"sheetId": kept.id}, "fields": "userEnteredValue"}}
        said = Mark(keeps=self.task.sheet.id, batch=batch.token, metadata=mark.metadata)
        yield put_mark(kept.id, said, new=kept.id)

    def _ranges(self, view: _View, kept: Sheet, batch: _Batch) -> list[str]:
        """What the reply shows: the header, all numbers, what was written, rows without a number, and what was kept
        of numbers and of what is put back."""
        rows = heading_rows(self.task)
        last = view.part.size[0]
        areas = [Area(rows.start, 1, min(rows.stop - 1, last), LAST_COLUMN)]
        if at := batch.where.columns.get("id"):
            areas.append(Area(1, at, LAST_ROW, at))
        areas += building.written_areas(batch.writes)
        areas += self._whole_rows(
            [write.row for write in batch.writes if write.wanted and not write.wanted.id], batch.width
        )
        careful = [write for write in batch.writes if write.key in {"id", ""}]
        kept_areas = list(building.written_areas(careful, batch.fresh))
        if batch.removed and at:
            kept_areas.append(Area(min(batch.removed), at, max(batch.removed), at))
        return building.reply_ranges(view.part.title, areas) + building.reply_ranges(
            kept.tab.name, kept_areas
        )

    def _next_token(self) -> str:
        return f"{self.token}-{self._sent}"


def _written(task: Task, columns: Mapping[str, int]) -> dict[str, int]:
    """Of ``columns`` those that are there already and that the plan writes."""
    wanted = {key for row in task.rows for key in row.cells}
    return {key: columns[key] for key in sorted(wanted) if key in task.headings and key in columns}


def _ready(kept: Sheet, view: _View, batch: _Batch) -> Sheet:
    """The hidden tab as a batch has left it."""
    size = max(kept.size[0], view.part.size[0]), max(kept.size[1], batch.width)
    mark = kept.mark or Mark(keeps=0, metadata=kept.id)
    return replace(kept, size=size, mark=mark)


def _kept_title(sheet: int) -> str:
    """The name of the hidden tab that serves a sheet."""
    return _KEPT if sheet == 0 else f"{_KEPT}_{sheet}"


def _open(place_: Json) -> Json:
    """A grid range without the ends that are those of any sheet."""
    ends = {"endColumnIndex": LAST_COLUMN}
    return {name: value for name, value in place_.items() if ends.get(name) != value}
