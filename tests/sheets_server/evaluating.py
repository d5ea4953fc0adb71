"""The few formulas that tests use: SUM over ranges and plain references; all others show #NAME?."""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sheets_server.grid import Json, Sheet, Spreadsheet

_SUM = re.compile(r"=\s*SUM\((?P<place>[^()]+)\)\s*", re.IGNORECASE)


def evaluated(formula: str, book: "Spreadsheet", sheet: "Sheet") -> "Json":
    """The ExtendedValue that a formula shows."""
    from tests.sheets_server.reading import BadRequest, a1_bounds

    if found := _SUM.fullmatch(formula):
        place = found["place"] if "!" in found["place"] else f"'{sheet.title}'!{found['place']}"
        try:
            target, area = a1_bounds(place, book)
        except BadRequest:
            return {"errorValue": {"type": "REF", "message": "Reference does not exist."}}
        return {"numberValue": sum(_number(cell) for line in target.block(area) for cell in line)}
    if formula.upper() == "=NA()":
        return {"errorValue": {"type": "N_A"}}
    return {"errorValue": {"type": "NAME", "message": "Unknown function."}}


def _number(cell: Any) -> float:
    value = (cell or {}).get("userEnteredValue", {}).get("numberValue", 0)
    return float(value)
