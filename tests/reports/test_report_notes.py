"""What people write inside a report becomes a note beneath it, and nothing else does."""

from datetime import timedelta

import pytest
from report_desk import START, WEEK, Desk, texts

from sync.books.memory import MemoryBook
from sync.changes import Plan
from sync.faults import BusyFault


def test_what_people_write_inside_is_kept_as_a_note_and_reported(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    before = desk.shown()
    desk.write(5, 4, "=这里不对,应为 3")
    desk.write(2, 8, "看这里")

    done = desk.run(START + timedelta(hours=1))

    assert [(tab, note.cell, note.text) for tab, note in done.judged.reports.noted] == [
        (WEEK, "H2", "看这里"), (WEEK, "D5", "=这里不对,应为 3"),
    ]  # fmt: skip
    after = desk.shown()
    assert after[: len(before)] == before
    assert "他人备注" in texts(after[len(before) :])
    assert desk.put() == []
    desk.book.tabs["t"].rows[1][5] = "受阻"
    desk.put()
    assert {"看这里", "=这里不对,应为 3"} <= set(texts(desk.shown()))


def test_a_note_goes_when_people_delete_it(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.write(5, 4, "请核对")
    desk.put()
    row = next(number for number, cells in enumerate(desk.shown(), 1) if "请核对" in cells)
    desk.write(row, 3, "")

    desk.put()

    assert "请核对" not in texts(desk.shown())
    assert "他人备注" not in texts(desk.shown())


def test_rows_that_people_insert_make_no_notes_of_our_own_texts(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    before = desk.shown()
    desk.book.tabs[WEEK].rows.insert(6, ["插了一行"])

    desk.put()

    assert texts(desk.shown()[: len(before)]) == texts(before)
    assert [row[2] for row in desk.shown()[len(before) :] if len(row) > 2 and row[2]][1:] == ["插了一行"]


def test_a_pass_that_was_cut_short_takes_nothing_of_its_own_for_notes(tmp_path):
    desk = Desk(tmp_path)
    desk.run()

    class Dying(MemoryBook):
        def apply(self, plan: Plan) -> str:
            super().apply(plan)
            raise KeyboardInterrupt

    free = desk.book
    desk.book = Dying(free.tabs)
    desk.book.tabs["t"].rows[1][5] = "受阻"
    with pytest.raises(KeyboardInterrupt):
        desk.run(START + timedelta(hours=1))
    desk.book = MemoryBook(desk.book.tabs)
    desk.book.tabs["t"].rows[2][5] = "进行中"

    done = desk.run(START + timedelta(days=8))

    assert done.judged.reports.noted == ()


def test_a_busy_workbook_loses_no_note(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.write(5, 4, "请核对")

    class Open(MemoryBook):
        def apply(self, _plan: Plan) -> str:
            raise BusyFault("{name} is open", name="t")

    free, desk.book = desk.book, Open(desk.book.tabs)
    desk.run(START + timedelta(hours=1))
    desk.book = free

    desk.put()

    assert texts(desk.shown()).count("请核对") == 1


def test_a_workbook_put_back_makes_no_notes_of_its_older_figures(tmp_path):
    desk = Desk(tmp_path)
    desk.run()
    desk.write(5, 4, "请核对")
    desk.put()
    older = dict(desk.book.tabs)
    for days in (1, 2, 3):
        desk.book.tabs["t"].rows[1][4] = f"2024-06-2{days}"
        desk.run(START + timedelta(days=days))
    desk.book = MemoryBook(older)

    done = desk.run(START + timedelta(days=4))

    assert done.judged.reports.noted == ()
    assert texts(desk.shown()).count("请核对") == 1
