"""Who has a workbook open: the files that Excel, WPS and LibreOffice lay beside it."""

import os
from pathlib import Path

from sync.books.excel.refusal import BusyError


def check_free(path: Path) -> None:
    """Raise BusyError when a program has the workbook open, or when it or its folder cannot be written."""
    owner = path.with_name(f"~${path.name}")
    if owner.exists():
        if user := _excel_user(owner):
            raise BusyError("is open in Excel or WPS (by {user}); the next pass writes it", user=user)
        raise BusyError("is open in Excel or WPS; the next pass writes it")
    lock = path.with_name(f".~lock.{path.name}#")
    if lock.exists():
        user, host = _libreoffice_user(lock)
        if user and host:
            raise BusyError(
                "is open in LibreOffice (by {user} on {host}); the next pass writes it", user=user, host=host
            )
        if user or host:
            raise BusyError("is open in LibreOffice (by {user}); the next pass writes it", user=user or host)
        raise BusyError("is open in LibreOffice; the next pass writes it")
    if not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
        raise BusyError("is read-only; give closeloop the right to write it")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise BusyError("is in a folder that closeloop cannot write to; give it the right")


def _excel_user(owner: Path) -> str:
    """The name in an owner file: its length in a byte, then in the system's code page, then in UTF-16."""
    try:
        data = owner.read_bytes()[:400]
    except OSError:
        return ""
    length = data[0] if data else 0
    wide = data[56 : 56 + 2 * length].decode("utf-16-le", "ignore") if len(data) > 56 else ""
    return _shown(wide.strip("\0 ") or data[1 : 1 + length].decode("utf-8", "replace").strip("\0 "))


def _libreoffice_user(lock: Path) -> tuple[str, str]:
    """Who and on which machine, from a line ``name,login,host,since,profile;`` of which any field may be empty."""
    try:
        fields = lock.read_text("utf-8", "replace")[:400].split(",")
    except OSError:
        return "", ""
    name, login, host = ([_shown(field.strip()) for field in fields[:3]] + ["", "", ""])[:3]
    return name or login, host


def _shown(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())[:60]
