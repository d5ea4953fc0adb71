"""Proposes which column of a grown workbook is which of the template's, how sure that is, and why. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from rules.spelling import differ_by_one, look_alike
from rules.typed_dates import Reading, read_date
from rules.wordlists import WordLists, simplified
from sheet_templates import Column, Template, TemplateTable, normalise
from sync.column_content import Content, fit
from sync.finding_tables import HEADER_WITHIN
from sync.header_rows import Heading, goes_on_below, headings, shown
from sync.snapshot import CellValue, Snapshot, Tab

SURE = 80
"""Percent from which a proposal is taken without asking."""

_SAMPLE = 60
_CORE = frozenset({"description", "owner", "due", "status"})
_OTHER_DAYS = re.compile(
    r"会议|會議|开始|開始|启动|啟動|提出|登记|登記|创建|建立|下达|布置|更新|meeting|start|created|raised|updated|opened",
    re.IGNORECASE,
)
"""A day under such a heading is not the one by which something is to be done."""
_SHORTEST = {True: 5, False: 3}  # letters from which one slip is forgiven, Latin and Chinese


class Evidence(StrEnum):
    """What a proposal rests on."""

    HEADING = "heading"  # the heading is known
    SPELLING = "spelling"  # it differs by a slip, or by the script
    ENDING = "ending"  # it ends in a known one: 项目负责人
    CONTENT = "content"  # its cells are dates, names, statuses
    CHOSEN = "chosen"  # somebody has said so


class Match(NamedTuple):
    """One column of the sheet and what it is taken for; ``confidence`` in percent, ``example`` its first value."""

    key: str
    position: int
    heading: str
    evidence: Evidence
    confidence: int
    example: str

    @property
    def sure(self) -> bool:
        """Whether it is taken without asking."""
        return self.confidence >= SURE


@dataclass(frozen=True)
class TableMapping:
    """A table of the template on a tab: its header's last row, what is matched, and the headings that are not."""

    table: str
    tab: str
    header_row: int
    matches: tuple[Match, ...]
    others: tuple[str, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys that have a column."""
        return frozenset(match.key for match in self.matches)


@dataclass(frozen=True)
class Proposal:
    """What a workbook holds: the tabs that could be the action table, the best first, and the other tables."""

    actions: tuple[TableMapping, ...]
    others: tuple[TableMapping, ...]


def propose(snapshot: Snapshot, template: Template, words: WordLists, today: date) -> Proposal:
    """Look through all tabs of people's; ``today`` settles dates without a year."""
    tabs = [tab for tab in snapshot.tabs if tab.generated is None]
    people = _others(template.tables["people"], tabs, Content(words, today))
    names = frozenset().union(*(_names(snapshot.tab(each.tab), each) for each in people))
    content = Content(words, today, names)
    others = [*people]
    for key, table in template.tables.items():
        if key not in {"actions", "people"}:
            taken = {each.tab for each in others}
            others += _others(table, [tab for tab in tabs if tab.name not in taken], content)
    taken = {each.tab for each in others}
    table = template.tables["actions"]
    found = [_best(tab, table, content) for tab in tabs if tab.name not in taken]
    actions = [each for each in found if each is not None and _holds_actions(each)]
    return Proposal(tuple(sorted(actions, key=lambda each: -_score(each.matches))), tuple(others))


def _others(table: TemplateTable, tabs: Sequence[Tab], content: Content) -> list[TableMapping]:
    """The tab that is surely this table: all of its compulsory columns are known by their headings."""
    found = [each for tab in tabs if (each := _best(tab, table, content))]
    sure = [
        each for each in found if set(table.compulsory) <= {match.key for match in each.matches if match.sure}
    ]
    named = [each for each in sure if normalise(each.tab) in table.names]
    # A table of action items too has a meeting and a topic in each row.
    own = named or [each for each in sure if not each.keys >= _CORE]
    return own[:1]


def _names(tab: Tab, people: TableMapping) -> frozenset[str]:
    position = next(match.position for match in people.matches if match.key == "name")
    return frozenset(str(cell).strip() for cell in _below(tab, people.header_row, position))


def _holds_actions(found: TableMapping) -> bool:
    """Three of what is to be done, by whom, by when and how it stands; by content alone only with the status."""
    core = [match for match in found.matches if match.key in _CORE]
    headed = [match for match in core if match.evidence is not Evidence.CONTENT]
    return len(core) >= 3 and (len(headed) >= 2 or "status" in found.keys)


def _best(tab: Tab, table: TemplateTable, content: Content) -> TableMapping | None:
    """The row of a tab that names most of a table's columns, the first of several."""
    rows = [
        row for row in range(1, min(HEADER_WITHIN, len(tab.rows)) + 1) if _may_head(tab, row, content.today)
    ]
    mapped = [_mapped(tab, row, table, content) for row in rows]
    return max(mapped, key=lambda each: _score(each.matches), default=None)


def _may_head(tab: Tab, row: int, today: date) -> bool:
    """A header has two texts or more, and neither numbers nor dates."""
    texts = [heading.text for heading in headings(tab, row) if heading.text]
    own = [cell for cell in tab.rows[row - 1] if cell not in (None, "")]
    if len(texts) < 2 or goes_on_below(tab, row) or not all(isinstance(cell, str) for cell in own):
        return False
    return not any(read_date(text, today).reading is Reading.EXACT for text in texts)


def _score(matches: Sequence[Match]) -> int:
    return sum(match.confidence for match in matches)


def _mapped(tab: Tab, row: int, table: TemplateTable, content: Content) -> TableMapping:
    header = headings(tab, row)
    texts = shown(header)
    cells = {position: _below(tab, row, position) for position in texts}
    unique = {position for position, text in texts.items() if list(texts.values()).count(text) == 1}
    free = dict(texts)
    matches: list[Match] = []
    for match in sorted(_by_heading(header, texts, cells, table, content), key=_order):
        told = match.evidence is Evidence.HEADING or match.position in unique
        if told and match.position in free and match.key not in {each.key for each in matches}:
            matches.append(match)
            del free[match.position]
    if table.key == "actions":
        matches = _with_due(matches)
        left = {position: text for position, text in free.items() if position in unique}
        by_content = [*_by_content(left, cells, table, content, {each.key for each in matches})]
        matches += by_content
        free = {
            position: text
            for position, text in free.items()
            if position not in {m.position for m in by_content}
        }
    return TableMapping(
        table.key, tab.name, row, tuple(sorted(matches, key=lambda each: each.position)), (*free.values(),)
    )


def _with_due(matches: Sequence[Match]) -> list[Match]:
    """Where a list has one date ahead alone, that is the due date, also if its heading says 预计完成."""
    if "due" in {match.key for match in matches}:
        return list(matches)
    return [
        match._replace(key="due", evidence=Evidence.CONTENT, confidence=SURE)
        if match.key == "expected"
        else match
        for match in matches
    ]


def _order(match: Match) -> tuple[int, int]:
    return -match.confidence, match.position


def _by_heading(
    header: Sequence[Heading],
    texts: Mapping[int, str],
    cells: Mapping[int, Sequence[CellValue]],
    table: TemplateTable,
    content: Content,
) -> Iterator[Match]:
    """Each column of the sheet with each of the template's that its heading speaks for."""
    for position, text in texts.items():
        names = [normalise(name) for name in header[position - 1].names]
        for column in table.columns.values():
            evidence = _evidence(names, column)
            if evidence:
                fits = fit(column, cells[position], content)
                yield _match(column.key, position, text, evidence, _confidence(evidence, fits), cells)


def _evidence(names: Sequence[str], column: Column) -> Evidence | None:
    """What speaks for a column in the folded heading of another."""
    if any(name in column.names for name in names):
        return Evidence.HEADING
    plain = [simplified(name) for name in names]
    known = {simplified(name) for name in column.names}
    if any(name in known or _is_slip(name, other) for name in plain for other in known):
        return Evidence.SPELLING
    if any(len(other) > 1 and name.endswith(other) for name in plain for other in known):
        return Evidence.ENDING
    return None


def _is_slip(name: str, other: str) -> bool:
    if min(len(name), len(other)) < _SHORTEST[other.isascii()]:
        return False
    return look_alike(name) == look_alike(other) or differ_by_one(name, other)


def _confidence(evidence: Evidence, fits: float | None) -> int:
    """Percent: what the heading says, supported or contradicted by the cells below."""
    usual, supported, contradicted = {
        Evidence.HEADING: (100, 100, 80),
        Evidence.SPELLING: (85, 95, 50),
        Evidence.ENDING: (70, 90, 40),
    }[evidence]
    if fits is None:
        return usual
    return supported if fits >= 0.6 else contradicted if fits < 0.2 else usual


def _by_content(
    left: Mapping[int, str],
    cells: Mapping[int, Sequence[CellValue]],
    table: TemplateTable,
    content: Content,
    known: set[str],
) -> Iterator[Match]:
    """What is still lacking, by what stands in the columns that are left: only where one column alone fits."""
    free = dict(left)
    for key in ("status", "due", "owner", "description"):
        if key in known:
            continue
        fits = {
            position: fit(table.columns[key], cells[position], content, alone=True) or 0
            for position, heading in free.items()
            if not (key == "due" and _OTHER_DAYS.search(heading))
        }
        good = [position for position, share in fits.items() if share >= 0.7]
        if len(good) == 1:
            yield _match(key, good[0], free.pop(good[0]), Evidence.CONTENT, round(60 * fits[good[0]]), cells)


def _match(
    key: str,
    position: int,
    heading: str,
    evidence: Evidence,
    confidence: int,
    cells: Mapping[int, Sequence[CellValue]],
) -> Match:
    example = next(iter(cells[position]), "")
    text = f"{example:%Y-%m-%d}" if isinstance(example, date) else str(example)
    return Match(key, position, heading, evidence, confidence, text)


def _below(tab: Tab, row: int, position: int) -> list[CellValue]:
    """The first values of a column below a header."""
    column = (cells[position - 1] for cells in tab.rows[row:] if len(cells) >= position)
    found: list[CellValue] = []
    for cell in column:
        if cell not in (None, ""):
            found.append(cell)
            if len(found) == _SAMPLE:
                break
    return found
