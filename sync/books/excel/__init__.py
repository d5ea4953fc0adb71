"""A lossless editor of Excel workbooks: patches the cells that are ours and copies every other byte."""

from sync.books.excel.backups import Backup, Backups
from sync.books.excel.book import ExcelBook

__all__ = ["Backup", "Backups", "ExcelBook"]
