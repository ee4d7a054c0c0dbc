"""Many contacts at once: assigning them, letting go those of a member who leaves, opting them out.

Every contact gets its entry in the history, and nothing is done to who is as asked already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.dispatch import receiver
from django.utils import timezone

from muster.contacts import counts
from muster.contacts.mapping import CHANNEL_COLUMNS, as_history
from muster.contacts.models import Change, Contact, Source
from muster.contacts.time_ids import next_ids
from muster.core.consent import Channel
from muster.core.fields import NUMBER_OF
from muster.teams import audit
from muster.teams.lock import locked
from muster.teams.members import leaving
from muster.teams.models import Membership, Team, User

AT_A_TIME = 2_000
FEW_IDS = 500  # in one statement: SQLite takes no more than some thousand

T = TypeVar("T")
Changed = tuple[int, dict[str, Any], dict[str, Any]]  # contact, before, after


@receiver(leaving, sender=Membership)
def unassign(membership: Membership, by: User | None, **_: Any) -> None:
    """Leave every contact of the member without one, and write that into the history of each."""
    with locked(membership.team) as team:
        _assign(team, by, Contact.objects.filter(team=team, assigned=membership), None)


def assign(team: Team, by: User, chosen: QuerySet[Contact], to: Membership | None) -> int:
    """Assign these contacts of the team to a member, or to nobody; return how many changed."""
    with locked(team) as current:
        done = _assign(current, by, chosen, to)
        audit.record(team, by, "contacts-assigned", count=done, to=to.user.email if to else "")
    return done


def _assign(team: Team, by: User | None, chosen: QuerySet[Contact], to: Membership | None) -> int:
    was = {key: old for key, old in chosen.values_list("id", "assigned_id") if old != (to.pk if to else None)}
    new, now = {"assigned": to.pk if to else None}, timezone.now()
    _update(team, was, assigned=to, updated_at=now)
    _tell(team, by, now, "updated", [(key, {"assigned": old}, new) for key, old in sorted(was.items())])
    tally = counts.Tally()
    tally.now[counts.ASSIGNED] += (len(was) if to else 0) - sum(old is not None for old in was.values())
    tally.keep(team)
    return len(was)


def opt_out(team: Team, by: User, chosen: QuerySet[Contact], channel: str) -> int:
    """Opt these contacts of the team out of a channel, as the user's word; return how many changed."""
    columns, number = CHANNEL_COLUMNS[channel], NUMBER_OF[channel]
    with locked(team) as current:
        found = list(chosen.filter(**{f"{channel}_out": False}).values_list("id", number, *columns))
        now = timezone.now()
        out = {f"{channel}_out": True, f"{channel}_source": Source.USER, f"{channel}_by": by.pk, f"{channel}_at": now}
        _update(current, [key for key, *_ in found], updated_at=now, **out)
        _tell(current, by, now, "consent", list(_consent(channel, found, by, now)))
        tally = counts.Tally()
        tally.now[f"{channel}_out"] += len(found)
        tally.now[channel] -= sum(bool(its) for _, its, *_ in found)
        tally.months[counts.moved(now, channel, Source.USER, opted_out=True)] += len(found)
        tally.keep(current)
        audit.record(team, by, "contacts-opted-out", count=len(found), channel=channel)
    return len(found)


def _consent(channel: str, found: Iterable[tuple[Any, ...]], by: User, now: datetime) -> Iterator[Changed]:
    for key, _, *parts in sorted(found):
        old = Channel(*parts)
        new = Channel(True, Source.USER.value, by.pk, now, old.own_out)  # noqa: FBT003  its first part is opted_out
        yield key, as_history({channel: old}, {}), as_history({channel: new}, {})


def _update(team: Team, ids: Iterable[int], **columns: Any) -> None:
    for some in _batches(ids, FEW_IDS):
        Contact.objects.filter(team=team, id__in=some).update(**columns)


def _tell(team: Team, by: User | None, now: datetime, action: str, changed: Sequence[Changed]) -> None:
    """Write what changed into the history of each."""
    changes = (
        Change(
            team=team,
            id=key,
            contact=contact,
            at=now,
            source=Source.USER,
            by=by.pk if by else None,
            action=action,
            before=before,
            after=after,
        )
        for key, (contact, before, after) in zip(next_ids(len(changed)), changed, strict=True)
    )
    for some in _batches(changes, AT_A_TIME):
        Change.objects.bulk_create(some)


def _batches(every: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(every)
    while some := list(islice(left, size)):
        yield some
