"""Styles of one workbook found in another, or added to it once; they are compared by what they show."""

from typing import NamedTuple

from sync.books.excel.markup import Element
from sync.books.excel.styles import Stylesheet

Shown = tuple[tuple[str, str], ...]
_FLAGS = ("b", "i", "u", "strike", "vertAlign")
_SIDES = ("left", "right", "top", "bottom")
_BUILT_IN = {"General": "0", "0": "1", "0.00": "2", "#,##0": "3", "0%": "9"}
_MEANINGLESS = {"0", "false", "none", "general", ""}


class Appearance(NamedTuple):
    """What people see of a cell's style; what programs add on saving (families, schemes) is left out."""

    font: Shown
    fill: Shown
    border: Shown
    alignment: Shown
    number_format: str
    locked: Shown


class Looks:
    """The appearance of each cell style of a stylesheet."""

    def __init__(self, styles: Stylesheet) -> None:
        self._styles = styles
        self._known: dict[int, Appearance] = {}
        self._codes = {
            each.attributes.get("numFmtId", ""): _format_of(each)
            for each in styles.items("numFmts")
            if len(each.attributes.get("numFmtId", "")) > 2  # below are Excel's own
        }

    def of(self, style: int) -> Appearance | None:
        """The appearance of a style, None when there is no such style."""
        if style not in self._known:
            formats = self._styles.items("cellXfs")
            if not 0 <= style < len(formats):
                return None
            self._known[style] = self._appearance(formats[style])
        return self._known[style]

    def _appearance(self, element: Element) -> Appearance:
        number = element.attributes.get("numFmtId", "0")
        return Appearance(
            _font(self._part("fonts", element, "fontId")),
            _fill(self._part("fills", element, "fillId")),
            _border(self._part("borders", element, "borderId")),
            _given(element.first("alignment")),
            self._codes.get(number, number),
            _given(element.first("protection")),
        )

    def _part(self, section: str, element: Element, name: str) -> Element | None:
        items, place = self._styles.items(section), element.attributes.get(name, "0")
        return items[int(place)] if place.isdecimal() and int(place) < len(items) else None


class StyleMap:
    """Which style of a target stands for each style of a source. Styles are added when they are asked for."""

    def __init__(self, source: Stylesheet, target: Stylesheet) -> None:
        self._source, self._target = source, target
        self._source_looks, self.looks = Looks(source), Looks(target)
        self._known: dict[int, int] = {0: 0}
        self._by_look: dict[Appearance, int] | None = None

    def appearance(self, style: int) -> Appearance | None:
        """What a style of the source shows."""
        return self._source_looks.of(style)

    def index(self, style: int) -> int:
        """The target's style: one that looks the same, or a new one."""
        if not self.knows(style):
            self._known[style] = self._added(style)
        return self._known[style]

    def knows(self, style: int) -> bool:
        """Whether the target has a style that looks so already."""
        if style not in self._known:
            wanted = self.appearance(style)
            found = None if wanted is None else self._alike().get(wanted)
            if found is None:
                return False
            self._known[style] = found
        return True

    def _alike(self) -> dict[Appearance, int]:
        if self._by_look is None:
            self._by_look = {}
            for place, element in enumerate(self._target.items("cellXfs")):
                look = self.looks.of(place)
                if look is not None and element.attributes.get("xfId", "0") == "0":
                    self._by_look.setdefault(look, place)
        return self._by_look

    def _added(self, style: int) -> int:
        element = self._source.items("cellXfs")[style]
        alignment = element.first("alignment")
        parts = {
            f"{name}Id": self._part(f"{name}s", element, f"{name}Id") for name in ("font", "fill", "border")
        }
        number = self._number_format(element.attributes.get("numFmtId", "0"))
        ids = "".join(f' {name}="{value}"' for name, value in ({"numFmtId": number} | parts).items())
        named = ' xfId="0"' if self._target.items("cellStyleXfs") else ""
        inside = self._source.source(alignment) if alignment else ""
        applied = ' applyNumberFormat="1"' * bool(number) + ' applyFont="1"' * bool(parts["fontId"])
        applied += ' applyFill="1"' * bool(parts["fillId"]) + ' applyBorder="1"' * bool(parts["borderId"])
        applied += ' applyAlignment="1"' * bool(inside)
        return self._target.index("cellXfs", f"<xf{ids}{named}{applied}>{inside}</xf>")

    def _part(self, section: str, element: Element, name: str) -> int:
        items, place = self._source.items(section), int(element.attributes.get(name, "0"))
        return self._target.index(section, self._source.source(items[place])) if place < len(items) else 0

    def _number_format(self, number: str) -> int:
        for each in self._source.items("numFmts"):
            if each.attributes.get("numFmtId") == number:
                return self._target.number_format(each.attributes.get("formatCode", "General"))
        return int(number)


def base_font(styles: Stylesheet) -> tuple[str, float]:
    """Name and size (points) of the font that cells have where nobody has chosen one."""
    fonts = styles.items("fonts")
    formats = styles.items("cellXfs")
    place = formats[0].attributes.get("fontId", "0") if formats else "0"
    font = fonts[int(place)] if place.isdecimal() and int(place) < len(fonts) else None
    name = font and (font.first("name") or font.first("rFont"))
    size = font and font.first("sz")
    shown = size.attributes.get("val", "") if size else ""
    points = float(shown) if shown.replace(".", "", 1).isdigit() else 11.0
    return (name.attributes.get("val", "") if name else "") or "Calibri", points


def _format_of(element: Element) -> str:
    """A number format's code, the id of Excel's own where it has the same."""
    code = element.attributes.get("formatCode", "")
    return _BUILT_IN.get(code, code)


def _given(element: Element | None) -> Shown:
    attributes = element.attributes.items() if element else ()
    return tuple(sorted((key, value) for key, value in attributes if value.lower() not in _MEANINGLESS))


def _font(element: Element | None) -> Shown:
    if element is None:
        return ()
    flags = [(name, found.attributes.get("val", "1")) for name in _FLAGS if (found := element.first(name))]
    shown = [(name, value) for name, value in flags if value.lower() not in _MEANINGLESS]
    for name in ("name", "sz"):
        found = element.first(name)
        shown.append((name, found.attributes.get("val", "") if found else ""))
    return (*shown, *_given(element.first("color")))


def _fill(element: Element | None) -> Shown:
    pattern = element.first("patternFill") if element else None
    if pattern is None:
        return (("other", "fill"),) if element and element.children else ()
    kind = pattern.attributes.get("patternType", "none")
    return () if kind == "none" else (("pattern", kind), *_given(pattern.first("fgColor")))


def _border(element: Element | None) -> Shown:
    shown: list[tuple[str, str]] = []
    for side in _SIDES:
        found = element.first(side) if element else None
        style = found.attributes.get("style", "none") if found else "none"
        if found and style != "none":
            shown += [
                (side, style),
                *((f"{side} {key}", value) for key, value in _given(found.first("color"))),
            ]
    return tuple(shown)
