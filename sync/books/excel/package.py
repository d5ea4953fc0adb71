"""A workbook's zip package, opened with care: what it may hold, and parts read within bounds."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sync.books.excel.refusal import RefusalError

LARGEST_PACKAGE = 512 << 20
LARGEST_PART = 768 << 20
LARGEST_TOTAL = 1536 << 20
HIGHEST_RATIO = 250
"""Deflate reaches 1,000; the emptiest honest worksheets stay below 150."""
_SMALL = 16 << 20
_PIECE = 1 << 18
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")


def folded(name: str) -> str:
    """A part's name as the package compares it: no leading slash, no backslashes, no case."""
    return name.replace("\\", "/").lstrip("/").casefold()


@dataclass(frozen=True)
class Package:
    """The bytes of a zip file and its entries by folded name, in the order of the file."""

    data: bytes
    entries: Mapping[str, zipfile.ZipInfo]
    comment: bytes

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return folded(name) in self.entries

    def record(self, info: zipfile.ZipInfo) -> bytes:
        """The entry's bytes as they stand in the file, compressed."""
        header = self.data[info.header_offset : info.header_offset + _LOCAL_HEADER.size]
        fields = _LOCAL_HEADER.unpack(header)
        if fields[0] != b"PK\x03\x04":
            raise RefusalError("is a damaged zip file; restore it from a backup")
        start = info.header_offset + _LOCAL_HEADER.size + fields[-2] + fields[-1]
        raw = self.data[start : start + info.compress_size]
        if len(raw) != info.compress_size:
            raise RefusalError("is cut off or damaged; restore it from a backup")
        return raw

    def size(self, name: str) -> int:
        """How many bytes a part declares to hold."""
        return self._info(name).file_size

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part's content piece by piece.

        Raises RefusalError when it is missing or, after the last piece, when it turns out to be damaged.
        """
        info = self._info(name)
        crc = size = 0
        for piece in _inflating(self.record(info), info):
            crc = zlib.crc32(piece, crc)
            size += len(piece)
            yield piece
        if (size, crc) != (info.file_size, info.CRC):
            raise _damaged(name)

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = self.entries.get(folded(name))
        if info is None:
            raise RefusalError("lacks its part {part}; open it in Excel and save it anew", part=name[:80])
        return info

    def part(self, name: str) -> bytes:
        """A part's content, never more than its entry declares.

        Raises RefusalError when it is missing or damaged.
        """
        info = self._info(name)
        raw = self.record(info)
        content = raw if info.compress_type == zipfile.ZIP_STORED else _inflated(raw, info)
        if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
            raise _damaged(name)
        return content


def _damaged(name: str) -> RefusalError:
    return RefusalError(
        "is damaged: its part {part} does not match its checksum; restore it from a backup", part=name[:80]
    )


def _inflating(raw: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """A deflated content piece by piece, up to one piece past what is declared."""
    if info.compress_type != zipfile.ZIP_DEFLATED:
        yield raw
        return
    stream = zlib.decompressobj(-15)
    size = 0
    while raw and not stream.eof and size <= info.file_size:
        piece = stream.decompress(raw, _PIECE)
        raw = stream.unconsumed_tail
        size += len(piece)
        yield piece


def _inflated(raw: bytes, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise RefusalError("uses a zip compression that Excel does not write; save it anew in Excel")
    stream = zlib.decompressobj(-15)
    content = stream.decompress(raw, info.file_size + 1)
    if not stream.eof and len(content) <= info.file_size:
        content += stream.decompress(stream.unconsumed_tail, 1)  # an end mark may still be due
    if not stream.eof:
        raise RefusalError("is damaged, or holds more data than it declares; it is not opened")
    return content


def open_package(data: bytes) -> Package:
    """Look at the bytes of a file and its zip directory.

    Raises RefusalError when it is no zip package, encrypted, signed, damaged, or built to do harm.
    """
    _check_kind(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos, comment = archive.infolist(), archive.comment
    except (zipfile.BadZipFile, struct.error, NotImplementedError, ValueError, OverflowError) as error:
        raise RefusalError("is a cut-off or damaged zip file; restore it from a backup") from error
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        _check_entry(info)
        if folded(info.orig_filename) in entries:
            raise RefusalError("holds two parts named {part}; save it anew in Excel", part=info.filename[:80])
        entries[folded(info.orig_filename)] = info
    _check_whole(entries, len(data))
    return Package(data, entries, comment)


def _check_kind(data: bytes) -> None:
    if not data:
        raise RefusalError("is empty; restore it from a backup")
    if len(data) > LARGEST_PACKAGE:
        raise RefusalError("is larger than {size} MiB; split it", size=LARGEST_PACKAGE >> 20)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise RefusalError("is encrypted with a password; remove the password in Excel")
        raise RefusalError("is an old .xls (or another OLE) file; save it as .xlsx")
    if data.startswith(b"PK"):
        return
    start = data[:400].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doc", b"<html")):
        raise RefusalError("is not an .xlsx workbook (a web page); save it as .xlsx in Excel")
    raise RefusalError("is not an .xlsx workbook (text or something else); save it as .xlsx in Excel")


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename.replace("\\", "/")
    if ".." in name.split("/") or name[1:2] == ":" or "\0" in name:
        raise RefusalError(
            "holds an entry whose name leads out of it ({part!r}); it is not opened", part=name[:80]
        )
    if info.flag_bits & 0x1:
        raise RefusalError("has encrypted entries; remove the password")
    if info.file_size > LARGEST_PART:
        raise RefusalError("unpacks to more than {size} MiB; it is not opened", size=LARGEST_PART >> 20)
    if info.file_size > _SMALL and info.file_size > HIGHEST_RATIO * info.compress_size:
        raise RefusalError("is packed like a zip bomb; save it anew in Excel")


def _check_whole(entries: Mapping[str, zipfile.ZipInfo], length: int) -> None:
    if sum(info.file_size for info in entries.values()) > LARGEST_TOTAL:
        raise RefusalError("unpacks to more than {size} MiB; it is not opened", size=LARGEST_TOTAL >> 20)
    end = 0
    for info in sorted(entries.values(), key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise RefusalError("is a zip file with overlapping entries; it is not opened")
        end = info.header_offset + _LOCAL_HEADER.size + info.compress_size
    if end > length:
        raise RefusalError("is cut off or damaged; restore it from a backup")
    if any(name.startswith("_xmlsignatures/") for name in entries):
        raise RefusalError("is digitally signed, and any edit would break the signature; remove it in Excel")
    if "mimetype" in entries and "content.xml" in entries:
        raise RefusalError("is an OpenDocument file; save it as .xlsx")
    if "[content_types].xml" not in entries or "_rels/.rels" not in entries:
        raise RefusalError("is a zip file but no .xlsx workbook; name the right file")
