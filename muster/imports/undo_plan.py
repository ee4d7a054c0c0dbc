"""What undoing an import does to each contact it changed: by the history, value by value, never an opt-out → opt-in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from muster.contacts.mapping import as_history, channel_of_history
from muster.contacts.schema import schema_of
from muster.core import opt_outs
from muster.core.consent import Channel
from muster.core.fields import CHANNELS, CUSTOM, NUMBERS
from muster.core.known import Stops
from muster.imports.models import Import, State
from muster.imports.store import bulk_sql, facts
from muster.teams.models import Membership, Team

BATCH_ROWS = 10_000
REMOVED, RESTORED, PARTLY, KEPT_CREATED, KEPT_CHANGED, GONE = (
    "removed",
    "restored",
    "partly",
    "kept_created",
    "kept_changed",
    "gone",
)

_ENTRIES = (
    "SELECT id, contact, row, action, before, after FROM contacts_change "
    "WHERE team_id = %s AND import_id = %s AND id > %s ORDER BY id LIMIT %s"
)
_OTHERS = (
    "SELECT c.contact, c.id, c.at, c.import_id, c.before, c.after FROM {keys} contacts_change c "
    "WHERE c.team_id = %s AND c.contact {wanted} AND (c.import_id IS NULL OR c.import_id <> %s)"
)
_HOLDERS = (
    "SELECT c.mobile_number, c.id FROM {keys} contacts_contact c WHERE c.team_id = %s AND c.mobile_number {wanted}"
)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class ImportedChange(NamedTuple):
    """What the import did to one contact, as its history has it."""

    id: int
    contact: int
    row: int | None
    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UndoDecision:
    """What undoing does to one contact. `now` are its values, `back` those that are restored; both by stored key."""

    entry: ImportedChange
    what: str
    now: Mapping[str, Any]
    back: Mapping[str, Any]
    opt_outs_kept: int = 0


def decisions(imp: Import, team: Team) -> Iterator[UndoDecision]:
    """Yield what undoing the import does to each contact that it created or changed, in the order of the file."""
    planner = UndoPlanner(imp, team)
    entries = _entries(imp)
    while batch := list(islice(entries, BATCH_ROWS)):
        yield from planner.decisions(batch)


def _entries(imp: Import) -> Iterator[ImportedChange]:
    past = 0
    while True:
        found = list(bulk_sql.select(_ENTRIES, (imp.team_id, _uuid(imp), past, BATCH_ROWS)))
        if not found:
            return
        for key, contact, row, action, before, after in found:
            yield ImportedChange(key, contact, row, action, _json(before), _json(after))
        past = found[-1][0]


class UndoPlanner:
    """Knows what the team is like now, and decides contact by contact."""

    def __init__(self, imp: Import, team: Team) -> None:
        self.imp, self.team = imp, team
        self.fields = {each.key for each in schema_of(team).custom}
        self.members = set(Membership.everybody.filter(team=team).values_list("id", flat=True))
        imports = Import.objects.filter(team=team, state=State.DONE, undoes=None)
        self.standing = {_plain(key) for key in imports.values_list("id", flat=True)}

    def decisions(self, entries: Sequence[ImportedChange]) -> Iterator[UndoDecision]:
        keys = [each.contact for each in entries]
        found = facts.contacts_by_key(self.team, keys)
        contacts = {each.key: {**each.values, "assigned": member} for each, member in found}
        touched, inferred = self._others(entries)
        holders, stops = self._holders(entries), self._stops(entries)
        for entry in entries:
            key, now = entry.contact, contacts.get(entry.contact)
            if now is None:
                yield UndoDecision(entry, GONE, {}, {})
                continue
            del now["staff_id"]
            later = touched.get(key, frozenset())
            if entry.action == "created":
                yield self._created(entry, now, later)
            else:
                decision = self._changed(entry, now, later, holders.get(entry.before.get("mobile_number", ""), key))
                yield _dated(_stopped(decision, stops), inferred.get(key))

    def _created(self, entry: ImportedChange, now: Mapping[str, Any], later: frozenset[str]) -> UndoDecision:
        """A contact that the import made goes, unless anything about it is another's since."""
        same = self._kept(_known(as_history(now, {}))) == self._kept(_known(entry.after))
        return UndoDecision(entry, REMOVED if same and not later else KEPT_CREATED, now, {})

    def _changed(
        self, change: ImportedChange, now: Mapping[str, Any], later: frozenset[str], holder: int
    ) -> UndoDecision:
        """A value that the import changed goes back, unless it is another's since. An opt-out stays."""
        mine = [key for key in change.after if self._exists(key)]
        current = as_history(now, {})
        unchanged = [key for key in mine if key not in later and current.get(key) == change.after[key]]
        opt_outs = {key for key in unchanged if _would_opt_in(now.get(key), change.before.get(key))}
        back = {key: self._was(key, change.before.get(key)) for key in unchanged if key not in opt_outs}
        if holder != change.contact:
            back.pop("mobile_number", None)
        if "mobile_number" in mine and "mobile_number" not in back:
            back.pop("mobile_number_inferred", None)
        what = KEPT_CHANGED if mine and not back else RESTORED if len(back) == len(mine) else PARTLY
        return UndoDecision(change, what, now, back, len(opt_outs))

    def _was(self, key: str, kept: Any) -> Any:
        """Return a value as it was before the import, from what history keeps; nobody for a user who has left."""
        if key == "assigned":
            return kept if kept in self.members else None
        return channel_of_history(kept) if key in CHANNELS and kept else kept

    def _exists(self, key: str) -> bool:
        return not key.startswith(CUSTOM) or key in self.fields

    def _kept(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in values.items() if self._exists(key)}

    def _others(self, entries: Sequence[ImportedChange]) -> tuple[dict[int, frozenset[str]], dict[int, datetime]]:
        """Return, by contact, what later changes touched, and when its mobile number had been inferred before.

        Changes of imports that are undone count for nothing, nor do undos.
        """
        own = {each.contact: each.id for each in entries}
        touched: dict[int, frozenset[str]] = {}
        inferred: dict[int, tuple[int, datetime]] = {}
        others = bulk_sql.select_by(list(own), _OTHERS, (self.team.pk, _uuid(self.imp)))
        for contact, key, at, import_id, before, after in others:
            if key < own[contact]:
                if _json(after).get("mobile_number_inferred"):
                    inferred[contact] = max((key, bulk_sql.from_time(at)), inferred.get(contact, (0, _LONG_AGO)))
            elif import_id is None or _plain(import_id) in self.standing:
                names = frozenset((*_json(before), *_json(after)))
                touched[contact] = touched.get(contact, frozenset()) | names
        return touched, {contact: at for contact, (_, at) in inferred.items()}

    def _stops(self, entries: Sequence[ImportedChange]) -> Stops:
        """Return what the numbers that would go back have said STOP on."""
        before = (each.before for each in entries if each.action != "created")
        numbers = {each[key] for each in before for key in NUMBERS if each.get(key)}
        return facts.stops_of(self.team, numbers) if numbers else {}

    def _holders(self, entries: Sequence[ImportedChange]) -> dict[str, int]:
        """Who has the numbers now that would go back."""
        numbers = {
            number for each in entries if each.action != "created" and (number := each.before.get("mobile_number"))
        }
        return dict(bulk_sql.select_by(sorted(numbers), _HOLDERS, (self.team.pk,)))


