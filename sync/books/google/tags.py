"""Columns tagged with developer metadata, which goes with its column wherever people move that.

A request may look a tag up in one place alone, and finds nothing where its column has moved: a batch that begins
with such requests is refused as a whole, and no value comes to stand in a column that is not ours.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sync.books.google.address import Json

TAGS = "columnMetadata.developerMetadata(metadataId,metadataKey,metadataValue)"
_KEY = "closeloop.column"


class Tag(NamedTuple):
    """The key of a column of ours, the id of its metadata, and where the column is."""

    key: str
    metadata: int
    column: int


def read_tags(data: Sequence[Json]) -> Iterator[Tag]:
    """The tags of the columns that an answer covers."""
    for part in data:
        for column, shown in enumerate(part.get("columnMetadata", ()), start=part.get("startColumn", 0) + 1):
            for each in shown.get("developerMetadata", ()):
                if each.get("metadataKey") == _KEY:
                    yield Tag(each.get("metadataValue", ""), each["metadataId"], column)


def lacking(tags: Iterable[Tag], columns: Mapping[str, int]) -> dict[str, int]:
    """Those of ``columns``, position by key, that bear no tag."""
    there = {(tag.key, tag.column) for tag in tags}
    return {key: column for key, column in columns.items() if (key, column) not in there}


def put_tag(sheet: int, key: str, column: int) -> Json:
    """The request that tags a column."""
    tag = {"metadataKey": _KEY, "metadataValue": key, "visibility": "DOCUMENT"}
    return {"createDeveloperMetadata": {"developerMetadata": tag | {"location": _location(sheet, column)}}}


def stands_still(sheet: int, tag: Tag) -> Json:
    """The request that changes nothing, and is refused unless the tag's column is where it was."""
    lookup = {
        "metadataId": tag.metadata,
        "metadataLocation": _location(sheet, tag.column),
        "locationMatchingStrategy": "EXACT_LOCATION",
    }
    return {
        "updateDeveloperMetadata": {
            "dataFilters": [{"developerMetadataLookup": lookup}],
            "developerMetadata": {"metadataValue": tag.key},
            "fields": "metadataValue",
        }
    }


def _location(sheet: int, column: int) -> Json:
    place = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": column - 1, "endIndex": column}
    return {"dimensionRange": place}
