"""Prove of a large worksheet that its rows are the former ones but for the cells that were asked for.

Both are unpacked some rows at a time, so that neither is held whole. It is a proof of bytes: styles, formulas
and attributes of people's cells are seen as well as their values.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from sync.books.excel.ahead import ahead
from sync.books.excel.markup import check
from sync.books.excel.package import Package
from sync.books.excel.proofreading import columns_rise
from sync.books.excel.references import cell_name, column_number
from sync.books.excel.refusal import RefusalError
from sync.books.excel.values import reads_as
from sync.books.excel.workbook import Sheet
from sync.snapshot import CellValue

LARGE = 8 << 20
"""Bytes of a worksheet that is worth the trouble."""
_CELLS = re.compile(rb"<sheetData\s*>")
_CLOSE = b"</row>"
_ROW = re.compile(rb' r="[0-9]{1,7}"((?:\s[^<>"]*"[^"<>]*")*\s*)(?:/>|>(.*)</row>)', re.DOTALL)
_SPANS = re.compile(rb'\s+spans="[0-9: ]*"')
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^<>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_BEGINNING = b'<c r="'
_KIND = re.compile(rb'\st="([^"]*)"')
_TEXT = re.compile(rb'<is><t(?: xml:space="preserve")?>([^<]*)</t></is>')
_NUMBER = re.compile(rb"<v>([-+.0-9eE]+)</v>")
_ESCAPED = re.compile(r"_x([0-9A-F]{4})_")

Asked = Mapping[int, CellValue]
Cells = Mapping[int, tuple[bytes, bytes]]
"""By column: the cell's attributes and its content."""


class _UnlikeOthersError(Exception):
    """Something is written as few programs do: the look at the whole has to tell."""


def compare_rows(
    old: Package, new: Package, sheet: Sheet, wanted: Mapping[int, Asked], date1904: bool
) -> bool:
    """Whether the worksheet could be compared so; where not, it has to be looked at as a whole.

    ``wanted`` has by row and column the values that were asked for. Raises RefusalError for the first cell that is
    neither the former one nor as asked, and RefusalError or expat.ExpatError where what is new is not well-formed.
    """
    if max(old.size(sheet.part), new.size(sheet.part)) < LARGE:
        return False
    former, current = _Unpacked(old.pieces(sheet.part)), _Unpacked(new.pieces(sheet.part))
    try:
        _Comparison(sheet.name, wanted, date1904).run(former.rows(), current.rows_in_order())
    except _UnlikeOthersError:
        return False
    check(current.around)
    return True


@dataclass
class _Unpacked:
    """A worksheet that is unpacked piece by piece. ``around`` is what stands around its rows, once these are through."""

    pieces: Iterable[bytes]
    around: bytes = b""

    def rows(self) -> Iterator[bytes]:
        """Each row element without its ``<row``."""
        for chunk in self._chunks():
            yield from _row_texts(chunk)

    def rows_in_order(self) -> Iterator[bytes]:
        """The same, and the columns of each rise."""
        for chunk in self._chunks():
            if not columns_rise(chunk):
                raise _UnlikeOthersError
            yield from _row_texts(chunk)

    def _chunks(self) -> Iterator[bytes]:
        """Some whole row elements at a time, among which there are only elements and text."""
        rest, begun = b"", False
        for piece in ahead(self.pieces):
            text = rest + piece
            if not begun:
                start = _CELLS.search(text)
                if not start:
                    rest = text
                    continue
                self.around, text, begun = text[: start.end()], text[start.end() :], True
            if b"<!" in text or b"<?" in text:
                raise _UnlikeOthersError
            rows, close, rest = text.rpartition(_CLOSE)
            yield rows + close
        if not begun or b"<row" in rest:
            raise _UnlikeOthersError
        self.around += rest


