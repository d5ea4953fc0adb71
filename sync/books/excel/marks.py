"""How a generated tab of ours is known again: a hidden name that covers its block.

The name is ``_closeloop_tab_<number>_<frame>``. Excel, LibreOffice and WPS keep names, move them with the
cells, and follow a renamed tab; a name that lives in a cell or a comment could be typed over. ``frame`` says
with which widths and print set-up the tab was made.
"""

import re
from collections.abc import Sequence
from itertools import count
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


class Marked(NamedTuple):
    """A generated tab to be marked: its name, block and frame, and other names to be written with the mark."""

    tab: str
    area: Area
    frame: str
    names: str = ""


def with_marks(data: bytes, tabs: Sequence[Marked]) -> bytes:
    """The workbook part in which one mark, and only one, covers the block of each of these tabs.

    Marks whose tab is gone are taken away.
    """
    marks = read_marks(data)
    wanted = {each.tab.casefold() for each in tabs}
    own = {mark.tab: mark for mark in reversed(marks) if mark.area is not None and mark.tab in wanted}
    stale = [mark for mark in marks if mark.area is None or own.get(mark.tab, mark) is not mark]
    edits: list[Edit] = [(mark.element.start, mark.element.end, b"") for mark in stale]
    taken = {mark.number for mark in marks if mark not in stale}
    free = (number for number in count(1) if number not in taken)
    new = ""
    for tab in tabs:
        former = own.get(tab.tab.casefold())
        name = _name(tab, former.number if former else next(free))
        new += tab.names
        if former is None:
            new += name
        elif (former.area, former.frame) != (tab.area, tab.frame):
            edits.append(
                (former.element.start, former.element.end, prefixed(name, prefix_of(data, former.element)))
            )
    data = splice(data, edits) if edits else data
    return with_name(data, new) if new else data


def _name(tab: Marked, number: int) -> str:
    reference = escaped(f"{quoted(tab.tab)}!{absolute_name(tab.area)}")
    return f'<definedName name="_closeloop_tab_{number}_{tab.frame}" hidden="1">{reference}</definedName>'


def with_name(data: bytes, element: str) -> bytes:
    """The workbook part with a defined name more, or several, written without prefix."""
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
