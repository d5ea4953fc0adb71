"""Shared formulas: one cell holds the text, others only its number."""

import re
from dataclasses import dataclass, field
from html import unescape

from sync.books.excel.cells import Cell, cells, rows
from sync.books.excel.references import area_of, holds
from sync.books.excel.worksheet import Worksheet
from sync.snapshot import Area

_SHARED = re.compile(rb"""\st\s*=\s*["']shared["']""")
_NUMBER = re.compile(rb"""\ssi\s*=\s*["']([0-9]+)["']""")
_REF = re.compile(rb"""\sref\s*=\s*["']([^"']*)["']""")
_NOWHERE = Area(1, 1, 1, 1)


@dataclass
class SharedFormula:
    """One shared formula: the cell that holds its text, and the other cells, as (row, column).

    ``regular`` unless it is written in a way that could mean different things.
    """

    number: bytes
    row: int = 0
    column: int = 0
    text: str = ""
    area: Area = _NOWHERE
    members: list[tuple[int, int]] = field(default_factory=list)
    regular: bool = True


def shared_formulas(sheet: Worksheet) -> list[SharedFormula]:
    """All shared formulas of a worksheet."""
    if b"shared" not in sheet.view:
        return []
    found: dict[bytes, SharedFormula] = {}
    opening = f"<{sheet.prefix}f".encode()
    pattern = re.compile(rb"<%sf(\s[^>]*?)(?:/>|>([^<]*)</)" % re.escape(sheet.prefix.encode()))
    for row in rows(sheet):
        if sheet.view.find(opening, row.inner, row.close) < 0:
            continue
        for cell in cells(sheet, row):
            match = pattern.search(sheet.view, cell.inner, cell.end)
            if match and _SHARED.search(match[1]):
                _add(found, cell, match)
    for shared in found.values():
        inside = all(holds(shared.area, row, column) for row, column in shared.members)
        shared.regular = shared.regular and bool(shared.text) and inside
    return list(found.values())


def _add(found: dict[bytes, SharedFormula], cell: Cell, match: re.Match[bytes]) -> None:
    number = _NUMBER.search(match[1])
    shared = found.setdefault(number[1] if number else b"", SharedFormula(number[1] if number else b""))
    ref = _REF.search(match[1])
    if not match[2]:
        shared.members.append((cell.row, cell.column))
        return
    if shared.text or not ref or not number or shared.members:
        shared.regular = False
    shared.row, shared.column, shared.text = cell.row, cell.column, unescape(match[2].decode())
    shared.area = area_of(ref[1].decode()) if ref else shared.area
