"""Keeping the calls of gateways: a row a message, written before the call is answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from muster.connect.gateways import Said
from muster.connect.incoming import together
from muster.connect.models import Call, CallState, Connection, Refusals
from muster.core.consent import keyword
from muster.core.phones import spellings
from muster.core.sentences.language import gettext_noop
from muster.settings import settings
from muster.teams.models import Team

MOST_KEPT = 1_000  # of a connection
NO_NUMBER = gettext_noop("No number")
NOT_A_WORD = gettext_noop("Not a keyword")
GIVEN = {True: "STOP", False: "START"}


def keep(connection: Connection, said: Iterable[Said]) -> list[Call]:
    """Keep what a call says. When this returns, it outlasts whatever happens to us."""
    now = timezone.now()
    rows = [_call(connection, each, now) for each in said]
    if rows:
        together.keep(rows)
    return rows


def _call(connection: Connection, said: Said, now: datetime) -> Call:
    call = Call(team_id=connection.team_id, connection_id=connection.pk, at=now, channel=said.channel)
    call.contact_id, call.message_id, call.said_at = said.contact_id, said.message_id, said.at
    call.number = spellings.heard(said.number, connection.team.home_region).e164 or ""
    for name, value in _meaning(connection.team, said).items():
        setattr(call, name, value)
    if call.opted_out is None:
        call.state, call.outcome = CallState.LEFT, NOT_A_WORD
    elif not (call.number or call.contact_id):
        call.state, call.outcome = CallState.LEFT, NO_NUMBER
    return call


def _meaning(team: Team, said: Said) -> dict[str, Any]:
    """What is kept of the words: the keyword, never the message."""
    if said.opted_out is not None:
        return {"opted_out": said.opted_out, "heard": GIVEN[said.opted_out]}
    found = keyword(said.text, team.out_words, team.in_words) if said.text is not None else None
    return {"opted_out": found.opted_out, "heard": found.word.upper()[:100], "if_out": found.if_out} if found else {}


def refuse(connection: Connection) -> None:
    """Count a call that its provider did not sign. Nothing of it is kept."""
    counted = Refusals.objects.filter(connection_id=connection.pk)
    if not counted.update(count=F("count") + 1, last_at=timezone.now()):
        Refusals.objects.bulk_create([Refusals(connection_id=connection.pk, count=1)], ignore_conflicts=True)


def refused(connection: Connection) -> Refusals | None:
    """How many were refused, if any."""
    return Refusals.objects.filter(connection_id=connection.pk).first()


def log_of(connection: Connection) -> list[Call]:
    """The last calls of a connection, newest first."""
    return list(Call.objects.filter(connection_id=connection.pk).order_by("-id")[:MOST_KEPT])


def prune(most: int = MOST_KEPT) -> None:
    """Keep the last calls of every connection, as long as the setting says, and whatever still waits."""
    before = timezone.now() - timedelta(days=settings().call_days)
    Call.objects.filter(at__lt=before).exclude(state=CallState.WAITING).delete()
    for pk in Connection.objects.values_list("pk", flat=True):
        kept = Call.objects.filter(connection_id=pk).order_by("-id")
        oldest = kept.values_list("id", flat=True)[most - 1 : most].first()
        if oldest is not None:
            kept.filter(id__lt=oldest).exclude(state=CallState.WAITING).delete()


def forget(connection: Connection) -> None:
    """Remove everything kept of a connection that goes."""
    Call.objects.filter(connection_id=connection.pk).delete()
    Refusals.objects.filter(connection_id=connection.pk).delete()
