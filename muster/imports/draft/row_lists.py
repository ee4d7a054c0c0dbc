"""The rows that a filter showed when it was pressed: they stay in place, also once they are fixed."""

from __future__ import annotations

import hashlib
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.core.cache import cache

from muster.core.plan import Plan
from muster.core.replan import moved
from muster.imports.draft.draft import Draft, Filter
from muster.imports.kept import Kept
from muster.imports.models import Import

MOST_ROWS_KEPT = 500_000
SECONDS_SHARED = 24 * 3600


@dataclass(slots=True)
class RowList:
    """Places of rows, in the order of the file, as a filter found them at a revision.

    `gone` are those that the filter would not show any more, `joined` those it would show now and did not then.
    """

    wanted: Filter
    revision: int
    places: Sequence[int]
    plan: Plan
    gone: set[int] = field(default_factory=set)
    joined: set[int] = field(default_factory=set)

    def index(self, place: int) -> int | None:
        """Return where in the list a place is."""
        if isinstance(self.places, range):
            return place if place in self.places else None
        found = bisect_left(self.places, place)
        return found if found < len(self.places) and self.places[found] == place else None

    def follow(self, plan: Plan, places: Iterable[int]) -> None:
        """Take in that the rows at these places have new verdicts."""
        for place in places:
            wanted = self.wanted.wants(plan.verdicts[place])
            is_listed = self.index(place) is not None
            _put(self.gone, place, is_in=is_listed and not wanted)
            _put(self.joined, place, is_in=wanted and not is_listed)
        self.plan = plan


def _put(among: set[int], place: int, *, is_in: bool) -> None:
    if is_in:
        among.add(place)
    else:
        among.discard(place)


_kept: Kept[RowList] = Kept(MOST_ROWS_KEPT)


def press(draft: Draft, wanted: Filter) -> RowList:
    """List what a filter shows now, and keep it for as long as it is looked at."""
    kept = _kept.find(_key(draft.imp.pk, wanted, draft.imp.revision))
    if kept and kept.plan is draft.plan and not (kept.gone or kept.joined):
        return kept
    made = RowList(wanted, draft.imp.revision, _places(draft, wanted), draft.plan)
    _kept.keep(_key(draft.imp.pk, wanted, made.revision), made, len(made.places))
    if not isinstance(made.places, range):
        packed = zlib.compress(array("I", made.places).tobytes(), 1)
        cache.set(_shared_key(draft.imp, wanted, made.revision), packed, SECONDS_SHARED)
    return made


def find(draft: Draft, wanted: Filter, revision: int | None) -> RowList:
    """Return the list that was made at a revision, by this process or another; else press the filter anew."""
    if revision is None or revision > draft.imp.revision:
        return press(draft, wanted)
    key = _key(draft.imp.pk, wanted, revision)
    found = _kept.find(key) or _shared(draft, wanted, revision)
    if found is None or (found.places and found.places[-1] >= len(draft.rows)):
        return press(draft, wanted)
    if found.plan is not draft.plan:
        found.follow(draft.plan, moved(found.plan.verdicts, draft.plan.verdicts))
    _kept.keep(key, found, len(found.places))
    return found


def _places(draft: Draft, wanted: Filter) -> Sequence[int]:
    if wanted == Filter():
        return range(len(draft.rows))
    return draft.places(wanted)


def _shared(draft: Draft, wanted: Filter, revision: int) -> RowList | None:
    """Return a list that another process made. What it showed then is all that is known of it."""
    if wanted == Filter():
        return RowList(wanted, revision, range(len(draft.rows)), draft.plan)
    packed = cache.get(_shared_key(draft.imp, wanted, revision))
    if packed is None:
        return None
    found = RowList(wanted, revision, array("I", zlib.decompress(packed)), draft.plan)
    if found.places and found.places[-1] >= len(draft.rows):
        return None
    now = set(_places(draft, wanted))
    found.gone, found.joined = set(found.places) - now, now - set(found.places)
    return found


def _key(pk: UUID, wanted: Filter, revision: int) -> tuple[UUID, Filter, int]:
    return pk, wanted, revision


def _shared_key(imp: Import, wanted: Filter, revision: int) -> str:
    said = f"{imp.pk}:{revision}:{wanted.query()}"
    return f"grid-list:{hashlib.sha256(said.encode()).hexdigest()}"
