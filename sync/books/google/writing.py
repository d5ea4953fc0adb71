"""Carries out a plan for one table while people type: write it in one batch, see what it met, put right what moved.

No request to Google can depend on what stands in a cell. A batch is refused where a column has been moved (``tags``);
where rows were, it is not. So it first copies what it is about to write over to a hidden tab, in the same cells, and
its reply shows numbers and headings beside what was written. A value that met another row or column than it was
meant for is known at once, and what stood there is put back from the copy.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sync.books.google import building, colours
from sync.books.google.address import LAST_COLUMN, Json
from sync.books.google.keeping import as_left, made_ready, new_keep
from sync.books.google.leaving import LeavingRows, Said
from sync.books.google.marks import Mark, put_mark
from sync.books.google.placing import Misplaced, Write, describe, misplaced, place, written_back
from sync.books.google.reading import File, Grid, Part, Sheet
from sync.books.google.rows import (
    Task,
    Where,
    check_headings,
    check_whole,
    find_table,
    heading_rows,
    whole,
)
from sync.books.google.rows_back import Vanished, heads_at, moved_columns, put_back
from sync.books.google.tags import lacking, put_tag, stands_still
from sync.changes import AddColumn, AppendRow
from sync.colours import LAST_ROW
from sync.faults import ChangedFault
from sync.snapshot import Area, ColourRule

_MANY = 40
"""Stretches of rows; where there are more, one range is read that spans them all."""


class View(NamedTuple):
    """The table's sheet as it was just looked at, its conditional formats, and all of the file where that was read."""

    part: Part
    rules: Sequence[Json]
    file: File | None


def view_of(file: File, sheet: Sheet) -> View:
    """A sheet of a file that was read whole."""
    return View(whole(sheet), sheet.rules, file)


@dataclass(frozen=True)
class _Batch:
    """A batch that was sent: what it wrote and removed (rows with what they say), the columns that it made, where the
    table was and how many columns its sheet then had, whether it added rows, and what the reply showed, counted as before the removal;
    None when no reply came."""

    token: str
    where: Where
    writes: Sequence[Write]
    removed: Mapping[int, Said]
    fresh: frozenset[int]
    width: int
    adds: bool = False
    shown: Grid | None = None


def _nothing() -> None:
    """Nothing to remember."""


@dataclass(frozen=True)
class Parcel:
    """What a table wants in one batch. ``sent`` is called when it goes, then ``refused`` when nothing of it was done,
    or ``met`` with the parts that the answer shows and its replies: whether it met what it was meant for."""

    requests: Sequence[Json]
    ranges: Sequence[str] = ()
    sent: Callable[[], None] = _nothing
    refused: Callable[[], None] = _nothing
    met: Callable[[Mapping[int, Part], Sequence[Json]], bool] = lambda _parts, _replies: True


