"""Archived items come back, and what has passed its years is removed when asked."""

from datetime import date

import pytest
from archive_tables import (
    NOW,
    SETTINGS,
    CrashingBook,
    KilledError,
    MemoryShelf,
    archived,
    in_memory,
    item,
    meeting,
    one_pass,
    standing,
    tabs,
)

from sheet_templates import words
from sync.commands.unarchiving import everything, expired, reopen, take_out
from sync.faults import SettingsFault, UsageFault
from sync.looking import look
from sync.settings import settings_from
from sync.terminal.report import console, expired_section


def test_an_item_comes_back_with_its_meeting_and_is_not_archived_again_at_once(make, tmp_path):
    book = make(
        tabs(
            [item("A1"), item("A2", "M2", done=None)],
            [meeting("M1"), meeting("M2")],
            [["M1", 1, "进度"], ["M2", 1, "预算"]],
        )
    )
    one_pass(book, tmp_path)
    assert standing(book) == ["A2"]

    reopen("A1", book, MemoryShelf(), SETTINGS)

    assert standing(book) == ["A2", "A1"]
    assert standing(book, "会议登记") == ["M2", "M1"]
    assert standing(book, "议题") == ["M2", "M1"]
    assert not archived(book)
    assert book.read().tab("行动项跟踪表").rows[2][5:11] == [
        "进行中",
        None,
        "《流程V2.0》",
        "张三",
        None,
        3.25,
    ]
    one_pass(book, tmp_path)
    assert standing(book) == ["A2", "A1"]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("at", [1, 2])
def test_a_reopening_that_was_cut_short_can_be_repeated(tmp_path, at, before):
    book = in_memory(tabs([item("A1"), item("A2", done=None)]))
    one_pass(book, tmp_path)
    with pytest.raises(KilledError):
        reopen("A1", CrashingBook(book, at, before), MemoryShelf(), SETTINGS)
    assert "A1" in {*standing(book), *(number for _, number in archived(book))}

    if archived(book):
        reopen("A1", book, MemoryShelf(), SETTINGS)

    assert standing(book) == ["A2", "A1"]
    assert not archived(book)


def test_a_confidential_item_comes_back_as_confidential(tmp_path):
    shelf = MemoryShelf()
    book = in_memory(
        tabs([item("A1", "M9"), item("A2", done=None)], [meeting("M9", secret="是"), meeting("M1")])
    )
    one_pass(book, tmp_path, shelf)

    reopen("A1", book, shelf, SETTINGS)

    assert look(book, SETTINGS, NOW, shelf=shelf).judgement.book.tables["actions"].confidential.tolist() == [
        False,
        True,
    ]


def test_an_item_that_nobody_archived_cannot_come_back(tmp_path):
    with pytest.raises(UsageFault, match="no archived item 'A9'"):
        reopen("A9", in_memory(tabs([item("A1")])), MemoryShelf(), SETTINGS)


def test_what_is_past_its_years_is_listed_and_removed_only_when_asked(tmp_path):
    book = in_memory(tabs([item("A1"), item("A2", done=None)]))
    one_pass(book, tmp_path)
    kept = everything(book.read(), MemoryShelf())

    assert expired(kept, date(2026, 5, 27), 2) == []
    found = expired(kept, date(2026, 5, 28), 2)
    assert [each.row.said["编号"] for each in found] == ["A1"]
    take_out(found, book, MemoryShelf(), SETTINGS)
    assert not archived(book)


def test_archived_numbers_are_listed_as_people_typed_them(tmp_path):
    book = in_memory(tabs([item(7.0), item("A2", done=None)]))
    one_pass(book, tmp_path)
    found = expired(everything(book.read(), MemoryShelf()), date(2026, 7, 28), 2)
    out = console()

    with out.capture() as shown:
        out.print(expired_section(found, 2, words("zh-CN")))

    assert "2024-05-28 7 M1" in " ".join(shown.get().split())


def test_the_archives_years_are_not_shortened_by_accident():
    with pytest.raises(SettingsFault, match="keep_years has to be 2 or more"):
        settings_from({"archive": {"keep_years": 1}}, "test")

    allowed = settings_from({"archive": {"keep_years": 1, "shorter_is_allowed": True}}, "test")
    assert allowed.archive.keep_years == 1
