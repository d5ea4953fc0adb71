"""A book on the local server, for tests: the server, the spreadsheet, and the client as the worker makes it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from google.oauth2.service_account import Credentials

from sync.books.google.book import GoogleBook
from sync.books.google.credentials import SCOPES, Account
from sync.books.google.retrying import Patience
from sync.books.google.service import Sheets
from tests.sheets_server.grid import Sheet, Spreadsheet, entered
from tests.sheets_server.service import ACCOUNT, Service, SheetsServer

ID = "test-spreadsheet"
IMPATIENT = Patience(
    deadline=60, timeout=120, first=0, longest=0, sleep=lambda _seconds: None, chance=random.Random(1)
)
"""Waits for nothing but a slow machine."""


class Desk(NamedTuple):
    """What a test works at."""

    service: Service
    server: SheetsServer
    account: Account
    chance: random.Random

    @property
    def spreadsheet(self) -> Spreadsheet:
        return self.service.books[ID]

    def book(self, patience: Patience = IMPATIENT) -> GoogleBook:
        """The book of a new pass; the token is kept, as within one process."""
        sheets = Sheets(ID, self.account, patience, self.server.address)
        return GoogleBook(sheets, {}, self.chance)


@contextmanager
def open_desk(spreadsheet: Spreadsheet) -> Iterator[Desk]:
    """A running server with one spreadsheet. Afterwards every message has to have been as Google describes it."""
    service = Service({ID: spreadsheet})
    with SheetsServer(service).running() as server:
        info = service.credentials(server.address)
        account = Account(Credentials.from_service_account_info(info, scopes=SCOPES), ACCOUNT)
        yield Desk(service, server, account, random.Random(2))
    assert service.mismatches == []


def sheet_of(number: int, title: str, rows: list[list[object]], size: tuple[int, int] = (60, 26)) -> Sheet:
    """A tab with these values typed into it."""
    sheet = Sheet(number, title, *size)
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value not in (None, ""):
                sheet.put(row, column, entered(value))
    return sheet


def tagged(sheet: Sheet, **columns: int) -> Sheet:
    """A tab whose columns (key, from 0) bear the worker's tags, as after a former pass."""
    for number, (key, column) in enumerate(columns.items(), start=501):
        tag = {"metadataId": number, "metadataKey": "closeloop.column", "metadataValue": key}
        sheet.column(column)["developerMetadata"] = [tag | {"visibility": "DOCUMENT"}]
    return sheet