def _would_opt_in(now: Any, before: Any) -> bool:
    """Whether a value is a channel that is out, and was not; `before` is as history keeps it."""
    return isinstance(now, Channel) and now.opted_out and not (before and before[0])


def _stopped(decision: UndoDecision, stops: Stops) -> UndoDecision:
    """Return a decision by which a number that said STOP meanwhile is not given back without it."""
    if not (stops and decision.back):
        return decision
    back = dict(decision.back)
    opt_outs.hold_stopped(stops, decision.now, back, [], None)
    return replace(decision, back=back)


def _dated(decision: UndoDecision, at: datetime | None) -> UndoDecision:
    """Return a decision that gives back when the number was inferred too, where it gives back that it was."""
    if at is None or not decision.back.get("mobile_number_inferred"):
        return decision
    return replace(decision, back={**decision.back, "mobile_number_inferred": at})


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing: a contact without a value has no entry, or None, or an inference that is not one."""
    return {key: value for key, value in values.items() if value is not None and value is not False}


def _json(kept: Any) -> dict[str, Any]:
    return json.loads(kept) if isinstance(kept, str) else kept or {}


def _uuid(imp: Import) -> Any:
    return imp.pk if bulk_sql.is_postgres() else imp.pk.hex


def _plain(import_id: Any) -> str:
    """An import's id as both databases' raw values can be compared."""
    return str(import_id).replace("-", "")
