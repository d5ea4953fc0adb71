"""When each row was last touched and how often its date was put off, from one pass to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from rules.table import Table
from sheet_templates import TemplateTable


@dataclass(frozen=True)
class RowState:
    """What is remembered of a row: a hash of what people wrote, when it last changed, its due date
    (ISO; '' if none), and how often that was put off while the number stayed."""

    digest: str
    touched: datetime
    due: str
    postponed: int = 0


def row_states(
    actions: Table,
    ids: Mapping[int, str],
    table: TemplateTable,
    before: Mapping[str, RowState],
    now: datetime,
) -> dict[str, RowState]:
    """The state of each row by its number, given what was remembered of it before."""
    digests = _digests(actions, table)
    dues = actions.due.dt.strftime("%Y-%m-%d").fillna("")
    return {
        ids[row]: _state(before.get(ids[row]), digest, due, now, updated)
        for row, digest, due, updated in zip(actions.rows, digests, dues, actions.updated, strict=True)
    }


def _state(before: RowState | None, digest: str, due: str, now: datetime, updated: pd.Timestamp) -> RowState:
    """A row that is new to the ledger was touched when its column 最近更新 says so, or else now."""
    if before is None:
        return RowState(digest, now if pd.isna(updated) else updated.to_pydatetime(), due)
    if before.digest == digest:
        return before
    put_off = bool(before.due) and due > before.due
    return replace(before, digest=digest, touched=now, due=due, postponed=before.postponed + put_off)


def _digests(actions: Table, table: TemplateTable) -> list[str]:
    """A hash of what people wrote into each row, as they typed it."""
    keys = [
        column.key
        for column in table.columns.values()
        if column.owner == "people" and actions.has(column.key)
    ]
    typed = pd.DataFrame({key: actions.frame.get(f"{key}_typed", actions.frame[key]) for key in keys})
    return [f"{number:016x}" for number in pd.util.hash_pandas_object(typed, index=False)]
