"""Spreadsheets on Google Sheets."""

from sync.books.google.address import is_address, spreadsheet_id
from sync.books.google.book import GoogleBook
from sync.books.google.credentials import Account, read_account
from sync.books.google.retrying import Patience
from sync.books.google.service import Sheets

__all__ = ["Account", "GoogleBook", "Patience", "Sheets", "is_address", "read_account", "spreadsheet_id"]
