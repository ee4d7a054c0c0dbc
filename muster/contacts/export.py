"""Contacts as a CSV file in the template's columns: imported again, every row is unchanged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.db.models import QuerySet

from muster.contacts.mapping import COLUMNS, as_stored, staff_ids
from muster.contacts.models import Contact
from muster.contacts.schema import schema_of
from muster.contacts.search import find
from muster.contacts.search.filters import Filters
from muster.core.consent import Channel
from muster.core.fields import Field, Kind, template_headers
from muster.core.values import export_safe
from muster.teams.models import Team

LINES_AT_ONCE = 500


def contacts(team: Team, typed: str = "", filters: Filters = find.EVERYBODY) -> QuerySet[Contact]:
    """Return the contacts of an export: all that match and have a ContactId, without which no file can name them."""
    return find.matching(team, typed, filters).filter(contact_id__isnull=False)


def left_out(team: Team, typed: str = "", filters: Filters = find.EVERYBODY) -> int:
    """Return how many that match were added by hand without a ContactId, and are not in the export."""
    return find.matching(team, typed, filters).filter(contact_id=None).count()


def as_csv(team: Team, chosen: QuerySet[Contact]) -> Iterator[str]:
    """Yield the text of the file, oldest contact first, some lines at a time; UTF-8 with a byte-order mark."""
    schema, staff = schema_of(team), staff_ids(team)
    fields = schema.fields
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(template_headers(schema, only_required=False))
    for number, row in enumerate(chosen.order_by("id").values_list(*COLUMNS).iterator(chunk_size=2_000), start=1):
        values = as_stored(row, staff).values
        writer.writerow([_cell(field, values.get(field.key)) for field in fields])
        if number % LINES_AT_ONCE == 0:
            yield _taken(text)
    yield _taken(text)


def _cell(field: Field, value: str | Channel | None) -> str:
    """Return the cell that the import reads as this value."""
    if isinstance(value, Channel):
        return "yes" if value.opted_out else "no"
    if value is None or field.kind is Kind.PHONE:
        return value or ""
    return export_safe(value)


def _taken(text: io.StringIO) -> str:
    """Take out what was written so far."""
    written = text.getvalue()
    text.seek(0)
    text.truncate()
    return written
