"""Brings the rows of several worksheets together as one list, for a new workbook of the template's tabs. Pure.

What people wrote stays as it is: values keep their types, a formula is carried as what it shows, and columns that mean
nothing to the template are carried under their own headings. Only a text that reads as an error (#N/A) becomes one.
Two worksheets may each have numbered their rows; such numbers are carried as they are and named, for people have told
them to others, and only people know which row is to have another (S002 asks for it at both).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from rules.table import Layout
from rules.wordlists import plain
from sheet_templates import LANGUAGES, Column, Template, Words
from sync.header_rows import headings, shown
from sync.mapping import TableMapping
from sync.snapshot import CellValue, Snapshot, Tab
from sync.tables import kept_rows, text_of

Row = Mapping[str, CellValue]
"""One row: values by column key, of the template's columns and of people's own."""

_OWN = "own:"
_NARROWEST, _WIDEST = 10, 34  # characters


@dataclass(frozen=True)
class Sheet:
    """What one worksheet gives to one table.

    ``rows`` are its rows by column key, ``own`` the headings of the columns that the template does not have, by key.
    ``formulas`` counts the cells that held one, ``empty`` those of them that show nothing. ``left`` are the rows below
    the header that say something and are none of the table's: totals, notes.
    """

    tab: str
    table: str
    rows: tuple[Row, ...]
    own: Mapping[str, str]
    formulas: int
    empty: int
    left: tuple[int, ...]


@dataclass(frozen=True)
class Gathered:
    """All worksheets that were gathered, in their order, and the names of those that were not."""

    sheets: tuple[Sheet, ...]
    others: tuple[str, ...]

    @property
    def rows(self) -> Mapping[str, Sequence[Row]]:
        """All rows by table."""
        found: dict[str, list[Row]] = {}
        for sheet in self.sheets:
            found.setdefault(sheet.table, []).extend(sheet.rows)
        return found

    @property
    def own(self) -> Mapping[str, Sequence[Column]]:
        """The columns by table that only people know; where two worksheets have the same heading, they are one."""
        found: dict[str, dict[str, str]] = {}
        for sheet in self.sheets:
            columns = found.setdefault(sheet.table, {})
            for key, heading in sheet.own.items():
                columns.setdefault(key, heading)
        rows = self.rows
        return {
            table: [
                _column(key, heading, (row.get(key) for row in rows[table])) for key, heading in own.items()
            ]
            for table, own in found.items()
        }

    @property
    def clashes(self) -> Mapping[str, Sequence[str]]:
        """The numbers of action items that stand in several worksheets, with these."""
        found: dict[str, dict[str, None]] = {}
        for sheet in self.sheets:
            if sheet.table == "actions":
                for row in sheet.rows:
                    found.setdefault(text_of(row.get("id")), {})[sheet.tab] = None
        return {number: (*tabs,) for number, tabs in found.items() if number and len(tabs) > 1}


def gather(
    snapshot: Snapshot,
    mappings: Sequence[TableMapping],
    departments: Collection[str],
    template: Template,
    words: Words,
) -> Gathered:
    """The rows of these tables, worksheet by worksheet. ``departments`` are the worksheets whose name is written where
    an item has no department. Each item has its worksheet's name in a column of its own as well."""
    order = [tab.name for tab in snapshot.tabs]
    sheets = tuple(
        _sheet(snapshot.tab(mapping.tab), mapping, mapping.tab in departments, template, words)
        for mapping in sorted(mappings, key=lambda each: order.index(each.tab))
    )
    taken = {sheet.tab for sheet in sheets}
    return Gathered(sheets, tuple(name for name in order if name not in taken))


def layout_of(mapping: TableMapping, tab: Tab) -> Layout:
    """Where a table that was proposed sits on its tab."""
    return Layout(
        mapping.tab,
        mapping.header_row,
        {match.key: match.position for match in mapping.matches},
        {match.key: match.heading for match in mapping.matches},
        last_row=len(tab.rows),
    )


