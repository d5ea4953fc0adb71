"""What the person at the terminal gets to see: reports, machine forms, and faults in the terminal's language."""

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from sheet_templates import words
from sync.faults import Fault

if TYPE_CHECKING:
    from rich.console import RenderableType


def show(*parts: "RenderableType | None") -> None:
    """Print the sections of a report."""
    from sync.terminal.report import console  # rich takes its time, and a fault needs none of it

    out = console()
    for part in parts:
        if part is not None:
            out.print(part)


def print_json(value: Any) -> None:
    """Print a machine form; in plain ASCII where not every sign can be written."""
    is_ascii = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(value, ensure_ascii=is_ascii, indent=1) + "\n")


def complain(fault: Fault) -> None:
    """Say a fault in one sentence, on the error channel."""
    sentences = words(terminal_language()).groups.get("faults", {})
    sys.stderr.write(f"closeloop: {fault.said(sentences)}\n")


def terminal_language() -> str:
    """The language of the terminal: Chinese, unless its locale says otherwise."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    traditional = locale.startswith(("zh_TW", "zh_HK"))
    return "en" if locale.startswith("en") else "zh-TW" if traditional else "zh-CN"
