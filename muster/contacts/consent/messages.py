"""Messages that have been heard, by the sender's own ids: said twice, a message counts once.

The same id may speak of several channels, numbers and contacts.
"""

from __future__ import annotations

from collections.abc import Iterable

from muster.contacts.consent.keyed_hash import keyed_hash, keyed_hashes
from muster.contacts.consent.words import OtherMessage, Word
from muster.contacts.models import ConsentMessage
from muster.core.phones import spellings
from muster.teams.models import Team


class Messages:
    """What was heard under some ids. What is added is written by `save`, inside the team's lock."""

    def __init__(self, team: Team, ids: Iterable[str | None]) -> None:
        self._team = team
        kept = ConsentMessage.objects.filter(team=team, message_id__in={each for each in ids if each})
        self._heard = {
            (message_id, channel, about): opted_out
            for message_id, channel, about, opted_out in kept.order_by("-id").values_list(
                "message_id", "channel", "about", "opted_out"
            )
        }
        self._new: list[ConsentMessage] = []

    def knows(self, word: Word) -> bool:
        """Whether the message was heard before about this number or contact. Raises OtherMessage: it said otherwise."""
        before = [self._heard[key] for key in self._keys(word) if key in self._heard]
        if before and before[0] not in (None, word.opted_out):
            raise OtherMessage
        return bool(before)

    def add(self, word: Word) -> None:
        """Hear a message; one without an id counts by itself."""
        if word.message_id:
            about = keyed_hash(self._about(word))
            self._heard[word.message_id, word.channel, about] = word.opted_out
            kept = {"channel": word.channel, "about": about, "opted_out": word.opted_out}
            self._new.append(ConsentMessage(team=self._team, message_id=word.message_id, **kept))

    def save(self) -> None:
        """Write what was added."""
        ConsentMessage.objects.bulk_create(self._new)
        self._new = []

    def _keys(self, word: Word) -> Iterable[tuple[str, str, str]]:
        """Yield every key under which it may have been heard: channel and about were not always kept."""
        if word.message_id:
            abouts = (*keyed_hashes(self._about(word)), "")
            for channel in (word.channel, ""):
                yield from ((word.message_id, channel, about) for about in abouts)

    def _about(self, word: Word) -> str:
        """What is hashed: the number or the contact, in this team."""
        about = f"contact:{word.contact}" if word.contact else spellings.key(word.number)
        return f"message:{self._team.pk}:{about}"
