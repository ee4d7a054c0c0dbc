"""Erasing a person on request: the contact, its history, and every trace of it, save a tombstone that names nobody."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.dispatch import Signal

from muster.contacts.index import index_rows
from muster.contacts.lock import locked
from muster.contacts.models import Change, Contact, Tombstone
from muster.teams import audit
from muster.teams.models import Team, User


@dataclass(frozen=True, slots=True)
class Person:
    """Everything by which other records may know the erased contact. Kept only while those are redacted."""

    team: Team
    key: int  # Contact.id
    contact_ids: frozenset[str]  # every ContactId it ever had
    numbers: frozenset[str]  # every mobile and WhatsApp number it ever had, as E.164
    imports: frozenset[UUID]  # that changed it


# Sent inside the transaction that erases, with person=Person. Whoever keeps copies elsewhere redacts them.
erasing = Signal()


def erase(contact: Contact, by: User) -> Tombstone:
    """Remove a contact and its history; leave a tombstone. Raises Contact.DoesNotExist when it is gone already."""
    with locked(contact.team) as team:
        current = Contact.objects.get(team=team, id=contact.id)
        person = person_of(current)
        changes = Change.objects.filter(team=team, contact=current.id)
        erasing.send(Contact, person=person)
        index_rows(connection, removed=[(current.id, current.search_text)])
        changes.delete()
        Contact.objects.filter(team=team, id=current.id).delete()
        stones = [
            Tombstone(team=team, digest=digest(team, each), by=by, by_email=by.email) for each in person.contact_ids
        ]
        made = Tombstone.objects.bulk_create(stones or [Tombstone(team=team, by=by, by_email=by.email)])
        audit.record(team, by, "contact-erased", tombstone=made[0].id)
        return made[0]


def person_of(contact: Contact) -> Person:
    """Gather from the contact and its history what it was ever known by."""
    changes = list(Change.objects.filter(team=contact.team, contact=contact.id))
    values: list[dict[str, Any]] = [each for change in changes for each in (change.before, change.after) if each]
    values.append({key: getattr(contact, key) for key in ("contact_id", "mobile_number", "whatsapp_number")})
    return Person(
        team=contact.team,
        key=contact.id,
        contact_ids=frozenset(value["contact_id"] for value in values if value.get("contact_id")),
        numbers=frozenset(
            value[key] for value in values for key in ("mobile_number", "whatsapp_number") if value.get(key)
        ),
        imports=frozenset(change.import_id for change in changes if change.import_id),
    )


def digest(team: Team, contact_id: str) -> str:
    """Return a hash of a ContactId that only this installation can make, and that differs from team to team."""
    said = f"erased:{team.id}:{contact_id}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()


def erased_ids(team: Team, ids: Iterable[str]) -> frozenset[str]:
    """Return those of the ContactIds whose contact was erased in this team."""
    known = set(Tombstone.objects.filter(team=team).exclude(digest="").values_list("digest", flat=True))
    return frozenset(each for each in ids if digest(team, each) in known) if known else frozenset()
