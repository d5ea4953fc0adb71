"""A101, A105, A108: what an action item says is to be done, where, and how one will know."""

import re
from itertools import pairwise

import pandas as pd

from rules.catalogue import rule
from rules.cells import holds, says_nothing
from rules.findings import Severity
from rules.table import Book, Table
from rules.wordlists import WordLists, fold, simplified

_SIZES = (
    ("集团", "总部", "公司"),
    ("中心", "事业部", "研究院", "基地"),
    ("部", "部门"),
    ("科", "处", "室", "课"),
    ("组", "班", "股"),
)
"""How units end, the largest first."""
_LISTED = re.compile(r"[、,;/+\n]|(?<!r)&|\band\b")


@rule(
    "A101",
    on="actions",
    severity=Severity.ERROR,
    columns=("description",),
    cites="001 二(二) What, 003 三(二)",
)
def says_what_is_to_be_done(actions: Table, book: Book) -> pd.DataFrame:
    """The item says what is to be done.

    Why: whoever missed the meeting has to know from this cell alone what is expected. A cell that is
    empty, only fills the place (同上, 待定), names no object (跟进, 继续推进) or only points elsewhere
    (按会议要求执行, 同A003, see minutes) asks nothing of anybody.

    Write instead: a deed and its object, such as 输出《客户投诉处理流程V2.0》.
    """
    doubtful = book.words.may_say_nothing(set(actions.description.tolist()), "pointers", "pointed_to")
    nothing = actions.description.isin({text for text in doubtful if _asks_nothing(text, book.words)})
    variant = pd.Series("unclear", index=actions.rows, dtype="str").mask(
        actions.description.eq(""), "missing"
    )
    return pd.DataFrame({"variant": variant})[nothing]


def _asks_nothing(text: str, words: WordLists) -> bool:
    """A filled place, empty deeds, or nothing but a pointer to where it may be said."""
    return words.is_placeholder(text) or words.says_nothing(text) or words.points_elsewhere(text)


@rule("A105", on="actions", severity=Severity.WARNING, columns=("department",), cites="001 四(二)")
def has_a_leading_department(actions: Table, book: Book) -> pd.DataFrame:
    """The item has one department; where several work on it, one leads and the others assist.

    Why: the department's head is who helps when the item is late; with two of them nobody is asked.

    Write instead: the leading department here, the others under 配合部门.
    """
    empty = says_nothing(actions.department, book.words)
    several = (
        holds(actions.department, lambda text: _names_several(text, book.words))
        & ~empty
        & ~_listed(actions, book)
    )
    caught = pd.DataFrame({"variant": "missing"}, index=actions.rows).mask(several, "several")
    return caught[empty | several]


def _listed(actions: Table, book: Book) -> "pd.Series[bool]":
    """Where the directory has a department of just that name (Sales & Marketing)."""
    people = book.get("people")
    return actions.department.isin(people.department) if people else actions.none()


def _names_several(text: str, words: WordLists) -> bool:
    """A list, two departments joined by 和 or a space, or a group of them (各部门); what stands in brackets does not count."""
    bare = re.sub(r"[(【\[].*?[)】\]]", "", fold(text)).strip("、,;/")
    endings = words["department_endings"]
    *before, last = re.split(r"\s*[和与與及跟]\s*|\s+", bare)
    return (
        (_LISTED.search(bare) is not None and not _is_unit_of(bare))
        or words.starts_with(bare, "several_departments")
        or (last.endswith(endings) and any(part.endswith(endings) for part in before))
    )


def _is_unit_of(text: str) -> bool:
    """Whether strokes part a unit from smaller ones of it: 技术部/后端组, 研发中心/技术部."""
    sizes = [_size(unit.strip()) for unit in simplified(text).split("/")]
    return len(sizes) > 1 and all(larger < smaller < len(_SIZES) for larger, smaller in pairwise(sizes))


def _size(unit: str) -> int:
    """The place of a unit among those larger and smaller, by how it ends; behind them all where that says nothing, or where
    several are listed."""
    found = (place for place, endings in enumerate(_SIZES) if unit.endswith(endings))
    return len(_SIZES) if _LISTED.search(unit) else next(found, len(_SIZES))


@rule(
    "A108", on="actions", severity=Severity.WARNING, columns=("standard",), cites="001 二(二) How, 003 三(二)"
)
def has_a_delivery_standard(actions: Table, book: Book) -> pd.DataFrame:
    """The item has a delivery standard that somebody else can check.

    Why: 做好, 尽量 and 优化一下 are always and never fulfilled; acceptance then ends in a dispute. So does 质量达标 or
    通过验收, which says that something will be met and not what.

    Write instead: what will be handed over or how much of what, such as 提交《开发时间评估表》 or
    完成10家试点客户部署.
    """
    empty = says_nothing(actions.standard, book.words)
    vague = holds(actions.standard, lambda text: _is_vague(text, book.words))
    return pd.DataFrame({"variant": "vague"}, index=actions.rows).mask(empty, "missing")[empty | vague]


def _is_vague(text: str, words: WordLists) -> bool:
    """Made of empty deeds and of acceptance alone (质量达标, 通过验收), a pointer to what was said (见左, but not 见附件), or
    an effort without anything that could be counted or handed over."""
    points = words.points_elsewhere(text, "acceptance_alone") and not words.has_any(text, "attachments")
    if points or words.says_nothing(text, "acceptance_alone"):
        return True
    checkable = any(sign.isdigit() for sign in fold(text)) or words.has_any(text, "evidence")
    return words.starts_with(text, "effort_openings") and not checkable
