"""The history of a contact: one entry for every change, never edited, gone only when the person is erased."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from muster.contacts.models import Change, Contact, Source


def record(
    contact: Contact,
    action: str,
    *,
    source: str = Source.USER,
    by: int | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    import_id: UUID | None = None,
) -> Change:
    """Write one entry, where the contact is saved. `before` and `after` are what `stored.as_history` returns."""
    return Change.objects.create(
        team_id=contact.team_id,
        contact=contact.id,
        at=timezone.now(),
        source=source,
        by=by,
        import_id=import_id,
        action=action,
        before=before,
        after=after,
    )
