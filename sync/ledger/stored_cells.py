"""Cells as the ledger keeps them: texts and numbers as JSON, dates by their kind."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from numpy import generic

from sync.snapshot import CellValue

_READERS: dict[str, Callable[[Any], CellValue]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


def stored(value: CellValue) -> str | None:
    """A cell's value as the ledger keeps it; None where it is empty."""
    if value is None:
        return None
    if isinstance(value, (date, time)):
        return json.dumps({type(value).__name__: value.isoformat()})
    if isinstance(value, timedelta):
        return json.dumps({"timedelta": value.total_seconds()})
    return json.dumps(value.item() if isinstance(value, generic) else value, ensure_ascii=False)


def cell_value(kept: str | None) -> CellValue:
    """What stood in a cell, of what the ledger keeps."""
    value = None if kept is None else json.loads(kept)
    if not isinstance(value, dict):
        return cast("CellValue", value)
    ((kind, text),) = value.items()
    return _READERS[kind](text)
