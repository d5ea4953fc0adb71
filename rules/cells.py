"""Functions of every cell of a column, called once for each different value: columns repeat themselves."""

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from rules.wordlists import WordLists, fold


def each_value(column: "pd.Series[Any]", function: Callable[[Any], Any]) -> "pd.Series[Any]":
    """What a function makes of every cell."""
    return column.map({value: function(value) for value in column.unique()})


def holds(column: "pd.Series[Any]", predicate: Callable[[Any], bool]) -> "pd.Series[bool]":
    """Where a predicate holds, as a mask; of an empty column too."""
    values = column.tolist()
    known = {value: predicate(value) for value in set(values)}
    return pd.Series([known[value] for value in values], index=column.index, dtype=bool)


def says_nothing(column: "pd.Series[str]", words: WordLists) -> "pd.Series[bool]":
    """Where a cell is empty or only fills the place (待定, TBD, --)."""
    texts = column.tolist()
    nothing = {"", *words.placeholders(set(texts))}
    return pd.Series([text in nothing for text in texts], index=column.index, dtype=bool)


def sortable(number: str) -> str:
    """A number that sorts as people count: M9 before M10."""
    return re.sub(r"\d+", lambda found: found[0].zfill(12), fold(number))
