"""Words that come while the team's contacts are being written: kept outside of the lock, and applied after it.

Only what opts somebody out, or is the contact's own word: a user who opts somebody in has to be asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db import OperationalError
from django.dispatch import Signal
from django.utils import timezone

from muster.contacts.consent.channels import CONTACT, contradicts
from muster.contacts.models import Source
from muster.teams.lock import is_busy
from muster.teams.models import Team, User

T = TypeVar("T")

# Sent with `words`; whoever has kept them returns True.
postponed = Signal()
# Sent with `team`; whoever has kept words of it that are not applied yet returns True.
asked_for_waiting = Signal()


@dataclass(frozen=True, slots=True)
class Word:
    """What was said about one channel: of a contact, by its id, or of a number (E.164)."""

    team: Team
    channel: str
    opted_out: bool
    source: str
    by: User | None
    contact: int | None = None
    number: str = ""
    message_id: str = ""
    at: datetime = field(default_factory=timezone.now)


def now_or_later(words: Sequence[Word], now: Callable[[], T]) -> T | None:
    """Do `now`; None where that would have to wait for another writer, or for earlier words: then they are kept.

    Raises OtherMessage as `now` would, and OperationalError where a word cannot wait or could not be kept.
    """
    may_wait = all(each.opted_out or each.source == Source.CONTACT for each in words)
    if may_wait and _answered(asked_for_waiting.send(Team, team=words[0].team)) and _keep(words):
        return None
    try:
        return now()
    except OperationalError as error:
        if not (may_wait and is_busy(error) and _keep(words)):
            raise
        return None


def _keep(words: Sequence[Word]) -> bool:
    for each in words:
        about = f"{CONTACT}{each.contact}" if each.contact else each.number
        contradicts(each.team, each.message_id, each.channel, about, opted_out=each.opted_out)
    return _answered(postponed.send(Team, words=words))


def _answered(answers: Sequence[tuple[object, object]]) -> bool:
    return any(answer for _, answer in answers)
