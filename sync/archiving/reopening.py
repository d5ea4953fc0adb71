"""An archived item comes back: its row below those of the table, with its meeting and topics where these are gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.table import Layout
from rules.wordlists import fold
from sheet_templates import Template, Words, normalise
from sync.archiving.cabinet import Drawer, Kept, value_of, without
from sync.archiving.content import Key, Said, labels
from sync.changes import AppendRow, PutTab
from sync.faults import UsageFault, WorkbookFault
from sync.snapshot import CellValue, Snapshot
from sync.tables import text_of

Filed = tuple[str, Drawer]
"""An archive tab, and the place of its workbook."""
_NUMBERS = {"actions": "id", "meetings": "id", "topics": "meeting_id"}


@dataclass(frozen=True)
class Found:
    """One archived row: the tab that it stands on, that tab's workbook, and the row."""

    place: str
    drawer: Drawer
    row: Kept


def find_item(number: str, kept: Sequence[Filed], template: Template) -> Found:
    """The archived item of a number, the one archived last where several bear it. Raises UsageFault without one."""
    found = _bearing("actions", number, kept, template)
    if not found:
        raise UsageFault(
            "there is no archived item {number!r}; look for it in the archive's tabs", number=number
        )
    return found[-1]


def with_meeting(
    item: Found, kept: Sequence[Filed], snapshot: Snapshot, layouts: Mapping[str, Layout], template: Template
) -> list[Found]:
    """The item, and its meeting with the topics where the sheet has the meeting no more."""
    number = value_of(item.row.said, "meeting_id", template.tables["actions"])
    if not number or "meetings" not in layouts or _stands("meetings", number, snapshot, layouts):
        return [item]
    meetings = _bearing("meetings", number, kept, template)
    topics = _bearing("topics", number, kept, template) if "topics" in layouts else []
    return [item, *meetings[-1:], *(topics if meetings else [])]


def _bearing(table: str, number: str, kept: Sequence[Filed], template: Template) -> list[Found]:
    wanted, columns = fold(number), template.tables[table]
    return [
        Found(place, drawer, row)
        for place, drawer in kept
        if drawer.table == table
        for row in drawer.rows
        if fold(value_of(row.said, _NUMBERS[table], columns)) == wanted
    ]


def _stands(table: str, number: str, snapshot: Snapshot, layouts: Mapping[str, Layout]) -> int | None:
    """The row on which a number stands in people's table."""
    layout = layouts[table]
    column = layout.columns.get(_NUMBERS[table])
    for row, cells in enumerate(snapshot.tab(layout.tab).rows, start=1):
        if (
            column
            and row > layout.header_row
            and column <= len(cells)
            and fold(text_of(cells[column - 1])) == fold(number)
        ):
            return row
    return None


def row_of(item: Found, snapshot: Snapshot, layouts: Mapping[str, Layout], template: Template) -> int | None:
    """Where the item stands in people's table already: a reopening that was cut short left it there.

    Raises WorkbookFault when it is another item that bears the number.
    """
    table = template.tables["actions"]
    number = value_of(item.row.said, "id", table)
    row = _stands("actions", number, snapshot, layouts)
    if row is None:
        return None
    layout = layouts["actions"]
    column = layout.columns.get("description", 0)
    cells = snapshot.tab(layout.tab).rows[row - 1]
    there = text_of(cells[column - 1]) if 0 < column <= len(cells) else ""
    if fold(there) != fold(value_of(item.row.said, "description", table)):
        raise WorkbookFault(
            "row {row} of {tab!r} bears the number {number} on another item; give that one a new number",
            row=row,
            tab=layout.tab,
            number=number,
        )
    return row


def appended(
    found: Sequence[Found],
    snapshot: Snapshot,
    layouts: Mapping[str, Layout],
    template: Template,
    words: Words,
) -> tuple[AppendRow, ...]:
    """The rows to be added; that of the item is open again. Raises WorkbookFault when a column is missing."""
    last = {key: len(snapshot.tab(layout.tab).rows) for key, layout in layouts.items()}
    rows = []
    for each in found:
        key = each.drawer.table
        layout = layouts[key]
        last[key] = max(last[key], layout.last_row) + 1
        said = each.row.said
        if key == "actions":
            said = _open_again(said, layout, template, words)
        number = value_of(each.row.said, _NUMBERS[key], template.tables[key])
        rows.append(AppendRow(layout.tab, last[key], number, _placed(said, key, snapshot, layout, template)))
    return tuple(rows)


def _open_again(said: Said, layout: Layout, template: Template, words: Words) -> Said:
    """Not done any more, or the next pass would archive it at once; what it was is noted as a remark, where the
    sheet has a column for remarks."""
    columns = template.tables["actions"].columns
    by_key = {key: label for label in said for key in columns if normalise(label) in columns[key].names}
    former = {key: text_of(said[by_key[key]]) if key in by_key else "—" for key in ("done", "verdict")}
    note = words["archive"]["was_closed"].format(**former)
    new = {
        label: value
        for label, value in said.items()
        if label not in {by_key.get("done"), by_key.get("verdict")}
    }
    started = list(dict.fromkeys(columns["status"].choices.values())).index("in_progress")
    if "status" in by_key:
        new[by_key["status"]] = columns["status"].shown_choices[started][words.head]
    remark = by_key.get("remark") or layout.headings.get("remark")
    if remark:
        new[remark] = f"{text_of(said[remark])}\n{note}" if remark in said else note
    return new


def _placed(
    said: Said, key: str, snapshot: Snapshot, layout: Layout, template: Template
) -> tuple[tuple[int, CellValue], ...]:
    """The values with the columns that they belong to now."""
    header = snapshot.tab(layout.tab).rows[layout.header_row - 1]
    width = max(len(header), layout.width)
    places = {name: place for place, name in enumerate(labels(header, width), start=1)}
    columns = template.tables[key].columns
    named = {
        name: layout.columns[each.key]
        for each in columns.values()
        if each.key in layout.columns
        for name in each.names
    }
    found: dict[int, CellValue] = {}
    for label, value in said.items():
        place = places.get(label) or named.get(normalise(label))
        if place:
            found[place] = value
        else:
            raise WorkbookFault(
                "the tab {tab!r} has no column {heading!r} for what is to come back from the archive; add it",
                tab=layout.tab,
                heading=label,
            )
    return tuple(sorted(found.items()))


def cleared(found: Sequence[Found], kept: Sequence[Filed], words: Words) -> dict[str, tuple[PutTab, ...]]:
    """The archive's tabs without these rows, by their workbook's place."""
    changed: dict[str, list[PutTab]] = {}
    for place, drawer in kept:
        gone = [each.row for each in found if (each.place, each.drawer.tab) == (place, drawer.tab)]
        if gone:
            changed.setdefault(place, []).append(without(drawer, gone, words))
    return {place: tuple(tabs) for place, tabs in changed.items()}


def released(found: Sequence[Found]) -> frozenset[tuple[str, Key]]:
    """The rows that may leave the archive, for the guard."""
    return frozenset((each.drawer.table, each.row.key) for each in found)
