"""A process that saves a small workbook again and again in children of its own, which may be hit at any call.

Run as a script it takes a JSON object a line: ``folder``, and ``call`` (from 1) with ``hit``, an error's name or
"kill", to be hit by the wrapper below; or ``wait``, to be told by one more line when to begin, so that strace can
attach. It answers with a JSON object: how the child ended and how many calls it made.
"""

import errno
import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sync.books.excel import Backups, ExcelBook
from sync.changes import Plan, SetCell
from sync.faults import Fault

NAME, KEEP = "T.xlsx", 2
CALLS = [
    "access",
    "chmod",
    "chown",
    "close",
    "fchmod",
    "fchown",
    "fstat",
    "fsync",
    "getxattr",
    "link",
    "listdir",
    "listxattr",
    "lstat",
    "mkdir",
    "open",
    "remove",
    "rename",
    "replace",
    "rmdir",
    "scandir",
    "setxattr",
    "stat",
    "truncate",
    "unlink",
    "utime",
    "write",
]


def backups_of(folder: Path) -> Backups:
    return Backups(folder / "T.closeloop" / "backups", KEEP, datetime(2024, 6, 3, 10))


def save(folder: Path) -> None:
    """One pass's part: read the workbook, write a cell."""
    book = ExcelBook(folder / NAME, backups_of(folder))
    snapshot = book.read()
    was = snapshot.tabs[0].rows[0][1] if len(snapshot.tabs[0].rows[0]) > 1 else None
    cells = (SetCell("T", 1, 2, "message", "", was, "x"),) if was != "x" else ()
    book.apply(Plan(snapshot.fingerprint, cells=cells))


class Wrapper:
    """Counts the calls of ``os`` and ``open``, and hits one of them."""

    def __init__(self, call: int, hit: str) -> None:
        self.call, self.hit, self.count = call, hit, 0

    def around(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*given: Any, **named: Any) -> Any:
            self.count += 1
            if self.count == self.call:
                if self.hit == "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                if name == "close":
                    real(*given, **named)
                code = getattr(errno, self.hit)
                raise OSError(code, os.strerror(code))
            return real(*given, **named)

        return wrapped

    def install(self) -> None:
        for name in CALLS:
            setattr(os, name, self.around(name, getattr(os, name)))
        io.open = self.around("open", io.open)  # type: ignore[assignment]


def ended(folder: Path, wrapper: Wrapper) -> dict[str, Any]:
    """Save, and say how it went."""
    try:
        save(folder)
    except Fault as fault:
        return {"end": "fault", "code": fault.exit_code, "said": str(fault), "calls": wrapper.count}
    except BaseException:
        return {"end": "traceback", "said": traceback.format_exc(), "calls": wrapper.count}
    return {"end": "saved", "calls": wrapper.count}


def child(order: dict[str, Any], gate: int, answer: int) -> None:
    """What the child does: wait for the gate, save, answer."""
    wrapper = Wrapper(order.get("call", 0), order.get("hit", ""))
    write = os.write
    os.read(gate, 1)
    if not order.get("wait"):
        wrapper.install()
    result = ended(Path(order["folder"]), wrapper)
    write(answer, json.dumps(result).encode())
    os._exit(0)


def tell(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Fork a child for one order, and give its answer; that it was killed where it gives none."""
    (gate, opener), (answer, answerer) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        child(order, gate, answerer)
    os.close(answerer)
    if order.get("wait"):
        tell({"pid": pid})
        sys.stdin.readline()
    os.write(opener, b"!")
    _, status = os.waitpid(pid, 0)
    said = b"".join(iter(lambda: os.read(answer, 1 << 16), b""))
    for descriptor in (gate, opener, answer):
        os.close(descriptor)
    if not said:
        return {"end": "killed" if os.WIFSIGNALED(status) else "lost"}
    return json.loads(said)


if __name__ == "__main__":
    for line in sys.stdin:
        tell(obey(json.loads(line)))
