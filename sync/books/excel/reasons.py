"""Why a row of people's worksheet has to stay: kinds of obstacles, each with its sentence and the rows it holds."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from sync.books.excel.references import LAST_ROW


class Reason(Enum):
    """What stands in the way of taking a row out."""

    FORMULA = auto()
    COLUMN = auto()
    POSITION = auto()
    COMPUTED = auto()
    SHARED = auto()
    ARRAY = auto()
    NAME = auto()
    RULE = auto()
    VALIDATION = auto()
    LINK = auto()
    MERGED = auto()
    HEADING = auto()
    LAST_OF_TABLE = auto()
    TABLE = auto()
    BESIDE = auto()
    CHART = auto()
    DRAWING = auto()
    COMMENT = auto()
    CONTROL = auto()
    PIVOT = auto()
    SPARKLINE = auto()
    PROTECTED = auto()
    BREAK = auto()
    VIEW = auto()
    FROZEN = auto()
    SCENARIO = auto()
    WATCH = auto()
    GROUP = auto()
    MACRO = auto()
    QUERY = auto()
    UNKNOWN = auto()

    @property
    def sentence(self) -> str:
        """The reason in a few words; the key of ``words/*/faults.toml``."""
        return _SENTENCES[self]


_SENTENCES: Mapping[Reason, str] = {
    Reason.FORMULA: "a formula refers to this row or to rows below it",
    Reason.COLUMN: "a formula counts whole columns, this row among them",
    Reason.POSITION: "a formula in this row or below depends on its row's number",
    Reason.COMPUTED: "a formula computes what it refers to, which could be this row or one below",
    Reason.SHARED: "a shared formula that reaches beyond this row cannot be taken apart",
    Reason.ARRAY: "an array formula or data table lies in this row or below",
    Reason.NAME: "a defined name or print area reaches this row or rows below it",
    Reason.RULE: "a conditional format compares rows with others, here or below",
    Reason.VALIDATION: "a data validation refers to this row or to rows below it",
    Reason.LINK: "a hyperlink leads to this row",
    Reason.MERGED: "this row is merged with its neighbour",
    Reason.HEADING: "this is the heading or totals row of a table or filter",
    Reason.LAST_OF_TABLE: "a table has to keep one row",
    Reason.TABLE: "a table that a query or XML map fills, or whose columns calculate across rows, lies here or below",
    Reason.BESIDE: "something else stands beside the table in this row",
    Reason.CHART: "a chart shows this row or rows below it",
    Reason.DRAWING: "a chart, picture or shape lies at this row or below",
    Reason.COMMENT: "a comment is attached to this row or to one below",
    Reason.CONTROL: "a form control lies at this row or below, or refers there",
    Reason.PIVOT: "a pivot table lies at this row or below, or reads from there",
    Reason.SPARKLINE: "a sparkline lies at this row or below, or shows it",
    Reason.PROTECTED: "the worksheet is protected, or a protected range reaches this row or rows below",
    Reason.BREAK: "a page break stands at this row or below",
    Reason.VIEW: "the worksheet has custom views",
    Reason.FROZEN: "this row is frozen at the top",
    Reason.SCENARIO: "a scenario or consolidation uses this row or rows below it",
    Reason.WATCH: "a cell of this row or below is being watched",
    Reason.GROUP: "this row opens and closes a group of rows",
    Reason.MACRO: "the workbook has macros or ActiveX controls, which may name rows",
    Reason.QUERY: "a query fills this worksheet",
    Reason.UNKNOWN: "the workbook holds something unknown that may point at rows",
}


class Block(NamedTuple):
    """Rows from ``first`` to ``last`` have to stay."""

    first: int
    last: int
    reason: Reason


def above(row: int, reason: Reason) -> Block:
    """What would move or break when the row or one above it left."""
    return Block(1, row, reason)


def everything(reason: Reason) -> Block:
    """No row of the worksheet may leave."""
    return Block(1, LAST_ROW, reason)
