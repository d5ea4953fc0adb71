"""T101–T104: what is planned for a meeting's topics."""

import pandas as pd

from rules.catalogue import rule
from rules.findings import Severity
from rules.table import Book, Table


@rule("T101", on="topics", severity=Severity.WARNING, columns=("planned",), cites="000 二(一)", recent=True)
def topic_is_short_enough(topics: Table, book: Book, *, minutes: int = 30) -> pd.DataFrame:
    """A topic is planned for at most thirty minutes.

    Why: what takes longer is more than one question, and the other topics pay for it.

    Write instead: two topics, or what can be settled beforehand in a smaller round.
    """
    return pd.DataFrame({"minutes": topics.planned.map("{:g}".format), "most": minutes})[
        topics.planned.gt(minutes)
    ]
