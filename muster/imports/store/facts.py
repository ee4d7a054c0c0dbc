"""What a plan must know of the team: who has the ids and numbers of the file, and no more. Set-based, never by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, TypeAlias

from orjson import loads

from muster.contacts import mapping
from muster.contacts.consent import stop_list
from muster.contacts.tombstones import erased_ids
from muster.core.consent import Channel
from muster.core.known import Known, Lookup, Stored
from muster.core.phones import spellings
from muster.imports.store import bulk_sql
from muster.teams.models import Team

TABLE = "contacts_contact"
_READ = ", ".join(
    f"CAST(c.{each} AS {mapping.CASTS[each]})" if each in mapping.CASTS else f"c.{each}" for each in mapping.COLUMNS
)

_BY_ID = f"SELECT {_READ} FROM {{keys}} {TABLE} c WHERE c.team_id = %s AND c.id {{wanted}}"  # noqa: S608
_BY_CONTACT_ID = f"SELECT {_READ} FROM {{keys}} {TABLE} c WHERE c.team_id = %s AND c.contact_id {{wanted}}"  # noqa: S608
_BY_MOBILE = f"SELECT {_READ} FROM {{keys}} {TABLE} c WHERE c.team_id = %s AND c.mobile_number {{wanted}}"  # noqa: S608
_BY_WHATSAPP = (
    f"SELECT c.whatsapp_number, c.id FROM {{keys}} {TABLE} c "  # noqa: S608
    "WHERE c.team_id = %s AND c.whatsapp_number {wanted}"
)
_STOPS = (
    "SELECT s.key, s.channel, CAST(s.at AS text) "
    "FROM {keys} contacts_stopword s WHERE s.team_id = %s AND s.key {wanted}"
)
_ZERO_IDS = f"SELECT contact_id FROM {TABLE} WHERE team_id = %s AND contact_id >= '0' AND contact_id < '1' LIMIT 500"  # noqa: S608
_HAS_IDS = f"SELECT c.contact_id FROM {{keys}} {TABLE} c WHERE c.team_id = %s AND c.contact_id {{wanted}}"  # noqa: S608
_USUAL_LENGTHS = 4  # of a team's ids that begin with a zero


Given: TypeAlias = Callable[[Mapping[str, Stored]], Iterable[str]]  # contacts by ContactId → numbers


@dataclass(frozen=True, slots=True)
class Facts:
    """What the core must know, and what only the store needs: who is assigned to a member without a Staff ID."""

    known: Known
    members: Mapping[str, int]  # membership id by Staff ID
    nameless: Mapping[int, int]  # contact's key → membership id


def of(team: Team, asked: Lookup, since: datetime | None = None, given: Given | None = None) -> Facts:
    """Return what the team has of these ids and numbers; `since`: when the file came, where it has waited.

    `given` tells which of the numbers somebody may get who does not have them, where that is all that will happen: the
    stop list has been asked about the others when they were got, and whoever said STOP since is out.
    """
    staff = mapping.staff_ids(team)
    nameless: dict[int, int] = {}
    ids, mobiles, whatsapps = sorted(asked.contact_ids), asked.mobiles, asked.whatsapps
    spelled = _spelled(chain(mobiles, whatsapps))
    contacts: dict[str, Stored] = {}
    holders: dict[str, Stored] = {}
    for found in _read(_BY_CONTACT_ID, ids, team, staff, nameless):
        values = found.values
        contacts[values["contact_id"]] = found
        if values["mobile_number"]:
            holders[values["mobile_number"]] = found
    others = sorted(number for number in mobiles | spelled.keys() if number not in holders)
    stops = stops_of(team, given(contacts) if given and contacts else chain(mobiles, whatsapps), spelled)
    del asked, mobiles  # of a million rows, that is 200 MB
    holders |= {found.values["mobile_number"]: found for found in _read(_BY_MOBILE, others, team, staff, nameless)}
    for number in [each for each in holders if each in spelled]:
        holders[spelled[number]] = holders.pop(number)
    erased = erased_ids(team, ids)
    known = Known(
        contacts=contacts,
        holders=holders,
        whatsapp=_whatsapp(team, sorted(whatsapps | spelled.keys()), spelled),
        staff=frozenset(filter(None, staff.values())),
        erased=erased,
        erased_since=erased_ids(team, erased, since) if erased and since else frozenset(),
        zeros=_zeros(team, [each for each in ids if each not in contacts]),
        stops=stops,
        spelled=spelled,
    )
    return Facts(known, {name: key for key, name in staff.items() if name}, nameless)


def contacts_by_key(team: Team, keys: Iterable[int]) -> Iterator[tuple[Stored, int | None]]:
    """Yield the contacts with these keys as they are now, each with the membership it is assigned to."""
    channels = _Channels()
    for row in bulk_sql.select_by(sorted(keys), _BY_ID, (team.pk,)):
        found = mapping.stored_with(row, channels[row[mapping.CHANNEL_PLACES]], _custom(row[-1]), {})
        yield found, row[mapping.ASSIGNED]


def _read(
    query: str, keys: list[str], team: Team, staff: Mapping[int, str], nameless: dict[int, int]
) -> Iterator[Stored]:
    """Yield the contacts with these keys."""
    channels = _Channels()
    for row in bulk_sql.select_by(keys, query, (team.pk,)):
        if row[mapping.ASSIGNED] is not None and not staff.get(row[mapping.ASSIGNED]):
            nameless[row[mapping.KEY]] = row[mapping.ASSIGNED]
        yield mapping.stored_with(row, channels[row[mapping.CHANNEL_PLACES]], _custom(row[-1]), staff)


class _Channels(dict[tuple[Any, ...], dict[str, Any]]):
    """Channels from what the bulk path reads of them, each made once: thousands of contacts have the same."""

    def __missing__(self, parts: tuple[Any, ...]) -> dict[str, Any]:
        self[parts] = channels = mapping.with_channels(parts, _as_python)
        return channels


def _as_python(raw: Channel) -> Channel:
    at = bulk_sql.from_time(datetime.fromisoformat(raw.at))
    return Channel(bool(raw.opted_out), raw.source, raw.by, at, bool(raw.own_out))


def _custom(kept: Any) -> dict[str, str]:
    """Custom values as they come: SQLite and Django's psycopg give text, a bare psycopg the values."""
    if isinstance(kept, str):
        own: dict[str, str] = loads(kept)
        return own
    return dict(kept)


