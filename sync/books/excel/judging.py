"""Whether formulas, links and covered areas allow a row to be removed from the worksheet in question."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sync.books.excel.coverage import Coverage
from sync.books.excel.formulas import Formula, Reference, parse_formula
from sync.books.excel.reasons import Block, Reason, above, everything
from sync.books.excel.references import LAST_ROW
from sync.books.excel.tables import Table

_COMPUTING = frozenset({"INDIRECT", "EVALUATE"})
_BY_POSITION = frozenset({"ROW", "ROWS", "CELL", "ADDRESS"})
_SUMMING = frozenset({"SUM", "COUNT", "COUNTA", "MAX", "MIN", "AVERAGE"})
_LINKING = "HYPERLINK"


@dataclass(frozen=True)
class Question:
    """The worksheet that rows are to leave, and what formulas may call it.

    ``tables`` are its own by name in small letters. ``filled`` gives those of the rows in question that
    hold a value in the columns from the first to the last given.
    """

    sheet: str
    tables: Mapping[str, Table]
    filled: Callable[[int, int], Sequence[int]]

    def meant(self, reference: Reference, at_home: bool) -> bool:
        """Whether the reference leads to the worksheet; ``at_home`` for a formula that stands on it."""
        return reference.sheet == self.sheet or (at_home and not reference.sheet)

    def formula(
        self, formula: Formula, reason: Reason, at_home: bool = False, own_row: int = 0
    ) -> Iterator[Block]:
        """Blocks by one formula. References from ``own_row`` to itself move with it and block nothing."""
        mine = [reference for reference in formula.references if self.meant(reference, at_home)]
        if _is_computed(formula, bool(mine)):
            yield everything(Reason.COMPUTED)
        if at_home and formula.functions & _BY_POSITION:
            yield above(own_row - 1 if own_row else LAST_ROW, Reason.POSITION)
        for reference in mine:
            yield from self._reference(reference, formula, reason, own_row)
        for named in formula.tables:
            table = self.tables.get(named.name)
            if not named.name and at_home and not named.this_row:
                yield everything(reason)
            elif table is not None and not (named.this_row and at_home):
                yield above(table.area.last_row, reason)
        # A table's bare name means all its data.
        for name in formula.names & self.tables.keys():
            yield above(self.tables[name].area.last_row, reason)

    def _reference(
        self, reference: Reference, formula: Formula, reason: Reason, own_row: int
    ) -> Iterator[Block]:
        if not reference.rows:
            if formula.functions and formula.functions <= _SUMMING:
                for row in self.filled(*reference.columns):
                    yield Block(row, row, Reason.COLUMN)
            else:
                yield everything(Reason.COLUMN if reason is Reason.FORMULA else reason)
        elif not own_row or any(mark.number != own_row for mark in reference.rows):
            yield above(max(mark.number for mark in reference.rows), reason)

    def coverage(self, coverage: Coverage, reason: Reason) -> Iterator[Block]:
        """Blocks by a conditional format or validation of the worksheet itself."""
        areas = coverage.areas
        if not areas:
            yield everything(Reason.UNKNOWN)
            return
        top, last = min(area.first_row for area in areas), max(area.last_row for area in areas)
        left = min(area.first_column for area in areas)
        steady = areas[0].first_row == top and all(area.first_column == left for area in areas)
        for _, formula in coverage.formulas:
            reaches = self._relative(formula, reason, top, last)
            yield from reaches
            mine = [reference for reference in formula.references if self.meant(reference, True)]
            moving = any(not mark.fixed for reference in mine for mark in reference.rows)
            sliding = any(not reference.fixed_columns for reference in formula.references)
            if (moving and areas[0].first_row != top) or (sliding and len(areas) > 1 and not steady):
                yield above(last, reason)
            yield from self._elsewhere(formula, reason)

    def _relative(self, formula: Formula, reason: Reason, top: int, last: int) -> list[Block]:
        """References relative to the topmost left cell: to its own row they follow each cell of the areas."""
        found: list[Block] = []
        for reference in formula.references:
            if not self.meant(reference, True):
                if any(not mark.fixed for mark in reference.rows):
                    found.append(above(last, reason))  # rows of another sheet, paired with rows of this one
                continue
            ends = [mark.number for mark in reference.rows]
            if all(mark.fixed for mark in reference.rows):
                found += [above(max(ends), reason)] if ends else []
            elif any(mark.fixed or mark.number != top for mark in reference.rows):
                down = max(max(ends) - top, 0)
                found.append(above(min(LAST_ROW, last + down), reason))
        return found

    def _elsewhere(self, formula: Formula, reason: Reason) -> Iterator[Block]:
        if _is_computed(formula, any(self.meant(reference, True) for reference in formula.references)):
            yield everything(Reason.COMPUTED)
        for named in formula.tables:
            if not named.this_row and (not named.name or named.name in self.tables):
                yield everything(reason)

    def link(self, location: str, at_home: bool) -> Iterator[Block]:
        """Blocks by a hyperlink's place in the workbook: the row that it leads to has to stay."""
        target = parse_formula(location.removeprefix("#"))
        for reference in target.references:
            if self.meant(reference, at_home) and reference.rows:
                ends = [mark.number for mark in reference.rows]
                yield Block(min(ends), max(ends), Reason.LINK)


def _is_computed(formula: Formula, mine: bool) -> bool:
    """Whether it works out what it refers to, and that could be on the worksheet in question."""
    if formula.unsure or formula.functions & _COMPUTING:
        return True
    if formula.computed and (mine or not formula.references):
        return True
    if "OFFSET" in formula.functions and (mine or formula.names or formula.tables):
        return True
    return _LINKING in formula.functions and "#" in formula.text