@dataclass
class _Comparison:
    tab: str
    wanted: Mapping[int, Asked]
    date1904: bool
    _proven: set[tuple[tuple[bytes, ...], bytes, int]] = field(default_factory=set)
    """What was found to be as asked: many rows get the same cells."""

    def run(self, former: Iterator[bytes], current: Iterator[bytes]) -> None:
        waiting = {row for row, asked in self.wanted.items() if not _all_blank(asked)}
        old, last = next(former, b""), 0
        for new in current:
            number = _number(new)
            if number <= last:
                raise _UnlikeOthersError
            last = number
            asked = self.wanted.get(number)
            if asked is None and new == old:
                old = next(former, b"")
                continue
            waiting.discard(number)
            there = bool(old) and _number(old) == number
            self._check_row(number, old if there else b' r="%d"></row>' % number, new, asked or {})
            if there:
                old = next(former, b"")
        if old:
            raise self._harm(_number(old), 1, None)
        if waiting:
            row = min(waiting)
            raise self._harm(row, min(self.wanted[row]), None)

    def _check_row(self, number: int, old: bytes, new: bytes, asked: Asked) -> None:
        kept = old.removesuffix(_CLOSE)
        grown = new.startswith(kept) and new.endswith(_CLOSE)
        if grown and self._appended(number, kept, new[len(kept) :], asked):
            return
        (former, before), (attributes, after) = _parsed(old), _parsed(new)
        if _SPANS.sub(b"", former) != _SPANS.sub(b"", attributes):
            raise self._harm(number, min(asked, default=1), attributes)
        was, now = _cells(before, number), _cells(after, number)
        for column in sorted({*was, *now} - {*asked}):
            if was.get(column) != now.get(column):
                raise self._harm(number, column, now.get(column, (b"", b""))[1])
        self._check_asked(number, now, asked)

    def _appended(self, number: int, kept: bytes, new: bytes, asked: Asked) -> bool:
        """Whether the cells behind all former ones are those that were asked for and no others."""
        begin = kept.rfind(_BEGINNING) + len(_BEGINNING)
        name = kept[begin : kept.find(b'"', begin)] if begin >= len(_BEGINNING) else b""
        digits = b"%d" % number
        pieces = tuple(new.split(digits + b'"'))
        letters = name.removesuffix(digits)
        known = (pieces, letters, id(asked))
        if known in self._proven:
            return True
        cells = _cells(new.removesuffix(_CLOSE), number)
        if letters and not (letters.isalpha() and letters.isupper()):
            raise _UnlikeOthersError
        before = column_number(letters.decode()) if letters else 0
        if {*cells} != {*asked} or before >= min(cells, default=0):
            return False
        self._check_asked(number, cells, asked)
        if len(pieces) == len(cells) + 1:  # the row's number stands in the cells' names and in no text
            self._proven.add(known)
        return True

    def _check_asked(self, number: int, cells: Cells, asked: Asked) -> None:
        for column, value in asked.items():
            if cell := cells.get(column):
                check(b"<c%b>%b</c>" % cell)
            shown = _value(cell)
            if not reads_as(value, shown, self.date1904):
                raise self._harm(number, column, shown)

    def _harm(self, row: int, column: int, shown: object) -> RefusalError:
        return RefusalError(
            "could not be edited without harm (cell {cell} of {tab!r} reads {value!r}), so nothing was written; "
            "please report it",
            cell=cell_name(row, column),
            tab=self.tab,
            value=(shown.decode(errors="replace") if isinstance(shown, bytes) else str(shown))[:40],
        )


def _row_texts(rows: bytes) -> list[bytes]:
    before, *texts = rows.split(b"<row")
    if before:  # blanks between rows
        raise _UnlikeOthersError
    return texts


def _number(text: bytes) -> int:
    if not text.startswith(b' r="'):
        raise _UnlikeOthersError
    digits = text[4 : text.find(b'"', 4)]
    if not digits.isdigit():
        raise _UnlikeOthersError
    return int(digits)


def _parsed(text: bytes) -> tuple[bytes, bytes]:
    """A row's attributes but its number, and its cells."""
    row = _ROW.fullmatch(text)
    if not row:
        raise _UnlikeOthersError
    return row[1].rstrip(), row[2] or b""


def _cells(text: bytes, row: int) -> Cells:
    """The cells of a row by column."""
    found = list(_CELL.finditer(text))
    columns = [column_number(cell[1].decode()) for cell in found]
    if (
        sum(cell.end() - cell.start() for cell in found) != len(text)
        or any(int(cell[2]) != row for cell in found)
        or any(left >= right for left, right in pairwise(columns))
    ):
        raise _UnlikeOthersError
    return {column: (cell[3], cell[4] or b"") for column, cell in zip(columns, found, strict=True)}


def _all_blank(asked: Asked) -> bool:
    return all(value is None or value == "" for value in asked.values())


def _value(cell: tuple[bytes, bytes] | None) -> CellValue:
    """What a cell says that was written by us."""
    if cell is None or not cell[1]:
        return None
    kind = _KIND.search(cell[0])
    text = (_TEXT if kind and kind[1] == b"inlineStr" else _NUMBER).fullmatch(cell[1])
    if not text or (kind and kind[1] not in (b"inlineStr", b"b", b"n")):
        raise _UnlikeOthersError
    if kind and kind[1] == b"inlineStr":
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), html.unescape(text[1].decode()))
    return text[1] == b"1" if kind and kind[1] == b"b" else float(text[1])
