"""What is remembered of each row from one pass to the next: when it was touched, how often its date was put off."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from sys import intern
from typing import NamedTuple

import pandas as pd

from rules.table import Table
from sheet_templates import TemplateTable


class RowState(NamedTuple):
    """What is remembered of a row.

    ``digest`` is a hash of what people wrote, ``seen`` when the row was first met and ``touched`` when it
    last changed. ``due`` is the latest due date that it has had (ISO; '' if none), ``postponed`` on how
    many days it was put off beyond that, ``postponed_on`` the last of those days. ``blocked`` is the day on
    which it was first seen to be blocked, '' when it is not.
    """

    digest: str
    seen: datetime
    touched: datetime
    due: str = ""
    postponed: int = 0
    postponed_on: str = ""
    blocked: str = ""


def row_digests(actions: Table, table: TemplateTable) -> list[str]:
    """A hash of what people wrote into each row, as they typed it."""
    keys = [
        column.key
        for column in table.columns.values()
        if column.owner == "people" and actions.has(column.key)
    ]
    typed = pd.DataFrame({key: actions.frame.get(f"{key}_typed", actions.frame[key]) for key in keys})
    return [f"{number:016x}" for number in pd.util.hash_pandas_object(typed, index=False)]


def row_states(
    actions: Table,
    ids: Mapping[int, str],
    digests: Sequence[str],
    before: Mapping[str, RowState],
    now: datetime,
) -> dict[str, RowState]:
    """The state of each row by its number, given what was remembered of it before."""
    dues = map(intern, actions.due.dt.strftime("%Y-%m-%d").fillna(""))  # a few days stand in many rows
    updates = actions.updated.tolist()
    return {
        ids[row]: _state(before.get(ids[row]), digest, due, now, updated)
        for row, digest, due, updated in zip(actions.rows.tolist(), digests, dues, updates, strict=True)
    }


def _state(before: RowState | None, digest: str, due: str, now: datetime, updated: pd.Timestamp) -> RowState:
    """A row that is new to the ledger was touched when its column 最近更新 says so, or else now."""
    if before is None:
        return RowState(digest, now, now if pd.isna(updated) else updated.to_pydatetime(), due)
    if before.digest == digest:
        return before
    changed = before._replace(digest=digest, touched=now)
    if not before.due or due <= before.due:
        return changed if before.due else changed._replace(due=due)
    today = now.date().isoformat()
    again = before.postponed_on != today  # several tries on one day are one postponement
    return changed._replace(due=due, postponed=before.postponed + again, postponed_on=today)


def with_blocked(
    states: Mapping[str, RowState], actions: Table, ids: Mapping[int, str], now: datetime
) -> dict[str, RowState]:
    """The states with the day since which each item is blocked; ``actions`` has been judged."""
    today = now.date().isoformat()
    is_blocked = actions.computed.eq("blocked").to_numpy(dtype=bool)
    blocked = {ids[row] for row in actions.rows[is_blocked]}
    changed = {
        row_id: state._replace(blocked=(state.blocked or today) if row_id in blocked else "")
        for row_id, state in states.items()
        if bool(state.blocked) != (row_id in blocked)
    }
    return {**states, **changed}