@dataclass
class Writing:
    """A plan for one table on its way. ``rules`` are its colours, None where they stay; ``gone`` the rows to be
    taken out, ``appended`` the rows to be added. ``token`` marks the batches; ``spare`` is an id for the hidden
    tab where there is none yet; ``repairs`` counts the parcels that put something right."""

    file: File
    task: Task
    rules: Sequence[ColourRule] | None
    gone: LeavingRows
    appended: Sequence[AppendRow]
    token: str
    spare: int
    repairs: int = 0
    _damaged: list[Misplaced] = field(default_factory=list)
    _vanished: Vanished = field(default_factory=Vanished)
    _returning: str = ""
    _foreign: list[tuple[int, Json]] = field(default_factory=list)
    _doubt: _Batch | None = None
    _made: Sheet | None = None
    _sent: int = 0

    @property
    def astray(self) -> bool:
        """Whether something of people's has to be put right, or may have to be."""
        return bool(self._damaged or self._vanished.rows or self._foreign or self._doubt)

    def areas(self) -> list[Area]:
        """What has to be looked at just before the write: header, numbers and the rows that have none."""
        task = self.task
        rows = heading_rows(task)
        areas = [Area(rows.start, 1, min(rows.stop - 1, task.sheet.size[0]), LAST_COLUMN)]
        if place_ := task.layout.columns.get("id"):
            areas.append(Area(1, place_, LAST_ROW, place_))
        return areas + self._whole_rows([*task.unnumbered, *self.gone.rows], LAST_COLUMN)

    def tags(self) -> list[Json]:
        """The requests that tag columns which bore no tag when the file was read, as in a table never written."""
        return self._tagged(lacking(self.task.sheet.tags, self._relied_on(self.task.layout.columns)))

    def turn(self, view: View | None) -> tuple[list[Parcel], bool]:
        """What follows from a look, and whether all stands as it should once that has met what it was meant for.

        Raises ChangedFault when the plan does not fit any more.
        """
        if view is None:
            raise ChangedFault("the table's tab was deleted since it was read; the next pass looks for it")
        self._settle(view)
        where = find_table(self.task, view.part.grid)
        check_headings(self.task, where, view.part.grid, self._people_columns)
        if bare := lacking(view.part.tags, self._relied_on(where.columns)):
            return [Parcel(self._tagged(bare))], False
        if self.astray:
            self.repairs += 1
            return self._put_right(view, where), False
        missing = tuple(new for new in self.task.added if new.column not in where.columns)
        columns = {**where.columns, **{new.column: new.position for new in missing}}
        check_whole(self.task, where, columns, missing)
        placed = place(self.task, view.part.grid, where, columns, complete=view.file is not None)
        if placed.lost and (view.file is None or not placed.writes):
            raise ChangedFault(
                "rows without a number have changed since they were read; the next pass writes them"
            )
        structure = [*self._structure(view, where, missing), *self._rows_added(view, where)]
        grid = view.part.grid
        removed = self.gone.found(grid, where.header_row) if view.file else self.gone.unmoved(grid)
        if removed is None:
            return [], False
        then = Where(where.header_row, columns)
        fresh, width = frozenset(new.position for new in missing), view.part.size[1] + len(missing)
        parts = building.portions(self.task.sheet.id, placed.writes)
        parcels = []
        for number, pieces in enumerate(parts):
            last = number == len(parts) - 1
            changes = structure if number == 0 else []
            if not (changes or pieces or (last and removed)):
                continue
            writes = [write for piece in pieces for write in piece.writes]
            adds = bool(self.appended) and number == 0
            batch = _Batch(self._next_token(), then, writes, removed if last else {}, fresh, width, adds)
            parcels.append(self._parcel(view, batch, changes, [piece.request for piece in pieces]))
            fresh = frozenset()
        return parcels, not placed.lost

    @property
    def _people_columns(self) -> frozenset[int]:
        """The columns in which rows that are added have values."""
        return frozenset(column for row in self.appended for column, _ in row.values)

    def _relied_on(self, columns: Mapping[str, int]) -> dict[str, int]:
        """The columns that have to stay where they are: of ``columns`` those that are there already and that the plan
        writes, by key, and those of the rows that are added, by heading."""
        wanted = {key for row in self.task.rows for key in row.cells}
        written = {
            key: columns[key] for key in sorted(wanted) if key in self.task.headings and key in columns
        }
        theirs = {
            f"{at}.{self.task.texts[at]}": at for at in sorted(self._people_columns - {*written.values()})
        }
        return written | theirs

    def _rows_added(self, view: View, where: Where) -> Iterator[Json]:
        """Rows are inserted, never written over what is there: whatever people have put below the table meanwhile
        moves down."""
        moved = where.header_row - self.task.layout.header_row
        for number, row in enumerate(self.appended):
            at = min(row.row + moved, view.part.size[0] + number + 1)
            yield from building.new_row(self.task.sheet.id, at, row.values, at - 1 > where.header_row)
        if self.appended:
            last = max(row.row for row in self.appended)
            yield from building.taken_in(self.task.sheet, self.task.layout.header_row, last)

    def _tagged(self, columns: Mapping[str, int]) -> list[Json]:
        return [put_tag(self.task.sheet.id, key, column) for key, column in columns.items()]

    def _whole_rows(self, rows: Sequence[int], width: int) -> list[Area]:
        groups = building.row_groups(rows)
        if len(groups) > _MANY:
            groups = [(groups[0][0], groups[-1][1])]
        return [Area(first, 1, last, width) for first, last in groups]

    def _structure(self, view: View, where: Where, missing: Sequence[AddColumn]) -> Iterator[Json]:
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

    def _parcel(
        self,
        view: View,
        batch: _Batch,
        changes: Sequence[Json],
        cells: Sequence[Json],
        hidden: list[Misplaced] | None = None,
    ) -> Parcel:
        """A batch on its way; it is in doubt from when it is sent until its answer shows that it met its cells.
        ``hidden`` is what will still be astray then."""
        kept = self._kept(view)
        sheet, size = self.task.sheet.id, (view.part.size[0], batch.width)
        requests = [
            *self._still(view, batch),
            *made_ready(kept, size, sheet, batch.token),
            *changes,
            *building.kept_copies(sheet, kept.id, batch.writes, batch.fresh),
            *cells,
            *building.removals(sheet, kept.id, batch.where.header_row, sorted(batch.removed), batch.width),
        ]

        def sent() -> None:
            self._doubt, self._damaged = batch, hidden or []

        def refused() -> None:
            self._doubt = None
            self._damaged += [write.origin for write in batch.writes if write.origin]

        def met(parts: Mapping[int, Part], replies: Sequence[Json]) -> bool:
            self._foreign.clear()  # they were put back, if there were any
            self._done(batch)
            shown = building.before_removal(sorted(batch.removed), parts[sheet].grid)
            before = parts[kept.id].grid if kept.id in parts else {}
            if self._met(zip(requests, replies, strict=False), batch, shown, before):
                self._doubt, self._made = None, as_left(kept, size)
                self.gone = self.gone.without(batch.removed.values())
                return True
            self._doubt = replace(batch, shown=shown)
            return False

        return Parcel(requests, self._ranges(view, kept, batch), sent, refused, met)

    def _still(self, view: View, batch: _Batch) -> Iterator[Json]:
        """What refuses the batch when a column that it writes has been moved."""
        written = {write.column for write in batch.writes} - batch.fresh
        if batch.adds:
            written |= self._people_columns
        for column in sorted(written):
            if tag := next((tag for tag in view.part.tags if tag.column == column), None):
                yield stands_still(self.task.sheet.id, tag)

    def _met(self, answered: Iterable[tuple[Json, Json]], batch: _Batch, shown: Grid, before: Grid) -> bool:
        foreign = [
            (request["deleteConditionalFormatRule"]["index"], reply["deleteConditionalFormatRule"]["rule"])
            for request, reply in answered
            if "deleteConditionalFormatRule" in request
            and not colours.is_ours(reply["deleteConditionalFormatRule"]["rule"], self.file.locale)
        ]
        self._foreign += foreign
        where = find_table(self.task, shown)
        kept = {row: self.gone.said(before, row) for row in batch.removed}
        return (
            not foreign
            and where == batch.where
            and not misplaced(self.task, batch.writes, where, shown, before, batch.fresh)
            and kept == batch.removed
        )

    def _settle(self, view: View) -> None:
        """Find out what a batch in doubt has done: whether it was carried out at all, and what it met."""
        batch, self._doubt = self._doubt, None
        self._made = None if view.file else self._made
        if view.file is None:
            return
        kept = view.file.kept.get(self.task.sheet.id)
        if self._returning and kept and kept.mark and kept.mark.batch == self._returning:
            self._vanished = Vanished()
        if batch is None:
            return
        if kept is None or kept.mark is None or kept.mark.batch != batch.token:
            self._damaged += [write.origin for write in batch.writes if write.origin]
            return
        self._done(batch)
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
        wrong = tuple(row for row, says in batch.removed.items() if self.gone.said(before, row) != says)
        self._vanished = Vanished(wrong, heads_at(before, batch.where.header_row))
        self.gone = self.gone.without(says for row, says in batch.removed.items() if row not in wrong)

    def _put_right(self, view: View, where: Where) -> list[Parcel]:
        """What stood where our writes went astray stands there again, rows that were taken out by mistake included."""
        if self._vanished.rows:  # from the copies, before these are made anew
            return [self._rows_back(view, where)]
        sheet, width = self.task.sheet.id, view.part.size[1]
        self._foreign = [each for each in self._foreign if each[1] not in view.rules]
        rules = [
            {"addConditionalFormatRule": {"rule": rule, "index": min(index, len(view.rules))}}
            for index, rule in reversed(self._foreign)
        ]
        # What a repair has met in its turn is undone first; what it hid is found in the next round.
        writes, hidden = written_back(self._damaged, where, view.part.grid)
        if not (writes or rules):
            self._damaged.clear()
            return []
        cells = [piece.request for part in building.portions(sheet, writes) for piece in part]
        batch = _Batch(self._next_token(), where, writes, {}, frozenset(), width)
        return [self._parcel(view, batch, rules, cells, hidden if writes else [])]

    def _done(self, batch: _Batch) -> None:
        """A batch was carried out: the rows that it added are not to be added again."""
        if batch.adds:
            self.appended = ()

    def _rows_back(self, view: View, where: Where) -> Parcel:
        """Put back what was taken out by mistake. The hidden tab bears a new mark then, by which it is known to be
        done where the line breaks before the answer."""
        kept, sheet, token = self._kept(view), self.task.sheet.id, self._next_token()
        now = heads_at(view.part.grid, where.header_row)
        columns = moved_columns(self._vanished.heads, now, kept.size[1])
        size = view.part.size[0]
        mark = replace(kept.mark or Mark(), keeps=sheet, batch=token)
        requests = [
            *(stands_still(sheet, tag) for tag in view.part.tags),
            *put_back(sheet, kept.id, self._vanished.rows, size, columns),
            put_mark(kept.id, mark),
        ]

        def sent() -> None:
            self._returning = token

        def met(_parts: Mapping[int, Part], _replies: Sequence[Json]) -> bool:
            self._vanished = Vanished()
            return True

        return Parcel(requests, sent=sent, met=met)

    def _kept(self, view: View) -> Sheet:
        """The hidden tab for this table; one of an id that nobody has, where it is not there yet."""
        known = self._made or (view.file or self.file).kept.get(self.task.sheet.id)
        return known or new_keep(self.task.sheet.id, self.spare)

    def _ranges(self, view: View, kept: Sheet, batch: _Batch) -> list[str]:
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
        kept_areas += self._whole_rows([*batch.removed], batch.width)
        return building.reply_ranges(view.part.title, areas) + building.reply_ranges(
            kept.tab.name, kept_areas
        )

    def _next_token(self) -> str:
        self._sent += 1
        return f"{self.token}-{self._sent}"
