"""Workbooks to download: templates, rows to fix, contacts. Start with `book.py`."""
