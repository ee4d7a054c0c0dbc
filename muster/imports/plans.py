"""The plans made last, kept in this process for as long as nothing that they rest on has changed."""

from __future__ import annotations

from collections.abc import Hashable

from django.db.models import Max

from muster.contacts.models import Change
from muster.core.plan import Plan
from muster.imports.kept import Kept
from muster.imports.models import Import
from muster.imports.reading import Reading
from muster.teams.models import Membership

MOST_ROWS_KEPT = 150_000

_kept: Kept[Plan] = Kept(MOST_ROWS_KEPT)


def stamp(imp: Import, read: Reading) -> Hashable:
    """Return what a plan rests on: this revision, these fields, the team's last change of a contact, its Staff IDs."""
    last = Change.objects.filter(team=imp.team_id).aggregate(last=Max("id"))["last"]
    staff = Membership.objects.filter(team=imp.team_id).values_list("id", "staff_id")
    return imp.pk, imp.revision, read.schema, last, frozenset(staff)


def find(key: Hashable) -> Plan | None:
    """Return the plan that was kept, if it still holds."""
    return _kept.find(key)


def keep(key: Hashable, plan: Plan) -> None:
    """Keep a plan for the next page of the same preview."""
    _kept.keep(key, plan, len(plan.verdicts))
