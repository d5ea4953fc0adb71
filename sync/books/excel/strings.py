"""The shared strings of a workbook, one by one as they are asked for."""

import re

from sync.books.excel.markup import located, utf8
from sync.books.excel.package import Package
from sync.books.excel.workbook import Workbook

_ITEM = re.compile(rb"<(?:[^\s<>/:]+:)?si(?:\s[^>]*)?(?:/>|>(.*?)</(?:[^\s<>/:]+:)?si\s*>)", re.DOTALL)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


class SharedStrings:
    """What stands in the table of shared strings."""

    def __init__(self, package: Package, workbook: Workbook) -> None:
        self._package = package
        self._part = workbook.target("sharedStrings")
        self._found: list[bytes] | None = None

    def inside(self, index: int) -> str:
        """What an entry holds, as XML without its own tag; an empty text when there is none."""
        items = self._items()
        return items[index].decode() if 0 <= index < len(items) else "<t/>"

    def text(self, index: int) -> str:
        """The text of an entry, its runs joined and its phonetic guides left out."""
        return plain_text(self.inside(index))

    def _items(self) -> list[bytes]:
        if self._found is None:
            known = self._part and self._package.has(self._part)
            data = utf8(self._package.part(self._part)) if known else b""
            self._found = [match[1] or b"<t/>" for match in _ITEM.finditer(data)]
        return self._found


def plain_text(inside: str) -> str:
    """The text of a string item or inline string."""
    prefixes = sorted(set(re.findall(r"<([\w.-]+):", inside)))
    spaces = "".join(f' xmlns:{prefix}="{_MAIN}"' for prefix in prefixes)
    root = located(f'<is xmlns="{_MAIN}"{spaces}>{inside}</is>'.encode())
    texts = [root.text if not root.children else ""]
    for child in root.children:
        if child.name == "t":
            texts.append(child.text)
        elif child.name == "r":
            texts += [each.text for each in child.children if each.name == "t"]
    return "".join(texts)
