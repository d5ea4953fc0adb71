"""What a worksheet can be called, in Excel and on Google Sheets alike."""

import re

LONGEST = 31
"""Excel's limit, in UTF-16 units; Google's is above it."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]+")
_RESERVED = "history"


def is_legal(name: str) -> bool:
    """Whether a worksheet can have the name."""
    fits = len(name.encode("utf-16-le", "replace")) // 2 <= LONGEST
    return bool(name) and name == legal(name) and fits and name.casefold() != _RESERVED


def legal(name: str) -> str:
    """The name without what none can hold; it may be too long, or empty."""
    return _FORBIDDEN.sub(" ", name).strip(" '")


def ending_in(name: str, ending: str) -> str:
    """The name with an ending, cut before it where both together would be too long."""
    units = 2 * (LONGEST - len(ending))
    kept = name.encode("utf-16-le", "replace")[:units].decode("utf-16-le", "ignore")
    return kept.rstrip(" '") + ending
