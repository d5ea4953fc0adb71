"""What is said to the person at the terminal beside a command's own output: faults, in the terminal's language."""

import os
import sys
from collections.abc import Mapping

from sheet_templates import words
from sync.faults import Fault


def complain(fault: Fault) -> None:
    """Say a fault in one sentence, on the error channel."""
    sys.stderr.write(f"closeloop: {fault.said(_sentences())}\n")


def _sentences() -> Mapping[str, str]:
    """The sentences of the terminal's language: Chinese, unless its locale says otherwise."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    traditional = locale.startswith(("zh_TW", "zh_HK"))
    language = "en" if locale.startswith("en") else "zh-TW" if traditional else "zh-CN"
    return words(language).groups.get("faults", {})
