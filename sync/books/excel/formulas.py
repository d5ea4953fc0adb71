"""Formulas taken apart as far as row numbers go: what they refer to, and where the row numbers stand."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sync.books.excel.references import LAST_COLUMN, LAST_ROW, column_number

_NAME = r"[^\W\d][\w.\\?]*+"
_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_TOKEN = re.compile(
    rf"""
    (?P<text> "(?:[^"]|"")*" )
  | (?P<error> \#[A-Z/0_]+[!?]? )
  | (?P<prefix> '(?:[^']|'')+'! | (?:\[[0-9]+\])?(?:[\w.?\\]+(?::[\w.?\\]+)?)?! )?
    (?P<area> {_CELL}(?::{_CELL})? | \$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}} | \$?[0-9]{{1,7}}:\$?[0-9]{{1,7}} )
    (?![\w.(!\[\\?\#])
  | (?P<book> '(?:[^']|'')+'! | (?:\[[0-9]+\])?(?:[\w.?\\]+(?::[\w.?\\]+)?)?! )
  | (?P<function> {_NAME} ) (?=\()
  | (?P<name> {_NAME} ) (?!\[)
  | (?P<table> (?:{_NAME})? ) (?=\[)
  | (?P<number> [0-9.]+(?:[Ee][+-]?[0-9]+)? )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_CORNER = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")
_BRACKETS = re.compile(r"'.|[\[\]]", re.DOTALL)
_THIS_ROW = re.compile(r"\[#This Row\]|\[\s*@", re.IGNORECASE)


class RowNumber(NamedTuple):
    """A row's number in a formula's text, from ``start`` to ``end``; ``fixed`` when a $ stands before it."""

    start: int
    end: int
    number: int
    fixed: bool


class Reference(NamedTuple):
    """Cells that a formula names. ``sheet`` is small letters, '' for the formula's own sheet.

    ``rows`` are the first and the last row as they are written, none for whole columns.
    """

    sheet: str
    rows: tuple[RowNumber, ...]
    columns: tuple[int, int]
    fixed_columns: bool


class TableReference(NamedTuple):
    """A table that a formula names (small letters, '' for its own), and whether only its own row is meant."""

    name: str
    this_row: bool


@dataclass(frozen=True)
class Formula:
    """What a formula refers to. ``unsure`` when some of it cannot be told, such as a range over several sheets;
    ``computed`` when a reference is one end of a range whose other end is worked out.
    """

    text: str
    references: tuple[Reference, ...]
    tables: tuple[TableReference, ...]
    names: frozenset[str]
    functions: frozenset[str]
    unsure: bool
    computed: bool

    def renumbered(self, wanted: Callable[[Reference, RowNumber], int]) -> str:
        """The text with every row number replaced by what ``wanted`` gives for it."""
        text = self.text
        marks = [(mark, reference) for reference in self.references for mark in reference.rows]
        for mark, reference in sorted(marks, key=lambda pair: pair[0].start, reverse=True):
            text = f"{text[: mark.start]}{wanted(reference, mark)}{text[mark.end :]}"
        return text


def parse_formula(text: str) -> Formula:
    """Take a formula (without =) apart. References to other workbooks are left out."""
    references: list[Reference] = []
    tables: list[TableReference] = []
    names: set[str] = set()
    functions: set[str] = set()
    unsure = computed = False
    for kind, match, whole in _tokens(text):
        match kind:
            case "area":
                found, sure = _reference(match)
                references += found
                unsure = unsure or not sure
            case "table":
                tables.append(TableReference(match["table"].casefold(), bool(_THIS_ROW.search(whole))))
            case "name":
                names.add(match["name"].casefold())
            case "function":
                functions.add(match["function"].upper().removeprefix("_XLFN.").removeprefix("_XLWS."))
            case "book":
                unsure = unsure or ":" in match["book"].removeprefix("'")
            case "other":
                unsure = unsure or match["other"] in "#'[]"
                computed = computed or match["other"] == ":"
    return Formula(
        text, tuple(references), tuple(tables), frozenset(names), frozenset(functions), unsure, computed
    )


def _tokens(text: str) -> Iterator[tuple[str, re.Match[str], str]]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return
        kind = match.lastgroup or "other"
        end = match.end()
        if kind == "table":
            end = _closed(text, end)
        elif kind == "book" and "[" in match["book"]:
            named = re.compile(_NAME).match(text, end)  # a name of another workbook
            end = named.end() if named else end
        yield kind, match, text[position:end]
        position = max(end, position + 1)


def _closed(text: str, position: int) -> int:
    """Where the bracket that opens at the position closes; a ' makes the next sign plain."""
    depth = 0
    for match in _BRACKETS.finditer(text, position):
        depth += {"[": 1, "]": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(text)


def _reference(match: re.Match[str]) -> tuple[list[Reference], bool]:
    """The reference, none when it leads to another workbook; and whether it can be told what it names."""
    prefix = (match["prefix"] or "").removesuffix("!")
    quoted = prefix.startswith("'")
    sheet = prefix[1:-1].replace("''", "'") if quoted else prefix
    if "[" in sheet:
        return [], not sheet.startswith("[0]")
    ends = [_CORNER.fullmatch(corner) for corner in match["area"].split(":")]
    corners = [corner for corner in ends if corner]
    rows = _rows(match, corners)
    columns = sorted(column_number(corner[2]) for corner in corners if corner[2])
    if any(not 1 <= row.number <= LAST_ROW for row in rows) or (columns and columns[-1] > LAST_COLUMN):
        return [], True  # a name that looks like a cell
    fixed = all(corner[1] or not corner[2] for corner in corners)
    span = (columns[0], columns[-1]) if columns else (1, LAST_COLUMN)
    return [Reference(sheet.casefold(), rows, span, fixed)], ":" not in sheet


def _rows(match: re.Match[str], corners: list[re.Match[str]]) -> tuple[RowNumber, ...]:
    start = match.start("area")
    found = []
    for corner in corners:
        if corner[4]:
            fixed = bool(corner[3] if corner[2] else corner[1])
            found.append(RowNumber(start + corner.start(4), start + corner.end(4), int(corner[4]), fixed))
        start += len(corner[0]) + 1
    return tuple(found)
