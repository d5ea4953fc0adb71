"""``make bench``: what one pass over a large spreadsheet costs in requests and bytes, on the local server, beside the
same job done by hand: in gspread's best idiom, and by the calls that gspread-dataframe 4.0 makes of it.

The job: read one tab of 20,000 rows and 20 columns, write three columns of results, colour 50 cells, add a tab.
Bytes are those on the wire: requests as they are sent, answers as they are packed.
"""

import argparse
import random
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

import gspread
import requests
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2.service_account import Credentials
from requests.adapters import HTTPAdapter

from bench.trackers import sheet_rows
from sync.books.google.credentials import SCOPES
from sync.looking import look
from sync.memory import Memory
from sync.settings import Settings
from tests.sheets_server import Spreadsheet
from tests.sheets_server.desk import ID, Desk, open_desk, sheet_of

NOW = datetime(2024, 5, 28, 20)
TAB = "行动项跟踪表"
RESULTS, COLOURED = 3, 50


def main() -> None:
    """Print requests and bytes of each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    sheet = sheet_of(0, TAB, sheet_rows(rows), (rows + 100, 26))
    print(
        f"{'rows':>8}  {'what':<34} {'requests':>8} {'token':>6} {'read':>5} {'write':>6} {'MB sent':>8} {'MB got':>7}"
    )
    with open_desk(Spreadsheet(ID, sheets=[sheet.copy()])) as desk:
        desk.service.strict = False
        for what in ("closeloop, first pass", "closeloop, a day later", "closeloop, nothing to do"):
            if "day" in what:
                _edit(desk, rows)
            _count(desk, rows, what, _closeloop)
    for what, job in (("gspread, best idiom", _gspread), ("gspread-dataframe's calls", _dataframe)):
        with open_desk(Spreadsheet(ID, sheets=[sheet.copy()])) as desk:
            desk.service.strict = False
            _count(desk, rows, what, job)


def _count(desk: Desk, rows: int, what: str, job: Callable[[Desk], None]) -> None:
    desk.service.calls.clear()
    desk.account.credentials.token = None
    job(desk)
    calls = [call for call in desk.service.calls if call.status == 200]
    kinds = {"token": 0, "read": 0, "write": 0}
    for call in calls:
        kinds["token" if call.name == "token" else "write" if call.writes else "read"] += 1
    sent, got = (
        sum(column) / 1e6 for column in zip(*((call.received, call.sent) for call in calls), strict=True)
    )
    figures = " ".join(f"{number:>{width}}" for number, width in zip(kinds.values(), (6, 5, 6), strict=True))
    print(f"{rows:>8}  {what:<34} {len(calls):>8} {figures} {sent:>8.2f} {got:>7.2f}")


def _closeloop(desk: Desk) -> None:
    book = desk.book()
    book.apply(look(book, Settings(), NOW, Memory({})).plan)


def _edit(desk: Desk, rows: int) -> None:
    """What a day brings: some rows are done."""
    sheet = desk.spreadsheet.sheets[0]
    for row in random.Random(2).sample(range(1, rows + 1), 50):
        sheet.put(row, 10, {"userEnteredValue": {"stringValue": "受阻"}})


class _Here(HTTPAdapter):
    def __init__(self, address: str) -> None:
        self._to = urlsplit(address)
        super().__init__()

    def send(self, request, *args, **options):
        asked = urlsplit(request.url)
        request.url = urlunsplit((self._to.scheme, self._to.netloc, asked.path, asked.query, ""))
        return super().send(request, *args, **options)


def _client(desk: Desk) -> gspread.Client:
    account = Credentials.from_service_account_info(
        desk.service.credentials(desk.server.address), scopes=SCOPES
    )
    line = requests.Session()
    line.mount("https://", _Here(desk.server.address))
    session = AuthorizedSession(account, auth_request=Request(line))
    session.mount("https://", _Here(desk.server.address))
    return gspread.Client(auth=account, session=session)


def _gspread(desk: Desk) -> None:
    """Everything in as few calls as gspread's own methods allow."""
    book = _client(desk).open_by_key(ID)
    tab = book.worksheet(TAB)
    count = len(tab.get_all_values()) - 1
    tab.batch_update([{"range": f"U1:W{count + 1}", "values": _results(count)}])
    tab.batch_format(
        [{"range": f"U{row}", "format": {"textFormat": {"bold": True}}} for row in range(2, COLOURED + 2)]
    )
    book.add_worksheet("汇总", 100, 20)


def _dataframe(desk: Desk) -> None:
    """The same with set_with_dataframe, which resizes the tab to a number of rows that it has remembered."""
    book = _client(desk).open_by_key(ID)
    tab = book.worksheet(TAB)
    count = len(tab.get_all_values()) - 1
    tab.resize(count + 1, 26)
    lines = enumerate(_results(count), start=1)
    tab.update_cells(
        [gspread.Cell(row, 21 + at, text) for row, line in lines for at, text in enumerate(line)]
    )
    tab.batch_format(
        [{"range": f"U{row}", "format": {"textFormat": {"bold": True}}} for row in range(2, COLOURED + 2)]
    )
    book.add_worksheet("汇总", 100, 20)


def _results(count: int) -> list[list[str]]:
    return [["系统状态", "风险等级", "检查结果"], *([["进行中", "", "请补充交付标准"]] * count)]


if __name__ == "__main__":
    main()
