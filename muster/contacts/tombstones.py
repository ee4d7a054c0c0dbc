"""What is left of an erased contact: a keyed hash of its ContactId, by which the same id is known again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from muster.contacts.consent.keyed_hash import secrets
from muster.contacts.models import Tombstone
from muster.teams.models import Team


def digest(team: Team, contact_id: str, secret: str | None = None) -> str:
    """Return a hash of a ContactId that only this installation can make, and that differs from team to team."""
    said = f"erased:{team.id}:{contact_id}".encode()
    return hmac.new((secret or settings.SECRET_KEY).encode(), said, hashlib.sha256).hexdigest()


def erased_ids(team: Team, ids: Iterable[str], since: datetime | None = None) -> frozenset[str]:
    """Return those of the ContactIds whose contact was erased in this team: ever, or since a time."""
    tombstones = Tombstone.objects.filter(team=team).exclude(digest="")
    if since:
        tombstones = tombstones.filter(erased_at__gte=since)
    known = set(tombstones.values_list("digest", flat=True))
    if not known:
        return frozenset()
    keys = secrets()
    return frozenset(each for each in ids if any(digest(team, each, key) in known for key in keys))


def any_since(team: Team, since: datetime) -> bool:
    """Whether anybody of the team was erased since a time."""
    return Tombstone.objects.filter(team=team, erased_at__gte=since).exists()
