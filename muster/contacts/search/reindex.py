"""Making the text that search looks at anew, for contacts whose searched values changed all at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from muster.contacts.models import Contact
from muster.contacts.schema import searchable_keys
from muster.contacts.search.index import document_of, index_rows
from muster.core.fields import SEARCHED
from muster.teams.models import Team

AT_A_TIME = 500  # ids in one question to SQLite
READ = ("id", "search_text", "custom", *SEARCHED)
ON_POSTGRES = """
    UPDATE contacts_contact AS contact SET search_text = new.text
    FROM unnest(%s::bigint[], %s::text[]) AS new (id, text)
    WHERE contact.team_id = %s AND contact.id = new.id
"""
ELSEWHERE = "UPDATE contacts_contact SET search_text = %s WHERE team_id = %s AND id = %s"


def refresh(team: Team, ids: Sequence[int]) -> None:
    """Write the text of these contacts again, and tell the index. For the transaction that changed their values."""
    searchable = searchable_keys(team)
    for start in range(0, len(ids), AT_A_TIME):
        rows = Contact.objects.filter(team=team, id__in=ids[start : start + AT_A_TIME]).order_by("id").values(*READ)
        texts = [(row["id"], row["search_text"], document_of(row, row["custom"], searchable)) for row in rows]
        changed = [(key, old, new) for key, old, new in texts if old != new]
        _write(team, changed)
        index_rows(connection, changed=changed)


def _write(team: Team, changed: list[tuple[int, str, str]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(ON_POSTGRES, [[key for key, _, _ in changed], [new for _, _, new in changed], team.pk])
        else:
            cursor.executemany(ELSEWHERE, [(new, team.pk, key) for key, _, new in changed])
