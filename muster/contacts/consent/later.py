"""Words that come while the team's contacts are being written: kept outside of the lock, and applied after it.

Only what opts somebody out, or is the contact's own word: a user who opts somebody in has to be asked again.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import OperationalError
from django.dispatch import Signal

from muster.contacts.consent.channels import hear_words
from muster.contacts.consent.messages import Messages
from muster.contacts.consent.words import Heard, Word
from muster.teams.lock import is_busy
from muster.teams.models import Team

# Sent with `team` and `words`; whoever has kept them returns True.
postponed = Signal()
# Sent with `team`; whoever has kept words of it that are not applied yet returns True.
asked_for_waiting = Signal()


def hear_now_or_later(team: Team, words: Sequence[Word]) -> list[Heard] | None:
    """Hear words; None where that would have to wait for another writer, or for earlier words: then they are kept.

    Raises what `hear_words` raises, and OperationalError where a word cannot wait or could not be kept.
    """
    may_wait = all(each.opted_out or each.is_own for each in words)
    if may_wait and _answered(asked_for_waiting.send(Team, team=team)) and _keep(team, words):
        return None
    try:
        return hear_words(team, words)
    except OperationalError as error:
        if not (may_wait and is_busy(error) and _keep(team, words)):
            raise
        return None


def _keep(team: Team, words: Sequence[Word]) -> bool:
    heard = Messages(team, [each.message_id for each in words])
    for each in words:
        heard.knows(each)
    return _answered(postponed.send(Team, team=team, words=words))


def _answered(answers: Sequence[tuple[object, object]]) -> bool:
    return any(answer for _, answer in answers)
