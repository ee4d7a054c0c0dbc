"""Erasing a person on request: the contact, its history, and every trace of it, save a tombstone that names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.dispatch import Signal
from django.utils import timezone

from muster.contacts import counts
from muster.contacts.consent import stop_list
from muster.contacts.models import Change, Contact, Erasure, Source, Tombstone
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


# Sent with person=Person inside the lock, to whoever keeps copies elsewhere that are redacted in a moment.
erasing = Signal()

# Sent with job=Erasure once the contact is gone, to whoever has much to look through.
erased = Signal()


def erase(contact: Contact, by: User) -> Tombstone:
    """Remove a contact and its history; leave a tombstone. Raises Contact.DoesNotExist when it is gone already.

    Past imports are looked through afterwards: at once where that takes a moment, else by a worker.
    """
    with locked(contact.team) as team:
        now = timezone.now()
        current = Contact.objects.select_related("team").get(team=team, id=contact.id)
        person = person_of(current)
        erasing.send(Contact, person=person)
        index_rows(connection, removed=[(current.id, current.search_text)])
        Change.objects.filter(team=team, contact=current.id).delete()
        Change.objects.create(team=team, contact=current.id, at=now, source=Source.USER, by=by.pk, action="erased")
        Contact.objects.filter(team=team, id=current.id).delete()
        stop_list.forget_numbers(team, person.numbers)
        tally = counts.Tally()
        tally.add(counts.state_of(current), None, source=Source.USER, at=now)
        tally.keep(team)
        job = Erasure.objects.create(team=team, person=_as_json(person), by=by)
        tombstone = _leave_tombstones(team, by, person)
    erased.send(Contact, job=job)
    return tombstone


def _as_json(person: Person) -> dict[str, Any]:
    known_by = {name: sorted(getattr(person, name)) for name in ("contact_ids", "names", "numbers")}
    return {"key": person.key, **known_by}


def person_in(job: Erasure) -> Person:
    """Return whom an erasure is about."""
    known_by = {name: frozenset(job.person[name]) for name in ("contact_ids", "names", "numbers")}
    return Person(team=job.team, key=job.person["key"], **known_by)


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
