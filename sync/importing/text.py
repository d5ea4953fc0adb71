"""The lines of minutes, read for action items: labelled ones, lists below a heading such as 待办任务, sentences."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from sheet_templates import normalise, template
from sync.importing.items import FoundItem
from sync.importing.labels import labelled, labelled_item
from sync.importing.names import NameReader
from sync.importing.sentences import SentenceReader, usual_width, without_number

_HEADING = re.compile(r"\s*(?:#{1,6}\s|[(]?[一二三四五六七八九十]{1,2}[)、.]|\*\*)")
_SHORT = 20
_TASKS = (
    "待办任务", "待辦任務", "待办清单", "待辦清單", "行动计划", "行動計劃", "后续行动", "後續行動", "会后任务", "action list",
    "next steps", "follow ups", "任务分工", "任務分工", "行动项列表", "行動項列表", "后续工作", "後續工作",
)  # fmt: skip


@dataclass(frozen=True)
class TextReader:
    """Reads lines by the word lists and the directory."""

    names: NameReader

    def items(self, lines: Iterable[str], *, listed: bool = False) -> Iterator[FoundItem]:
        """The action items of the lines of a text, in order. ``listed`` says that they are a list of tasks."""
        reader = SentenceReader(self.names)
        parts: dict[str, str] = {}
        for line in lines:
            found = labelled(line)
            if parts and (not found or "" in found or set(found) & set(parts)):
                yield from _of(parts)
                parts = {}
            if found and "" not in found and len(found) == 1:
                parts |= found  # one part a line
                if self._is_person_line(found):
                    continue
            if not line.strip():
                continue
            if (heading := self._heading(line)) is not None:
                listed = heading
            elif item := labelled_item(found, line.strip()):
                yield item
                parts = {}
            elif read := tuple(reader.items(line, listed=listed and not parts)):
                yield from read
                parts = {}
        yield from _of(parts)

    def _is_person_line(self, found: dict[str, str]) -> bool:
        return bool(set(found) - {"description"})

    def _heading(self, line: str) -> bool | None:
        """Whether a heading opens a list of tasks; None where the line is no heading."""
        text = without_number(usual_width(line)).strip("#* ")
        bare = re.sub(r"^[(]?[一二三四五六七八九十]{1,2}[)、.]\s*", "", text).strip()
        if is_task_heading(bare):
            return True
        marked = bool(_HEADING.match(usual_width(line))) and len(bare) <= _SHORT
        return False if marked or (bare.endswith(":") and len(bare) <= _SHORT) else None


def is_task_heading(text: str) -> bool:
    """Whether a text is one of the names of the action table, or another heading of lists of tasks."""
    return normalise(text) in _task_headings()


@cache
def _task_headings() -> frozenset[str]:
    table = template().tables["actions"]
    return table.names | table.columns["description"].names | {normalise(name) for name in _TASKS}


def _of(parts: dict[str, str]) -> Iterator[FoundItem]:
    item = labelled_item(parts, "；".join(parts.values()))
    if item and parts.get("description"):
        yield item