def _spelled(numbers: Iterable[str]) -> dict[str, str]:
    """Return the key of every number that may be spelled otherwise, in each of its spellings."""
    ways = map(spellings.of, spellings.with_spellings(numbers))
    return {each: way[0] for way in ways for each in way}


def stops_of(
    team: Team, numbers: Iterable[str], spelled: Mapping[str, str] | None = None
) -> dict[str, dict[str, datetime]]:
    """Return what these numbers said STOP on, and since when.

    `spelled`: the keys of those that may be spelled otherwise, where they are known.
    """
    if not stop_list.is_used(team):
        return {}
    numbers = {*numbers}
    if not numbers:
        return {}
    keys = _spelled(numbers) if spelled is None else spelled
    plain = sorted(map(keys.get, numbers, numbers) if keys else numbers)
    erased = stop_list.of_erased(team, plain)
    found: dict[str, dict[str, datetime]] = {}
    for key, channel, at in bulk_sql.select_by([*plain, *sorted(erased)], _STOPS, (team.pk,)):
        found.setdefault(erased.get(key, key), {})[channel] = bulk_sql.from_time(datetime.fromisoformat(at))
    return {each: channels for key, channels in found.items() for each in spellings.of(key)}


def _whatsapp(team: Team, numbers: list[str], spelled: Mapping[str, str]) -> dict[str, int | None]:
    found = [
        (spelled.get(number, number), key) for number, key in bulk_sql.select_by(numbers, _BY_WHATSAPP, (team.pk,))
    ]
    holders: dict[str, int | None] = dict(found)
    if len(holders) < len(found):
        times = Counter(number for number, _ in found)
        holders |= dict.fromkeys((number for number, count in times.items() if count > 1), None)
    return holders


def _zeros(team: Team, new_ids: list[str]) -> dict[str, str]:
    """Find stored ids that differ from new ones by leading zeros only: spreadsheets drop them.

    Only the usual lengths of ids are tried: each is a key more to look up for every new id.
    """
    found = Counter(len(contact_id) for (contact_id,) in bulk_sql.select(_ZERO_IDS, (team.pk,)))
    lengths = [length for length, _ in found.most_common(_USUAL_LENGTHS)]
    padded = {
        each.zfill(length): each for each in new_ids if each.isdecimal() for length in lengths if length > len(each)
    }
    stored = bulk_sql.select_by(sorted(padded), _HAS_IDS, (team.pk,))
    return {padded[contact_id]: contact_id for (contact_id,) in stored}
