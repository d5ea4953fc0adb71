"""XML whose elements know where their bytes stand, so that an edit replaces those bytes and no others."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from xml.parsers import expat

from sync.books.excel.refusal import RefusalError

Edit = tuple[int, int, bytes]
"""Replace the bytes from the first to before the second position."""

DEEPEST = 60
_PIECE = 1 << 20
_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["'][^>]*\?>""")
_OTHER = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<", b"\0\0")
_SAME = (b"utf-8", b"utf8", b"us-ascii")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


@dataclass(slots=True)
class Element:
    """One element: its tag is ``data[start:inner]``, its content ``[inner:close]``, all ``[start:end]``.

    ``attributes`` are keyed by local name, those of a namespace by ``"namespace name"``.
    """

    name: str
    space: str
    attributes: dict[str, str]
    start: int
    inner: int
    close: int = 0
    end: int = 0
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> list["Element"]:
        """Children of that local name in the element's own namespace."""
        return [child for child in self.children if child.name == name and child.space == self.space]

    def first(self, name: str) -> "Element | None":
        """The first such child, or None."""
        return next(iter(self.all(name)), None)

    def descend(self) -> Iterator["Element"]:
        """The element and everything below it."""
        yield self
        for child in self.children:
            yield from child.descend()


def _forbid_doctype(*_: object) -> None:
    raise RefusalError("holds XML with a DOCTYPE, which no workbook needs; it is not opened")


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _forbid_doctype
    parser.buffer_text = True
    return parser


def utf8(data: bytes) -> bytes:
    """The document, declared as UTF-8; unchanged when it is already (nearly always).

    Raises RefusalError for another encoding, which the reader of values does not know either.
    """
    declared = _ENCODING.match(data)
    if not data.startswith(_OTHER) and (not declared or declared[1].lower() in _SAME):
        return data
    if declared and data.isascii():
        return data[: declared.start(1)] + b"UTF-8" + data[declared.end(1) :]
    raise RefusalError("holds XML that is not in UTF-8; open it in Excel and save it anew")


def check(data: bytes) -> None:
    """Raise unless the document is well-formed and has no DOCTYPE."""
    _parser().Parse(data, True)


@lru_cache(maxsize=4)  # one plan asks for the same few parts again and again
def located(data: bytes) -> Element:
    """Parse a UTF-8 document into elements with their places.

    Raises RefusalError for a DOCTYPE or absurd nesting, expat.ExpatError when it is not well-formed.
    """
    parser = _parser()
    root: list[Element] = []
    open_elements: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        position = parser.CurrentByteIndex
        element = Element(local, space, attributes, position, tag_end(data, position))
        (open_elements[-1].children if open_elements else root).append(element)
        open_elements.append(element)
        if len(open_elements) > DEEPEST:
            raise RefusalError("holds XML nested too deep for a workbook; it is not opened")

    def end(_: str) -> None:
        element = open_elements.pop()
        if data[element.inner - 2 : element.inner] == b"/>":
            element.close = element.end = element.inner
        else:
            element.close = parser.CurrentByteIndex
            element.end = data.index(b">", element.close) + 1

    def characters(text: str) -> None:
        open_elements[-1].text += text

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.Parse(data, True)
    return root[0]


def tag_end(data: bytes, position: int) -> int:
    """Where the start tag that begins at the position ends, quotes respected."""
    match = _TAG.match(data, position)
    if not match:
        raise ValueError("a tag without an end")
    return match.end()


def prefix_of(data: bytes, element: Element) -> str:
    """The namespace prefix with its colon that the element is written with, often ''."""
    name = re.match(rb"<([^\s/>]*)", data[element.start : element.inner])
    prefix, colon, _ = name[1].decode().rpartition(":") if name else ("", "", "")
    return prefix + colon


def splice(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with all edits made; edits must not overlap."""
    return b"".join(spliced(data, sorted(edits, key=_place)))


def spliced(data: bytes, edits: Iterable[Edit]) -> Iterator[bytes | memoryview]:
    """The bytes with all edits made, in pieces; edits come in order and do not overlap."""
    whole = memoryview(data)  # slices of it are no copies, and a sheet has 100 MB
    pieces: list[bytes | memoryview] = []
    position = begun = 0
    for start, end, new in edits:
        if start < position:
            raise ValueError("edits out of order")
        pieces += whole[position:start], new
        position = end
        if position - begun > _PIECE:
            yield b"".join(pieces)
            pieces.clear()
            begun = position
    yield b"".join(pieces)
    yield whole[position:]


def _place(edit: Edit) -> tuple[int, int]:
    return edit[0], edit[1]


@cache
def _attribute_pattern(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"""\s%b\s*=\s*(?:"[^"]*"|'[^']*')""" % re.escape(name.encode()))


def with_attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """A start tag with the attribute set, or without it when the value is None."""
    written = b"" if value is None else f' {name}="{escaped(value)}"'.encode()
    new, count = _attribute_pattern(name).subn(lambda _: written, tag, count=1)
    if count or not written:
        return new
    cut = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:cut].rstrip() + written + tag[cut:]


def inserted(data: bytes, parent: Element, position: int, new: bytes) -> Edit:
    """The edit that puts ``new`` at a position inside the parent, which may be self-closed."""
    if parent.inner != parent.end:
        return (position, position, new)
    tag = data[parent.start : parent.inner]
    name = re.match(rb"<([^\s/>]*)", tag)
    closing = b"</" + (name[1] if name else b"") + b">"
    return (parent.start, parent.end, tag[:-2].rstrip() + b">" + new + closing)


def prefixed(fragment: str, prefix: str) -> bytes:
    """A fragment written without prefixes, in the document's own prefix."""
    return (re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", fragment) if prefix else fragment).encode()


def escaped(text: str) -> str:
    """Text for an attribute or an element."""
    return text.translate(_ESCAPES)
