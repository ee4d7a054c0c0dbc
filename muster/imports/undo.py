"""Undoing an import: looked at first, then run like an import, with an entry of its own in the team's history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.contacts.schema import searchable_keys
from muster.contacts.time_ids import next_ids
from muster.core.outcome import Outcome
from muster.imports import run as running
from muster.imports.models import Import, Overtaken, State, WrongState, can_undo
from muster.imports.process.gc_pause import without_collecting
from muster.imports.progress import Clock
from muster.imports.store.contact_writer import Writer
from muster.imports.undo_plan import BATCH_ROWS, PARTLY, REMOVED, RESTORED, UndoDecision, decisions
from muster.settings import settings
from muster.teams import audit
from muster.teams.lock import locked
from muster.teams.models import Team, User


@dataclass(slots=True)
class UndoPlan:
    """What undoing does, in contacts. Those it created are removed, kept (changed since) or gone already; those it
    changed get everything back, a part, or nothing (changed since, or an opt-out that stays)."""

    removed: int = 0
    kept_created: int = 0
    restored: int = 0
    partly: int = 0
    kept_changed: int = 0
    gone: int = 0
    opt_outs_kept: int = 0

    @property
    def contacts(self) -> int:
        """How many contacts the import created or changed."""
        return self.removed + self.kept_created + self.restored + self.partly + self.kept_changed + self.gone


def look(imp: Import, tick: Callable[[int], None] | None = None) -> UndoPlan:
    """Say what undoing this import would do. Changes nothing. Raises WrongState when it cannot be undone.

    `tick` is told now and then how many contacts have been looked at.
    """
    if not can_undo(imp):
        raise WrongState(imp)
    tally: Counter[str] = Counter()
    for position, decision in enumerate(decisions(imp, imp.team), 1):
        tally[decision.what] += 1
        tally["opt_outs_kept"] += decision.opt_outs_kept
        if tick and position % BATCH_ROWS == 0:
            tick(position)
    return UndoPlan(**tally)


def is_quick(imp: Import) -> bool:
    """Whether what undoing would do can be looked at while somebody waits."""
    return imp.created + imp.updated <= settings().undo_rows


def undo(imp: Import, user: User | None) -> Import:
    """Put the undoing of an import into the queue; return its own entry. Raises WrongState."""
    if not can_undo(imp):
        imp.refresh_from_db()
        raise WrongState(imp)
    entry = Import(team=imp.team, method="undo", undoes=imp, filename=imp.filename, state=State.WAITING, confirmed=True)
    entry.created_by = entry.confirmed_by = user
    entry.confirmed_at = timezone.now()
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        raise WrongState(imp) from None  # somebody else has just asked for it
    audit.record(imp.team, user, "import-undone", filename=imp.filename, id=str(imp.pk))
    return entry


def run(entry: Import, clock: Clock | None = None) -> Outcome:
    """Do it, all or nothing. For whoever has claimed the entry."""
    clock, imp = clock or Clock(entry), entry.undoes
    assert imp is not None  # an undo undoes something
    clock.begin("saving", imp.created + imp.updated)
    with without_collecting, locked(entry.team) as team:
        done, at = _apply(entry, imp, team, clock), timezone.now()
        if not imp.move(State.DONE, to=State.UNDONE):
            raise Overtaken(f"import {imp.pk} is undone already")
        return running.finish(entry, _outcome(done), at, clock)


def _apply(entry: Import, imp: Import, team: Team, clock: Clock) -> UndoPlan:
    at = timezone.now()
    writer = Writer(team, at, entry.by.pk if entry.by else None, entry.pk, searchable_keys(team))
    keys, tally = next_ids(imp.created + imp.updated), Counter[str]()
    for position, decision in enumerate(decisions(imp, team), 1):
        tally[decision.what] += 1
        tally["opt_outs_kept"] += decision.opt_outs_kept
        _write(writer, decision, keys[position - 1])
        if position % BATCH_ROWS == 0:
            writer.write()
            clock.tick(position)
    writer.write()
    return UndoPlan(**tally)


def _write(writer: Writer, decision: UndoDecision, change: int) -> None:
    contact, row = decision.entry.contact, decision.entry.row
    if decision.what == REMOVED:
        writer.remove(contact, decision.now)
        writer.note(change, contact, row, "removed", before=decision.now, after=None)
    elif decision.what in (RESTORED, PARTLY):
        writer.change(contact, decision.now, decision.back)
        becomes = {key: bool(each) if key == "mobile_number_inferred" else each for key, each in decision.back.items()}
        was = {key: decision.now.get(key) for key in decision.back}
        writer.note(change, contact, row, "undone", before=was, after=becomes)


def _outcome(done: UndoPlan) -> Outcome:
    restored, kept = done.restored + done.partly, done.kept_created + done.kept_changed + done.gone
    totals = {"rows": done.contacts, "created": 0, "updated": restored, "unchanged": kept, "failed": 0}
    return Outcome(totals={**totals, **asdict(done)})
