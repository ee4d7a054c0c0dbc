"""Workbooks (.xlsx, .ods, .xls, .xlsb): judged before they are expanded, then read sheet by sheet. See `sheet.py`."""
