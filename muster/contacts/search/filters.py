"""Which contacts a list shows: by channel, by whom they are assigned to, by import and what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from muster.contacts.models import Change, ManyStep
from muster.contacts.search.conditions import BadFilter, Condition, all_of
from muster.contacts.time_ids import id_at
from muster.core.cells.whole import whole
from muster.core.fields import CHANNELS, NUMBER_OF
from muster.teams.models import Membership, Team

STATES = {"opted_in": False, "opted_out": True}
DID = {"created": ("created",), "updated": ("updated", "adopted"), "undone": ("undone", "removed")}
FEW_CHANGES = 5_000
CLOCKS_DIFFER = timedelta(hours=1)  # of several machines, at most
NO_ONE, MOST = 0, 2**63 - 1  # ids of memberships: none has the first, none is above the second


@dataclass(frozen=True, slots=True)
class Filters:
    """All must hold. `text`, `whatsapp`, `whatsapp_marketing`: True for opted out. `assigned`: a membership's id.

    `updated_since`: changed then or later.
    `imported` and `did`: the contacts that an import changed, and how. `reach`: those who can be reached on a channel.
    """

    text: bool | None = None
    whatsapp: bool | None = None
    whatsapp_marketing: bool | None = None
    assigned: int | None = None
    unassigned: bool = False
    imported: UUID | None = None
    did: str | None = None
    reach: str | None = None
    updated_since: datetime | None = None
    where: tuple[Condition, ...] = ()
    somebody: bool = False  # only those who are assigned to somebody
    step: ManyStep | None = None  # those whom one step for many contacts changed

    @property
    def are_narrow(self) -> bool:
        """Whether an index leads to the contacts, so that one need not look at all."""
        outs = (self.text, self.whatsapp, self.whatsapp_marketing)
        return True in outs or self.assigned is not None or self.imported is not None or self.step is not None

    def condition(self, team: Team) -> Q:
        """Return the condition on a contact."""
        wanted = Q()
        for channel in CHANNELS:
            if (state := getattr(self, channel)) is not None:
                wanted &= Q(**{f"{channel}_out": state})
        if self.assigned is not None:
            wanted &= Q(assigned=self.assigned)
        if self.unassigned:
            wanted &= Q(assigned=None)
        if self.somebody:
            wanted &= Q(assigned__isnull=False)
        if self.where:
            wanted &= all_of(self.where)
        if self.reach:
            wanted &= reachable(self.reach)
        if self.updated_since:
            wanted &= self._touched(team, self.updated_since)
        return wanted & self._changed(team) if self.imported or self.step else wanted

    def _touched(self, team: Team, since: datetime) -> Q:
        """By the history, whose ids begin with the time, where few were changed; else by asking each contact."""
        changes = Change.objects.filter(team=team, id__gte=id_at(since - CLOCKS_DIFFER))
        updated = Q(updated_at__gte=since)
        if changes[FEW_CHANGES : FEW_CHANGES + 1].exists():
            return updated
        return updated & Q(id__in=changes.values("contact"))

    def _changed(self, team: Team) -> Q:
        changes = Change.objects.filter(team=team)
        if self.imported:
            changes = changes.filter(import_id=self.imported)
        if self.step:
            changes = changes.filter(id__gte=self.step.first, id__lte=self.step.last, by=self.step.by_id)
        if self.did:
            changes = changes.filter(action__in=DID[self.did])
        if changes[FEW_CHANGES : FEW_CHANGES + 1].exists():  # so many: better ask each contact
            return Q(Exists(changes.filter(contact=OuterRef("id"))))
        return Q(id__in=changes.values("contact"))


EVERYBODY = Filters()


def reachable(channel: str) -> Q:
    """Return who can be reached on a channel: opted in, and there is a number."""
    return Q(**{f"{channel}_out": False, f"{NUMBER_OF[channel]}__isnull": False})


def filters_of(
    team: Team, asked: Mapping[str, str], mine: Membership | None = None, where: Sequence[Condition] = ()
) -> Filters:
    """Read the filters of an address: text, whatsapp, whatsapp_marketing, staff_id, assigned, import, did, reach, step.

    `assigned` is "mine", "none" or a membership's id; `where` are conditions on any field. Raises BadFilter.
    """
    states: dict[str, Any] = {}
    for channel in CHANNELS:
        if asked.get(channel):
            states[channel] = _state(channel, asked[channel])
    did = asked.get("did") or None
    if did not in {None, *DID}:
        raise BadFilter("did", str(did))
    reach = asked.get("reach") or None
    if reach not in {None, *CHANNELS}:
        raise BadFilter("reach", str(reach))
    return Filters(
        **states,
        assigned=_assigned(team, asked, mine),
        unassigned=asked.get("assigned") == "none",
        imported=_import(asked.get("import", "")),
        did=did,
        reach=reach,
        where=tuple(where),
        step=_step(team, asked.get("step", "")),
    )


def _state(channel: str, value: str) -> bool:
    if value not in STATES:
        raise BadFilter(channel, value)
    return STATES[value]


def _assigned(team: Team, asked: Mapping[str, str], mine: Membership | None) -> int | None:
    """Return the membership whose contacts are wanted; NO_ONE for somebody who is not in the team."""
    if asked.get("staff_id"):
        named = asked["staff_id"].replace("\0", "\u2400")  # nobody's, and every database can look for it
        found = Membership.everybody.filter(team=team, staff_id=named).values_list("id", flat=True).first()
        return found or NO_ONE
    value = asked.get("assigned", "")
    if value in {"", "none"}:
        return None
    if value == "mine":
        return mine.id if mine else NO_ONE
    found = whole(value)
    if found is None:
        raise BadFilter("assigned", value)
    return found


def _step(team: Team, value: str) -> ManyStep | None:
    """Return what was done to many contacts. An export and an erasure have nobody to show."""
    if not value:
        return None
    key = whole(value)
    found = ManyStep.objects.filter(team=team, pk=key, first__isnull=False).first() if key is not None else None
    if found is None:
        raise BadFilter("step", value)
    return found


def _import(value: str) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        raise BadFilter("import", value) from None
