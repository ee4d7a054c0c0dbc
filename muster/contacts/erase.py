"""Erasing a person on request: the contact, its history, and every trace of it, save a tombstone that names nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.dispatch import Signal
from django.utils import timezone

from muster.contacts import counts
from muster.contacts.consent import stop_list
from muster.contacts.models import Change, Contact, Source, Tombstone
from muster.contacts.search.index import index_rows
from muster.contacts.tombstones import digest
from muster.core.fields import NUMBERS
from muster.teams import audit
from muster.teams.lock import locked
from muster.teams.models import Team, User

KNOWN_BY = ("contact_id", "first_name", "last_name", *NUMBERS)


@dataclass(frozen=True, slots=True)
class Person:
    """Everything by which other records may know the erased contact. Kept only while those are redacted."""

    team: Team
    key: int  # Contact.id
    contact_ids: frozenset[str]  # every ContactId it ever had
    names: frozenset[str]  # every full name it ever had
    numbers: frozenset[str]  # every mobile and WhatsApp number it ever had, as E.164
    since: datetime | None = None  # only what was written after this is still to be looked at


# Sent with person=Person to whoever keeps copies elsewhere, to be redacted: first before the lock is taken, as there
# may be much to look at; then inside it, for what was written meanwhile.
erasing = Signal()


def erase(contact: Contact, by: User) -> Tombstone:
    """Remove a contact and its history; leave a tombstone. Raises Contact.DoesNotExist when it is gone already."""
    begun = timezone.now()
    erasing.send(Contact, person=person_of(contact))
    with locked(contact.team) as team:
        current = Contact.objects.select_related("team").get(team=team, id=contact.id)
        person = replace(person_of(current), since=begun)
        erasing.send(Contact, person=person)
        index_rows(connection, removed=[(current.id, current.search_text)])
        Change.objects.filter(team=team, contact=current.id).delete()
        Change.objects.create(team=team, contact=current.id, at=begun, source=Source.USER, by=by.pk, action="erased")
        Contact.objects.filter(team=team, id=current.id).delete()
        stop_list.forget_numbers(team, person.numbers)
        tally = counts.Tally()
        tally.add(counts.state_of(current), None, source=Source.USER, at=begun)
        tally.keep(team)
        return _leave_tombstones(team, by, person)


def _leave_tombstones(team: Team, by: User, person: Person) -> Tombstone:
    """Write one for each ContactId the person ever had, and the audit entry."""
    digests = [digest(team, each) for each in sorted(person.contact_ids)] or [""]
    tombstones = [Tombstone(team=team, digest=each, by=by, by_email=by.email) for each in digests]
    made = Tombstone.objects.bulk_create(tombstones)
    audit.record(team, by, "contact-erased", tombstone=made[0].id)
    return made[0]


def person_of(contact: Contact) -> Person:
    """Gather from the contact and its history what it was ever known by."""
    now = {key: getattr(contact, key) for key in KNOWN_BY}
    changes = Change.objects.filter(team=contact.team, contact=contact.id).order_by("-id")
    kept = [each for pair in changes.values_list("before", "after") for each in pair if each]
    was: dict[str, set[str]] = {key: {each[key] for each in (now, *kept) if each.get(key)} for key in KNOWN_BY}
    return Person(
        team=contact.team,
        key=contact.id,
        contact_ids=frozenset(was["contact_id"]),
        names=frozenset(f"{first} {last}" for first in was["first_name"] for last in was["last_name"]),
        numbers=frozenset().union(*(was[key] for key in NUMBERS)),
    )
