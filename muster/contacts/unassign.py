"""Letting contacts go when the member they are assigned to leaves the team."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from muster.contacts import counts
from muster.contacts.models import Change, Contact, Source
from muster.contacts.time_ids import next_ids
from muster.teams.lock import locked
from muster.teams.members import leaving
from muster.teams.models import Membership, User

AT_A_TIME = 2_000


@receiver(leaving, sender=Membership)
def unassign(membership: Membership, by: User | None, **_: Any) -> None:
    """Leave every contact of the member without one, and write that into the history of each."""
    team, now = membership.team, timezone.now()
    with locked(team):
        theirs = Contact.objects.filter(team=team, assigned=membership)
        ids = list(theirs.order_by("id").values_list("id", flat=True))
        theirs.update(assigned=None, updated_at=now)
        changes = [
            Change(
                team=team,
                id=key,
                contact=contact,
                at=now,
                source=Source.USER,
                by=by.pk if by else None,
                action="updated",
                before={"assigned": membership.pk},
                after={"assigned": None},
            )
            for key, contact in zip(next_ids(len(ids)), ids, strict=True)
        ]
        Change.objects.bulk_create(changes, batch_size=AT_A_TIME)
        tally = counts.Tally()
        tally.now[counts.ASSIGNED] -= len(ids)
        tally.keep(team)
