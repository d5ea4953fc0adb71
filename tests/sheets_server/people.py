"""What people do to a table, as edits that can be made on any copy of it: positions count from 0."""

from collections.abc import Callable
from typing import NamedTuple

from tests.sheets_server.grid import Bounds, Sheet, Spreadsheet, entered, shown


class Edit(NamedTuple):
    """One edit: its kind, and two numbers that say where, taken modulo what there is."""

    kind: str
    at: int
    to: int


class _Named:
    """People's columns: all of them, and those that edits mean."""

    def __init__(self, sheet: Sheet, header_row: int, theirs: list[int]) -> None:
        heads = {shown(sheet.cell(header_row, column)): column for column in theirs}
        self.all = theirs
        self.number, self.description, self.owner = heads["编号"], heads["行动项描述"], heads["负责人"]


def make(edit: Edit, book: Spreadsheet, header_row: int, theirs: list[int]) -> int:
    """Carry out an edit on the first tab; ``theirs`` are the columns of people. Gives how many columns came with it."""
    sheet = book.sheets[0]
    named = _Named(sheet, header_row, theirs)
    rows = _filled(sheet, header_row, [column for column in theirs if column != named.number])
    if edit.kind == "insert column":
        at = edit.at % (len(theirs) + 1)
        sheet.insert("COLUMNS", theirs[at] if at < len(theirs) else theirs[-1] + 1, 1)
        return 1
    if edit.kind == "rename tab":
        sheet.title = f"行动项{edit.at % 3}"
    elif edit.kind in _SORTS:
        columns = theirs if edit.kind == "sort narrow" else list(range(sheet.column_count))
        _sort(sheet, edit, header_row, named, columns)
    elif rows:
        _ON_ROWS[edit.kind](sheet, edit, rows, named)
    return 0


def columns_of_people(book: Spreadsheet, header_row: int, ours: frozenset[str], count: int) -> list[int]:
    """The first so many columns that do not bear a heading of the worker's."""
    sheet = book.sheets[0]
    return [
        column for column in range(sheet.column_count) if shown(sheet.cell(header_row, column)) not in ours
    ][:count]


def _filled(sheet: Sheet, header_row: int, theirs: list[int]) -> list[int]:
    """The rows below the header in which people say something, whether they have a number or not."""
    return [
        row
        for row in range(header_row + 1, len(sheet.rows))
        if any(shown(sheet.cell(row, column)) for column in theirs)
    ]


def _type(sheet: Sheet, edit: Edit, rows: list[int], named: _Named) -> None:
    column = [each for each in named.all if each != named.number][edit.to % (len(named.all) - 1)]
    sheet.put(rows[edit.at % len(rows)], column, entered(f"改{edit.at}.{edit.to}"))


def _clear_number(sheet: Sheet, edit: Edit, rows: list[int], named: _Named) -> None:
    sheet.put(rows[edit.at % len(rows)], named.number, None)


def _insert_row(sheet: Sheet, edit: Edit, rows: list[int], named: _Named) -> None:
    sheet.insert("ROWS", rows[edit.at % len(rows)], 1 + edit.to % 2)


def _delete_row(sheet: Sheet, edit: Edit, rows: list[int], named: _Named) -> None:
    row = rows[edit.at % len(rows)]
    sheet.delete("ROWS", row, row + 1)


def _move_row(sheet: Sheet, edit: Edit, rows: list[int], named: _Named) -> None:
    row = rows[edit.at % len(rows)]
    sheet.move("ROWS", row, row + 1, rows[edit.to % len(rows)])


def _copy_row(sheet: Sheet, edit: Edit, rows: list[int], named: _Named) -> None:
    """Copy a row, its number included, below the last."""
    row, last = rows[edit.at % len(rows)], rows[-1] + 1
    sheet.put_block(last, 0, sheet.block(Bounds(row, 0, row + 1, sheet.column_count)))


def _cut_paste(sheet: Sheet, edit: Edit, rows: list[int], named: _Named) -> None:
    """Cut what people say in a row and paste it two rows below the last: the worker's cells stay behind."""
    row, last = rows[edit.at % len(rows)], rows[-1] + 2
    for column in named.all:
        cell = sheet.cell(row, column)
        sheet.put(row, column, None)
        sheet.put(last, column, cell)


def _new_row(sheet: Sheet, edit: Edit, rows: list[int], named: _Named) -> None:
    last = rows[-1] + 1
    sheet.put(last, named.description, entered(f"新事项{edit.at}.{edit.to}"))
    sheet.put(last, named.owner, entered("李雷"))


def _sort(sheet: Sheet, edit: Edit, header_row: int, named: _Named, columns: list[int]) -> None:
    """Sort by the description, up or down; only these columns go with it."""
    sign = 1 if edit.at % 2 else -1

    def key(row: int) -> tuple[bool, list[int]]:
        text = str(shown(sheet.cell(row, named.description)) or "")
        return not text, [sign * ord(letter) for letter in text]

    rows = list(range(header_row + 1, len(sheet.rows)))
    lines = [[sheet.cell(row, column) for column in columns] for row in sorted(rows, key=key)]
    for row, line in zip(rows, lines, strict=True):
        for column, cell in zip(columns, line, strict=True):
            if cell or sheet.cell(row, column):
                sheet.put(row, column, cell)


_ON_ROWS: dict[str, Callable[[Sheet, Edit, list[int], _Named], None]] = {
    "type": _type,
    "clear number": _clear_number,
    "insert row": _insert_row,
    "delete row": _delete_row,
    "move row": _move_row,
    "copy row": _copy_row,
    "cut and paste": _cut_paste,
    "new row": _new_row,
}
_SORTS = ("sort", "sort narrow")
KINDS = (*_ON_ROWS, *_SORTS, "rename tab", "insert column")


def delete_our_column(book: Spreadsheet, header_row: int, at: int, headings: frozenset[str]) -> None:
    """People take one of the worker's columns out."""
    sheet = book.sheets[0]
    ours = [
        column for column in range(sheet.column_count) if shown(sheet.cell(header_row, column)) in headings
    ]
    if ours:
        column = ours[at % len(ours)]
        sheet.delete("COLUMNS", column, column + 1)
