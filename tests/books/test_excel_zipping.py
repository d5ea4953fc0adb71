"""Zip files as other programs write them: streamed, stored, with 64-bit sizes, comments and odd names."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from excel_packages import part, parts, sheet
from excel_plans import raw_parts, setting

from sync.books.excel import ExcelBook

CONTENTS = parts(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')) | {"docProps/说明.xml": "<a/>" * 100}


class Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise OSError("a stream")

    def tell(self) -> int:
        raise OSError("a stream")


def written(stream: io.BytesIO, method: int = zipfile.ZIP_DEFLATED, zip64: bool = False) -> bytes:
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.comment = b"made by a test"
        for name, content in CONTENTS.items():
            with archive.open(name, "w", force_zip64=zip64) as entry:
                entry.write(str(content).encode())
    return stream.getvalue()


def renamed(change: Callable[[str], str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in CONTENTS.items():
            archive.writestr(change(name), str(content))
    return stream.getvalue()


FILES = {
    "plain": lambda: written(io.BytesIO()),
    "streamed": lambda: written(Unseekable()),
    "stored": lambda: written(io.BytesIO(), zipfile.ZIP_STORED),
    "64-bit sizes": lambda: written(io.BytesIO(), zip64=True),
    "bytes in front": lambda: b"PK junk in front" + written(io.BytesIO()),
    "another case": lambda: renamed(lambda name: name.replace("sheet1.xml", "Sheet1.XML")),
    "with a folder": lambda: renamed(lambda name: "xl/" if name == "docProps/说明.xml" else name),
}


@pytest.mark.parametrize("name", FILES)
def test_untouched_entries_keep_their_bytes(name: str, tmp_path: Path) -> None:
    path = tmp_path / "T.xlsx"
    path.write_bytes(FILES[name]())
    before = raw_parts(path)
    setting(path, (1, 2, "x"))
    after = raw_parts(path)
    assert list(after) == list(before)
    assert {entry for entry in after if after[entry] != before[entry]} <= {
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/Sheet1.XML",
        "xl/styles.xml",
    }
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    assert ExcelBook(path).read().tabs[0].rows == [[1.0, "x"]]


def test_dates_attributes_and_the_comment_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "T.xlsx"
    path.write_bytes(written(io.BytesIO()))
    with zipfile.ZipFile(path) as archive:
        before = [(info.date_time, info.external_attr, info.create_system) for info in archive.infolist()]
    setting(path, (1, 2, "x"))
    with zipfile.ZipFile(path) as archive:
        assert before == [
            (info.date_time, info.external_attr, info.create_system) for info in archive.infolist()
        ]
        assert archive.comment == b"made by a test"
    assert part(path, "docProps/说明.xml") == "<a/>" * 100
