"""Workbooks made in a test: by the library that writes .xlsx, by hand, or as .ods by a small writer of our own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip file of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], **options: Any) -> bytes:
    """Return an .xlsx workbook; text that begins with = is a formula saved without its result."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd", **options}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    write(sheet, number, place, value)
    return out.getvalue()


def write(sheet: Any, number: int, place: int, value: Any) -> None:
    if isinstance(value, str) and value.startswith("="):
        sheet.write_formula(number, place, value, None, "")
    elif isinstance(value, str):
        sheet.write_string(number, place, value)
    elif value is not None:
        sheet.write(number, place, value)
