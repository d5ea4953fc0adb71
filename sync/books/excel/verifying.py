"""Prove that a new package is the old one but for what was asked, before it replaces the old one."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, zip_longest

from sync.books.excel.comparing import compare_rows
from sync.books.excel.editing import Edited, Wanted
from sync.books.excel.looking import check_span
from sync.books.excel.markup import check, located, utf8
from sync.books.excel.package import Package, folded, open_package
from sync.books.excel.proofreading import proofread
from sync.books.excel.reading import Values
from sync.books.excel.references import cell_name
from sync.books.excel.refusal import RefusalError
from sync.books.excel.values import reads_as
from sync.books.excel.workbook import Sheet, read_workbook
from sync.snapshot import CellValue

_BLANK: tuple[CellValue, ...] = (None, "")
Rows = Sequence[Sequence[CellValue]]


def verify(old: Package, data: bytes, edited: Edited, former: Mapping[Sheet, Rows]) -> None:
    """Raise RefusalError when the new bytes differ from the old package in anything that was not asked.

    ``former`` holds the values of the edited sheets before the edit.
    """
    new = open_package(data)
    _check_parts(old, new, edited)
    workbook = read_workbook(new)
    values = Values(new)
    for sheet, wanted in edited.wanted.items():
        removal = edited.removals.get(sheet)
        ours = sheet in edited.generated or sheet.part in edited.added
        if not (removal or ours) and compare_rows(old, new, sheet, wanted, workbook.date1904):
            continue
        before, asked = former[sheet], wanted
        check_span(*_reach(before, asked))
        proofread(new.part(sheet.part))
        if removal:
            before = [cells for row, cells in enumerate(before, 1) if not removal.holds(row)]
            asked = {removal.moved(row): cells for row, cells in wanted.items() if not removal.holds(row)}
        _check_values(sheet, before, values.each_row(sheet), asked, workbook.date1904)


def _reach(before: Rows, asked: Wanted) -> tuple[int, int]:
    """How many rows and columns values may take up after the edit."""
    rows = max(len(before), max(asked, default=0))
    widths = chain(map(len, before), (max(cells, default=0) for cells in asked.values()))
    return rows, max(widths, default=0)


def _check_parts(old: Package, new: Package, edited: Edited) -> None:
    changed = {folded(name) for name in edited.changed}
    gone = {folded(name) for name in edited.removed}
    sheets = {folded(sheet.part) for sheet in edited.wanted}
    added = [folded(name) for name in edited.added]
    if list(new.entries) != [name for name in old.entries if name not in gone] + added:
        raise RefusalError(
            "could not be edited without harm (its parts are not the same), so nothing was written; "
            "please report it"
        )
    for name, info in new.entries.items():
        if name in sheets:
            continue
        if name in added:
            check(new.part(name))
        elif name in changed:
            part = new.part(name)
            check(part)
            if name.endswith(".rels") or name == "[content_types].xml":
                _check_entries(old.part(name), part, len(gone))
        elif old.record(old.entries[name]) != new.record(info) or old.entries[name].CRC != info.CRC:
            raise RefusalError(
                "could not be edited without harm (its part {part} changed), so nothing was written; "
                "please report it",
                part=name,
            )


def _check_entries(old: bytes, new: bytes, gone: int) -> None:
    """Relationships and content types may only lose what led to a removed part."""
    before, after = (
        {tuple(sorted(child.attributes.items())) for child in located(utf8(part)).children}
        for part in (old, new)
    )
    if len(before - after) > gone:
        raise RefusalError(
            "could not be edited without harm (relationships or content types were lost), "
            "so nothing was written; please report it"
        )


def _check_values(
    sheet: Sheet, before: Rows, after: Iterable[list[CellValue]], wanted: Wanted, date1904: bool
) -> None:
    for index, (old, new) in enumerate(zip_longest(before, after, fillvalue=())):
        asked = wanted.get(index + 1)
        if not asked and old == new:
            continue
        width = max(len(old), len(new), *(asked or ()))
        expected = [*old, *[None] * (width - len(old))]
        shown = [*new, *[None] * (width - len(new))]
        for position, value in (asked or {}).items():
            expected[position - 1] = value
        if expected != shown:
            _check_row(sheet, index + 1, expected, shown, asked or {}, date1904)


def _check_row(
    sheet: Sheet,
    row: int,
    expected: list[CellValue],
    shown: list[CellValue],
    asked: Mapping[int, CellValue],
    date1904: bool,
) -> None:
    for position, (want, got) in enumerate(zip(expected, shown, strict=True), 1):
        if want == got or (want in _BLANK and got in _BLANK):
            continue
        if position in asked and reads_as(want, got, date1904):
            continue
        raise RefusalError(
            "could not be edited without harm (cell {cell} of {tab!r} reads {value!r}), so nothing was written; "
            "please report it",
            cell=cell_name(row, position),
            tab=sheet.name,
            value=str(got)[:40],
        )
