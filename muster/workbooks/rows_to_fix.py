"""The rows that failed as a workbook: what is wrong is coloured, and a comment says what it is and how to fix it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO

from muster.core.fields import Options, Schema
from muster.core.sentences.language import gettext as _
from muster.core.table.header import field_of
from muster.core.table.rows_to_fix import EXTRA, FailedRow, problems_by_place
from muster.workbooks import columns
from muster.workbooks.book import Column, Style, new_book

_OURS = (Column("", 8), Column("", 60, Style.WRAPPED), Column("", 60, Style.WRAPPED))


def write_rows_to_fix(
    file: IO[bytes], header: Sequence[str], failed: Iterable[FailedRow], schema: Schema, options: Options
) -> None:
    """Write them. As in the CSV, the columns are the file's own, then Row, Problem and How to fix."""
    theirs = header[:-EXTRA]
    fields = [field_of(name, schema, options)[0] for name in theirs]
    places = {field.name: place for place, field in reversed(list(enumerate(fields))) if field}
    own = [columns.column(name, field, is_typed=False) for name, field in zip(theirs, fields, strict=True)]
    ours = [each._replace(header=name) for name, each in zip(header[-EXTRA:], _OURS, strict=True)]
    with new_book(file) as book:
        sheet = book.sheet(_("Rows to fix"), [*own, *ours])
        for row in failed:
            sheet.add(row.cells, problems_by_place(row, places))
