"""The workbooks of the archive: their names, files and rights."""

import pytest
from archive_tables import archived, in_file, in_memory, item, meeting, one_pass, standing, tabs

from sync.archiving.shelf import ExcelShelf
from sync.books.excel import ExcelBook
from sync.faults import BusyFault, SettingsFault, WorkbookFault
from sync.settings import settings_from


@pytest.mark.parametrize("name", ["归档.xls", "归档{jahr}.xlsx", "{}.xlsx"])
def test_names_of_archive_workbooks_are_checked(name):
    with pytest.raises(SettingsFault, match="is no name of an archive workbook"):
        settings_from({"archive": {"workbook": name}}, "test")


def test_files_of_the_shelf_are_made_and_found(tmp_path):
    shelf = ExcelShelf(
        tmp_path / "归档{year}.xlsx", tmp_path / "t.closeloop" / "t.涉密归档.xlsx", ("说明", "归档")
    )
    book = in_file(
        tabs([item("A1", "M9"), item("A2"), item("A3", done=None)], [meeting("M9", secret="是")]),
        tmp_path / "t.xlsx",
    )

    one_pass(book, tmp_path, shelf)

    secret = tmp_path / "t.closeloop" / "t.涉密归档.xlsx"
    assert shelf.there() == [str(tmp_path / "归档2024.xlsx"), str(secret)]
    assert secret.stat().st_mode & 0o777 == 0o600
    assert [number for _, number in archived(ExcelBook(secret))] == ["A1", "M9"]
    assert standing(book) == ["A3"]


def test_an_archive_workbook_that_cannot_be_read_stops_the_archiving_alone(tmp_path):
    (tmp_path / "归档2024.xlsx").write_bytes(b"broken")
    shelf = ExcelShelf(tmp_path / "归档{year}.xlsx", tmp_path / "secret.xlsx", ("说明", "归档"))
    book = in_memory(tabs([item("A1")]))

    done = one_pass(book, tmp_path, shelf)

    assert isinstance(done.filed.later, WorkbookFault)
    assert standing(book) == ["A1"]


def test_nothing_is_copied_while_somebody_has_the_tracker_open(tmp_path):
    shelf = ExcelShelf(tmp_path / "归档{year}.xlsx", tmp_path / "secret.xlsx", ("说明", "归档"))
    book = in_file(tabs([item("A1"), item("A2", done=None)]), tmp_path / "t.xlsx")
    lock = tmp_path / "~$t.xlsx"
    lock.write_bytes(b"\x06Wang F".ljust(165, b" "))

    done = one_pass(book, tmp_path, shelf)

    assert isinstance(done.filed.later, BusyFault)
    assert shelf.there() == []
    lock.unlink()
    again = one_pass(book, tmp_path, shelf)
    assert again.filed.rows == {"actions": 1}
    assert standing(book) == ["A2"]
