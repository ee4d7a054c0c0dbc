"""Contacts as a file, CSV or workbook, in the template's columns: imported again, every row is unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import IO

from django.db.models import QuerySet

from muster.contacts.mapping import COLUMNS, as_stored, staff_ids
from muster.contacts.models import Contact
from muster.contacts.schema import schema_of
from muster.contacts.search import find
from muster.contacts.search.filters import Filters
from muster.core.consent import Channel
from muster.core.fields import template_headers
from muster.core.table.csv_text import csv_text
from muster.teams.models import Team
from muster.workbooks.book import refuse_too_many, write_table
from muster.workbooks.columns import column


def contacts(team: Team, typed: str = "", filters: Filters = find.EVERYBODY) -> QuerySet[Contact]:
    """Return the contacts of an export: all that match and have a ContactId, without which no file can name them."""
    return find.matching(team, typed, filters).filter(contact_id__isnull=False)


def left_out(team: Team, typed: str = "", filters: Filters = find.EVERYBODY) -> int:
    """Return how many that match were added by hand without a ContactId, and are not in the export."""
    return find.matching(team, typed, filters).filter(contact_id=None).count()


def as_csv(team: Team, chosen: QuerySet[Contact]) -> Iterator[str]:
    """Yield the text of the file."""
    return csv_text(rows(team, chosen))


def write_workbook(file: IO[bytes], team: Team, chosen: QuerySet[Contact]) -> None:
    """Write the file as a workbook. Raises TooLarge for more contacts than one takes."""
    fields = schema_of(team).fields
    refuse_too_many(chosen.count(), len(fields))
    columns = [column(each.name, each, is_typed=False) for each in fields]
    write_table(file, "Contacts", columns, islice(rows(team, chosen), 1, None))


def rows(team: Team, chosen: QuerySet[Contact]) -> Iterator[list[str]]:
    """Yield the header and the cells of each contact, oldest first."""
    schema, staff = schema_of(team), staff_ids(team)
    fields = schema.fields
    yield template_headers(schema, only_required=False)
    for row in chosen.order_by("id").values_list(*COLUMNS).iterator(chunk_size=2_000):
        values = as_stored(row, staff).values
        yield [_cell(values.get(field.key)) for field in fields]


def _cell(value: str | Channel | None) -> str:
    """Return the cell that the import reads as this value."""
    if isinstance(value, Channel):
        return "yes" if value.opted_out else "no"
    return value or ""
