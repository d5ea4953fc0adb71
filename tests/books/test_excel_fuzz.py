"""Damaged and malicious packages: a clear refusal or a correct edit, never a traceback, a hang or a flood of memory.

CLOSELOOP_FUZZ sets how many packages are tried (300 in the suite; ``make fuzz`` tries 20,000).
"""

import io
import os
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from excel_plans import full_plan
from excel_workbooks import openpyxl_workbook, rich_workbook
from feature_workbooks import write

from sync.books.excel import ExcelBook
from sync.faults import Fault

TRIES = int(os.environ.get("CLOSELOOP_FUZZ", "300"))
ODD = [
    b"",
    b"<",
    b">",
    b"&",
    b"\x00",
    b"\xff\xfe",
    b"<!DOCTYPE a>",
    b"99999999999",
    b"-1",
    b"A0",
    b"XFE1",
    b"<c/>",
    b"</row>",
    b'r="A1" ',
]


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("fuzz")
    made = [rich_workbook(folder / "rich.xlsx"), openpyxl_workbook(folder / "plain.xlsx")]
    made += [
        write(folder, name)
        for name in ("table", "conditional_formats", "comment", "array_formula", "rich_text")
    ]
    return [path.read_bytes() for path in made]


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Some bits of the file are wrong."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """The file ends early, or lacks a piece."""
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randint(1, len(data)) :]


def odd_xml(data: bytes, chance: random.Random) -> bytes:
    """A part of the package says something odd."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = chance.choice([name for name in parts if name.endswith((".xml", ".rels"))])
    parts[name] = _odd(parts[name], chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for part, content in parts.items():
            package.writestr(part, content)
    return out.getvalue()


def _odd(content: bytes, chance: random.Random) -> bytes:
    places = [match.span() for match in re.finditer(rb'"[^"]*"|<[^>]*>|>[^<]+<', content)]
    start, end = chance.choice(places) if places else (0, 0)
    match chance.randrange(4):
        case 0:
            return content[:start] + chance.choice(ODD) + content[end:]
        case 1:
            return content[:end] + content[start:end] * chance.randint(1, 50) + content[end:]
        case 2:
            return content[:start] + content[end:]
        case _:
            return content[: start + 1] + chance.choice(ODD) + content[start + 1 :]


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (flipped, cut, odd_xml, odd_xml, odd_xml)


@pytest.mark.slow
@pytest.mark.parametrize("portion", range(4))
def test_a_damaged_package_is_refused_or_edited(portion: int, originals: list[bytes], tmp_path: Path) -> None:
    path = tmp_path / "tracker.xlsx"
    for seed in range(portion, TRIES, 4):
        chance = random.Random(seed)
        damaged = chance.choice(MUTATIONS)(chance.choice(originals), chance)
        path.write_bytes(damaged)
        refused = _refusal(path)
        if refused:
            assert "\n" not in refused, seed
            assert path.read_bytes() == damaged, seed
        else:
            assert ExcelBook(path).read().tabs, seed


def _refusal(path: Path) -> str:
    """Read and edit a workbook; gives the sentence with which that was refused, or ''."""
    try:
        book = ExcelBook(path)
        book.apply(full_plan(book.read()))
    except Fault as fault:
        return str(fault)
    return ""
