"""Write cells into a worksheet's bytes: one pass over its rows, touching only the cells that change."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal, NamedTuple

from sync.books.excel.cells import Cell, Row, cells, regular, rows
from sync.books.excel.columns import column_styles
from sync.books.excel.markup import Edit, spliced, tag_end
from sync.books.excel.references import cell_name, column_number, letters
from sync.books.excel.refusal import RefusalError
from sync.books.excel.styles import Stylesheet
from sync.books.excel.values import Written
from sync.books.excel.worksheet import Worksheet

Dress = Literal["header", "short", "line", "inherited"]
"""How a new cell looks: our heading, our data cell (a word or number, or a text), or as its row or column says."""

_STYLE = re.compile(rb"""\ss\s*=\s*["']([0-9]+)["']""")
_CUSTOM = re.compile(rb"""\scustomFormat\s*=\s*["'](?:1|true)["']""")
_SPANS = re.compile(rb"""\sspans\s*=\s*["']([0-9: ]+)["']""")
_HELD = re.compile(rb"<(?:[^\s<>/:]+:)?(?:v|is|f)(?:\s[^>]*)?>")
_GROUPED = re.compile(rb"""\st\s*=\s*["'](?:shared|array|dataTable)["']""")


class Write(NamedTuple):
    """One cell to be written in a row."""

    column: int
    value: Written
    dress: Dress


@dataclass
class CellWriter:
    """Writes cells into one worksheet. ``overwritten`` counts plain formulas that a value has replaced."""

    sheet: Worksheet
    styles: Stylesheet
    header_colours: tuple[str, str]
    overwritten: int = 0
    _defaults: Mapping[range, int] = field(default_factory=dict)
    _frames: dict[tuple[int, int, str], tuple[bytes, bytes, bytes]] = field(default_factory=dict)
    _ready: dict[Write, tuple[bytes, bytes]] = field(default_factory=dict)
    _text_search: bool = False

    def body(self, wanted: Mapping[int, Sequence[Write]]) -> Iterator[bytes | memoryview] | None:
        """The worksheet's body with the cells written, in pieces; None when it shows them already.

        Per row the cells come by rising column. Raises RefusalError, at the latest with the last piece, for
        a cell of a shared or array formula and for rows out of order.
        """
        self._defaults = column_styles(self.sheet)
        self._text_search = regular(self.sheet)
        edits = self._edits(wanted)
        first = next(edits, None)
        return None if first is None else spliced(self.sheet.body, chain([first], edits))

    def _edits(self, wanted: Mapping[int, Sequence[Write]]) -> Iterator[Edit]:
        waiting = sorted(wanted, reverse=True)
        for row in rows(self.sheet):
            while waiting and waiting[-1] < row.number:
                number = waiting.pop()
                yield (row.start, row.start, self._new_row(number, wanted[number]))
            if waiting and waiting[-1] == row.number:
                yield from self._row_edits(row, wanted[waiting.pop()])
        new = b"".join(self._new_row(number, wanted[number]) for number in reversed(waiting))
        if new:
            yield self._at_the_end(new)

    def _at_the_end(self, new: bytes) -> Edit:
        body = self.sheet.body
        opening = tag_end(self.sheet.view, 0)
        if opening == len(body):
            tag = body[:-2].rstrip() + b">"
            return (0, len(body), tag + new + f"</{self.sheet.prefix}sheetData>".encode())
        close = self.sheet.view.rindex(b"</")
        return (close, close, new)

    def _new_row(self, number: int, writes: Sequence[Write]) -> bytes:
        made = b"".join(self._new_cell(number, write, None) for write in writes)
        prefix = self.sheet.prefix
        return f'<{prefix}row r="{number}">'.encode() + made + f"</{prefix}row>".encode() if made else b""

    def _row_edits(self, row: Row, writes: Sequence[Write]) -> Iterator[Edit]:
        tag = self.sheet.body[row.start : row.inner]
        last = self._last_column(row)
        inside = [write for write in writes if write.column <= last]
        appended = b"".join([self._new_cell(row.number, write, tag) for write in writes[len(inside) :]])
        changes = [*self._inside(row, inside, tag)] if inside else []
        if not appended and not changes:
            return
        new_tag = _spanned(tag, writes[0].column, writes[-1].column)
        if row.inner == row.end:
            opened = new_tag[:-2].rstrip() + b">"
            yield (row.start, row.end, opened + appended + f"</{self.sheet.prefix}row>".encode())
            return
        if new_tag != tag:
            yield (row.start, row.inner, new_tag)
        yield from changes
        if appended:
            yield (row.close, row.close, appended)

    def _last_column(self, row: Row) -> int:
        if not self._text_search:
            return max((cell.column for cell in cells(self.sheet, row)), default=0)
        start = f'<{self.sheet.prefix}c r="'.encode()
        place = self.sheet.view.rfind(start, row.inner, row.close)
        if place < 0:
            return 0
        begin = place + len(start)
        name = self.sheet.view[begin : self.sheet.view.index(b'"', begin)].decode()
        column = name.rstrip("0123456789")
        if not column.isalpha() or name != f"{column}{row.number}":
            raise RefusalError("has cells out of order in row {row}; save it anew in Excel", row=row.number)
        return column_number(column)

    def _inside(self, row: Row, writes: Sequence[Write], tag: bytes) -> Iterator[Edit]:
        found = self._searched(row, writes)
        if found is None:
            found = list(cells(self.sheet, row))
        present = {cell.column: cell for cell in found}
        for write in writes:
            cell = present.get(write.column)
            if cell is not None:
                new = self._replaced(cell, write)
                if new is not None:
                    yield (cell.start, cell.end, new)
                continue
            made = self._new_cell(row.number, write, tag)
            if made:
                place = next((other.start for other in found if other.column > write.column), row.close)
                yield (place, place, made)

    def _searched(self, row: Row, writes: Sequence[Write]) -> list[Cell] | None:
        """The cells to be replaced by text search; None when one of them does not exist yet."""
        if not self._text_search:
            return None
        found: list[Cell] = []
        view, closing = self.sheet.view, f"</{self.sheet.prefix}c>".encode()
        for write in writes:
            name = cell_name(row.number, write.column)
            start = view.find(f'<{self.sheet.prefix}c r="{name}"'.encode(), row.inner, row.close)
            if start < 0:
                return None
            inner = tag_end(view, start)
            empty = view[inner - 2 : inner] == b"/>"
            end = inner if empty else view.find(closing, inner, row.close) + len(closing)
            if end < inner:
                return None
            found.append(Cell(row.number, write.column, start, inner, end))
        return found

    def _replaced(self, cell: Cell, write: Write) -> bytes | None:
        """The cell with its new value and old style; None when it is as asked already."""
        old = self.sheet.body[cell.start : cell.end]
        content = old[cell.inner - cell.start :]
        if write.dress == "header" and _HELD.search(content):
            raise RefusalError(
                "has something in {cell}, where a heading is to be added; run the pass again",
                cell=cell_name(cell.row, cell.column),
            )
        self._check_formula(cell, content)
        if not write.value.content and not content.partition(b"</")[0].strip():
            return None
        given = _STYLE.search(old, 0, cell.inner - cell.start)
        style = int(given[1]) if given else 0
        if write.dress == "header":
            style = self.styles.header(*self.header_colours)
        style = self.styles.dated(style, write.value.number_format)
        new = self._cell(cell.row, write, style)
        return None if new == old else new

    def _check_formula(self, cell: Cell, content: bytes) -> None:
        start = f"<{self.sheet.prefix}f".encode()
        formula = content.find(start)
        if formula < 0 or content[formula + len(start) : formula + len(start) + 1] not in b" \t\r\n/>":
            return
        if _GROUPED.search(content[formula : tag_end(content, formula)]):
            raise RefusalError(
                "has a shared or array formula in {cell}, where a value is to be written; clear it",
                cell=cell_name(cell.row, cell.column),
            )
        self.overwritten += 1

    def _new_cell(self, row: int, write: Write, tag: bytes | None) -> bytes:
        if not write.value.content:
            return b""
        if write.dress == "inherited":
            style = self._inherited(write.column, tag)
            return self._cell(row, write, self.styles.dated(style, write.value.number_format))
        around = self._ready.get(write)
        if around is None:
            style = self._own_style(write.dress)
            cell = self._cell(0, write, self.styles.dated(style, write.value.number_format))
            before, _, after = cell.partition(b'0"')
            around = self._ready[write] = before, b'"' + after
        return b"%b%d%b" % (around[0], row, around[1])

    def _own_style(self, dress: Dress) -> int:
        if dress == "header":
            return self.styles.header(*self.header_colours)
        return self.styles.plain(centred=dress == "short")

    def _inherited(self, column: int, tag: bytes | None) -> int:
        given = _STYLE.search(tag) if tag and _CUSTOM.search(tag) else None
        if given:
            return int(given[1])
        return next((style for columns, style in self._defaults.items() if column in columns), 0)

    def _cell(self, row: int, write: Write, style: int) -> bytes:
        kind, content, _ = write.value
        key = (write.column, style, kind)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = self._frame(*key)
        before, after, closing = frame
        if not content:
            return b"%b%d%b/>" % (before, row, after)
        return b"%b%d%b>%b%b" % (before, row, after, content, closing)

    def _frame(self, column: int, style: int, kind: str) -> tuple[bytes, bytes, bytes]:
        """What stands around the row's number and the content in every such cell."""
        prefix = self.sheet.prefix
        after = '"' + (f' s="{style}"' if style else "") + (f' t="{kind}"' if kind else "")
        return f'<{prefix}c r="{letters(column)}'.encode(), after.encode(), f"</{prefix}c>".encode()


def _spanned(tag: bytes, first: int, last: int) -> bytes:
    """The row's tag with its ``spans`` widened to the columns, when it has them."""
    given = _SPANS.search(tag) if b"spans" in tag else None
    if not given:
        return tag
    ends = [int(number) for number in given[1].replace(b":", b" ").split()]
    if not ends or (min(ends) <= first and last <= max(ends)):
        return tag
    wider = b"%d:%d" % (min(first, *ends), max(last, *ends))
    return tag[: given.start(1)] + wider + tag[given.end(1) :]
