"""Finds the tables in a snapshot: on which tab, under which header row, which column is which."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rules.table import Layout
from sheet_templates import Template, TemplateTable, normalise
from sync.faults import WorkbookFault
from sync.header_rows import Heading, goes_on_below, headings, shown
from sync.snapshot import Snapshot, Tab

HEADER_WITHIN = 30
"""A header is looked for in the first rows only; below, a repeated header is a repeated header."""

_FEWEST = {"actions": 3, "meetings": 3, "topics": 3, "people": 2, "days": 2}


@dataclass(frozen=True)
class TablePlace:
    """Where the settings say that a table is: its tab, its header's row, and headings by column key."""

    tab: str | None = None
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Candidate:
    tab: Tab
    row: int
    columns: Mapping[str, int]


def find_layouts(
    snapshot: Snapshot, template: Template, places: Mapping[str, TablePlace]
) -> dict[str, Layout]:
    """The layout of each table that the workbook has, by key, in the template's order.

    Raises WorkbookFault when there is no action table, or more than one that could be it.
    """
    taken: set[str] = set()
    layouts = {}
    for key, table in template.tables.items():
        place = places.get(key, TablePlace())
        candidates = _all_candidates(snapshot, table, place, taken)
        if found := _choose(candidates, table):
            taken.add(found.tab.name)
            layouts[key] = _layout(found, table)
        elif key == "actions" or place.tab:
            raise _no_table(snapshot, table, place)
    return layouts


def tables_there(snapshot: Snapshot, template: Template, places: Mapping[str, TablePlace]) -> frozenset[str]:
    """Keys of the tables that the workbook has in any form, those in doubt included: a tab bears the table's
    name, or a header row names its columns."""
    there: set[str] = set()
    taken: set[str] = set()
    named = {normalise(tab.name) for tab in snapshot.tabs}
    for key, table in template.tables.items():
        candidates = _all_candidates(snapshot, table, places.get(key, TablePlace()), taken)
        found = candidates[:1] if key == "actions" else list(filter(None, [_choose(candidates, table)]))
        taken |= {each.tab.name for each in found}
        if found or table.names & named:
            there.add(key)
    return frozenset(there)


def _all_candidates(
    snapshot: Snapshot, table: TemplateTable, place: TablePlace, taken: Collection[str]
) -> list[_Candidate]:
    """What could be the table on people's tabs; those that closeloop generates hold none."""
    tabs = (tab for tab in snapshot.tabs if tab.name not in taken and tab.generated is None)
    return [each for tab in tabs for each in _candidates(tab, table, place)]


def _candidates(tab: Tab, table: TemplateTable, place: TablePlace) -> Iterator[_Candidate]:
    """The rows of a tab that could be the table's header: those that name most of its columns."""
    if place.tab not in {None, tab.name}:
        return
    rows = [place.header_row] if place.header_row else range(1, min(HEADER_WITHIN, len(tab.rows)) + 1)
    matched = {
        row: _match(headings(tab, row), table, place)
        for row in rows
        if row <= len(tab.rows) and (place.header_row or not goes_on_below(tab, row))
    }
    most = max(map(len, matched.values()), default=0)
    if most < _FEWEST[table.key]:
        return
    yield from (_Candidate(tab, row, columns) for row, columns in matched.items() if len(columns) == most)


def _match(header: Sequence[Heading], table: TemplateTable, place: TablePlace) -> dict[str, int]:
    """Column positions (from 1) by key: the first column that is headed by one of the key's headings."""
    wanted = {name: column.key for column in table.columns.values() for name in column.names}
    wanted |= {normalise(heading): key for key, heading in place.columns.items()}
    found: dict[str, int] = {}
    for position, heading in enumerate(header, start=1):
        keys = (wanted[name] for name in map(normalise, heading.names) if name in wanted)
        if heading.text and (key := next(keys, None)):
            found.setdefault(key, position)
    return found


def _choose(candidates: list[_Candidate], table: TemplateTable) -> _Candidate | None:
    """The one candidate: a tab of the table's name before one that only looks like it, and then a header with all
    that is compulsory before one with less.

    For the action table a doubt is a fault; for the others the best match is taken.
    """
    exact = [each for each in candidates if each.tab.name.strip() in table.heads]
    named = exact or [each for each in candidates if normalise(each.tab.name) in table.names]
    whole = [each for each in named or candidates if set(table.compulsory) <= set(each.columns)]
    if table.key != "actions":
        return max(named or whole, key=lambda each: len(each.columns), default=None)
    best = whole or named or candidates
    if len(best) > 1:
        raise WorkbookFault(
            "several header rows could be the action table's ({places}): "
            "name tab and header_row under [tables.{table}] in the settings",
            places=", ".join(f"{each.tab.name}!A{each.row}" for each in best[:5]),
            table=table.key,
        )
    return best[0] if best else None


def _no_table(snapshot: Snapshot, table: TemplateTable, place: TablePlace) -> WorkbookFault:
    if place.tab and place.tab not in {tab.name for tab in snapshot.tabs}:
        return WorkbookFault(
            "the workbook has no worksheet named {tab!r}: correct tab under [tables.{table}] in the settings",
            tab=place.tab,
            table=table.key,
        )
    # One text a language, in the order of LANGUAGES: each sentence takes its own.
    compulsory = [table.columns[key].heads for key in table.compulsory]
    headings = [comma.join(heads) for comma, *heads in zip(("、", "、", ", "), *compulsory, strict=True)]
    if place.tab:
        return WorkbookFault(
            "no row of the worksheet {tab!r} has headings such as {headings[2]}: "
            "correct [tables.{table}] in the settings",
            tab=place.tab,
            headings=headings,
            table=table.key,
        )
    return WorkbookFault(
        "there is no action table: no row has headings such as {headings[2]}; "
        "'closeloop init' writes an empty workbook",
        headings=headings,
    )


def _layout(found: _Candidate, table: TemplateTable) -> Layout:
    texts = shown(headings(found.tab, found.row))
    places: dict[str, list[int]] = {}
    for position, text in texts.items():
        places.setdefault(normalise(text), []).append(position)
    return Layout(
        tab=found.tab.name,
        header_row=found.row,
        columns=found.columns,
        headings={key: texts[position] for key, position in found.columns.items()},
        missing=tuple(key for key in table.compulsory if key not in found.columns),
        repeated={texts[where[0]]: tuple(where) for where in places.values() if len(where) > 1},
        last_row=_last_row(found.tab),
        width=max(texts),
    )


def _last_row(tab: Tab) -> int:
    for row in range(len(tab.rows), 0, -1):
        if any(cell not in (None, "") for cell in tab.rows[row - 1]):
            return row
    return 0
