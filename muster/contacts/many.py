"""Many contacts at once: assigning them, letting go those of a member who leaves, opting them out.

Every contact gets its entry in the history, and nothing is done to who is as asked already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.utils import timezone

from muster.contacts import counts
from muster.contacts import erase as erasing
from muster.contacts.mapping import CHANNEL_COLUMNS, as_history
from muster.contacts.models import Change, Contact, ManyStep, Source
from muster.contacts.time_ids import next_ids
from muster.core.consent import Channel
from muster.core.fields import NUMBER_OF
from muster.settings import settings
from muster.teams import audit
from muster.teams.lock import locked
from muster.teams.members import leaving
from muster.teams.models import Membership, Team, User

AT_A_TIME = 2_000
MOST = 20_000  # contacts in one step, which holds up the team's imports for some seconds
MOST_ERASED = 100  # each is looked for in the history and in past imports
FEW_IDS = 500  # in one statement: SQLite takes no more than some thousand

T = TypeVar("T")
Changed = tuple[int, dict[str, Any], dict[str, Any]]  # contact, before, after


@receiver(leaving, sender=Membership)
def unassign(membership: Membership, by: User | None, **_: Any) -> None:
    """Leave every contact of the member without one, and write that into the history of each."""
    with locked(membership.team) as team:
        _assign(team, by, Contact.objects.filter(team=team, assigned=membership), None)


def assign(team: Team, by: User, chosen: QuerySet[Contact], to: Membership | None) -> int:
    """Assign these contacts of the team to a member, or to nobody; return how many changed, `MOST` at most."""
    with locked(team) as current:
        done = _assign(current, by, to_assign(chosen, to)[:MOST], to)
        _keep_step(current, by, "assign", to.name if to else "", done)
        audit.record(team, by, "contacts-assigned", count=len(done), to=to.user.email if to else "")
    return len(done)


def to_assign(chosen: QuerySet[Contact], to: Membership | None) -> QuerySet[Contact]:
    """Return those who are not assigned so already."""
    if to is None:
        return chosen.filter(assigned__isnull=False)
    return chosen.filter(Q(assigned__isnull=True) | ~Q(assigned=to))


def _assign(team: Team, by: User | None, chosen: QuerySet[Contact], to: Membership | None) -> range:
    was = {key: old for key, old in chosen.values_list("id", "assigned_id") if old != (to.pk if to else None)}
    new, now = {"assigned": to.pk if to else None}, timezone.now()
    _update(team, was, assigned=to, updated_at=now)
    told = _tell(team, by, now, "updated", [(key, {"assigned": old}, new) for key, old in sorted(was.items())])
    tally = counts.Tally()
    tally.now[counts.ASSIGNED] += (len(was) if to else 0) - sum(old is not None for old in was.values())
    tally.keep(team)
    return told


def opt_out(team: Team, by: User, chosen: QuerySet[Contact], channel: str) -> int:
    """Opt these contacts of the team out of a channel, as the user's word; return how many changed, `MOST` at most."""
    columns, number = CHANNEL_COLUMNS[channel], NUMBER_OF[channel]
    with locked(team) as current:
        found = list(to_opt_out(chosen, channel).values_list("id", number, *columns)[:MOST])
        now = timezone.now()
        out = {f"{channel}_out": True, f"{channel}_source": Source.USER, f"{channel}_by": by.pk, f"{channel}_at": now}
        _update(current, [key for key, *_ in found], updated_at=now, **out)
        told = _tell(current, by, now, "consent", list(_consent(channel, found, by, now)))
        tally = counts.Tally()
        tally.now[f"{channel}_out"] += len(found)
        tally.now[channel] -= sum(bool(its) for _, its, *_ in found)
        tally.months[counts.moved(now, channel, Source.USER, opted_out=True)] += len(found)
        tally.keep(current)
        _keep_step(current, by, "out", channel, told)
        audit.record(team, by, "contacts-opted-out", count=len(found), channel=channel)
    return len(found)


