"""The template as a workbook: a sheet to fill in, and a second one that explains its columns."""

from __future__ import annotations

from typing import IO

from muster.core.fields import Schema, template_headers
from muster.core.sentences.language import gettext as _
from muster.workbooks import columns
from muster.workbooks.book import new_book


def write_template(file: IO[bytes], schema: Schema, *, only_required: bool) -> None:
    """Write it: ids and telephone numbers are kept as typed, yes/no and choices are offered as lists."""
    fields = [schema.by_name[name] for name in template_headers(schema, only_required=only_required)]
    with new_book(file) as book:
        book.sheet(_("Contacts"), [columns.column(each.name, each) for each in fields])
        explained = book.sheet(_("Columns"), columns.about_columns())
        for each in fields:
            explained.add(columns.about(each))
