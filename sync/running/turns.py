"""Whoever writes a tracker is alone with it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sync.faults import LedgerFault, OverlapFault
from sync.running.locking import held

_LOCK = "lock"


@contextmanager
def alone(folder: Path, name: str) -> Iterator[None]:
    """Keep every other pass over the tracker of this folder out while the context lasts.

    Raises OverlapFault where another one is at work, on this machine or on another that shares the folder.
    """
    with ExitStack() as stack:
        if folder.parent.is_dir():  # or there is no workbook either, which the pass says itself
            try:
                is_ours = stack.enter_context(held(folder / _LOCK))
            except OSError as reason:
                raise LedgerFault(
                    "{folder} cannot be locked for a pass: {detail}",
                    folder=folder,
                    detail=reason.strerror or reason,
                ) from None
            if not is_ours:
                raise OverlapFault(
                    "another pass over {name} is at work, so this one has done nothing; the next one comes by itself",
                    name=name,
                )
        yield
