"""Where rows stand once some have been removed: numbers, areas, lists of areas."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from sync.books.excel.references import LAST_ROW, area_name, area_of
from sync.snapshot import Area


@dataclass(frozen=True)
class Removal:
    """Rows of one worksheet that leave it, ascending from 1; those below move up."""

    rows: tuple[int, ...]

    @property
    def first(self) -> int:
        """The first row removed; nothing above it moves."""
        return self.rows[0]

    def holds(self, row: int) -> bool:
        """Whether the row is removed."""
        place = bisect_left(self.rows, row)
        return place < len(self.rows) and self.rows[place] == row

    def moved(self, row: int) -> int:
        """Where the row stands afterwards; for a removed one, where the next one kept will stand."""
        return row - bisect_left(self.rows, row)

    def area(self, area: Area) -> Area | None:
        """What is left of an area, None when all its rows go. An area down to the last row stays so."""
        first = self.moved(area.first_row)
        last = area.last_row - bisect_right(self.rows, area.last_row)
        if area.last_row == LAST_ROW:
            last = LAST_ROW
        return area._replace(first_row=first, last_row=last) if first <= last else None

    def reference(self, reference: str) -> str | None:
        """The same for a reference as ``ref`` attributes hold it; unchanged ones keep their spelling."""
        old = area_of(reference)
        new = self.area(old)
        return None if new is None else reference if new == old else area_name(new)

    def references(self, sqref: str) -> str:
        """A list of areas without those that are gone, the topmost first; '' when none is left."""
        kept = [found for found in map(self.reference, sqref.split()) if found]
        if kept and area_of(kept[0]).first_row > min(area_of(name).first_row for name in kept):
            kept.sort(key=area_of)
        return " ".join(kept)
