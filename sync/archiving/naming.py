"""Names of archive tabs: the year and the kind of meeting, as a workbook can have them."""

from collections.abc import Callable
from hashlib import sha256
from itertools import count

from sync.tab_names import ending_in, is_legal, legal

_SIGNS = 6


def tab_name(wanted: str) -> str:
    """The name as a tab can bear it. Where that takes changing it, six signs of the whole name keep it apart from
    others that would come out alike."""
    if is_legal(wanted):
        return wanted
    return ending_in(legal(wanted), "~" + sha256(wanted.encode("utf-8", "replace")).hexdigest()[:_SIGNS])


def free_name(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """The first of ``name``, ``name (2)``, ``name (3)`` … that is not taken."""
    name = tab_name(wanted)
    for number in count(1):
        tried = ending_in(name, f" ({number})" if number > 1 else "")
        if not is_taken(tried.casefold()):
            return tried
    raise AssertionError
