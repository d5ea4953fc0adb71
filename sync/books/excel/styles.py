"""styles.xml: find a style that is there already, or append it once, so that it never grows by repetition."""

from collections.abc import Callable

from sync.books.excel.markup import (
    Edit,
    Element,
    escaped,
    inserted,
    located,
    prefix_of,
    prefixed,
    splice,
    utf8,
    with_attribute,
)
from sync.books.excel.refusal import RefusalError

MOST_STYLES = 65_000
_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
_DEFAULTS = {
    "fonts": ('<font><sz val="11"/><name val="Calibri"/></font>',),
    "fills": (
        '<fill><patternFill patternType="none"/></fill>',
        '<fill><patternFill patternType="gray125"/></fill>',
    ),
    "borders": ("<border><left/><right/><top/><bottom/><diagonal/></border>",),
    "cellXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
    "dxfs": (),
    "numFmts": (),
}
_THIN = "".join(
    f'<{side} style="thin"><color auto="1"/></{side}>' for side in ("left", "right", "top", "bottom")
)
_BORDER = f"<border>{_THIN}<diagonal/></border>"
_FONT_PARTS = ("sz", "name", "family", "charset", "scheme")
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}

Canonical = tuple[str, frozenset[tuple[str, str]], tuple["Canonical", ...]]


def _canonical(element: Element, main: str) -> Canonical:
    name = element.name if element.space == main else f"{element.space} {element.name}"
    children = tuple(_canonical(child, main) for child in element.children)
    return name, frozenset(element.attributes.items()), children


