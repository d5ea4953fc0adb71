"""Tasks whose parts are named: [任务](负责人:XXX,截止日期:YYYY-MM-DD); 任务：…；负责人：…；截止：…"""

import re
from collections.abc import Mapping
from functools import cache

from sheet_templates import normalise, template
from sync.importing.deadlines import find_deadline, without
from sync.importing.items import FoundItem
from sync.importing.sentences import usual_width, without_number

KEYS = ("description", "owner", "department", "assisting", "due", "standard")
_LABEL = re.compile(r"(?:^|(?<=[,;(\[|\s。]))\s*(?P<label>[^\W\d_][^\W\d_]*(?:[ /][^\W\d_]+){0,3}?)\s*:\s*")
_MORE = {
    "description": ("主旨", "内容", "內容", "事項"),
    "due": ("截止", "截至", "完成时间", "完成日期", "完成時間", "完成期限", "时限", "時限", "期限", "by"),
    "department": ("责任单位", "責任單位", "主办部门", "主辦單位"),
}
"""Names that mean these in a sentence; in a table some of them are others."""


@cache
def label_keys() -> Mapping[str, str]:
    """The column that each folded name means: all headings of the action table that minutes may give."""
    columns = template().tables["actions"].columns
    known = {name: key for key in KEYS for name in columns[key].names}
    return known | {normalise(name): key for key, names in _MORE.items() for name in names}


def labelled(line: str) -> dict[str, str]:
    """The parts of a line by column; under '' what stands before the first label, where anything does."""
    text = without_number(usual_width(line))
    found = [each for each in _LABEL.finditer(text) if normalise(each["label"]) in label_keys()]
    if not found:
        return {}
    parts = {"": _tidy(text[: found[0].start()])}
    ends = [*(each.start() for each in found[1:]), len(text)]
    for each, end in zip(found, ends, strict=True):
        key = label_keys()[normalise(each["label"])]
        parts.setdefault(key, _tidy(text[each.end() : end]))
    return {key: said for key, said in parts.items() if said}


def labelled_item(parts: Mapping[str, str], source: str) -> FoundItem | None:
    """The item of labelled parts; None where they do not say what is to be done, or neither who nor until when."""
    what = parts.get("description") or parts.get("")
    if not what or not ({"owner", "due", "department"} & set(parts)):
        return None
    rest = {key: parts.get(key, "") for key in KEYS if key != "description"}
    if not rest["due"] and (deadline := find_deadline(what)) and deadline.firm:
        rest["due"], what = deadline.said, without(what, deadline).strip(" ,")
    return FoundItem(what, **rest, source=source)


def _tidy(text: str) -> str:
    said = text.strip(" \t,;.。|-")
    for opening, closing in ("()", "[]"):
        if said.startswith(opening) and said.endswith(closing):
            said = said[1:-1].strip()
        if said.count(closing) > said.count(opening):
            said = said.removesuffix(closing)
        if said.count(opening) > said.count(closing):
            said = said.removesuffix(opening)
    return (
        said.removeprefix("[").removesuffix("]").strip(" \t,;.。")
        if said.count("[") == said.count("]") == 1
        else said.strip(" \t,;.。")
    )
