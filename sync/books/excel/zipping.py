"""Write a package anew: entries that did not change keep their compressed bytes."""

import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sync.books.excel.ahead import ahead
from sync.books.excel.package import Package, folded

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s4B4H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_DESCRIPTOR = 0x08
_UTF8 = 0x800
_BIG = 1 << 20


@dataclass(frozen=True)
class Packed:
    """A part's content as it will stand in the package: a large sheet is never held whole."""

    raw: bytes
    crc: int
    size: int

    def unpacked(self) -> bytes:
        """The content."""
        return zlib.decompress(self.raw, -15, self.size)


Content = bytes | Packed


def packed(pieces: Iterable[bytes | memoryview], *, large: bool) -> Packed:
    """Compress a content that comes piece by piece."""
    # Level 4 takes a third of level 6's time for 13 % more bytes, which matters for large sheets only.
    stream = zlib.compressobj(4 if large else 6, zlib.DEFLATED, -15)
    raw: list[bytes] = []
    crc = size = 0
    for piece in ahead(pieces) if large else pieces:
        raw.append(stream.compress(piece))
        crc = zlib.crc32(piece, crc)
        size += len(piece)
    raw.append(stream.flush())
    return Packed(b"".join(raw), crc, size)


def rezipped(
    package: Package,
    changed: Mapping[str, Content],
    removed: Collection[str] = (),
    added: Mapping[str, bytes] | None = None,
) -> bytes:
    """The package's bytes with some parts replaced and some removed, in the same order, new ones last."""
    replacing = {folded(name): content for name, content in changed.items()}
    leaving = {folded(name) for name in removed}
    pieces: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, info in package.entries.items():
        if name in leaving:
            continue
        local, raw, central = _entry(package, info, replacing.get(name), offset)
        pieces += local, raw
        directory.append(central)
        offset += len(local) + len(raw)
    for name, content in (added or {}).items():
        local, raw, central = _entry(package, _new_entry(name), content, offset)
        pieces += local, raw
        directory.append(central)
        offset += len(local) + len(raw)
    central = b"".join(directory)
    end = (b"PK\x05\x06", 0, 0, len(directory), len(directory), len(central), offset, len(package.comment))
    return b"".join([*pieces, central, _END.pack(*end), package.comment])


def _new_entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # of 1980: the same content gives the same bytes
    info.flag_bits = 0 if name.isascii() else _UTF8
    info.extract_version = info.create_version = 20
    info.CRC = 0
    return info


def _entry(
    package: Package, info: zipfile.ZipInfo, content: Content | None, offset: int
) -> tuple[bytes, bytes, bytes]:
    """Local header, data and directory record of one entry; ``content`` None means as it was."""
    method, crc, size = info.compress_type, info.CRC, info.file_size
    if content is None:
        raw = package.record(info)
    else:
        if isinstance(content, bytes):
            content = packed([content], large=len(content) > _BIG)
        method, crc, size, raw = zipfile.ZIP_DEFLATED, content.crc, content.size, content.raw
    flags = info.flag_bits & ~_DESCRIPTOR  # sizes stand in the header now
    name = info.orig_filename.encode("utf-8" if flags & _UTF8 else "cp437")
    extra = _without_zip64(info.extra)
    year, month, day, hour, minute, second = info.date_time
    stamp = (hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day)
    needed = (info.extract_version, flags, method, *stamp, crc, len(raw), size)
    local = _LOCAL.pack(b"PK\x03\x04", *needed, len(name), 0) + name
    central = _CENTRAL.pack(
        b"PK\x01\x02", info.create_version, info.create_system, info.extract_version & 0xFF,
        info.extract_version >> 8, flags, method, *stamp, crc, len(raw), size, len(name), len(extra),
        len(info.comment), 0, info.internal_attr, info.external_attr, offset,
    )  # fmt: skip
    return local, raw, central + name + extra + info.comment


def _without_zip64(extra: bytes) -> bytes:
    """Extra fields without the 64-bit sizes, which our 32-bit records do not need."""
    kept = b""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        if kind != 1:
            kept += extra[: 4 + length]
        extra = extra[4 + length :]
    return kept
