"""How tabs of closeloop's own are known again: developer metadata of the sheet, which a copied tab does not have."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sync.books.google.address import Json
from sync.snapshot import Area

_KEY = "closeloop"


@dataclass(frozen=True)
class Mark:
    """What a sheet is: a generated tab (its block, and digests of its frame and of each chart by id), or, where
    ``keeps`` is a sheet's id, the hidden tab that keeps what stood there before the last write."""

    block: Area | None = None
    frame: str = ""
    charts: Mapping[int, str] = field(default_factory=dict)
    keeps: int | None = None
    batch: str = ""
    metadata: int | None = None


def read_mark(metadata: Sequence[Json]) -> Mark | None:
    """The mark among a sheet's developer metadata."""
    for each in metadata:
        if each.get("metadataKey") != _KEY:
            continue
        try:
            said = json.loads(each.get("metadataValue", ""))
            block = Area(1, 1, *said["block"]) if "block" in said else None
            charts = {int(number): digest for number, digest in said.get("charts", {}).items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
        return Mark(
            block, said.get("frame", ""), charts, said.get("keeps"), said.get("batch", ""), each["metadataId"]
        )
    return None


def put_mark(sheet: int, mark: Mark, *, new: int | None = None) -> Json:
    """The request that sets a sheet's mark, in place or anew; ``new`` is the metadata's id then, if it matters."""
    said: Json = {"keeps": mark.keeps, "batch": mark.batch} if mark.keeps is not None else {}
    if mark.block:
        said = {"block": [mark.block.last_row, mark.block.last_column], "frame": mark.frame}
        said |= {"charts": {str(number): digest for number, digest in sorted(mark.charts.items())}}
    value = json.dumps(said, separators=(",", ":"))
    if mark.metadata is not None:
        lookup = {"developerMetadataLookup": {"metadataId": mark.metadata}}
        return {
            "updateDeveloperMetadata": {
                "dataFilters": [lookup],
                "developerMetadata": {"metadataValue": value},
                "fields": "metadataValue",
            }
        }
    made = {
        "metadataKey": _KEY,
        "metadataValue": value,
        "location": {"sheetId": sheet},
        "visibility": "DOCUMENT",
    } | ({"metadataId": new} if new is not None else {})
    return {"createDeveloperMetadata": {"developerMetadata": made}}
