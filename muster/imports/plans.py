"""The plans made last, kept in this process: a plan that only edits have overtaken is followed, not made anew."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

from django.db.models import Max

from muster.contacts.models import Change
from muster.core.fields import Options, Schema
from muster.core.outcome import OUTCOMES
from muster.core.plan import Known, Plan
from muster.core.replan import Sheet, moved
from muster.imports.kept import Kept
from muster.imports.models import Import
from muster.imports.reading import Reading
from muster.imports.store import facts
from muster.teams.models import Membership

MOST_ROWS_KEPT = 150_000


@dataclass(slots=True)
class Held:
    """A plan, what it was made of, and, from the first edit on, the sheet that keeps it true."""

    world: Hashable
    reading: Reading
    known: Known
    plan: Plan
    sheet: Sheet | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def rests_on(self, schema: Schema, options: Options, world: Hashable) -> bool:
        """Whether nothing but edits lies between this plan and the one that is asked for."""
        return (self.reading.schema, self.reading.options, self.world) == (schema, options, world)


_kept: Kept[Held] = Kept(MOST_ROWS_KEPT)


def world(imp: Import) -> Hashable:
    """Return what a plan rests on beside its file: the team's last change of a contact, and its Staff IDs."""
    last = Change.objects.filter(team=imp.team_id).aggregate(last=Max("id"))["last"]
    staff = Membership.objects.filter(team=imp.team_id).values_list("id", "staff_id")
    return last, frozenset(staff)


def find(imp: Import, read: Reading, now: Hashable) -> Plan | None:
    """Return the plan of a reading, if the last one holds, save for edits; those are followed."""
    held = _kept.find(imp.pk)
    if held is None or not held.rests_on(read.schema, read.options, now):
        return None
    with held.lock:
        if held.reading.checked is not read.checked:
            before, held.plan = held.plan, _follow(imp, held, read)
            held.reading = read
            for place in moved(before.verdicts, held.plan.verdicts):
                held.outcomes[before.verdicts[place].outcome] -= 1
                held.outcomes[held.plan.verdicts[place].outcome] += 1
        return held.plan


def outcomes(imp: Import) -> dict[str, int]:
    """Return how many rows the plan found last creates, updates, leaves as they are and fails."""
    held = _kept.find(imp.pk)
    return {name: held.outcomes[name] for name in OUTCOMES} if held else {}


def _follow(imp: Import, held: Held, read: Reading) -> Plan:
    if held.sheet is None:
        held.sheet = Sheet(
            held.reading.checked,
            held.known,
            held.plan,
            schema=read.schema,
            options=read.options,
            load=lambda asked: facts.of(imp.team, asked).known,
        )
    return held.sheet.follow(read.checked)


def keep(imp: Import, read: Reading, now: Hashable, known: Known, plan: Plan) -> None:
    """Keep a plan for the next page of the same preview."""
    counted = Counter(verdict.outcome for verdict in plan.verdicts)
    _kept.keep(imp.pk, Held(now, read, known, plan, outcomes=counted), len(plan.verdicts))
