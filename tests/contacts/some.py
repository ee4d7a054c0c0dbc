"""One contact at a time, as small as can be."""

from typing import Any

from django.db import connection
from django.utils import timezone

from muster.contacts.models import Contact, ContactCounts
from muster.contacts.search.index import document, index_rows
from muster.contacts.time_ids import next_id
from muster.core.fields import SEARCHED_NUMBERS, SEARCHED_TEXTS
from muster.teams.models import Team


def contact(team: Team, first_name: str, custom: dict[str, str] | None = None, **columns: Any) -> Contact:
    """A contact that search finds by its name, id and numbers and by every custom value."""
    now = timezone.now()
    ContactCounts.objects.filter(team=team).delete()  # nobody has counted this one
    made = Contact(team=team, id=next_id(), first_name=first_name, last_name="X", custom=custom or {}, **columns)
    made.text_at = made.whatsapp_at = made.whatsapp_marketing_at = made.created_at = made.updated_at = now
    texts, numbers = ([getattr(made, key) for key in keys] for keys in (SEARCHED_TEXTS, SEARCHED_NUMBERS))
    made.search_text = document(texts, numbers, (custom or {}).values())
    made.save(force_insert=True)
    index_rows(connection, added=[(made.id, made.search_text)])
    return made
