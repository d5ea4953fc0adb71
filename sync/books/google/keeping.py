"""The hidden tab in which a write keeps, in the same cells, what stood where it writes."""

from collections.abc import Iterator
from dataclasses import replace

from sync.books.google.address import Json
from sync.books.google.marks import Mark, put_mark
from sync.books.google.reading import Sheet
from sync.snapshot import Tab

_NAME = "_closeloop"


def new_keep(serves: int, spare: int) -> Sheet:
    """The hidden tab for a sheet that has none yet; ``spare`` is an id that nobody has."""
    name = _NAME if serves == 0 else f"{_NAME}_{serves}"
    return Sheet(spare, Tab(name, ()), (0, 0))


def made_ready(kept: Sheet, size: tuple[int, int], serves: int, batch: str) -> Iterator[Json]:
    """Requests that make the hidden tab at least so large (rows, columns), empty, and marked with a batch."""
    rows, width = size
    if kept.mark is None:
        yield {
            "addSheet": {
                "properties": {
                    "sheetId": kept.id,
                    "title": kept.tab.name,
                    "hidden": True,
                    "gridProperties": {"rowCount": rows, "columnCount": width},
                }
            }
        }
    else:
        for dimension, lacking in (("ROWS", rows - kept.size[0]), ("COLUMNS", width - kept.size[1])):
            if lacking > 0:
                yield {"appendDimension": {"sheetId": kept.id, "dimension": dimension, "length": lacking}}
        yield {"updateCells": {"range": {"sheetId": kept.id}, "fields": "userEnteredValue"}}
    metadata = kept.mark.metadata if kept.mark else None
    yield put_mark(kept.id, Mark(keeps=serves, batch=batch, metadata=metadata), new=kept.id)


def as_left(kept: Sheet, size: tuple[int, int]) -> Sheet:
    """The hidden tab after a batch for which it was ``made_ready``."""
    grown = max(kept.size[0], size[0]), max(kept.size[1], size[1])
    return replace(kept, size=grown, mark=kept.mark or Mark(keeps=0, metadata=kept.id))
