"""The command run over all trackers of a settings file, each in a process of its own, so that none stops another."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sync.faults import worst
from sync.terminal.printing import print_json

CLOSELOOP = (sys.executable, "-P", "-m", "sync")
"""This very closeloop, whatever lies in the folder that it is started in."""


def run_each(
    names: Sequence[str], config: Path, arguments: Sequence[str], *, jobs: int, as_json: bool, quiet: bool
) -> int:
    """Make a pass over each of some trackers, so many at a time, and print their reports in the file's order, each
    under its name.

    Returns the worst exit code. The machine form is ``{name: {"code", "pass"}}``, the pass as that of ``run --json``,
    null where there was none.
    """
    seen = sys.stdout.isatty() and sys.stderr.isatty() and not (as_json or quiet)
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        ended = pool.map(lambda name: _run(name, config, arguments, alone=jobs < 2 and seen), names)
        codes = list(_printed(zip(names, ended, strict=True), as_json=as_json, quiet=quiet))
    return worst(codes)


def _run(
    name: str, config: Path, arguments: Sequence[str], *, alone: bool
) -> "subprocess.CompletedProcess[str]":
    """One tracker's pass; one that is ``alone`` in a terminal prints as it goes along, with its bar."""
    command = [*CLOSELOOP, "run", "-c", str(config), "--tracker", name, *arguments]
    if alone:
        sys.stdout.write(f"{name}:\n")
        sys.stdout.flush()
        return subprocess.run(command, check=False, text=True, encoding="utf-8")  # noqa: S603 - ourselves
    spoken = {**os.environ, "PYTHONIOENCODING": "utf-8"}  # whatever the terminal's own is
    return subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8", env=spoken)  # noqa: S603


def _printed(
    ended: Iterable[tuple[str, "subprocess.CompletedProcess[str]"]], *, as_json: bool, quiet: bool
) -> Iterable[int]:
    forms: dict[str, Any] = {}
    for name, each in ended:
        if as_json:
            forms[name] = {"code": each.returncode, "pass": json.loads(each.stdout) if each.stdout else None}
        elif each.stdout and not quiet:
            sys.stdout.write(f"{name}:\n{each.stdout}")
            sys.stdout.flush()  # what is wrong comes after it, wherever both go
        for line in (each.stderr or "").splitlines():
            sys.stderr.write(f"{name}: {line}\n")
        yield each.returncode
    if as_json:
        print_json(forms)
