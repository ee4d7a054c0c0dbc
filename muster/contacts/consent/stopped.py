"""Looking through the stop list: search, since when, how it came in, and who is affected now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from muster.contacts.consent import stop_list
from muster.contacts.consent.words import API
from muster.contacts.models import Contact, StopWord
from muster.core import phones
from muster.core.phones import spellings
from muster.core.sentences.language import gettext as _
from muster.core.table.csv_text import csv_text
from muster.teams.models import Team

AT_ONCE = 200
FEWEST_DIGITS = 3
CSV_HEADER = (
    "Number",
    "Channel",
    "Since",
    "Said",
    "Through",
    "Contacts",
)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A number that said STOP on a channel. `number` is None once the person was erased."""

    id: int
    number: str | None
    channel: str
    since: datetime
    said: str
    through: str
    contacts: tuple[Contact, ...]  # those who have the number on the channel now

    @property
    def shown(self) -> str:
        """The number as people read it."""
        return phones.show(self.number) if self.number else _("Erased number")

    @property
    def came_by(self) -> str:
        """How the word came in, as people read it: the name of a connection, or the API."""
        return _("The API") if self.through == API else self.through


def words(team: Team, *, channel: str = "", typed: str = "") -> QuerySet[StopWord]:
    """Return what is on the list, newest first: on a channel, or of a number in any spelling, or of some digits of it.

    A number of which only a hash is kept is found by the whole number.
    """
    found = StopWord.objects.filter(team=team).order_by("-id")
    if channel:
        found = found.filter(channel=channel)
    if not typed.strip():
        return found
    digits = "".join(str(int(char)) for char in typed if char.isdecimal())
    if len(digits) < FEWEST_DIGITS:
        return found.none()
    whole = spellings.heard(typed, team.home_region).e164
    same = Q(key__in=stop_list.keys_of(team, whole)) if whole else Q()
    return found.filter(same | Q(number__contains=digits) | Q(key__startswith="+", key__contains=digits))


def listed(team: Team, found: Iterable[StopWord]) -> list[Stopped]:
    """Return entries with who is affected by them now."""
    kept = list(found)
    holders = _holders(team, [each.number for each in kept if each.number])
    return [
        Stopped(each.id, each.number, each.channel, each.at, each.said, each.through, _affected(each, holders))
        for each in kept
    ]


def as_csv(team: Team, found: QuerySet[StopWord]) -> Iterator[str]:
    """Yield the list as the text of a CSV file."""
    return csv_text(_rows(team, found))


def _rows(team: Team, found: QuerySet[StopWord]) -> Iterator[tuple[str, ...]]:
    yield CSV_HEADER
    before = None
    while some := list((found.filter(id__lt=before) if before else found)[:AT_ONCE]):
        for each in listed(team, some):
            affected = str(len(each.contacts))
            yield each.number or "", each.channel, each.since.isoformat(), each.said, each.came_by, affected
        before = some[-1].id


def _holders(team: Team, numbers: Sequence[str]) -> dict[str, list[Contact]]:
    """Return who has these numbers, in any spelling, by key."""
    spelled = {each for number in numbers for each in spellings.of(number)}
    having = Q(mobile_number__in=spelled) | Q(whatsapp_number__in=spelled)
    found: dict[str, list[Contact]] = {}
    for contact in Contact.objects.filter(having, team=team).order_by("id") if spelled else ():
        for key in {spellings.key(each) for each in (contact.mobile_number, contact.whatsapp_number) if each}:
            found.setdefault(key, []).append(contact)
    return found


def _affected(entry: StopWord, holders: dict[str, list[Contact]]) -> tuple[Contact, ...]:
    def is_reached(contact: Contact) -> bool:
        number = stop_list.numbers_of(contact)[entry.channel]
        return number is not None and spellings.key(number) == entry.key

    return tuple(each for each in holders.get(entry.key, ()) if is_reached(each))
