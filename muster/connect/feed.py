"""Every change of every contact of a team, in the order of the commits; and, from nothing, every contact first.

A change is found by the team's version that it made and, among those of one version, by its id. A version is there
whole or not at all, and no lower one comes after it: so whoever goes on where they were skips nothing and gets
nothing twice, whatever else is being written.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from muster.contacts.mapping import as_columns, channel_of_history
from muster.contacts.models import Change, Contact
from muster.core.fields import CHANNELS
from muster.teams.lock import version_of
from muster.teams.models import Team

LARGEST = 2**63 - 1
CURSOR = re.compile(r"(s?)([0-9]{1,19})\.([0-9]{1,19})")


class BadCursor(ValueError):  # noqa: N818  says what it is
    """This is not a cursor that the feed gave."""


class Cursor(NamedTuple):
    """Where a reader is: behind this change; or, while `is_start`, behind this contact, of those there are at first."""

    version: int
    id: int
    is_start: bool = False

    def __str__(self) -> str:
        return f"{'s' if self.is_start else ''}{self.version}.{self.id}"


@dataclass(frozen=True, slots=True)
class Item:
    """One change, with the contact as it was after it: None when it is gone. At the start there is no change."""

    cursor: Cursor
    contact: Contact | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the feed; `cursor` is where to go on, `more` whether there is something at once."""

    items: list[Item]
    cursor: Cursor
    more: bool


def read_cursor(text: str) -> Cursor | None:
    """Return a cursor that was given to a reader; None for "0", the beginning. Raises BadCursor."""
    if text in {"", "0"}:
        return None
    found = CURSOR.fullmatch(text)
    if not found or max(int(found[2]), int(found[3])) > LARGEST:
        raise BadCursor(text)
    return Cursor(int(found[2]), int(found[3]), is_start=bool(found[1]))


def read(team: Team, after: Cursor | None, limit: int) -> Page:
    """Return what follows the cursor: from the beginning, every contact once, then changes."""
    if after is None:
        after = Cursor(version_of(team.pk), 0, is_start=True)
    return _contacts(team, after, limit) if after.is_start else _changes(team, after, limit)


def is_news(team: Team, after: Cursor | None) -> bool:
    """Whether there is anything behind the cursor. Cheap: for whoever waits."""
    return after is None or after.is_start or bool(_following(team, after, 1))


def _contacts(team: Team, after: Cursor, limit: int) -> Page:
    """Those there were at the start, save what has changed since: that comes as a change."""
    found = list(Contact.objects.filter(team=team, id__gt=after.id).order_by("id")[: limit + 1])
    more, listed = len(found) > limit, found[:limit]
    ids = [contact.id for contact in listed]
    since = Change.objects.filter(team=team, contact__in=ids, version__gt=after.version)
    changed = set(since.values_list("contact", flat=True))
    items = [
        Item(after._replace(id=contact.id), _of(team, contact), None) for contact in listed if contact.id not in changed
    ]
    if more:
        return Page(items, after._replace(id=ids[-1]), more=True)
    end = Cursor(after.version, LARGEST)
    return Page(items, end, more=is_news(team, end))


def _changes(team: Team, after: Cursor, limit: int) -> Page:
    found = _following(team, after, limit + 1)
    changes = found[:limit]
    states = _states(team, changes)
    items = [Item(Cursor(each.version, each.id), states[each.id], each) for each in changes]
    return Page(items, items[-1].cursor if items else after, more=len(found) > limit)


def _following(team: Team, after: Cursor, limit: int) -> list[Change]:
    """What follows, by two walks along the index: the rest of this version, then higher ones."""
    ordered = Change.objects.filter(team=team).order_by("version", "id")
    rest = list(ordered.filter(version=after.version, id__gt=after.id)[:limit])
    return rest + list(ordered.filter(version__gt=after.version)[: limit - len(rest)])


def _states(team: Team, changes: list[Change]) -> dict[int, Contact | None]:
    """Return each contact as it was after each change: as it is, with what came later taken back."""
    if not changes:
        return {}
    keys = {each.contact for each in changes}
    since = Change.objects.filter(team=team, contact__in=keys, version__gte=changes[0].version)
    later = list(since.order_by("-version", "-id"))
    contacts = {each.id: _of(team, each) for each in Contact.objects.filter(team=team, id__in=keys)}
    states: dict[int, Contact | None] = dict.fromkeys((each.id for each in changes), None)
    for change in later:
        contact = contacts.get(change.contact)
        if contact is None:
            continue
        if change.id in states:
            states[change.id] = _dated(contact, change)
        contacts[change.contact] = _taken_back(contact, change.before or {})
    return states


def _of(team: Team, contact: Contact) -> Contact:
    contact.team = team
    return contact


def _dated(contact: Contact, change: Change) -> Contact:
    contact.updated_at = change.at
    return contact


def _taken_back(contact: Contact, before: Mapping[str, Any]) -> Contact:
    """Return the contact as it was before a change."""
    was = copy.copy(contact)
    values = {key: channel_of_history(each) if key in CHANNELS and each else each for key, each in before.items()}
    known = {key: each for key, each in values.items() if each is not None or key not in CHANNELS}
    for column, value in as_columns(known, custom=contact.custom, members={}, now=contact.created_at).items():
        setattr(was, column, value)
    return was
