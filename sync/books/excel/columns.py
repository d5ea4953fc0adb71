"""The widths of columns: give one column its own, and leave all others as they are."""

from sync.books.excel.markup import Edit, Element, inserted, prefixed, with_attribute
from sync.books.excel.references import LAST_COLUMN
from sync.books.excel.worksheet import Worksheet

_BEFORE = ("sheetPr", "dimension", "sheetViews", "sheetFormatPr")


def column_styles(sheet: Worksheet) -> dict[range, int]:
    """The default styles that people have given to whole columns."""
    listed = sheet.before().first("cols")
    found: dict[range, int] = {}
    for element in listed.all("col") if listed else ():
        style = element.attributes.get("style", "0")
        if style.isdecimal() and style != "0":
            found[range(_end(element, "min"), _end(element, "max") + 1)] = int(style)
    return found


def with_width(sheet: Worksheet, column: int, width: float, hidden: bool) -> Worksheet:
    """The worksheet in which the column has that width (in characters) and is shown or hidden.

    A range of columns that holds it is split; its other columns keep what they had.
    """
    root = sheet.before()
    listed = root.first("cols")
    own = _own_tag(sheet, column, width, hidden)
    if listed is None:
        before = [child.end for child in root.children if child.name in _BEFORE]
        made = prefixed("<cols>", sheet.prefix) + own + prefixed("</cols>", sheet.prefix)
        return sheet.with_head(inserted(sheet.head, root, max(before, default=root.inner), made))
    for element in listed.all("col"):
        if _end(element, "min") <= column <= _end(element, "max"):
            return sheet.with_head(_split(sheet, element, column, width, hidden))
        if _end(element, "min") > column:
            return sheet.with_head((element.start, element.start, own))
    return sheet.with_head(inserted(sheet.head, listed, listed.close, own))


def _own_tag(sheet: Worksheet, column: int, width: float, hidden: bool, style: str | None = None) -> bytes:
    tag = prefixed(
        f'<col min="{column}" max="{column}" width="{_stored(width)}" customWidth="1"/>', sheet.prefix
    )
    tag = with_attribute(tag, "style", style)
    return with_attribute(tag, "hidden", "1" if hidden else None)


def _split(sheet: Worksheet, element: Element, column: int, width: float, hidden: bool) -> Edit:
    tag = sheet.head[element.start : element.end]
    first, last = _end(element, "min"), _end(element, "max")
    pieces = [_own_tag(sheet, column, width, hidden, element.attributes.get("style"))]
    if first < column:
        pieces.insert(0, with_attribute(tag, "max", str(column - 1)))
    if column < last:
        pieces.append(with_attribute(tag, "min", str(column + 1)))
    return (element.start, element.end, b"".join(pieces))


def _end(element: Element, name: str) -> int:
    value = element.attributes.get(name, "")
    return min(int(value), LAST_COLUMN) if value.isdecimal() else 0


def _stored(width: float) -> str:
    """The width with the margins that Excel adds, for a font whose digits are 7 pixels wide."""
    return f"{int((width * 7 + 5) / 7 * 256) / 256:.12g}"
