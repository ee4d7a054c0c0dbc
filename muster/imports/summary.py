"""An import in words and figures, said once: for history, result, notices, mails, the API and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils import timezone

from muster.core.sentences.language import Words, gettext_noop, pgettext_noop
from muster.core.sentences.language import gettext as _
from muster.imports.models import Import, State, last_day
from muster.imports.progress import progress_json

TOTALS = ("rows", "created", "updated", "unchanged", "failed")
IN_BAR = ("created", "updated", "to_confirm", "unchanged", "failed")
UNDER_WAY = (State.CHECKING, State.WAITING, State.IMPORTING)
_COUNTED = (State.DONE, State.UNDONE, State.READY)
_WAYS = Words(
    {
        "file": gettext_noop("File Upload"),
        "text": gettext_noop("Copy & Paste"),
        "api": "API",
        "undo": pgettext_noop("noun", "Undo"),
    }
)
_STATUSES = {
    State.CHECKING: (gettext_noop("Checking"), "accent"),
    State.READY: (gettext_noop("Draft"), ""),
    State.REFUSED: (gettext_noop("Draft, needs an answer"), "warning"),
    State.WAITING: (gettext_noop("Waiting"), "accent"),
    State.IMPORTING: (gettext_noop("Importing"), "accent"),
    State.DONE: (gettext_noop("Done"), "done"),
    State.FAILED: (gettext_noop("Failed"), "problem"),
    State.CANCELLED: (gettext_noop("Stopped"), ""),
    State.UNDONE: (gettext_noop("Undone"), ""),
}


class Part(NamedTuple):
    """A piece of the bar that sums up an import, in hundredths of its width."""

    series: str
    x: str
    width: str


def sum_bar(counts: Mapping[str, int]) -> list[Part]:
    """Return the rows by what becomes of them as one bar, in the order in which the numbers are told."""
    whole, at, parts = sum(counts.get(each, 0) for each in IN_BAR), 0.0, []
    for series in IN_BAR:
        wide = 100 * counts.get(series, 0) / whole if whole else 0.0
        parts.append(Part(series.replace("_", "-"), f"{at:.2f}", f"{wide:.2f}"))
        at += wide
    return parts


class ImportSummary(NamedTuple):
    """An import as people are told of it. `tone` is that of its chip; `totals` are rows by outcome."""

    imp: Import
    name: str
    way: str
    status: str
    tone: str
    totals: dict[str, int]

    @property
    def saved(self) -> int:
        """How many rows are in the contacts now."""
        return self.totals["created"] + self.totals["updated"] + self.totals["unchanged"]

    @property
    def bar(self) -> list[Part]:
        """Its rows by what became of them; nothing while they are not counted, and for an undoing."""
        return sum_bar(self.totals) if self.has_counts and self.imp.rows and not self.imp.undoes_id else []

    @property
    def removed(self) -> int:
        """How many contacts an undoing took away."""
        return int(self.imp.summary.get("totals", {}).get("removed", 0)) if self.imp.undoes_id else 0

    @property
    def has_counts(self) -> bool:
        """Whether its totals are known."""
        return self.imp.state in _COUNTED

    @property
    def has_rows_to_fix(self) -> bool:
        """Whether rows were left out that can be fixed."""
        return self.has_counts and bool(self.totals["failed"])

    @property
    def can_undo(self) -> bool:
        """Whether to offer undo; its page asks more closely."""
        imp = self.imp
        changed = imp.state == State.DONE and not imp.undoes_id and (imp.created or imp.updated)
        return bool(changed and timezone.now() < last_day(imp))

    @property
    def progress(self) -> dict[str, Any] | None:
        """How far it is, while it is under way."""
        return progress_json(self.imp) if self.imp.state in UNDER_WAY else None


def import_summary(imp: Import) -> ImportSummary:
    """Return an import as people are told of it, from its own row alone."""
    words, tone = _status(imp)
    totals = {name: getattr(imp, name) for name in TOTALS}
    return ImportSummary(imp, imp.name, _WAYS.get(imp.method, imp.method), words, tone, totals)


def _status(imp: Import) -> tuple[str, str]:
    """Return the words for where an import stands, and the tone of its chip."""
    if imp.state == State.DONE and imp.failed and not imp.undoes_id:
        return _("Done with problems"), "warning"
    if imp.state == State.REFUSED and not all(
        code.startswith("header-") for code in imp.summary.get("problem_counts", ())
    ):
        return _("Draft, can't be read"), "problem"
    words, tone = _STATUSES[State(imp.state)]
    return _(words), tone
