"""Reads a file of minutes into lines and tables: .docx, .md, .txt, and what was copied out of a spreadsheet."""

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from sync.faults import UsageFault
from sync.importing.tables import FoundTable

Block = str | FoundTable

_MOST = 8 << 20
_ENCODINGS = ("utf-8-sig", "gb18030")
_TEXTS = (".txt", ".md", ".markdown", ".tsv", "")
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")


def read_minutes(path: Path) -> tuple[Block, ...]:
    """The lines and tables of a file, in order; ``-`` reads what is piped in.

    Raises UsageFault when it cannot be read, or is of another kind.
    """
    name, kind = path.name, path.suffix.lower()
    data = _bytes(path)
    if kind == ".docx":
        from sync.word import WordTable, read_word

        blocks = read_word(data, name)
        return tuple(FoundTable(block.rows) if isinstance(block, WordTable) else block for block in blocks)
    if kind not in _TEXTS or (b"\0" in data.replace(b"\r\0\n\0", b"")[:1000] and data[:2] not in _WIDE):
        raise UsageFault("{file} is no .docx, .md or .txt file; save the minutes as one of these", file=name)
    return tuple(blocks_of(_decoded(data, name)))


_WIDE = (b"\xff\xfe", b"\xfe\xff")


def blocks_of(text: str) -> Iterator[Block]:
    """The lines of a text; lines parted by tabs, or by strokes as in Markdown, are rows of a table."""
    for kind, lines in groupby(text.splitlines(), _kind):
        if kind == "tabs":
            yield FoundTable(tuple(tuple(line.split("\t")) for line in lines))
        elif kind == "strokes":
            rows = (line.strip().strip("|").split("|") for line in lines if not _RULE.fullmatch(line))
            yield FoundTable(tuple(tuple(cell.strip() for cell in row) for row in rows))
        else:
            yield from lines


def _kind(line: str) -> str:
    if line.strip().startswith("|") and line.count("|") > 2:
        return "strokes"
    return "tabs" if "\t" in line.strip("\n") and line.strip() else "line"


def _bytes(path: Path) -> bytes:
    try:
        data = sys.stdin.buffer.read(_MOST + 1) if str(path) == "-" else _file(path)
    except OSError as reason:
        raise UsageFault("{file} cannot be read ({detail})", file=path, detail=reason.strerror) from None
    if len(data) > _MOST:
        raise UsageFault("{file} is larger than minutes ever are and is not read", file=path.name)
    return data


def _file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST + 1)


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-16",) if data[:2] in _WIDE else _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageFault("{file} is no text; save it as UTF-8", file=name)
