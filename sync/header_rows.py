"""What heads each column: one row, or two with groups above (计划 | 实际 over 开始 | 完成), with cells merged as people do."""

from collections.abc import Iterator
from typing import NamedTuple

from sync.snapshot import Area, CellValue, Tab


class Heading(NamedTuple):
    """The text over a column, '' if none, and that of the group above it."""

    text: str
    group: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What the column may be known by: its group and text together before the text alone."""
        return (self.group + self.text, self.text) if self.group else (self.text,)


def headings(tab: Tab, row: int) -> tuple[Heading, ...]:
    """What heads each column if this is the header's last row (from 1).

    A column whose own cell is empty is headed by the cell above where both are merged, or where the row above
    has groups. A row above with one text alone is a title.
    """
    own, above = _cells(tab, row), _cells(tab, row - 1)
    upright = {
        area.first_column: area.first_row
        for area in tab.merged
        if _is_upright(area) and _below_top(area, row)
    }
    groups = dict(_groups(tab, row - 1, above)) if row > 1 else {}
    if not any(_text(own, position) for position in groups):
        groups = {}  # this is a row of values below a header with a wide cell
    width = max(len(own), len(above) if groups else 0, max(upright, default=0))
    found = []
    for position in range(1, width + 1):
        text = _text(own, position)
        if not text and position in upright:
            text = _text(_cells(tab, upright[position]), position)
        elif not text and groups and position not in groups:
            text = _text(above, position)
        found.append(Heading(text, groups.get(position, "") if text else ""))
    return tuple(found)


def shown(header: tuple[Heading, ...]) -> dict[int, str]:
    """The heading of each column as it is spoken of, by position from 1: with its group where its text stands twice."""
    texts = [heading.text for heading in header]
    return {
        position: f"{heading.group} {heading.text}".strip() if texts.count(heading.text) > 1 else heading.text
        for position, heading in enumerate(header, start=1)
        if heading.text
    }


def goes_on_below(tab: Tab, row: int) -> bool:
    """Whether a header ends in the next row only: cells are merged with it, and it holds nothing of its own."""
    merged = any(_is_upright(area) and _below_top(area, row + 1) for area in tab.merged)
    return merged and not any(cell not in (None, "") for cell in _cells(tab, row + 1))


def _groups(tab: Tab, row: int, cells: tuple[CellValue, ...]) -> Iterator[tuple[int, str]]:
    """The text of the group that each column of a row is in."""
    if sum(isinstance(cell, str) and bool(cell.strip()) for cell in cells) < 2:
        return
    for area in tab.merged:
        if area.first_row == row == area.last_row and area.last_column > area.first_column:
            text = _text(cells, area.first_column)
            yield from ((position, text) for position in range(area.first_column, area.last_column + 1))


def _is_upright(area: Area) -> bool:
    return area.first_column == area.last_column and area.last_row > area.first_row


def _below_top(area: Area, row: int) -> bool:
    return area.first_row < row <= area.last_row


def _cells(tab: Tab, row: int) -> tuple[CellValue, ...]:
    return tuple(tab.rows[row - 1]) if 1 <= row <= len(tab.rows) else ()


def _text(cells: tuple[CellValue, ...], position: int) -> str:
    cell = cells[position - 1] if position <= len(cells) else None
    return str(cell).strip() if cell is not None else ""
