"""A local Google Sheets for tests: real HTTP, so that the real gspread and google-auth run against it."""

from tests.sheets_server.grid import Sheet, Spreadsheet
from tests.sheets_server.service import Call, Fault, Service, SheetsServer

__all__ = ["Call", "Fault", "Service", "Sheet", "SheetsServer", "Spreadsheet"]
