"""One worksheet part in three pieces: what stands before the cells, the cells, and what stands after."""

import io
import re
from contextlib import suppress
from dataclasses import dataclass, replace

from sync.books.excel.markup import Edit, Element, located, splice, tag_end, utf8
from sync.books.excel.package import Package
from sync.books.excel.references import area_name, area_of
from sync.books.excel.refusal import RefusalError
from sync.snapshot import Area

_ROOT = re.compile(rb"<([^\s<>/?!:]+:)?worksheet(?=[\s/>])")
_OPENING, _CLOSING = re.compile(rb"<sheetData\s*>"), b"</sheetData>"
_EMPTY = b"<sheetData></sheetData>"
_LARGE = 8 << 20
_UNSEEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)


@dataclass(frozen=True)
class Worksheet:
    """``head + body + tail`` is the part; ``body`` is the sheetData element with all cells.

    ``view`` is the body with comments and CDATA blanked, byte positions unchanged: search there.
    ``prefix`` is the namespace prefix of the document with its colon, often ''.
    """

    head: bytes
    body: bytes
    view: bytes
    tail: bytes
    prefix: str
    root: bytes

    @property
    def data(self) -> bytes:
        """The whole part."""
        return b"".join((self.head, self.body, self.tail))

    def before(self) -> Element:
        """The elements before the cells; places count in ``head``."""
        return located(self.head + f"</{self.prefix}worksheet>".encode())

    def after(self) -> tuple[Element, int]:
        """The elements after the cells; subtract the number from their places to count in ``tail``."""
        return located(self.root + self.tail), len(self.root)

    def with_head(self, *edits: Edit) -> "Worksheet":
        """The worksheet with edits made before the cells."""
        return replace(self, head=splice(self.head, edits))

    def with_tail(self, *edits: Edit) -> "Worksheet":
        """The worksheet with edits made after the cells; places as ``after`` gives them."""
        shifted = [(start - len(self.root), end - len(self.root), new) for start, end, new in edits]
        return replace(self, tail=splice(self.tail, shifted))

    def with_body(self, body: bytes) -> "Worksheet":
        """The worksheet with other cells."""
        return replace(self, body=body, view=body if self.view is self.body else _visible(body))


def parse_worksheet(part: bytes) -> Worksheet:
    """Cut a worksheet part (any encoding) into its pieces.

    Raises RefusalError when it is no worksheet or holds no place for cells.
    """
    data = utf8(part)
    view = _visible(data)
    root = _ROOT.search(view)
    if not root:
        raise RefusalError("has a sheet that is no plain worksheet; save it anew in Excel")
    prefix = root[1] or b""
    start = re.compile(rb"<%ssheetData(?=[\s/>])" % re.escape(prefix)).search(view, root.end())
    if not start:
        raise RefusalError("has a worksheet without cells' data; save it anew in Excel")
    end = tag_end(view, start.start())
    if view[end - 2 : end] != b"/>":
        closing = view.rfind(b"</%ssheetData" % prefix)
        end = view.find(b">", closing) + 1
        if closing < 0 or end <= 0:
            raise RefusalError("has a worksheet that is cut off; restore it from a backup")
    opening = data[root.start() : tag_end(view, root.start())]
    head, body, tail = data[: start.start()], data[start.start() : end], data[end:]
    return Worksheet(
        head, body, body if view is data else view[start.start() : end], tail, prefix.decode(), opening
    )


def open_worksheet(package: Package, name: str) -> Worksheet:
    """A worksheet of a package, cut into its pieces; a large one while it is unpacked, or it would be held twice.

    Raises as ``parse_worksheet`` does.
    """
    if package.size(name) > _LARGE:
        with suppress(RefusalError):  # which the look at the whole gives its reason, if there is one
            if found := _cut_while_unpacked(package, name):
                return found
    return parse_worksheet(package.part(name))


def _cut_while_unpacked(package: Package, name: str) -> Worksheet | None:
    """None where it is not written as nearly every program does."""
    head, body = b"", io.BytesIO()  # which gives away its buffer without a copy
    for piece in package.pieces(name):
        if body.tell():
            body.write(piece)
            continue
        head += piece
        if start := _OPENING.search(head):
            body.write(head[start.start() :])
            head = head[: start.start()]
    content = body.getvalue()
    end = content.rfind(_CLOSING) + len(_CLOSING)
    tail = content[end:]
    del content
    if end < len(_CLOSING) or any(mark in around for mark in (b"<!", b"<?") for around in (head[2:], tail)):
        return None
    outline = parse_worksheet(head + _EMPTY + tail)
    if (outline.head, outline.body, outline.tail) != (head, _EMPTY, tail):
        return None
    body.truncate(end)
    cells = body.getvalue()
    return replace(outline, body=cells, view=_visible(cells))


def _visible(data: bytes) -> bytes:
    comments = b"!" in data and b"<!" in data
    if not comments and (data.find(b"?", 60) < 0 or data.find(b"<?", 5) < 0):
        return data
    view = _UNSEEN.sub(lambda match: b" " * len(match[0]), data)
    if b"<!" in view:
        raise RefusalError("holds XML with a DOCTYPE, which no workbook needs; it is not opened")
    return view


def widened(sheet: Worksheet, written: Area) -> Worksheet:
    """The worksheet whose ``dimension`` takes in the written area; unchanged when it has none."""
    dimension = sheet.before().first("dimension")
    if dimension is None:
        return sheet
    try:
        old = area_of(dimension.attributes.get("ref", ""))
    except ValueError:
        return sheet
    new = Area(*map(min, old[:2], written[:2]), *map(max, old[2:], written[2:]))
    if new == old:
        return sheet
    tag = sheet.head[dimension.start : dimension.inner]
    tag = re.sub(rb"""(\sref\s*=\s*["'])[^"']*""", rb"\g<1>" + area_name(new).encode(), tag, count=1)
    return sheet.with_head((dimension.start, dimension.inner, tag))


def merged_areas(sheet: Worksheet) -> tuple[Area, ...]:
    """The merged areas of a worksheet, as they are listed."""
    if b"mergeCell" not in sheet.tail:
        return ()
    listed = sheet.after()[0].first("mergeCells")
    return tuple(
        area_of(cell.attributes.get("ref", "")) for cell in (listed.all("mergeCell") if listed else ())
    )
