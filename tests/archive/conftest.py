"""The same tables in each kind of book."""

import pytest
from archive_tables import in_file, in_memory

from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID, open_desk
from tests.test_books_agree import on_google


@pytest.fixture(params=["memory", "excel", "google"])
def make(request, tmp_path):
    if request.param != "google":
        yield (
            in_memory if request.param == "memory" else lambda content: in_file(content, tmp_path / "t.xlsx")
        )
        return
    with open_desk(Spreadsheet(ID)) as desk:

        def made(content):
            desk.service.books[ID] = on_google(content)
            book = desk.book()
            book.desk = desk  # for those who type into it
            return book

        yield made
