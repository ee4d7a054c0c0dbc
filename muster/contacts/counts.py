"""How many contacts a team has and whom it can reach, kept by every writer so that nobody has to count a million.

`ContactCounts.now` holds the counts as they are; `ContactCounts.months` how often a channel was opted in or out in
each month, by source. Both move in the transaction that changes the contacts, inside `locked(team)`. So does
`ContactCounts.newest`, which spares a search the contacts that an import is only about to save: see `newest_of`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import compress
from operator import itemgetter, not_
from typing import Any, TypeAlias

from django.db import OperationalError, connection
from django.db.models import Count, Q
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from muster.contacts.models import Change, Contact, ContactCounts
from muster.contacts.time_ids import next_id
from muster.core.fields import CHANNELS, NUMBER_OF
from muster.teams.lock import is_busy, locked
from muster.teams.models import Team

CONTACTS, ASSIGNED = "contacts", "assigned"
MONTHS_KEPT = 13
COUNTED = frozenset({*CHANNELS, *NUMBER_OF.values(), ASSIGNED})  # the stored keys that a count depends on
_channels_of, _NUMBERS = itemgetter(*CHANNELS), tuple(NUMBER_OF[channel] for channel in CHANNELS)
_NOT_YET = (None,) * len(CHANNELS)

Standing: TypeAlias = tuple[bool, ...]  # is assigned; is out, channel by channel; has its number


class Tally:
    """What one writer changes about the counts, added up before it is kept.

    Contacts that change alike are counted together, as there are few ways of it: by how each stood before and after.
    """

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.months: Counter[str] = Counter()
        self._moves: Counter[tuple[Standing | None, Standing | None, str, datetime]] = Counter()

    def add(
        self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, source: str, at: datetime
    ) -> None:
        """Count a contact whose values, by stored key and all of them, become others. None: there is no contact."""
        was, becomes = (None if values is None else standing(values) for values in (before, after))
        self._moves[was, becomes, source, at] += 1

    def add_new(self, column: Callable[[str], list[Any]], many: int, *, source: str, at: datetime) -> None:
        """Count so many new contacts, given by column, as they are written."""
        self.now[CONTACTS] += many
        self.now[ASSIGNED] += many - column("assigned_id").count(None)
        for channel, number in NUMBER_OF.items():
            is_out, numbers = column(f"{channel}_out"), column(number)
            outs = sum(is_out)
            blank = (list(compress(numbers, map(not_, is_out))) if outs else numbers).count(None)
            self.now[f"{channel}_out"] += outs
            self.now[channel] += many - outs - blank
            for opted_out, moves in ((True, outs), (False, many - outs)):
                if moves:
                    self.months[moved(at, channel, source, opted_out=opted_out)] += moves

    def _settle(self) -> None:
        """Turn what was added into counts."""
        for (before, after, source, at), many in self._moves.items():
            if before:
                self.now.subtract(dict.fromkeys(states(before), many))
            if after:
                self.now.update(dict.fromkeys(states(after), many))
                was = before[1:] if before else _NOT_YET
                for channel, was_out, is_out in zip(CHANNELS, was, after[1:], strict=False):
                    if was_out is not is_out:
                        self.months[moved(at, channel, source, opted_out=is_out)] += many
        self._moves.clear()

    def keep(self, team: Team) -> None:
        """Write it, and forget it. Call it inside `locked(team)`, once the contacts are written."""
        self._settle()
        if not (any(self.now.values()) or self.months):
            return
        kept = ContactCounts.objects.filter(team=team).first()
        if kept is None:
            _count(team)
        else:
            kept.now = _added(kept.now, self.now)
            kept.months = _recent(_added(kept.months, self.months))
            kept.newest = max(next_id(), _highest(team) if kept.newest is None else kept.newest)
            kept.save(update_fields=["now", "months", "newest"])
        self.now.clear()
        self.months.clear()


def begin(team: Team) -> None:
    """Begin with nothing for a team that has nothing yet: its first import is not read again to be counted.

    Call it inside `locked(team)`, before anything is written.
    """
    if not any(model.objects.filter(team=team).exists() for model in (ContactCounts, Contact, Change)):
        ContactCounts.objects.create(team=team, newest=0)


@receiver(post_save, sender=Team)
def begin_new(instance: Team, created: bool, raw: bool, **_: Any) -> None:  # noqa: FBT001  a signal
    """Begin with nothing for a new team: nobody who looks at it during its first import has to look for contacts."""
    if created and not raw:
        ContactCounts.objects.create(team=instance, newest=0)


def newest_of(team: Team) -> int | None:
    """Return an id that no contact of the team is above; None where nobody knows one.

    PostgreSQL keeps what an import is about to save, a million contacts perhaps, among the others, and whoever asks
    for the newest passes all of them by. SQLite's readers never meet them, and are told None.
    """
    if connection.vendor == "sqlite":
        return None
    return ContactCounts.objects.filter(team=team).values_list("newest", flat=True).first()


def standing(values: Mapping[str, Any]) -> Standing:
    """Return where a contact with these values, by stored key, stands.

    Whom it is assigned to stands under "assigned", or else as the core has it, under "staff_id".
    """
    whom = values[ASSIGNED] if ASSIGNED in values else values.get("staff_id")
    outs = [bool(channel[0]) for channel in _channels_of(values)]
    return (whom is not None, *outs, *[bool(values.get(number)) for number in _NUMBERS])


def states(of: Standing) -> Iterable[str]:
    """Yield the name of every count that a contact is in that stands so."""
    is_assigned, *each = of
    yield CONTACTS
    if is_assigned:
        yield ASSIGNED
    for channel, is_out, has_number in zip(CHANNELS, each[: len(CHANNELS)], each[len(CHANNELS) :], strict=True):
        if is_out:
            yield f"{channel}_out"
        elif has_number:
            yield channel


def moved(at: datetime, channel: str, source: str, *, opted_out: bool) -> str:
    """Return the name of the count of a month: "2026-11 text out contact"."""
    return f"{at:%Y-%m} {channel} {'out' if opted_out else 'in'} {source}"


def counts_of(team: Team) -> ContactCounts:
    """Return the counts; counted once, for a team that has none yet. Who only looks waits for no import."""
    kept = ContactCounts.objects.filter(team=team).first()
    if kept is not None:
        return kept
    if not Contact.objects.filter(team=team).exists():
        return ContactCounts(team=team)
    try:
        with locked(team) as current:
            return ContactCounts.objects.filter(team=current).first() or _count(current)
    except OperationalError as error:
        if not is_busy(error):
            raise
        return ContactCounts(team=team, now=scan(team), months=scan_months(team))


def _count(team: Team) -> ContactCounts:
    """Begin to keep the counts of a team. Call it inside `locked(team)`, after what was to be written."""
    newest = max(next_id(), _highest(team))
    return ContactCounts.objects.create(team=team, now=scan(team), months=scan_months(team), newest=newest)


def _highest(team: Team) -> int:
    """Return the highest id of the team's contacts: another machine's clock, which made it, may be ahead of ours."""
    return next(iter(Contact.objects.filter(team=team).order_by("-id").values_list("id", flat=True)[:1]), 0)


def state_of(contact: Contact) -> dict[str, Any]:
    """Return what the counts depend on of a contact, by stored key."""
    channels = {channel: (getattr(contact, f"{channel}_out"),) for channel in CHANNELS}
    numbers = {number: getattr(contact, number) for number in set(NUMBER_OF.values())}
    return {**channels, **numbers, ASSIGNED: contact.assigned_id}


def scan(team: Team) -> dict[str, int]:
    """Count the contacts themselves. Takes as long as there are many."""
    counted = {CONTACTS: Count("id"), ASSIGNED: Count("assigned_id")}
    for channel, number in NUMBER_OF.items():
        is_out = Q(**{f"{channel}_out": True})
        counted[f"{channel}_out"] = Count("id", filter=is_out)
        counted[channel] = Count("id", filter=~is_out & Q(**{f"{number}__isnull": False}))
    named = {f"count_of_{name}": count for name, count in counted.items()}  # a count may not be called as a column is
    found: dict[str, int] = Contact.objects.filter(team=team).aggregate(**named)
    return {name.removeprefix("count_of_"): count for name, count in found.items() if count}


def scan_months(team: Team) -> dict[str, int]:
    """Count the changes of channels in the history itself."""
    counted: Counter[str] = Counter()
    changes = Change.objects.filter(team=team, after__isnull=False)
    for at, source, before, after in changes.values_list("at", "source", "before", "after").iterator():
        for channel in CHANNELS:
            now, was = (after or {}).get(channel), (before or {}).get(channel)
            if now is not None and (was is None or was[0] != now[0]):
                counted[moved(at, channel, source, opted_out=now[0])] += 1
    return _recent(counted)


def _added(kept: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    total = Counter(kept)
    total.update(more)
    return {name: count for name, count in total.items() if count}


def _recent(months: Mapping[str, int]) -> dict[str, int]:
    """Leave out what is older than anybody asks for."""
    today = timezone.now()
    oldest = today.year * 12 + today.month - MONTHS_KEPT
    return {name: count for name, count in months.items() if int(name[:4]) * 12 + int(name[5:7]) > oldest}
