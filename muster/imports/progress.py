"""How far an import is, told on a connection of its own while the import's transaction is still open."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError
from django.utils import timezone

from muster.core.sentences.language import Words, gettext_noop
from muster.core.sentences.language import gettext as _
from muster.imports.models import Import, Progress, State

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 0.25
PHASES = Words(
    {
        "reading": gettext_noop("Reading the file"),
        "parse": gettext_noop("Reading the file"),
        "checking": gettext_noop("Checking rows"),
        "check": gettext_noop("Checking rows"),
        "planning": gettext_noop("Comparing with your contacts"),
        "plan": gettext_noop("Comparing with your contacts"),
        "saving": gettext_noop("Saving contacts"),
        "apply": gettext_noop("Saving contacts"),
    }
)


@dataclass(slots=True)
class Clock:
    """Tells how far one import is, at most a few times a second, and adds up the seconds of each phase."""

    imp: Import
    is_told: bool = True  # a page that waits for its look is asked by nobody how far it is
    phase: str = ""
    of: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    told_at: float = 0.0

    def begin(self, phase: str, of: int = 0) -> None:
        """Tell that a phase begins: reading, checking, planning or saving."""
        self.phase, self.of = phase, of
        self.tell(0)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the seconds of the block to parse, check, plan or apply."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def tick(self, done: int) -> None:
        """Tell that `done` rows of this phase are behind us, unless it was told a moment ago."""
        if time.monotonic() - self.told_at >= SECONDS_BETWEEN:
            self.tell(done)

    def tell(self, done: int) -> None:
        """Tell it now. A busy progress table must never hold up or fail the import itself."""
        self.told_at = time.monotonic()
        if not self.is_told:
            return
        try:
            Progress.objects.bulk_create(
                [Progress(import_id=self.imp.pk, phase=self.phase, done=done, of=self.of, at=timezone.now())],
                update_conflicts=True,
                unique_fields=["import_id"],
                update_fields=["phase", "done", "of", "at"],
            )
        except OperationalError as error:
            log.warning("progress not told: %s", error)


def progress(imp: Import) -> dict[str, Any]:
    """Return {"phase", "done", "of"}: rows, of all rows; phase is "" when nothing is under way."""
    if imp.state not in ("checking", "importing"):
        done = imp.rows if imp.finished_at and imp.state in ("done", "undone") else 0
        return {"phase": "", "done": done, "of": imp.rows}
    told = Progress.objects.filter(pk=imp.pk).first()
    if told is None:
        return {"phase": "", "done": 0, "of": imp.rows}
    return {"phase": told.phase, "done": told.done, "of": told.of or imp.rows}


def forget(imp: Import) -> None:
    """Drop what was told of an import that has ended."""
    try:
        Progress.objects.filter(pk=imp.pk).delete()
    except OperationalError as error:
        log.warning("progress not dropped: %s", error)


def progress_page(imp: Import) -> dict[str, Any]:
    """Return what the page needs."""
    return {"imp": imp, "progress": progress_json(imp), "can_cancel": imp.state != State.IMPORTING}


def progress_json(imp: Import) -> dict[str, Any]:
    """Return where an import stands: its state, a sentence, and how far, out of how much; "of" is 0 while unknown."""
    told = progress(imp)
    return {"state": imp.state, "text": _sentence(imp, told), "done": told["done"], "of": told["of"]}


def _sentence(imp: Import, told: dict[str, Any]) -> str:
    if imp.state == State.WAITING:
        return _("Waiting for its turn")
    if imp.state not in (State.CHECKING, State.IMPORTING):
        return _("Finished")
    phase = PHASES.get(told["phase"], _("Starting"))
    return (
        _("{phase}, {done:,} of {of:,}", phase=phase, done=told["done"], of=told["of"])
        if told["of"] and told["phase"]
        else phase
    )


def looking_json(found: Any) -> dict[str, Any]:
    """Return how far a worker is in finding out what undoing an import would do, as `progress_json` does."""
    state = "ready" if found.plan else "looking" if found.is_asked else "not-asked"
    text = (
        _("Looking at contacts, {done:,} of {of:,}", done=found.done, of=found.of)
        if found.done
        else _("Waiting for its turn")
    )
    return {"state": state, "text": text, "done": found.done, "of": found.of}