def to_opt_out(chosen: QuerySet[Contact], channel: str) -> QuerySet[Contact]:
    """Return those who are not opted out already."""
    return chosen.filter(**{f"{channel}_out": False})


def erase(team: Team, by: User, chosen: QuerySet[Contact]) -> int:
    """Erase these people, `MOST_ERASED` at most, each as if alone; return how many."""
    done = 0
    for contact in chosen.select_related("team").order_by("id")[:MOST_ERASED]:
        with suppress(Contact.DoesNotExist):  # somebody else was first
            erasing.erase(contact, by)
            done += 1
    if done:
        ManyStep.objects.create(team=team, what="erase", count=done, by=by)
    return done


def exported(team: Team, by: User, count: int) -> None:
    """Note that contacts were exported."""
    ManyStep.objects.create(team=team, what="export", count=count, by=by)
    audit.record(team, by, "exported", contacts=count)


def _keep_step(team: Team, by: User, what: str, about: str, told: range) -> None:
    if told:
        kept = {"count": len(told), "first": told[0], "last": told[-1]}
        ManyStep.objects.create(team=team, what=what, about=about[:255], by=by, **kept)


def can_undo(step: ManyStep) -> bool:
    """Whether a step can be taken back: an assignment, for some days. An opt-out stays, and an erasure is for good."""
    recent = timezone.now() < step.at + timedelta(days=settings().undo_days)
    return step.what == "assign" and step.undone_at is None and recent


def to_undo(step: ManyStep) -> int:
    """Return how many contacts are still as the step left them: an undo gives those back."""
    return sum(still.count() for _old, still in _as_it_left(step))


def undo(step: ManyStep, by: User) -> int:
    """Give contacts back whom they were assigned to, where nobody has changed that since; return how many."""
    with locked(step.team) as team:
        if not ManyStep.objects.filter(pk=step.pk, undone_at=None).update(undone_at=timezone.now()):
            return 0
        members = {each.pk: each for each in Membership.everybody.filter(team=team).select_related("user")}
        done = sum(len(_assign(team, by, still, members.get(old or 0))) for old, still in _as_it_left(step))
        audit.record(team, by, "contacts-assigned", count=done, undoes=step.pk)
    return done


def _as_it_left(step: ManyStep) -> Iterator[tuple[int | None, QuerySet[Contact]]]:
    """Yield some contacts at a time that are still as an assignment left them, with whom they were assigned to."""
    back: dict[tuple[int | None, int | None], list[int]] = defaultdict(list)
    changes = Change.objects.filter(team=step.team_id, id__gte=step.first, id__lte=step.last, by=step.by_id)
    for contact, before, after in changes.values_list("contact", "before", "after"):
        back[(before or {})["assigned"], (after or {})["assigned"]].append(contact)
    for (old, new), ids in back.items():
        for some in _batches(ids, FEW_IDS):
            yield old, Contact.objects.filter(team=step.team_id, id__in=some, assigned=new)


def _consent(channel: str, found: Iterable[tuple[Any, ...]], by: User, now: datetime) -> Iterator[Changed]:
    for key, _, *parts in sorted(found):
        old = Channel(*parts)
        new = Channel(True, Source.USER.value, by.pk, now, old.own_out)  # noqa: FBT003  its first part is opted_out
        yield key, as_history({channel: old}, {}), as_history({channel: new}, {})


def _update(team: Team, ids: Iterable[int], **columns: Any) -> None:
    for some in _batches(ids, FEW_IDS):
        Contact.objects.filter(team=team, id__in=some).update(**columns)


def _tell(team: Team, by: User | None, now: datetime, action: str, changed: Sequence[Changed]) -> range:
    """Write what changed into the history of each; return the ids of the entries."""
    keys = next_ids(len(changed))
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
        for key, (contact, before, after) in zip(keys, changed, strict=True)
    )
    for some in _batches(changes, AT_A_TIME):
        Change.objects.bulk_create(some)
    return keys


def _batches(every: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(every)
    while some := list(islice(left, size)):
        yield some
