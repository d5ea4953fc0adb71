"""Spreadsheets on Google Sheets.

Nothing is imported here: ``address`` is wanted by every command, the rest is slow to import.
"""
