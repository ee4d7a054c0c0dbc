"""Opt-outs of rows that are left out, applied on their own: an opt-out is never lost in silence (C9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from muster.contacts import history
from muster.contacts.consent.channels import set_consent
from muster.contacts.models import Contact, Source
from muster.core.problems import LEFT_OUT
from muster.core.verdicts import Verdict
from muster.imports import row_results, run
from muster.imports.models import MAY_APPLY_OPT_OUTS, Import, State, WrongState
from muster.imports.row_results import RowResult
from muster.teams import audit
from muster.teams.lock import locked
from muster.teams.models import User

NAMES_SHOWN = 10


class OptOut(NamedTuple):
    """Somebody who is opted in, and whom a row that is left out says to have opted out."""

    row: int
    contact_id: str
    channels: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        """The channels in words."""
        return [history.LABELS[each] for each in self.channels]


def opt_outs(imp: Import) -> Iterator[OptOut]:
    """Yield them, row by row."""
    if not imp.opt_outs_left_out:
        return
    yield from noted(row_results.iterate(imp, code=LEFT_OUT))


def noted(rows: Iterable[RowResult | Verdict]) -> Iterator[OptOut]:
    """Yield those that these rows say."""
    for each in rows:
        channels = tuple((note.facts or {})["channel"] for note in each.notes if note.code == LEFT_OUT)
        if channels:
            yield OptOut(each.row, each.contact_id or "", channels)


def shown(imp: Import) -> list[OptOut]:
    """Return the first of them, for a page."""
    return list(islice(opt_outs(imp), NAMES_SHOWN))


def apply(imp: Import, user: User) -> int:
    """Apply just these opt-outs, as the user's, all or none; return how many changed. Raises WrongState."""
    if imp.state not in MAY_APPLY_OPT_OUTS:
        raise WrongState(imp)
    found, changed = list(opt_outs(imp)), 0
    with locked(imp.team) as team:
        contacts = Contact.objects.filter(team=team).select_related("team")
        for each in found:
            contact = contacts.filter(contact_id=each.contact_id).first()
            for channel in each.channels if contact else ():
                assert contact is not None
                was_out = getattr(contact, f"{channel}_out")
                contact = set_consent(contact, channel=channel, opted_out=True, source=Source.USER, by=user)
                changed += not was_out
        audit.record(team, user, "opt-outs-applied", filename=imp.filename, id=str(imp.pk), count=changed)
        if imp.state == State.DONE:
            imp.summary["opt_outs_applied"] = imp.summary["note_counts"][LEFT_OUT] if found else 0
            Import.objects.filter(pk=imp.pk).update(summary=imp.summary)
    if imp.state == State.READY:  # who is out now is noted no more
        run.settle(imp)
    return changed
