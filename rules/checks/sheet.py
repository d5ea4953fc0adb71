"""S001–S006: the sheet itself. None of these can be waived."""

from datetime import date

import pandas as pd

from rules.catalogue import rule
from rules.cells import holds
from rules.directory import ADDRESS
from rules.findings import Severity
from rules.table import Book, Table
from rules.waivers import RULE as WAIVERS
from rules.waivers import Waiver, goes_too_far


@rule("S001", on="*", severity=Severity.ERROR, columns=(), cites="handbook", waivable=False)
def compulsory_columns_are_there(table: Table, book: Book) -> pd.DataFrame:
    """The compulsory columns are there, under one of their usual headings in any of the three scripts.

    Why: without owner, due date or status no item can be judged.

    Write instead: the heading as in the template, or map your own under [columns] in the settings.
    """
    missing = table.layout.missing
    return pd.DataFrame(
        {"columns": [(key,) for key in missing], "value": ""}, index=[table.layout.header_row] * len(missing)
    )


@rule("S002", on="*", severity=Severity.ERROR, columns=(), cites="handbook", closed=True, waivable=False)
def nothing_stands_twice(table: Table, book: Book) -> pd.DataFrame:
    """No heading stands twice, and no two rows share a number.

    Why: of two columns of one name nobody knows which one counts, and a copied row that kept its
    number would be mixed up with the first.

    Write instead: another heading; for a copied row, clear the number and a new one is given.
    """
    headings = pd.DataFrame(
        [
            {
                "variant": "heading",
                "columns": _keys_at(table, places),
                "value": heading,
                "heading": heading,
                "rows": "",
            }
            for heading, places in table.layout.repeated.items()
        ],
        index=[table.layout.header_row] * len(table.layout.repeated),
    )
    if "id" not in table.frame:
        return headings
    again = table.id.ne("") & table.id.duplicated(keep=False)
    numbers = table.id[again]
    listed = numbers.index.to_series().astype(str).groupby(numbers).transform(", ".join)
    if "closed" in table.frame:  # a closed item is not asked for another number, but it has its own
        numbers = numbers[~table.closed[again].to_numpy(dtype=bool)]
        listed = listed[numbers.index]
    rows = pd.DataFrame(
        {
            "variant": "id",
            "columns": [("id",)] * len(numbers),
            "value": numbers,
            "heading": "",
            "rows": listed,
        },
        index=numbers.index,
    )
    return pd.concat([headings, rows])


def _keys_at(table: Table, places: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(key for key, place in table.layout.columns.items() if place in places)


@rule(
    "S003",
    on="*",
    severity=Severity.ERROR,
    columns=(),
    cites="handbook",
    breaks=True,
    closed=True,
    waivable=False,
)
def no_cell_shows_a_formula_error(table: Table, book: Book) -> pd.DataFrame:
    """No cell that closeloop reads shows a formula error (#N/A, #REF!, #DIV/0! …).

    Why: what the cell should say is not known, so nothing about it can be judged.

    Write instead: mend the formula, or type the value.
    """
    return table.frame[["error_columns", "error_value"]].set_axis(["columns", "value"], axis=1)[
        table.error_value.ne("")
    ]


@rule(
    "S004",
    on="*",
    severity=Severity.WARNING,
    columns=(),
    cites="handbook",
    breaks=True,
    closed=True,
    waivable=False,
)
def no_cells_are_merged_among_the_rows(table: Table, book: Book) -> pd.DataFrame:
    """No cells are merged among the rows of a table.

    Why: only the first of merged cells holds the value; the others are empty, and sorting and
    filtering go wrong. Caught are the cells that the merging has emptied.

    Write instead: split the cells and fill the value into each row.
    """
    return table.frame[["merged_columns"]].set_axis(["columns"], axis=1)[holds(table.merged_columns, bool)]


@rule(
    "S005",
    on="people",
    severity=Severity.WARNING,
    columns=("email",),
    cites="handbook",
    waivable=False,
)
def directory_is_usable(people: Table, book: Book) -> pd.DataFrame:
    """Mail addresses are well formed, and a name stands once in a department.

    Why: a reminder to a wrong address is lost without anybody noticing; of two people of one name
    nobody can be picked.

    Write instead: one address (name@example.com); for namesakes a suffix in both places (李娜A).
    """
    well_formed = people.email.str.fullmatch(ADDRESS)
    address = people.email.ne("") & ~well_formed
    namesake = people.name.ne("") & people.frame.duplicated(["name", "department"], keep=False)
    caught = pd.DataFrame({"variant": "address"}, index=people.rows).mask(namesake & ~address, "name")
    caught["columns"] = caught["variant"].map({"address": ("email",), "name": ("name",)})
    return caught[address | namesake]


@rule(
    WAIVERS,
    on="*",
    severity=Severity.WARNING,
    columns=("waiver",),
    cites="handbook",
    needs=(),
    waivable=False,
)
def waivers_are_complete(table: Table, book: Book, *, longest_days: int = 366) -> pd.DataFrame:
    """A waiver names rules of this table, the last day on which it counts, and a reason; it has not run out, and
    reaches no more than a year ahead.

    Why: an exception that nobody can date or explain becomes the rule. Until it is complete it excuses
    nothing. What concerns the sheet itself (S001–S006) cannot be waived, for what cannot be read cannot be
    judged; nor can a rule of another table.

    Write instead: code, last day with its year, reason, such as A108 至2026-12-31 客户未定稿; several on
    lines of their own or with ；between them. When it has run out, mend what the rule asks, or agree on a new day.
    """
    if "waivers" not in table.frame:
        return pd.DataFrame(index=table.rows[:0])
    today = book.today.date()
    filled = table.frame["waivers"][table.waiver.ne("")]
    flawed = filled.map(lambda waivers: _first_flawed(waivers, today, longest_days))
    caught = flawed[flawed.notna()]
    return pd.DataFrame(
        {
            "variant": [each.flaw or "too_long" for each in caught],
            "value": [each.text for each in caught],
            "codes": [", ".join(each.codes) for each in caught],
            "until": [f"{each.until:%Y-%m-%d}" if each.until else "" for each in caught],
            "most": longest_days,
        },
        index=caught.index,
    )


def _first_flawed(waivers: tuple[Waiver, ...], today: date, longest_days: int) -> Waiver | None:
    return next(
        (each for each in waivers if each.flaw or goes_too_far(each, today, longest_days)),
        None,
    )
