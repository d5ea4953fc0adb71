"""Files that are no workbooks, or that are built to do harm: one sentence, and nothing is written."""

import re
import struct
import zlib
from pathlib import Path

import pytest
from excel_packages import MAIN, links, parts, sheet, zipped

from sync.books.excel import ExcelBook
from sync.changes import Plan, SetCell
from sync.faults import WorkbookFault

GOOD = zipped(parts(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
DOCTYPE = f'<!DOCTYPE worksheet [<!ENTITY a "b">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'


def with_parts(**more: str | bytes) -> bytes:
    return zipped(parts(sheet(""), **more))


def flagged(data: bytes, flag: int) -> bytes:
    """All entries with a flag bit set."""
    data = re.sub(
        rb"(PK\x01\x02.{4})(..)", lambda m: m[1] + bytes([m[2][0] | flag, m[2][1]]), data, flags=re.DOTALL
    )
    return re.sub(
        rb"(PK\x03\x04.{2})(..)", lambda m: m[1] + bytes([m[2][0] | flag, m[2][1]]), data, flags=re.DOTALL
    )


def lying(data: bytes) -> bytes:
    """A package whose worksheet unpacks to more than its directory declares."""
    place = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    return data[: place + 24] + struct.pack("<I", 10) + data[place + 28 :]


def bomb() -> bytes:
    return with_parts(xl__media__zeros=bytes(20 << 20))


FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "csv": ("编号,任务\n".encode(), "is not an .xlsx workbook"),
    "html": (b"<html><table>", "a web page"),
    "old xls": (OLE, r"old \.xls"),
    "encrypted": (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "cut off": (GOOD[:-40], "damaged"),
    "cut to a stub": (GOOD[:30], "damaged"),
    "entries encrypted": (flagged(GOOD, 1), "encrypted"),
    "other zip": (zipped({"a.txt": "x"}), "no .xlsx workbook"),
    "opendocument": (zipped({"mimetype": "x", "content.xml": "<a/>"}), "OpenDocument"),
    "signed": (with_parts(_xmlsignatures__origin=""), "signed"),
    "word": (
        zipped(parts(sheet("")) | {"xl/workbook.xml": '<document xmlns="urn:w"/>'}),
        "no workbook",
    ),
    "no workbook": (zipped(parts(sheet("")) | {"_rels/.rels": links()}), "holds no workbook"),
    "no worksheet": (
        zipped(
            parts(sheet("")) | {"xl/_rels/workbook.xml.rels": links(("chartsheet", "worksheets/sheet1.xml"))}
        ),
        "no worksheet",
    ),
    "broken workbook": (zipped(parts(sheet("")) | {"xl/workbook.xml": "<workbook"}), "cannot be read"),
    "broken sheet": (zipped(parts(sheet("").replace("</sheetData>", ""))), "cut off|without cells"),
    "no cells": (zipped(parts(f'<worksheet xmlns="{MAIN}"/>')), "without cells"),
    "doctype": (zipped(parts(DOCTYPE)), "DOCTYPE"),
    "doctype in the workbook": (
        zipped(parts(sheet("")) | {"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "DOCTYPE",
    ),
    "deep": (zipped(parts(sheet("")) | {"xl/workbook.xml": "<a>" * 500 + "</a>" * 500}), "nested"),
    "two names": (zipped(parts(sheet("")) | {"xl/Styles.XML": "<a/>"}), "two parts"),
    "escaping": (zipped(parts(sheet("")) | {"../outside": "x"}), "leads out"),
    "escaping by backslash": (zipped(parts(sheet("")) | {"xl\\..\\..\\outside": "x"}), "leads out"),
    "bomb": (bomb(), "zip bomb"),
    "lying": (lying(GOOD), "more data than it declares|damaged"),
    "damaged content": (GOOD.replace(zlib.compress(b"")[:0] + b"PK\x03\x04", b"PK\x03\x05", 1), "damaged"),
    "binary": (
        zipped(
            parts(sheet(""))
            | {
                "[Content_Types].xml": '<Types xmlns="urn:t"><Override PartName="/xl/workbook.xml" '
                'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
            }
        ),
        "binary",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_foreign_and_harmful_files_are_refused(name: str, tmp_path: Path) -> None:
    data, reason = FILES[name]
    path = tmp_path / "T.xlsx"
    path.write_bytes(data)
    with pytest.raises(WorkbookFault, match=f"(?s)^T\\.xlsx .*({reason})") as caught:
        ExcelBook(path).read()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert path.read_bytes() == data


def test_no_such_file_and_folders(tmp_path: Path) -> None:
    with pytest.raises(WorkbookFault, match="does not exist"):
        ExcelBook(tmp_path / "none.xlsx").read()
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(WorkbookFault, match="is a folder"):
        ExcelBook(tmp_path / "folder.xlsx").read()


def test_a_missing_styles_part_is_refused_on_writing_only(tmp_path: Path) -> None:
    contents = parts(sheet("")) | {
        "xl/_rels/workbook.xml.rels": links(("worksheet", "worksheets/sheet1.xml"))
    }
    del contents["xl/styles.xml"]
    path = tmp_path / "T.xlsx"
    path.write_bytes(zipped(contents))
    snapshot = ExcelBook(path).read()
    change = SetCell("T", 1, 1, "message", "", None, "x")
    with pytest.raises(WorkbookFault, match="styles"):
        ExcelBook(path).apply(Plan(snapshot.fingerprint, cells=(change,)))


@pytest.mark.parametrize("seed", range(12))
def test_damaged_bytes_never_give_another_error(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "T.xlsx"
    for step in range(40):
        data = bytearray(GOOD)
        for turn in range(1 + step % 4):
            place = (seed * 7919 + step * 104_729 + turn * 1299709) % len(data)
            data[place] ^= 1 << ((seed + step + turn) % 8)
        path.write_bytes(data)
        try:
            snapshot = ExcelBook(path).read()
            change = SetCell(snapshot.tabs[0].name, 2, 2, "message", "", None, "x")
            ExcelBook(path).apply(Plan(snapshot.fingerprint, cells=(change,)))
        except WorkbookFault:
            assert path.read_bytes() == bytes(data)
