"""Whether a worksheet's name is surely the department of the rows in it. Pure."""

import re
from collections.abc import Collection, Sequence

from rules.directory import department_key
from rules.owners import OwnerKind, read_owner
from rules.wordlists import WordLists, plain
from sync.mapping import TableMapping
from sync.snapshot import Snapshot, Tab
from sync.tables import text_of

_IN_TITLE = re.compile(r"[^\W\d_](?:部(?![门署分件队])|中心|车间|科室)")
_SHORTEST = 3  # signs: 督办 and 待办 end like an office
_BETWEEN = frozenset({"and", "&"})


def departments_by_name(
    snapshot: Snapshot, mappings: Sequence[TableMapping], words: WordLists
) -> frozenset[str]:
    """The worksheets of action items that are surely called after a department: it stands in the workbook as one, or
    reads like one, and no title above the header speaks of another."""
    known = {department_key(text) for mapping in mappings for text in _written(snapshot, mapping)} - {""}
    tabs = [snapshot.tab(mapping.tab) for mapping in mappings if mapping.table == "actions"]
    others = known | {department_key(tab.name) for tab in tabs}
    headers = {mapping.tab: mapping.header_row for mapping in mappings}
    return frozenset(
        tab.name
        for tab in tabs
        if (department_key(tab.name) in known or _reads_so(tab.name, words))
        and not _titled_otherwise(tab, headers[tab.name], others)
    )


def _written(snapshot: Snapshot, mapping: TableMapping) -> list[str]:
    """What stands in the column of departments."""
    at = next((match.position for match in mapping.matches if match.key == "department"), None)
    rows = snapshot.tab(mapping.tab).rows[mapping.header_row :]
    return [text_of(cells[at - 1]) for cells in rows if at and at <= len(cells)]


def _reads_so(name: str, words: WordLists) -> bool:
    text = plain(name)
    if words.has_any(name, "several_departments") or read_owner(name, words).kind is not OwnerKind.GROUP:
        return False
    if text.isascii():
        return set(text.split()) - _BETWEEN <= set(words["group_words_english"])
    return len(text) >= _SHORTEST and text.endswith(words["department_endings"])


def _titled_otherwise(tab: Tab, header_row: int, departments: Collection[str]) -> bool:
    above = [plain(cell) for cells in tab.rows[: header_row - 1] for cell in cells if isinstance(cell, str)]
    name = department_key(tab.name)
    if any(plain(name) in text for text in above):
        return False
    named = [plain(other) for other in departments if len(other) > 1]
    return any(_IN_TITLE.search(text) or any(other in text for other in named) for text in above)
