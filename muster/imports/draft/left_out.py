"""Opt-outs of rows that are left out, applied on their own: an opt-out is never lost in silence (C9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from muster.contacts import history
from muster.contacts.consent.channels import set_consent
from muster.contacts.models import Contact, Source
from muster.core.phones import spellings
from muster.core.phones.cells import show
from muster.core.problems import LEFT_OUT
from muster.core.verdicts import Verdict
from muster.imports import row_results, run
from muster.imports.models import MAY_APPLY_OPT_OUTS, Import, State, WrongState
from muster.imports.row_results import RowResult
from muster.teams import audit
from muster.teams.lock import locked
from muster.teams.models import Team, User

NAMES_SHOWN = 10


class OptOut(NamedTuple):
    """Somebody who is opted in, and whom a row that is left out says to have opted out.

    `number`: the mobile number that tells who is meant, where it is not the ContactId.
    """

    row: int
    contact_id: str
    number: str
    channels: tuple[str, ...]

    @property
    def who(self) -> str:
        """Whom it is about, as people read it."""
        return show(self.number) if self.number else self.contact_id

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
        facts = [note.facts or {} for note in each.notes if note.code == LEFT_OUT]
        if facts:
            channels = tuple(said["channel"] for said in facts)
            yield OptOut(each.row, each.contact_id or "", facts[0].get("number", ""), channels)


def shown(imp: Import) -> list[OptOut]:
    """Return the first of them, for a page."""
    return list(islice(opt_outs(imp), NAMES_SHOWN))


def apply(imp: Import, user: User) -> int:
    """Apply just these opt-outs, as the user's, all or none; return how many changed. Raises WrongState."""
    if imp.state not in MAY_APPLY_OPT_OUTS:
        raise WrongState(imp)
    found, changed = list(opt_outs(imp)), 0
    with locked(imp.team) as team:
        for each in found:
            contact = _about(team, each)
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
        run.look_anew(imp)
    return changed


def _about(team: Team, told: OptOut) -> Contact | None:
    """Return whom an opt-out is about; None when they are gone, or not there yet."""
    contacts = Contact.objects.filter(team=team).select_related("team")
    if told.number:
        return contacts.filter(mobile_number__in=spellings.of(told.number)).first()
    return contacts.filter(contact_id=told.contact_id).first()
