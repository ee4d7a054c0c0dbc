"""The stop list: who said STOP on which channel, by number, whether or not a contact has the number (C8).

A word belongs to the number it was said from. Numbers are compared by `spellings.key`, so every spelling is the same.
When a person is erased the number goes, and a keyed hash stays that still stops it.

Whoever writes here does so inside `locked(team)`; `hearing.Hearing` is the way in for words that are said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from muster.contacts.consent.each_row import portions
from muster.contacts.consent.keyed_hash import found_among, keyed_hash, keyed_hashes
from muster.contacts.consent.words import Word
from muster.contacts.models import Contact, StopWord
from muster.core.consent import numbers_by_channel
from muster.core.phones import spellings
from muster.teams.models import Team

Stops = Mapping[str, Mapping[str, datetime]]  # number → channel → since when


def numbers_of(contact: Contact) -> dict[str, str | None]:
    """Return the number at which a contact is reached, by channel."""
    return numbers_by_channel(contact.mobile_number, contact.whatsapp_number)


def keys_of(team: Team, number: str) -> tuple[str, ...]:
    """Return every key under which a number may be on the list: the plain one, then its hashes."""
    plain = spellings.key(number)
    return (plain, *keyed_hashes(_hashed(team, plain)))


def is_used(team: Team) -> bool:
    """Whether any number is on the list."""
    return StopWord.objects.filter(team=team).exists()


def of_erased(team: Team, plain: Iterable[str]) -> dict[str, str]:
    """Return which of many numbers, by their keys, are on the list as hashes: the hash of each → its plain key."""
    kept = list(StopWord.objects.filter(team=team, number__isnull=True).values_list("key", flat=True))
    return found_among(kept, _hashed(team, ""), plain) if kept else {}


def of_numbers(team: Team, numbers: Iterable[str]) -> dict[str, dict[str, datetime]]:
    """Return what is stopped of a few numbers: number → channel → since when."""
    asked = {number: spellings.key(number) for number in numbers}
    plain = {each: each for each in asked.values()}
    keys = plain | of_erased(team, plain)
    found: dict[str, dict[str, datetime]] = {}
    for some in portions(list(keys)):
        words = StopWord.objects.filter(team=team, key__in=some)
        for key, channel, at in words.values_list("key", "channel", "at"):
            found.setdefault(keys[key], {})[channel] = at
    return {number: found[key] for number, key in asked.items() if key in found}


def word(team: Team, number: str, channel: str) -> StopWord | None:
    """Return the STOP from a number about a channel, if it stands."""
    return StopWord.objects.filter(team=team, channel=channel, key__in=keys_of(team, number)).first()


class Listed:
    """What the list says of some numbers, and what is to become of that. `save` writes it, inside the team's lock."""

    def __init__(self, team: Team, numbers: Iterable[str]) -> None:
        self._team = team
        self._known: set[str] = set()  # by their keys
        self._since: dict[tuple[str, str], datetime] = {}  # key and channel → since when
        self._kept: dict[tuple[str, str], list[int]] = {}  # StopWord.id
        self._gone: list[int] = []
        self._new: dict[tuple[str, str], StopWord] = {}
        self.look_up(numbers)

    def look_up(self, numbers: Iterable[str]) -> None:
        """Read what the list says of these numbers, where that is not known yet."""
        asked = {spellings.key(each): each for each in numbers}
        unknown = {plain: number for plain, number in asked.items() if plain not in self._known}
        plain = {key: each for each, number in unknown.items() for key in keys_of(self._team, number)}
        self._known |= asked.keys()
        for some in portions(list(plain)):
            words = StopWord.objects.filter(team=self._team, key__in=some)
            for pk, key, channel, at in words.values_list("id", "key", "channel", "at"):
                place = plain[key], channel
                self._since[place] = max(at, self._since.get(place, at))
                self._kept.setdefault(place, []).append(pk)

    def stands(self, number: str, channel: str) -> bool:
        """Whether STOP from a number about a channel stands."""
        self.look_up([number])
        return (spellings.key(number), channel) in self._since

    def write(self, number: str, word: Word) -> bool:
        """Keep STOP, or remove it for START; return whether it counts: an older word than the one kept does not.

        A number that is heard again is known again: its hash, of whatever secret, gives way to it.
        """
        self.look_up([number])
        place = spellings.key(number), word.channel
        since = self._since.get(place)
        if since is not None and since > word.at:
            return False
        self.lift(number, word.channel)
        if word.opted_out:
            self._since[place], self._new[place] = word.at, _stop_word(self._team, number, word)
        return True

    def lift(self, number: str, channel: str) -> None:
        """Take a number off the list: it said START, or a user opted its contact in."""
        self.look_up([number])
        place = spellings.key(number), channel
        self._gone += self._kept.pop(place, [])
        self._since.pop(place, None)
        self._new.pop(place, None)

    def save(self) -> None:
        """Write what has become of it."""
        for some in portions(self._gone):
            StopWord.objects.filter(team=self._team, id__in=some).delete()
        StopWord.objects.bulk_create(self._new.values())
        for place, each in self._new.items():
            self._kept[place] = [each.id]
        self._gone, self._new = [], {}


def _stop_word(team: Team, number: str, word: Word) -> StopWord:
    return StopWord(
        team=team,
        channel=word.channel,
        key=spellings.key(number),
        number=spellings.respelt(number),
        at=word.at,
        said=word.said[:80],
        through=word.through[:100],
        by=word.by,
        message_id=(word.message_id or "")[:255],
    )


def forget_numbers(team: Team, numbers: Iterable[str]) -> None:
    """Leave only keyed hashes of these numbers, which still stop them. For who was erased, once they are gone.

    A number that another contact has is theirs too, and stays.
    """
    for number in numbers:
        spelled = spellings.of(number)
        contacts = Contact.objects.filter(team=team)
        if contacts.filter(mobile_number__in=spelled).exists() or contacts.filter(whatsapp_number__in=spelled).exists():
            continue
        plain = spellings.key(number)
        kept = {"key": keyed_hash(_hashed(team, plain)), "number": None, "said": "", "by": None, "message_id": ""}
        StopWord.objects.filter(team=team, key=plain).update(**kept)


def _hashed(team: Team, plain: str) -> str:
    """What is hashed: the number, in this team."""
    return f"stopped:{team.pk}:{plain}"
