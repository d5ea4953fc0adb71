"""How spreadsheets, tabs and cells are named: URLs, A1 notation, grid ranges."""

import json
import re
from typing import Any

from sync.colours import LAST_ROW, letters
from sync.faults import UsageFault
from sync.snapshot import Area

Json = dict[str, Any]
_URL = re.compile(r"https?:/{1,2}docs\.google\.com/spreadsheets/(?:u/\d+/)?d/(?P<id>[\w-]+)")
_ID = re.compile(r"[\w-]{10,}")
LAST_COLUMN = 18_278
"""The last column that Google Sheets can have."""


def is_address(text: str) -> bool:
    """Whether a text is an address at Google Docs, with one of its slashes lost in a path perhaps."""
    return bool(re.match(r"https?:/{1,2}docs\.google\.com/", text))


def spreadsheet_id(text: str) -> str:
    """The id in a spreadsheet's address, or the id itself. Raises UsageFault when it is neither."""
    found = _URL.match(text.strip())
    if found:
        return found["id"]
    if _ID.fullmatch(text.strip()):
        return text.strip()
    raise UsageFault(
        "{given!r} is no Google spreadsheet; copy the address from the browser, "
        "such as https://docs.google.com/spreadsheets/d/…",
        given=text,
    )


def grid_range(sheet: int, area: Area) -> Json:
    """An area as the API takes it: from 0, half open; one that reaches the last row of all stays open."""
    end = {} if area.last_row >= LAST_ROW else {"endRowIndex": area.last_row}
    return {
        "sheetId": sheet,
        "startRowIndex": area.first_row - 1,
        "startColumnIndex": area.first_column - 1,
        "endColumnIndex": area.last_column,
    } | end


def area_of(place: Json, rows: int, columns: int) -> Area:
    """A grid range as an area; ``rows`` and ``columns`` are those of its sheet, for ends that are open."""
    return Area(
        place.get("startRowIndex", 0) + 1,
        place.get("startColumnIndex", 0) + 1,
        place.get("endRowIndex", rows),
        place.get("endColumnIndex", columns),
    )


def a1(tab: str, area: Area) -> str:
    """An area in A1 notation with its tab."""
    quoted = "'" + tab.replace("'", "''") + "'"
    if area.first_row == 1 and area.last_row >= LAST_ROW:
        return f"{quoted}!{letters(area.first_column)}:{letters(area.last_column)}"
    if area.first_column == 1 and area.last_column >= LAST_COLUMN:
        return f"{quoted}!{area.first_row}:{area.last_row}"
    first = f"{letters(area.first_column)}{area.first_row}"
    return f"{quoted}!{first}:{letters(area.last_column)}{area.last_row}"


def encoded(message: Json) -> bytes:
    """A message as it is sent: Chinese signs as they are, no blanks."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
