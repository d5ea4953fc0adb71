"""Names of archive tabs: the year and the kind of meeting, as a workbook can have them."""

import re
from collections.abc import Callable
from hashlib import sha256
from itertools import count

LONGEST = 31
"""Excel's limit for a tab's name, in UTF-16 units."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]+")
_SIGNS = 6


def tab_name(wanted: str) -> str:
    """The name as a tab can bear it. Where that takes changing it, six signs of the whole name keep it apart from
    others that would come out alike."""
    fit = _FORBIDDEN.sub(" ", wanted).strip(" '")
    if fit == wanted and _units(fit) <= LONGEST and fit:
        return fit
    mark = "~" + sha256(wanted.encode("utf-8", "replace")).hexdigest()[:_SIGNS]
    return _cut(fit, LONGEST - len(mark)) + mark


def free_name(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """The first of ``name``, ``name (2)``, ``name (3)`` … that is not taken."""
    name = tab_name(wanted)
    for number in count(1):
        end = f" ({number})" if number > 1 else ""
        tried = _cut(name, LONGEST - len(end)) + end
        if not is_taken(tried.casefold()):
            return tried
    raise AssertionError


def _cut(text: str, units: int) -> str:
    return text.encode("utf-16-le", "replace")[: 2 * units].decode("utf-16-le", "ignore").rstrip()


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
