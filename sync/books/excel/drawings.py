"""Our charts on a sheet that is there already: those that are wanted stay, others leave without a trace."""

import posixpath
import re

from sync.books.excel.charting import MARK
from sync.books.excel.grafting import OFFICE, copy_part
from sync.books.excel.markup import Element, inserted, located, prefixed, splice, utf8, with_attribute
from sync.books.excel.package import Package, folded
from sync.books.excel.parts import Parts
from sync.books.excel.relationships import Relationship, relationships
from sync.books.excel.surroundings import with_tail_element
from sync.books.excel.worksheet import Worksheet

_DRAWING = "application/vnd.openxmlformats-officedocument.drawing+xml"
_SPACES = {
    "xmlns:xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "xmlns:a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}
_EMPTY = "".join(
    ['<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<xdr:wsDr']
    + [f' {name}="{space}"' for name, space in _SPACES.items()]
    + ["></xdr:wsDr>"]
).encode()
_CHART_LINK = re.compile(rb'(\sr:id=")[^"]*(")')
_IDENTITY = re.compile(rb'(<xdr:cNvPr id=")[0-9]+(")')


class Charts:
    """The charts of one sheet of a package, and those of a scratch sheet that it is to have."""

    def __init__(self, parts: Parts, part: str, source: Package, source_part: str, folder: str) -> None:
        self._parts, self._part, self._source, self._folder = parts, part, source, folder
        self._drawing = _target(parts.links(part))
        if not parts.has(self._drawing):
            self._drawing = ""
        self._source_drawing = _target(relationships(source, source_part))

    def put_on(self, sheet: Worksheet) -> Worksheet:
        """The worksheet with the scratch sheet's charts and no others of ours; people's drawings stay."""
        wanted = self._wanted()
        present = self._present()
        new = [name for name in wanted if name not in present]
        gone = [present[name] for name in present if name not in wanted] + self._nameless()
        if gone:
            self._take_out(gone)
        if new and not self._drawing:
            sheet = self._with_drawing(sheet)
        for name in new:
            self._put_in(wanted[name])
        if gone and not located(utf8(self._parts.get(self._drawing))).children:
            return self._without_drawing(sheet)
        return sheet

    def _wanted(self) -> dict[str, bytes]:
        if not self._source_drawing:
            return {}
        data = self._source.part(self._source_drawing)
        return {name: data[each.start : each.end] for name, each in _ours(data).items()}

    def _present(self) -> dict[str, Element]:
        return _ours(utf8(self._parts.get(self._drawing))) if self._drawing else {}

    def _nameless(self) -> list[Element]:
        """Charts of ours that a program has saved without their objects' names: titled as ours, over the same sheet."""
        if not (self._drawing and self._source_drawing):
            return []
        links = relationships(self._source, self._source_drawing)
        ours = {_look(self._source.part(link.target)) for link in links if link.kind == "chart"}
        named = [anchor.start for anchor in self._present().values()]
        parts = {link.id: link.target for link in self._parts.links(self._drawing) if link.kind == "chart"}
        return [
            anchor
            for anchor in located(utf8(self._parts.get(self._drawing))).children
            if anchor.start not in named
            and any(
                link in parts and _look(self._parts.get(parts[link])) in ours for link in _links_of(anchor)
            )
        ]

    def _take_out(self, anchors: list[Element]) -> None:
        ids = {link for anchor in anchors for link in _links_of(anchor)}
        charts = [link.target for link in self._parts.links(self._drawing) if link.id in ids]
        edits = [(anchor.start, anchor.end, b"") for anchor in sorted(anchors, key=lambda each: each.start)]
        self._parts.put(self._drawing, splice(utf8(self._parts.get(self._drawing)), edits))
        self._parts.unlink(self._drawing, ids)
        for chart in charts:
            self._remove(chart)

    def _remove(self, part: str) -> None:
        """Take a part out that nothing leads to any more, and then what only it led to."""
        if folded(part) in self._parts.targets() or not self._parts.has(part):
            return
        below = [link.target for link in self._parts.links(part) if not link.external]
        self._parts.remove(part)
        for each in below:
            self._remove(each)

    def _with_drawing(self, sheet: Worksheet) -> Worksheet:
        like = posixpath.join(self._folder, "drawings/drawing1.xml")
        self._drawing = self._parts.add(like, _EMPTY, _DRAWING)
        link = self._parts.link(self._part, f"{OFFICE}/drawing", self._drawing)
        element = prefixed(f'<drawing xmlns:r="{OFFICE}" r:id="{link}"/>', sheet.prefix)
        return with_tail_element(sheet, "drawing", element)

    def _put_in(self, anchor: bytes) -> None:
        link = _CHART_LINK.search(anchor)
        wanted = link[0].split(b'"')[1].decode() if link else ""
        links = relationships(self._source, self._source_drawing)
        chart = next(each.target for each in links if each.id == wanted)
        name = copy_part(self._parts, self._source, chart, self._folder)
        data = utf8(self._parts.get(self._drawing))
        root = located(data)
        identity = self._parts.link(self._drawing, f"{OFFICE}/chart", name)
        ids = [each.attributes.get("id", "") for each in root.descend() if each.name == "cNvPr"]
        number = max([1, *(int(each) for each in ids if each.isdecimal())]) + 1
        anchor = _CHART_LINK.sub(rb"\g<1>%b\g<2>" % identity.encode(), anchor)
        anchor = _IDENTITY.sub(rb"\g<1>%d\g<2>" % number, anchor)
        end = anchor.index(b">") + 1
        tag = anchor[:end]
        for space, value in _SPACES.items():
            tag = with_attribute(tag, space, value)
        place = root.close if root.inner != root.end else root.inner
        self._parts.put(self._drawing, splice(data, [inserted(data, root, place, tag + anchor[end:])]))

    def _without_drawing(self, sheet: Worksheet) -> Worksheet:
        ids = [each.id for each in self._parts.links(self._part) if each.kind == "drawing"]
        self._parts.unlink(self._part, ids)
        self._remove(self._drawing)
        return with_tail_element(sheet, "drawing", b"")


def _target(links: tuple[Relationship, ...]) -> str:
    return next((link.target for link in links if link.kind == "drawing" and not link.external), "")


def _ours(data: bytes) -> dict[str, Element]:
    """The anchors of our charts in a drawing, by the charts' names."""
    found: dict[str, Element] = {}
    for anchor in located(data).children:
        for each in anchor.descend():
            name = each.attributes.get("name", "")
            if each.name == "cNvPr" and name.startswith(MARK):
                found.setdefault(name, anchor)
                break
    return found


def _look(chart: bytes) -> tuple[str, frozenset[str]]:
    """The title of a chart, and the sheets that it draws from."""
    every = list(located(utf8(chart)).descend())
    title = next((each for each in every if each.name == "title"), None)
    said = "".join(each.text for each in title.descend() if each.name == "t") if title else ""
    return said, frozenset(each.text.rpartition("!")[0].strip("'") for each in every if each.name == "f")


def _links_of(anchor: Element) -> list[str]:
    return [
        value
        for each in anchor.descend()
        if each.name == "chart"
        for key, value in each.attributes.items()
        if key.endswith("relationships id")
    ]