def _sheet(tab: Tab, mapping: TableMapping, is_department: bool, template: Template, words: Words) -> Sheet:
    table = template.tables[mapping.table]
    kept = kept_rows(tab, table, layout_of(mapping, tab))
    known = {match.position: match.key for match in mapping.matches}
    used = {_key(column.heads[words.head]) for column in table.columns.values()}
    own = _own_headings(tab, mapping, kept, used, words["gather"])
    keys = known | {position: _key(heading) for position, heading in own.items()}
    rows = [_values(tab, row, keys) for row in kept]
    columns = {_key(heading): heading for heading in own.values()}
    if mapping.table == "actions":
        origin = words["gather"]["origin"]
        columns = {_key(origin): origin} | columns
        rows = [_filled(row, _key(origin), tab.name) for row in rows]
        if is_department:
            at = {key: position for position, key in known.items()}.get("department", 0)
            rows = [
                values if _is_taken(tab, row, at) else _filled(values, "department", tab.name)
                for row, values in zip(kept, rows, strict=True)
            ]
    formulas = [place for row in kept for place in _formulas(tab, row)]
    return Sheet(
        tab.name,
        mapping.table,
        tuple(rows),
        columns,
        len(formulas),
        sum(_value(tab, *place) is None for place in formulas),
        tuple(_left(tab, mapping.header_row, kept)),
    )


def _own_headings(
    tab: Tab, mapping: TableMapping, kept: Sequence[int], used: Collection[str], texts: Mapping[str, str]
) -> Mapping[int, str]:
    """What the columns are called that the template does not have, by position. One without a heading is called by its
    letter, if it holds anything; a heading that the template has too (``used``), or that stands again in the same
    worksheet, is numbered."""
    heads = shown(headings(tab, mapping.header_row))
    known = {match.position for match in mapping.matches}
    filled = {
        at for row in kept for at, cell in enumerate(tab.rows[row - 1], start=1) if cell not in (None, "")
    }
    taken = {*used, *(_key(heads[position]) for position in known)}
    found: dict[int, str] = {}
    for position in sorted((heads.keys() | filled) - known):
        name = _numbered(heads.get(position) or texts["unheaded"].format(letter=_letter(position)), taken)
        found[position] = name
        taken.add(_key(name))
    return found


def _numbered(heading: str, taken: Collection[str]) -> str:
    number, name = 1, heading
    while _key(name) in taken:
        number += 1
        name = f"{heading} {number}"
    return name


def _key(heading: str) -> str:
    """The key of a column of people's own: the same for headings that differ in script, width, case or blanks alone."""
    return _OWN + "".join(plain(heading).split())


def _letter(position: int) -> str:
    before, last = divmod(position - 1, 26)
    return (_letter(before) if before else "") + chr(ord("A") + last)


def _values(tab: Tab, row: int, keys: Mapping[int, str]) -> Row:
    """The values of a row by key, all keys there. Of merged cells the first alone has one, as for whoever reads it."""
    return {key: _value(tab, row, position) for position, key in keys.items()}


def _value(tab: Tab, row: int, position: int) -> CellValue:
    """What a cell shows; None where it is empty."""
    cells = tab.rows[row - 1]
    value = cells[position - 1] if position <= len(cells) else None
    return tab.errors.get((row, position)) or (None if value == "" else value)


def _filled(values: Row, key: str, text: str) -> Row:
    """The row with a text in a column where it has nothing."""
    return values if text_of(values.get(key)) else {**values, key: text}


def _is_taken(tab: Tab, row: int, position: int) -> bool:
    """Whether an empty cell is none: a formula shows nothing there, or it is part of a merged area."""
    held = any(area.holds(row, position) for area in tab.merged)
    return position > 0 and (held or (row, position) in tab.formulas)


def _formulas(tab: Tab, row: int) -> Iterator[tuple[int, int]]:
    width = len(tab.rows[row - 1])
    return ((row, position) for position in range(1, width + 1) if (row, position) in tab.formulas)


def _left(tab: Tab, header_row: int, kept: Sequence[int]) -> Iterator[int]:
    taken = set(kept)
    for row, cells in enumerate(tab.rows[header_row:], start=header_row + 1):
        if row not in taken and any(text_of(cell) for cell in cells):
            yield row


def _column(key: str, heading: str, values: Iterable[CellValue]) -> Column:
    """A column of people's own, as wide as its longest text within limits."""
    longest = max(map(_units, (heading, *(text_of(value) for value in values))), default=0)
    return Column(
        key=key,
        heads=(heading,) * len(LANGUAGES),
        names=frozenset(),
        type="text",
        owner="people",
        width=min(_WIDEST, max(_NARROWEST, longest)),
        must=False,
        hidden=False,
        optional=False,
        past=False,
        choices={},
        shown_choices=(),
    )


def _units(text: str) -> int:
    """How many Latin letters are as wide as a text's widest line."""
    lines = text.split("\n")
    return max(sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line) for line in lines)
