"""What a plan comes to in the database: contacts, their history, and the outcome row by row, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from muster.contacts import counts
from muster.contacts.schema import searchable_keys
from muster.contacts.time_ids import next_ids
from muster.core.known import Stored
from muster.core.outcome import Outcome, Tally
from muster.core.plan import verdicts
from muster.core.replan import Reading
from muster.core.verdicts import Verdict
from muster.imports.models import Import
from muster.imports.progress import Clock
from muster.imports.store import blobs
from muster.imports.store.contact_writer import Writer
from muster.imports.store.facts import Facts
from muster.imports.store.packed_rows import Packer
from muster.teams.models import Team

BATCH_ROWS = 5_000


def apply(imp: Import, team: Team, read: Reading, facts: Facts, *, at: datetime, clock: Clock) -> Outcome:
    """Write what the plan says. Call it inside `locked(team)`; the plan is made as it is written, never kept whole."""
    rows = len(read.checked.records)
    imp.first_change = next_ids(rows)[0] if rows else None
    counts.begin(team)
    applier = RowApplier(imp, team, facts, at, rows)
    tally, packer = Tally(read.checked.notes), Packer(read.table.header)
    plan = zip(read.table.rows, verdicts(read.checked, facts.known, read.schema, read.options), strict=True)
    clock.begin("saving", rows)
    while batch := _next(plan, clock):
        with clock.timed("apply"):
            decided = [verdict for _, verdict in batch]
            tally.add(decided)
            packer.add(batch)
            applier.take(decided)
            clock.tick(applier.position)
    with clock.timed("apply"):
        blobs.keep(imp, blobs.ROWS, packer.pieces())
    return tally.outcome()


def _next(plan: Iterator[tuple[Any, Verdict]], clock: Clock) -> list[tuple[Any, Verdict]]:
    with clock.timed("plan"):
        return list(islice(plan, BATCH_ROWS))


class RowApplier:
    """Turns verdicts into contacts and history, in the order of the file."""

    def __init__(self, imp: Import, team: Team, facts: Facts, at: datetime, rows: int) -> None:
        self.facts = facts
        self.writer = Writer(team, at, imp.by.pk if imp.by else None, imp.pk, searchable_keys(team))
        self.keys = iter(next_ids(rows))
        self.first_change, self.position = imp.first_change or 0, 0

    def take(self, batch: Sequence[Verdict]) -> None:
        """Write rows: each is created, updated, or nothing to write."""
        create, keys, members = self.writer.create, self.keys, self.facts.members
        for change, verdict in enumerate(batch, self.first_change + self.position):
            if verdict.outcome == "created":
                values = verdict.after or {}
                staff = values.get("staff_id")
                create(next(keys), values, members[staff] if staff else None, change=change, row=verdict.row)
            elif verdict.outcome == "updated":
                self._update(verdict, change)
        self.position += len(batch)
        self.writer.write()

    def _update(self, verdict: Verdict, change: int) -> None:
        key = verdict.key
        assert key is not None  # an updated contact is one that was there
        before, after = self._assigned(verdict.before), self._assigned(verdict.after)
        if "assigned" in before and key in self.facts.nameless:
            before["assigned"] = self.facts.nameless[key]
        adopted = "contact_id" in after
        stored = self._without_id[key] if adopted else self.facts.known.contacts[verdict.contact_id or ""]
        self.writer.change(key, stored.values, after)
        action = "adopted" if adopted else "updated"
        self.writer.note(change, key, verdict.row, action, before=before, after=after)

    @cached_property
    def _without_id(self) -> dict[int, Stored]:
        """The contacts without a ContactId, which a row may adopt by its number."""
        holders = self.facts.known.holders.values()
        return {each.key: each for each in holders if not each.values.get("contact_id")}

    def _assigned(self, planned: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return planned values with a membership in place of a Staff ID."""
        values = {**planned} if planned else {}
        if "staff_id" in values:
            staff = values.pop("staff_id")
            values["assigned"] = self.facts.members[staff] if staff else None
        return values
