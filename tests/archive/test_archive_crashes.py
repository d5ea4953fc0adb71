"""Whatever stops a pass, nothing is lost or doubled. The long form: CLOSELOOP_KILLS=300 (``make crashes``)."""

import os
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from archive_tables import (
    NOW,
    SETTINGS,
    CrashingBook,
    KilledError,
    MemoryShelf,
    archived,
    in_file,
    in_memory,
    item,
    meeting,
    one_pass,
    standing,
    tabs,
)
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sync.looking import look


@dataclass
class CrashingShelf(MemoryShelf):
    """A shelf whose workbooks crash as the tracker does."""

    at: int = 0
    before: bool = True

    def book(self, place):
        return CrashingBook(super().book(place), self.at, self.before)


ROWS = st.lists(
    st.tuples(st.sampled_from(["M1", "M2", "M9", ""]), st.sampled_from([2019, 2023, 2024, None])),
    min_size=1,
    max_size=12,
)


@pytest.mark.slow
@given(
    ROWS,
    st.sampled_from(["", "归档{year}.xlsx"]),
    st.lists(st.tuples(st.sampled_from(["tracker", "shelf"]), st.integers(1, 3), st.booleans()), max_size=3),
)
@hypothesis_settings(
    max_examples=60 if "CLOSELOOP_KILLS" in os.environ else 25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_crashes_nothing_is_lost_and_a_quiet_pass_leaves_each_row_once(rows, usual, crashes):
    items = [
        item(f"A{number}", meeting_id, date(year, 3, 4) if year else None)
        for number, (meeting_id, year) in enumerate(rows, start=1)
    ]
    book = in_memory(tabs(items, [meeting("M1"), meeting("M2", "周会"), meeting("M9", secret="是")]))
    shelf = CrashingShelf(usual)
    ids = {row[0] for row in items}
    with tempfile.TemporaryDirectory() as folder:
        for where, at, before in crashes:
            shelf.at, shelf.before = (at if where == "shelf" else 0), before
            tracker = CrashingBook(book, at if where == "tracker" else 0, before)
            with suppress(KilledError):
                one_pass(tracker, Path(folder), shelf)
            found = archived(book, *shelf.books.values())
            assert ids <= {*standing(book), *(number for _, number in found)}
        shelf.at = 0
        one_pass(book, Path(folder), shelf)
        one_pass(book, Path(folder), shelf)

        found = Counter(
            number for _, number in archived(book, *shelf.books.values()).elements() if number in ids
        )
        assert found + Counter(standing(book)) == Counter(ids)
        assert standing(book) == [row[0] for row in items if row[6] is None]
        assert len(look(book, SETTINGS, NOW, shelf=shelf).plan) == 0


@pytest.mark.parametrize(("at", "before"), [(1, True), (1, False), (2, True), (2, False)])
def test_a_file_whose_pass_was_killed_is_finished_by_the_next(tmp_path, at, before):
    book = in_file(tabs([item("A1"), item("A2", done=None)], [meeting("M1")]), tmp_path / "t.xlsx")
    with pytest.raises(KilledError):
        one_pass(CrashingBook(book, at, before), tmp_path)

    one_pass(book, tmp_path)

    assert standing(book) == ["A2"]
    assert archived(book) == {("2024年产品会议", "A1"): 1}
