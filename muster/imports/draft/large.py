"""A large draft on pages: windows of what the worker saw, as a `Draft` of a few rows. Nothing of it is planned here."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from cachetools import LRUCache

from muster.contacts.schema import schema_of
from muster.core.checking import check
from muster.core.fields import options_from_json
from muster.core.replan import Reading
from muster.core.verdicts import Plan
from muster.imports.draft.draft import Draft
from muster.imports.models import Import
from muster.imports.store import seen
from muster.imports.store.seen import Seen, SeenRow
from muster.imports.workspace import Look


def first_of(imp: Import) -> Draft:
    """Return the draft with its first window of rows. Raises Changed, and BadFile."""
    kept = seen.of(imp)
    return draft_of(imp, kept, kept.window(1))


def draft_of(imp: Import, kept: Seen, rows: Sequence[SeenRow]) -> Draft:
    """Return the draft with some of its rows; its counts and notes are of all. Raises BadFile."""
    schema, options = schema_of(imp.team), options_from_json(imp.options)
    now, came = kept.table(rows)
    reading = Reading(schema, options, came, came, now, checked=check(now, schema, options))
    plan = Plan([each.verdict for each in rows], kept.notes)
    look = Look(kept.revision, kept.version, reading, plan, kept.counts, LRUCache(1), threading.RLock(), "")
    return Draft(imp, look)
