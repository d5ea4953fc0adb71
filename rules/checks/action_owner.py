"""A102, A103, A104, A114: whose action item it is."""

import pandas as pd

from rules.catalogue import rule
from rules.cells import each_value, sortable
from rules.directory import Unreachable, directory
from rules.findings import Severity
from rules.owners import OwnerKind, surname_of
from rules.table import Book, Table


@rule("A102", on="actions", severity=Severity.ERROR, columns=("owner",), cites="001 四(二)", breaks=True)
def has_exactly_one_owner(actions: Table, book: Book) -> pd.DataFrame:
    """The item has exactly one owner.

    Why: what two people own, each leaves to the other (多人负责导致推诿).

    Write instead: the one who answers for it; the others go under 配合部门 or 备注.
    """
    nobody = actions.owner_kind.eq(OwnerKind.NOBODY)
    several = actions.owner_kind.eq(OwnerKind.SEVERAL)
    return pd.DataFrame({"variant": "several"}, index=actions.rows).mask(nobody, "missing")[nobody | several]


@rule(
    "A103",
    on="actions",
    severity=Severity.ERROR,
    columns=("owner",),
    cites="001 二(二) Who, 003 三(二)",
    breaks=True,
)
def owner_is_a_person(actions: Table, book: Book) -> pd.DataFrame:
    """The owner is a person, not a department, a group, a bare post or a placeholder.

    Why: 相关部门, 全体 or 产品经理 cannot be asked on the due date; a name can.

    Write instead: department and name, such as 市场部 王芳.
    """
    unnamed = actions.owner_kind.isin([OwnerKind.GROUP, OwnerKind.POST, OwnerKind.PLACEHOLDER])
    return pd.DataFrame({"variant": actions.owner_kind})[unnamed]


@rule(
    "A104",
    on="actions",
    severity=Severity.WARNING,
    columns=("owner",),
    cites="handbook",
    needs_table=("people",),
)
def owner_is_in_the_directory(actions: Table, book: Book) -> pd.DataFrame:
    """The owner stands in the directory once, with a mail address.

    Why: whom closeloop cannot find there gets no reminder. A directory that nobody has filled in yet,
    or that has no addresses at all, is not held against each row. An address that is missing is shown at one
    row of the person alone, the one of the lowest number, for it is mended once, in the directory.

    Write instead: the name as in 通讯录, in full (林晓东, not 林总); where two people share a name, the item's
    department tells them apart.
    """
    people = book.tables["people"]
    listed = directory(people, book.words)
    named = actions.frame[actions.owner_kind.eq(OwnerKind.PERSON)]
    keys = list(zip(named["owner_name"], named["owner_beside"], named["department"], strict=True))
    found = {key: listed.find(*key) for key in set(keys)}
    forgiven = _not_kept(people)
    lost = {
        key: _said_of(reason, key[0], book)
        for key, reason in found.items()
        if isinstance(reason, Unreachable) and reason not in forgiven
    }
    variants = pd.Series([lost.get(key, "") for key in keys], index=named.index, dtype="str")
    again = _said_before(named[variants.eq(Unreachable.NO_MAIL)])
    return pd.DataFrame({"variant": variants})[variants.ne("") & ~variants.index.isin(again)]


def _said_of(reason: Unreachable, name: str, book: Book) -> str:
    """Of whom the directory does not know, whether it is a surname with a post (林总) that has to be written out."""
    titled = reason is Unreachable.UNKNOWN and not name.isascii() and surname_of(name, book.words) != ""
    return "titled" if titled else reason.value


def _said_before(rows: pd.DataFrame) -> pd.Index:
    """All rows of each person but the one of the lowest number (or, without one, due first): however they are sorted."""
    order = pd.DataFrame(
        {"number": each_value(rows["id"], sortable), "due": rows["due"], "text": rows["description"]}
    )
    ordered = rows.loc[order.sort_values(["number", "due", "text"], kind="stable").index]
    return ordered.index[ordered.duplicated(["owner_name", "owner_beside", "department"])]


def _not_kept(people: Table) -> frozenset[Unreachable]:
    """What is not held against each row: a directory without rows, one without a column for addresses (S001
    says so), and an address that is not well formed (S005 says so, once)."""
    if people.name.eq("").all():
        return frozenset(Unreachable)
    return frozenset(
        {Unreachable.BAD_MAIL} if people.has("email") else {Unreachable.BAD_MAIL, Unreachable.NO_MAIL}
    )


@rule(
    "A114",
    on="actions",
    severity=Severity.ADVICE,
    columns=("confirmed",),
    cites="003 三(二)",
    reads=("owner",),
)
def owner_has_confirmed(actions: Table, book: Book) -> "pd.Series[bool]":
    """The owner has confirmed the item.

    Why: what somebody was given in their absence is not yet accepted (避免“被动接受任务”).

    Write instead: 是, once the owner has agreed to task, date and standard.
    """
    return actions.confirmed.ne("yes") & actions.open
