"""How a generated tab of ours is known again: a hidden name that covers its block.

The name is ``_closeloop_tab_<number>_<frame>``. Excel, LibreOffice and WPS keep names, move them with the
cells, and follow a renamed tab; a name that lives in a cell or a comment could be typed over. ``frame`` says
with which widths and print set-up the tab was made.
"""

import re
from typing import NamedTuple

from sync.books.excel.markup import Edit, Element, escaped, inserted, located, prefix_of, prefixed, splice
from sync.books.excel.references import absolute_name, area_of, quoted
from sync.snapshot import Area

_MARK = re.compile(r"_closeloop_tab_([0-9]+)_([0-9a-f]{8})", re.IGNORECASE)
_BEFORE_NAMES = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets",
    "functionGroups", "externalReferences",
)  # fmt: skip


class Mark(NamedTuple):
    """One mark: its number and frame, the tab (folded) and block that it covers; '' and None when they are gone."""

    number: int
    frame: str
    tab: str
    area: Area | None
    element: Element


def read_marks(data: bytes) -> list[Mark]:
    """All marks in a workbook part."""
    if b"_closeloop_tab_" not in data.lower():
        return []
    return _marks(located(data))


def blocks(data: bytes) -> dict[str, Area]:
    """The block of each generated tab by the tab's folded name."""
    return {mark.tab: mark.area for mark in read_marks(data) if mark.area is not None}


def _marks(root: Element) -> list[Mark]:
    names = root.first("definedNames")
    found: list[Mark] = []
    for element in names.all("definedName") if names else ():
        match = _MARK.fullmatch(element.attributes.get("name", ""))
        if match and "localSheetId" not in element.attributes:
            tab, area = _place(element.text)
            found.append(Mark(int(match[1]), match[2].lower(), tab, area, element))
    return found


def _place(text: str) -> tuple[str, Area | None]:
    tab, _, reference = text.strip().removeprefix("=").rpartition("!")
    if len(tab) > 1 and tab.startswith("'") and tab.endswith("'"):
        tab = tab[1:-1].replace("''", "'")
    try:
        return tab.casefold(), area_of(reference)
    except ValueError:
        return "", None


def with_mark(data: bytes, tab: str, area: Area, frame: str) -> bytes:
    """The workbook part in which one mark, and only one, covers the block of that tab.

    Marks whose tab is gone are taken away.
    """
    marks = read_marks(data)
    own = next((mark for mark in marks if mark.tab == tab.casefold() and mark.area is not None), None)
    stale = [mark for mark in marks if mark.area is None or (mark.tab == tab.casefold() and mark is not own)]
    edits: list[Edit] = [(mark.element.start, mark.element.end, b"") for mark in stale]
    if own is not None and (own.area, own.frame) == (area, frame):
        return splice(data, edits) if edits else data
    numbers = {mark.number for mark in marks if mark not in stale}
    number = own.number if own else next(n for n in range(1, len(numbers) + 2) if n not in numbers)
    reference = f"{quoted(tab)}!{absolute_name(area)}"
    new = f'<definedName name="_closeloop_tab_{number}_{frame}" hidden="1">{escaped(reference)}</definedName>'
    if own is not None:
        prefix = prefix_of(data, own.element)
        edits.append((own.element.start, own.element.end, prefixed(new, prefix)))
        return splice(data, edits)
    return with_name(splice(data, edits) if edits else data, new)


def with_name(data: bytes, element: str) -> bytes:
    """The workbook part with one more defined name, written without prefix."""
    root = located(data)
    names = root.first("definedNames")
    if names is not None:
        prefix = prefix_of(data, names)
        place = names.close if names.inner != names.end else names.inner
        return splice(data, [inserted(data, names, place, prefixed(element, prefix))])
    prefix = prefix_of(data, root)
    before = [each.end for each in root.children if each.name in _BEFORE_NAMES]
    whole = prefixed(f"<definedNames>{element}</definedNames>", prefix)
    return splice(data, [inserted(data, root, max(before, default=root.inner), whole)])
