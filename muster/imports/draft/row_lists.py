"""The rows that a filter showed when it was pressed: they stay in place, also once they are fixed."""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Sequence

from django.core.cache import cache

from muster.imports.draft.draft import Draft
from muster.imports.filters import Filter, RowList
from muster.imports.models import Import

SECONDS_SHARED = 24 * 3600


def press(draft: Draft, wanted: Filter) -> RowList:
    """List what a filter shows now, and keep it for as long as it is looked at."""
    kept = draft.look.find_list(wanted, draft.look.revision)
    if kept and not (kept.gone or kept.joined):
        return kept
    made = RowList(wanted, draft.look.revision, _places(draft, wanted), draft.verdicts)
    draft.look.keep_list(made)
    if not isinstance(made.places, range):
        packed = zlib.compress(array("I", made.places).tobytes(), 1)
        cache.set(_shared_key(draft.imp, wanted, made.revision), packed, SECONDS_SHARED)
    return made


def find(draft: Draft, wanted: Filter, revision: int | None) -> RowList:
    """Return the list that was made at a revision, by this process or another; else press the filter anew."""
    if revision is None or revision > draft.look.revision:
        return press(draft, wanted)
    found = draft.look.find_list(wanted, revision) or _shared(draft, wanted, revision)
    if found is None or (found.places and found.places[-1] >= len(draft.rows)):
        return press(draft, wanted)
    return found


def _places(draft: Draft, wanted: Filter) -> Sequence[int]:
    if wanted == Filter():
        return range(len(draft.rows))
    return draft.places(wanted)


def _shared(draft: Draft, wanted: Filter, revision: int) -> RowList | None:
    """Return a list that another process made. What it showed then is all that is known of it."""
    if wanted == Filter():
        return RowList(wanted, revision, range(len(draft.rows)), draft.verdicts)
    packed = cache.get(_shared_key(draft.imp, wanted, revision))
    if packed is None:
        return None
    places = array("I", zlib.decompress(packed))
    if places and places[-1] >= len(draft.rows):
        return None
    then, now = frozenset(places), frozenset(_places(draft, wanted))
    found = RowList(wanted, revision, places, draft.verdicts, gone=then - now, joined=now - then)
    draft.look.keep_list(found)
    return found


def _shared_key(imp: Import, wanted: Filter, revision: int) -> str:
    said = f"{imp.pk}:{revision}:{wanted.query()}"
    return f"grid-list:{hashlib.sha256(said.encode()).hexdigest()}"
