"""The journal of words by API and page that could not be applied at once: beside the calls, and applied like them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from muster.connect.incoming import together
from muster.connect.models import NO_CONNECTION, Call, CallState
from muster.contacts.consent.later import asked_for_waiting, postponed
from muster.contacts.consent.words import Word
from muster.teams.models import Team

log = logging.getLogger(__name__)


@receiver(postponed, sender=Team)
def keep(team: Team, words: Sequence[Word], **_: Any) -> bool:
    """Keep words; return whether they are kept."""
    try:
        together.keep([_call(team, each) for each in words])
    except together.NotKept as error:
        log.warning("words of team %s were not kept: %s", team.pk, error)
        return False
    log.info("words of team %s are kept: its contacts are being written", team.pk)
    return True


@receiver(asked_for_waiting, sender=Team)
def has_waiting(team: Team, **_: Any) -> bool:
    """Whether words of a team wait: a later one must not overtake them."""
    waiting = Call.objects.filter(team_id=team.pk, connection_id=NO_CONNECTION, state=CallState.WAITING)
    return waiting.exists()


def _call(team: Team, word: Word) -> Call:
    return Call(
        team_id=team.pk,
        connection_id=NO_CONNECTION,
        at=word.at,
        said_at=word.at,
        number=word.number,
        contact=word.contact,
        channel=word.channel,
        opted_out=word.opted_out,
        source=word.source,
        by=word.by,
        message_id=word.message_id or "",
    )
