"""A path as one word of a command that is shown to be typed."""

import re
import shlex
import sys
from pathlib import Path

_PLAIN = re.compile(r"[\w@%+=:,./-]+")
"""What no shell takes for anything else, in any script."""


def as_typed(place: Path | str, platform: str = sys.platform) -> str:
    """A path with the quotes that it needs in the platform's own shell, and none where it needs none."""
    text = str(place)
    if _PLAIN.fullmatch(text.replace("\\", "/") if platform == "win32" else text):
        return text
    return f'"{text}"' if platform == "win32" else shlex.quote(text)
