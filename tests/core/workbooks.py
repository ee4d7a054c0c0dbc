"""Workbooks made in a test: by the library that writes .xlsx, by hand, or as .ods by a small writer of our own."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

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


_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
)
_KIND = "application/vnd.oasis.opendocument.spreadsheet"


def ods(sheets: Mapping[str, Sequence[Sequence[Any]]], more: str = "") -> bytes:
    """Return an .ods workbook; `more` are rows as they stand in the file, below the last sheet's own."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(map(_ods_row, rows))}{more}</table:table>"
        for name, rows in sheets.items()
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", _KIND)
        archive.writestr("META-INF/manifest.xml", _MANIFEST.format(kind=_KIND))
        archive.writestr("content.xml", _ODS.format(tables=tables), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _ods_row(row: Sequence[Any]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(value: Any) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, bool):
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'
    if isinstance(value, dt.date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