class Stylesheet:
    """The styles of a workbook, with those that are to be appended."""

    def __init__(self, part: bytes) -> None:
        self._part = part
        self._data = utf8(part)
        self._root = located(self._data)
        if self._root.inner == self._root.end:
            closing = f"</{prefix_of(self._data, self._root)}styleSheet>".encode()
            self._data = self._data[: self._root.inner - 2] + b">" + closing
            self._root = located(self._data)
        if self._root.name != "styleSheet":
            raise RefusalError("has a damaged styles part; save it anew in Excel")
        self._prefix = prefix_of(self._data, self._root)
        self._known: dict[str, dict[Canonical, int]] = {}
        self._counts: dict[str, int] = {}
        self._new: dict[str, list[bytes]] = {}
        self._memo: dict[tuple[object, ...], int] = {}

    def plain(self, centred: bool) -> int:
        """The style of a cell of ours: on one line, so that no row grows taller, in the workbook's own font."""
        across = 'horizontal="center" ' if centred else ""
        return self._remembered(
            ("plain", centred), lambda: self._cell_format(f'<alignment {across}vertical="center"/>')
        )

    def header(self, fill: str, ink: str) -> int:
        """The style of a heading of ours; colours are #RRGGBB."""
        return self._remembered(("header", fill, ink), lambda: self._header(fill, ink))

    def dated(self, style: int, number_format: int) -> int:
        """The same style showing dates; the style itself when it already does, or when 0 is asked."""
        if not number_format:
            return style
        return self._remembered(("dated", style, number_format), lambda: self._dated(style, number_format))

    def dxf(self, fill: str, ink: str) -> int:
        """The differential format with that fill and ink (#RRGGBB or '')."""
        font = f'<font><color rgb="{_argb(ink)}"/></font>' if ink else ""
        ground = f'<fill><patternFill><bgColor rgb="{_argb(fill)}"/></patternFill></fill>' if fill else ""
        return self._remembered(("dxf", fill, ink), lambda: self._index("dxfs", f"<dxf>{font}{ground}</dxf>"))

    def dxf_colours(self, index: int) -> tuple[str, str]:
        """Fill and ink of a differential format as #RRGGBB, '' for what it leaves as it is."""
        items = self._items("dxfs")
        if not 0 <= index < len(items):
            return "", ""
        pattern = next((found for found in items[index].descend() if found.name == "patternFill"), None)
        fill = pattern and (pattern.first("bgColor") or pattern.first("fgColor"))
        font = items[index].first("font")
        return _rgb(fill), _rgb(font and font.first("color"))

    def is_of(self, space: str) -> bool:
        """Whether the part is written in that namespace."""
        return self._root.space == space

    def items(self, section: str) -> list[Element]:
        """The elements that a section of the part holds already."""
        return self._items(section)

    def source(self, element: Element) -> str:
        """An element as it is written, for another stylesheet."""
        return self._data[element.start : element.end].decode()

    def index(self, section: str, fragment: str) -> int:
        """The place of an element (written without prefix) in a section, where it is appended if it is new."""
        return self._index(section, fragment)

    def number_format(self, code: str) -> int:
        """The id of a number format of the workbook's own, which is added if it is new."""
        return self._remembered(("format", code), lambda: self._number_format(code))

    def data(self) -> bytes:
        """The part with what was appended; the very same bytes when nothing was."""
        edits = [self._section_edit(name) for name in _ORDER if self._new.get(name)]
        return self._part if not edits else splice(self._data, edits)

    def _remembered(self, key: tuple[object, ...], make: Callable[[], int]) -> int:
        if key not in self._memo:
            self._memo[key] = make()
        return self._memo[key]

    def _header(self, fill: str, ink: str) -> int:
        base = next(iter(self._items("fonts")), None)
        kept = {part: base.first(part) for part in _FONT_PARTS} if base else {}
        parts = {name: _rewritten(found) for name, found in kept.items() if found}
        font = f'<font><b/>{parts.pop("sz", "")}<color rgb="{_argb(ink)}"/>{"".join(parts.values())}</font>'
        ground = (
            f'<fill><patternFill patternType="solid"><fgColor rgb="{_argb(fill)}"/>'
            '<bgColor indexed="64"/></patternFill></fill>'
        )
        return self._cell_format(
            '<alignment horizontal="center" vertical="center" wrapText="1"/>',
            font=self._index("fonts", font),
            fill=self._index("fills", ground),
            border=self._index("borders", _BORDER),
        )

    def _cell_format(self, alignment: str, font: int = 0, fill: int = 0, border: int = 0) -> int:
        named = ' xfId="0"' if self._items("cellStyleXfs") else ""
        applied = "".join(
            f' apply{name}="1"' for name, used in (("Font", font), ("Fill", fill), ("Border", border)) if used
        )
        return self._index(
            "cellXfs",
            f'<xf numFmtId="0" fontId="{font}" fillId="{fill}" borderId="{border}"{named}{applied}'
            f' applyAlignment="1">{alignment}</xf>',
        )

    def _dated(self, style: int, number_format: int) -> int:
        self._index_section("cellXfs")
        count = len(self._items("cellXfs"))
        if style < count:
            element = self._items("cellXfs")[style]
            source = self._data[element.start : element.end]
        else:
            appended = self._new.get("cellXfs", [])
            if style - count >= len(appended):
                raise RefusalError("has a cell with a style that does not exist; save it anew in Excel")
            source = appended[style - count]
            element = self._fragment(source)
        if self._shows_dates(element.attributes.get("numFmtId", "0")):
            return style
        tag = source[: element.inner - element.start]
        tag = with_attribute(with_attribute(tag, "numFmtId", str(number_format)), "applyNumberFormat", "1")
        return self._append("cellXfs", tag + source[element.inner - element.start :])

    def _number_format(self, code: str) -> int:
        known = [(each.attributes.get("numFmtId", ""), each.attributes.get("formatCode", "")) for each in
                 self._items("numFmts")]  # fmt: skip
        ids = [int(number) for number, _ in known if number.isdecimal()]
        found = next((int(number) for number, shown in known if shown == code and number.isdecimal()), None)
        if found is not None:
            return found
        place = max([163, *ids]) + 1 + len(self._new.get("numFmts", []))
        self._index("numFmts", f'<numFmt numFmtId="{place}" formatCode="{escaped(code)}"/>')
        return place

    def _shows_dates(self, number_format: str) -> bool:
        if int(number_format) in _DATE_FORMATS:
            return True
        for element in self._items("numFmts"):
            if element.attributes.get("numFmtId") == number_format:
                code = element.attributes.get("formatCode", "").split(";")[0]
                return any(letter in code.lower() for letter in "ymdh") and "general" not in code.lower()
        return False

    def _items(self, section: str) -> list[Element]:
        found = self._root.first(section)
        return found.children if found else []

    def _index(self, section: str, fragment: str) -> int:
        return self._append(section, prefixed(fragment, self._prefix))

    def _index_section(self, section: str) -> dict[Canonical, int]:
        if section not in self._known:
            items = self._items(section)
            known: dict[Canonical, int] = {}
            for place, element in enumerate(items):
                known.setdefault(_canonical(element, self._root.space), place)
            self._known[section], self._counts[section] = known, len(items)
            if not items:
                for default in _DEFAULTS[section]:
                    self._add(section, prefixed(default, self._prefix))
        return self._known[section]

    def _append(self, section: str, fragment: bytes) -> int:
        known = self._index_section(section)
        place = known.get(_canonical(self._fragment(fragment), self._root.space))
        return self._add(section, fragment) if place is None else place

    def _add(self, section: str, fragment: bytes) -> int:
        place = self._counts[section]
        if place >= MOST_STYLES:
            raise RefusalError(
                "has {count} styles, as many as Excel can hold; remove unused ones", count=place
            )
        self._known[section][_canonical(self._fragment(fragment), self._root.space)] = place
        self._counts[section] = place + 1
        self._new.setdefault(section, []).append(fragment)
        return place

    def _fragment(self, fragment: bytes) -> Element:
        # The root's own tag brings every namespace that a copied fragment may use.
        root = self._data[self._root.start : self._root.inner]
        opening = root[:-2] + b">" if root.endswith(b"/>") else root
        element = located(opening + fragment + f"</{self._prefix}styleSheet>".encode()).children[0]
        shift = len(opening)
        element.start, element.inner, element.close, element.end = (
            place - shift for place in (element.start, element.inner, element.close, element.end)
        )
        return element

    def _section_edit(self, name: str) -> Edit:
        new = b"".join(self._new[name])
        section = self._root.first(name)
        count = str(self._counts[name])
        if section is None:
            earlier = _ORDER[: _ORDER.index(name)]
            ends = [child.end for child in self._root.children if child.name in earlier]
            opening, closing = (
                prefixed(f'<{name} count="{count}">', self._prefix),
                prefixed(f"</{name}>", self._prefix),
            )
            position = max(ends, default=self._root.inner)
            return inserted(self._data, self._root, position, opening + new + closing)
        tag = with_attribute(self._data[section.start : section.inner], "count", count)
        if section.inner == section.end:
            closing = prefixed(f"</{name}>", self._prefix)
            return (section.start, section.end, tag[:-2].rstrip() + b">" + new + closing)
        return (section.start, section.end, tag + self._data[section.inner : section.close] + new
                + self._data[section.close : section.end])  # fmt: skip


def _rewritten(element: Element) -> str:
    attributes = "".join(
        f' {name}="{escaped(value)}"' for name, value in element.attributes.items() if " " not in name
    )
    return f"<{element.name}{attributes}/>"


def _argb(colour: str) -> str:
    return f"FF{colour.removeprefix('#').upper()}"


def _rgb(element: Element | None) -> str:
    rgb = element.attributes.get("rgb", "") if element else ""
    return f"#{rgb[-6:].upper()}" if len(rgb) in (6, 8) else ""
