"""A channel that writes messages into a folder, one .eml file each, to look at or for others to send."""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from sync.faults import DeliveryFault
from sync.tell.channel import Delivery
from sync.tell.letter import recipient_of

_UNSAFE = re.compile(r"[^A-Za-z0-9.@+_-]+")
_ADDRESS_IN_NAME = 80


class Outbox:
    """Writes into ``folder``, which it makes when it is missing; raises DeliveryFault when it cannot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def open(self) -> Iterator["Outbox"]:
        """Make the folder ready for one pass."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DeliveryFault(
                "the outbox {folder} cannot be made ({detail}): give the settings a folder that can be written",
                folder=self.folder,
                detail=error.strerror,
            ) from error
        yield self

    def send(self, message: EmailMessage) -> Delivery:
        """Write one message; a message that lies there already, byte for byte, counts as written."""
        address = recipient_of(message)
        if address is None:
            return Delivery(False, "the recipient's mail address is not valid", permanent=True)
        content = message.as_bytes()
        try:
            path = self._write(_stem(message, address, content), content)
        except OSError as error:
            return Delivery(False, f"the message cannot be written to {self.folder}: {error.strerror}")
        return Delivery(True, path.name)

    def _write(self, stem: str, content: bytes) -> Path:
        """Write beside, then give it its name: whoever watches the folder never sees half a message."""
        path, number = self.folder / f"{stem}.eml", 1
        while path.exists():
            if path.read_bytes() == content:
                return path
            number += 1
            path = self.folder / f"{stem}-{number}.eml"
        beside = self.folder / f".{path.name}.{os.getpid()}.part"
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _sync_folder(self.folder)
        return path


def _stem(message: EmailMessage, address: str, content: bytes) -> str:
    """``20261120T011500Z-zhangsan@example.com-1a2b3c4d``: sorts by the moment, whatever the zone."""
    header = message["Date"]
    moment: datetime | None = header.datetime if header is not None else None
    stamp = moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") if moment else "undated"
    return f"{stamp}-{_UNSAFE.sub('_', address)[:_ADDRESS_IN_NAME]}-{hashlib.sha256(content).hexdigest()[:8]}"


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut; Windows neither needs nor allows it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
