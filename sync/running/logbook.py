"""What is left of each pass for those who look later: a line in the log, and a file with the last pass."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from sync.running.locking import held

_PLAIN = ("\\", "\\\\"), ('"', '\\"')


@dataclass(frozen=True)
class Outcome:
    """How a pass ended: its exit code, the sentence of what stopped it ('' if nothing did), and its figures.

    ``in_a_row`` counts the passes up to this one that were not good.
    """

    tracker: str
    moment: datetime
    seconds: float
    code: int
    reason: str
    figures: Mapping[str, int]
    in_a_row: int = 0


def machine_form(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON has it; the figures are those of ``run --json``."""
    return {
        "tracker": outcome.tracker,
        "moment": outcome.moment.isoformat(),
        "seconds": round(outcome.seconds, 2),
        "code": outcome.code,
        "reason": outcome.reason,
        "in_a_row": outcome.in_a_row,
        **outcome.figures,
    }


def plain_line(outcome: Outcome) -> str:
    """The outcome as ``moment tracker code=0 seconds=1.2 read=96 …`` and the reason last."""
    figures = {"code": outcome.code, "seconds": f"{outcome.seconds:.1f}", **outcome.figures}
    shown = " ".join(f"{name}={value}" for name, value in figures.items())
    reason = outcome.reason
    for sign, escaped in _PLAIN:
        reason = reason.replace(sign, escaped)
    more = f' reason="{reason}"' if reason else ""
    return f"{outcome.moment:%Y-%m-%d %H:%M:%S} {' '.join(outcome.tracker.split())} {shown}{more}"


def log_line(outcome: Outcome, kind: str) -> str:
    """A line of the log, plain or json."""
    return json.dumps(machine_form(outcome), ensure_ascii=False) if kind == "json" else plain_line(outcome)


def write_log(file: Path, line: str, most: float, keep: int) -> None:
    """Add a line; a file that would grow beyond so many bytes becomes ``file.1``, and so on. Raises OSError.

    Several trackers may share a file: where two find it full at the same moment, one moves it and the other
    writes on.
    """
    data = (line + "\n").encode()
    if _size(file) + len(data) > most:
        with held(file.with_name(f".{file.name}.lock")) as is_ours:
            if is_ours and _size(file) + len(data) > most:
                _move_on(file, keep)
    file.parent.mkdir(parents=True, exist_ok=True)  # a lock takes an empty folder away with it
    with file.open("ab") as stream:
        stream.write(data)


def write_status(file: Path, outcome: Outcome) -> None:
    """Replace the file with the last pass; whoever reads it finds a whole one. Raises OSError."""
    temporary = file.with_name(f".{file.name}.tmp")
    text = json.dumps(machine_form(outcome), ensure_ascii=False, indent=1)
    temporary.write_text(text + "\n", "utf-8")
    temporary.replace(file)


def read_status(file: Path) -> dict[str, Any]:
    """What a status file tells of the last pass; nothing where there is none that can be read."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _move_on(file: Path, keep: int) -> None:
    """``log`` becomes ``log.1``, ``log.1`` becomes ``log.2``; the last goes."""
    if not file.exists():
        return
    kept = [file, *(file.with_name(f"{file.name}.{number}") for number in range(1, keep + 1))]
    kept[-1].unlink(missing_ok=True)
    for younger, older in reversed(list(pairwise(kept))):
        if younger.exists():
            younger.replace(older)
