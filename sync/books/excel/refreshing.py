"""The cells of a generated tab shown anew in place; those that show the same keep their bytes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.books.excel.adopting import StyleMap
from sync.books.excel.cells import cells, regular, rows
from sync.books.excel.grafting import Scratch, dressed_cell
from sync.books.excel.markup import (
    Edit,
    located,
    prefixed,
    splice,
    tag_end,
    with_attribute,
)
from sync.books.excel.references import LAST_ROW, cell_name, holds
from sync.books.excel.refusal import RefusalError
from sync.books.excel.strings import SharedStrings, plain_text
from sync.books.excel.worksheet import Worksheet
from sync.snapshot import Area

_STYLE = re.compile(rb"""\ss\s*=\s*["']([0-9]+)["']""")
_UNNUMBERED = re.compile(rb"""<(?:[^\s<>/:"']+:)?row(?![^>]*\sr\s*=)[\s/>]""")
_CUSTOM = re.compile(rb"""\scustomHeight\s*=\s*["'](?:1|true)["']""")
_HEIGHT = re.compile(rb'\sht="([0-9.]+)"')
_FORMULA = re.compile(rb"<(?:[^\s<>/:]+:)?f[\s/>]")
_QUOTES = re.compile(r"['\s]")

Places = dict[tuple[int, int], bytes]
"""Cells by row and column, each as it is written in a scratch sheet."""


class Held(NamedTuple):
    """What a cell holds, whichever way it is written."""

    formula: str
    value: tuple[str, str | float] | None


@dataclass
class Block:
    """Brings the cells of a block up to date. ``dropped``, ``moved`` and ``kept`` say what became of cells that were there."""

    sheet: Worksheet
    ours: tuple[Area, ...]
    wanted: Places
    scratch: Scratch
    styles: StyleMap
    strings: SharedStrings
    heights: Mapping[int, str]
    moved: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    dropped: set[tuple[int, int]] = field(default_factory=set)
    kept: set[tuple[int, int]] = field(default_factory=set)
    formulas_gone: bool = False

    def write(self) -> Worksheet:
        """The worksheet with the block as wanted; cells that show it already keep their bytes."""
        waiting: dict[int, dict[int, bytes]] = {}
        for (number, column), raw in self.wanted.items():
            waiting.setdefault(number, {})[column] = raw
        carried = self._carried()
        edits: list[Edit] = []
        for row in rows(self.sheet):
            earlier = sorted(each for each in {*waiting, *carried} if each < row.number)
            made = b"".join(self._new_row(each, waiting, carried) for each in earlier)
            edits += [(row.start, row.start, made)] * bool(made)
            asked, extra = waiting.pop(row.number, {}), carried.pop(row.number, {})
            found = [(cell.column, self.sheet.body[cell.start : cell.end]) for cell in cells(self.sheet, row)]
            inside = self._row(row.number, found, asked, extra)
            if inside is not None:
                tag = self.sheet.body[row.start : row.inner]
                edits.append((row.start, row.end, self._row_of(row.number, tag, inside)))
        last = b"".join(self._new_row(number, waiting, carried) for number in sorted({*waiting, *carried}))
        if last:
            edits.append(_at_the_end(self.sheet, last))
        return self.sheet.with_body(splice(self.sheet.body, edits)) if edits else self.sheet

    def _carried(self) -> dict[int, dict[int, bytes]]:
        """Cells of people that give way, by their new rows and columns."""
        found: dict[int, dict[int, bytes]] = {}
        if not self.moved:
            return found
        for row in rows(self.sheet):
            for cell in cells(self.sheet, row):
                place = self.moved.get((row.number, cell.column))
                if place:
                    raw = self.sheet.body[cell.start : cell.end]
                    inner = tag_end(raw, 0)
                    named = with_attribute(raw[:inner], "r", cell_name(*place))
                    found.setdefault(place[0], {})[place[1]] = named + raw[inner:]
        return found

    def _row(
        self,
        number: int,
        found: Iterable[tuple[int, bytes]],
        asked: dict[int, bytes],
        extra: dict[int, bytes],
    ) -> bytes | None:
        """The cells of a row, None when they stay as they are."""
        made: dict[int, bytes] = dict(extra)
        changed = bool(extra)
        for column, raw in found:
            if not any(holds(area, number, column) for area in self.ours):
                made[column] = raw
                continue
            want = asked.pop(column, None)
            kept = self._is_bare(raw) if want is None else self._same(raw, want)
            if kept:
                made[column] = raw
                self.kept.add((number, column))
                continue
            changed = True
            stays = want is not None and _FORMULA.search(want)
            self.formulas_gone = self.formulas_gone or (bool(_FORMULA.search(raw)) and not stays)
            if want is None:
                self.dropped.add((number, column))
            else:
                made[column] = self._written(want)
        for column, want in asked.items():
            changed = True
            made[column] = self._written(want)
        return b"".join(made[column] for column in sorted(made)) if changed else None

    def _new_row(
        self, number: int, waiting: dict[int, dict[int, bytes]], carried: dict[int, dict[int, bytes]]
    ) -> bytes:
        made = {column: self._written(raw) for column, raw in waiting.pop(number, {}).items()}
        made |= carried.pop(number, {})
        prefix = self.sheet.prefix
        inside = b"".join(made[column] for column in sorted(made))
        tag = self._measured(number, f'<{prefix}row r="{number}">'.encode())
        return tag + inside + f"</{prefix}row>".encode()

    def _row_of(self, number: int, tag: bytes, inside: bytes) -> bytes:
        """A row of other cells: its old width hint goes, and it is as high as the cells need."""
        tag = self._measured(number, with_attribute(tag, "spans", None))
        if tag.endswith(b"/>"):
            tag = tag[:-2].rstrip() + b">"
        return tag + inside + f"</{self.sheet.prefix}row>".encode()

    def _measured(self, number: int, tag: bytes) -> bytes:
        height = self.heights.get(number)
        tag = with_attribute(tag, "ht", None) if height or not _CUSTOM.search(tag) else tag
        return with_attribute(with_attribute(tag, "ht", height), "customHeight", "1") if height else tag

    def _written(self, raw: bytes) -> bytes:
        return prefixed(dressed_cell(raw, self.scratch, self.styles).decode(), self.sheet.prefix)

    def _same(self, raw: bytes, want: bytes) -> bool:
        if self.styles.knows(_style(want)) and raw == self._written(want):
            return True  # nearly always, and told without parsing
        held = self._held(raw, self.sheet.root, self.sheet.prefix, self.strings)
        asked = self._held(want, b"<worksheet>", "", self.scratch.strings)
        if _QUOTES.sub("", held.formula) != _QUOTES.sub("", asked.formula):
            return False
        if held.value != asked.value and (asked.value is not None or not asked.formula):
            return False
        return self.styles.looks.of(_style(raw)) == self.styles.appearance(_style(want))

    def _is_bare(self, raw: bytes) -> bool:
        """Whether a cell that nobody asked for shows nothing at all."""
        if self._held(raw, self.sheet.root, self.sheet.prefix, self.strings) != Held("", None):
            return False
        return self.styles.looks.of(_style(raw)) == self.styles.looks.of(0)

    @staticmethod
    def _held(raw: bytes, root: bytes, prefix: str, strings: SharedStrings) -> Held:
        cell = located(root + raw + f"</{prefix}worksheet>".encode()).children[0]
        formula, value, inline = cell.first("f"), cell.first("v"), cell.first("is")
        kind = cell.attributes.get("t", "n")
        shown = ""
        if formula is not None:
            grouped = formula.attributes.get("t", "normal") != "normal"
            shown = "=" + ("grouped" if grouped else formula.text)
        if kind == "inlineStr":
            text = plain_text(_inside(root, raw, prefix)) if inline is not None else ""
            return Held(shown, ("s", text) if text else None)
        if value is None or value.text == "":
            return Held(shown, None)
        if kind == "s":
            text = strings.text(int(value.text)) if value.text.isdecimal() else ""
            return Held(shown, ("s", text) if text else None)
        return Held(shown, ("s", value.text) if kind == "str" else _number(kind, value.text))


def _inside(root: bytes, raw: bytes, prefix: str) -> str:
    """What an inline string holds, as XML."""
    data = root + raw + f"</{prefix}worksheet>".encode()
    inline = located(data).children[0].first("is")
    return data[inline.inner : inline.close].decode() if inline else ""


def _number(kind: str, text: str) -> tuple[str, str | float]:
    if kind == "n":
        try:
            return (kind, float(text))
        except ValueError:
            return (kind, text)
    return (kind, text)


def _style(raw: bytes) -> int:
    given = _STYLE.search(raw, 0, tag_end(raw, 0))
    return int(given[1]) if given else 0


def _at_the_end(sheet: Worksheet, new: bytes) -> Edit:
    opening = tag_end(sheet.view, 0)
    if opening == len(sheet.body):
        tag = sheet.body[:-2].rstrip() + b">"
        return (0, len(sheet.body), tag + new + f"</{sheet.prefix}sheetData>".encode())
    close = sheet.view.rindex(b"</")
    return (close, close, new)


def check_numbered(sheet: Worksheet) -> None:
    """Raise RefusalError when rows or cells leave their numbers out: they would move by being written beside."""
    if not regular(sheet) or _UNNUMBERED.search(sheet.view):
        raise RefusalError("has a tab of closeloop's in an odd form; open it in Excel and save it anew")


def in_the_way(sheet: Worksheet, former: Area, new: Area) -> dict[tuple[int, int], tuple[int, int]]:
    """Where people's cells go that stand where the block has to grow: below everything, in their columns."""
    held: list[tuple[int, int]] = []
    last = max(former.last_row, new.last_row)
    for row in rows(sheet):
        for cell in cells(sheet, row):
            inner = sheet.body[cell.inner : cell.end]
            if not inner:
                continue
            last = max(last, row.number)
            if holds(new, row.number, cell.column) and not holds(former, row.number, cell.column):
                held.append((row.number, cell.column))
    if not held:
        return {}
    shift = last + 2 - min(row for row, _ in held)
    if max(row for row, _ in held) + shift > LAST_ROW:
        raise RefusalError("has notes where the tab of closeloop's has to grow; move them aside")
    return {(row, column): (row + shift, column) for row, column in held}


def scratch_heights(sheet: Worksheet) -> dict[int, str]:
    """The heights of a scratch sheet's rows, as they are written."""
    tags = ((row.number, _HEIGHT.search(sheet.body, row.start, row.inner)) for row in rows(sheet))
    return {number: match[1].decode() for number, match in tags if match}


def scratch_cells(sheet: Worksheet) -> Places:
    """All cells of a scratch sheet."""
    return {
        (row.number, cell.column): sheet.body[cell.start : cell.end]
        for row in rows(sheet)
        for cell in cells(sheet, row)
    }
