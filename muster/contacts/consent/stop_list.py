"""The stop list: who said STOP on which channel, by number, whether or not a contact has the number (C8).

A word belongs to the number it was said from. Numbers are compared by `spellings.key`, so every spelling is the same.
When a person is erased the number goes, and a keyed hash stays that still stops it.

Whoever writes here does so inside `locked(team)`; `consent.hear` is the way in for words that are said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from muster.contacts.consent.keyed_hash import found_among, keyed_hash, keyed_hashes
from muster.contacts.models import Contact, StopWord
from muster.core.consent import numbers_by_channel
from muster.core.phones import spellings
from muster.teams.models import Team

_AT_ONCE = 500  # keys in one query
Stops = Mapping[str, Mapping[str, datetime]]  # number → channel → since when


@dataclass(frozen=True, slots=True)
class Said:
    """What was said from a number about a channel, and how it came in."""

    channel: str
    opted_out: bool
    at: datetime
    said: str = ""
    through: str = ""
    by: int | None = None
    message_id: str = ""


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
    for some in _portions(list(keys)):
        words = StopWord.objects.filter(team=team, key__in=some)
        for key, channel, at in words.values_list("key", "channel", "at"):
            found.setdefault(keys[key], {})[channel] = at
    return {number: found[key] for number, key in asked.items() if key in found}


def word(team: Team, number: str, channel: str) -> StopWord | None:
    """Return the STOP from a number about a channel, if it stands."""
    return StopWord.objects.filter(team=team, channel=channel, key__in=keys_of(team, number)).first()


def write(team: Team, number: str, said: Said) -> bool:
    """Keep STOP, or remove it for START; return whether it counts: an older word than the one that is kept does not.

    A number that is heard again is known again: its hash, of whatever secret, gives way to it.
    """
    words = StopWord.objects.filter(team=team, channel=said.channel, key__in=keys_of(team, number))
    if words.filter(at__gt=said.at).exists():
        return False
    words.delete()
    if said.opted_out:
        StopWord.objects.create(
            team=team,
            channel=said.channel,
            key=spellings.key(number),
            number=spellings.respelt(number),
            at=said.at,
            said=said.said[:80],
            through=said.through[:100],
            by=said.by,
            message_id=said.message_id[:255],
        )
    return True


def lift(team: Team, number: str, channel: str) -> bool:
    """Take a number off the list, because a user opted its contact in; return whether it was on it."""
    return bool(StopWord.objects.filter(team=team, channel=channel, key__in=keys_of(team, number)).delete()[0])


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


def _portions(keys: list[str]) -> Iterator[list[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
