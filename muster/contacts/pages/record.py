"""A contact as the pages show it: numbers in the format of their country, channels in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from muster.contacts.history import LABELS, YES_NO, Entry
from muster.contacts.mapping import channel_of, text_of
from muster.contacts.models import Contact, Source
from muster.contacts.schema import schema_of
from muster.core import phones
from muster.core.fields import CHANNELS, OTHER_FIELDS, Kind
from muster.teams.models import Membership, Team, User
from muster.teams.regions import regions


@dataclass(frozen=True, slots=True)
class Number:
    """A number to read, to copy, and the country it belongs to."""

    shown: str
    e164: str
    region: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A channel in words. `source`: "Import", "User", or "Contact": who said so. `entry`: the import that did."""

    channel: str
    label: str
    opted_out: bool
    source: str
    by: User | None
    at: datetime
    own_out: bool
    entry: Entry | None = None

    @property
    def short(self) -> str:
        """The channel, where there is little room."""
        return "Marketing" if self.channel == "whatsapp_marketing" else self.label

    @property
    def state(self) -> str:
        """The words for it."""
        return "Opted out" if self.opted_out else "Opted in"

    @property
    def said(self) -> str:
        """Who said so, as the beginning of a sentence."""
        if self.source == Source.CONTACT:
            return "Said by the contact"
        if self.source == Source.USER:
            return f"Set by {self.by.name}" if self.by else "Set by a user who has left"
        return "From an import"

    @property
    def is_imported(self) -> bool:
        """Whether an import said so."""
        return self.source == Source.IMPORT


@dataclass(frozen=True, slots=True)
class Line:
    """A contact in the list."""

    contact: Contact
    mobile: str
    whatsapp: str
    chips: list[Chip]
    assigned: str


def lines(team: Team, contacts: Iterable[Contact]) -> list[Line]:
    """Return contacts for the list; names are looked up once."""
    listed = list(contacts)
    ids = {contact.assigned_id for contact in listed if contact.assigned_id}
    members = Membership.objects.filter(team=team, id__in=ids).select_related("user")
    names = {member.id: member.user.name for member in members}
    return [
        Line(
            contact,
            phones.show(contact.mobile_number) if contact.mobile_number else "",
            phones.show(contact.whatsapp_number) if contact.whatsapp_number else "",
            chips(contact, {}),
            names.get(contact.assigned_id or 0, ""),
        )
        for contact in listed
    ]


def chips(contact: Contact, users: dict[int, User], consent: Iterable[Entry] = ()) -> list[Chip]:
    """Return the three channels; `users` by id, where who set them matters, and the history of consent."""
    imports = {(part.key, entry.at): entry for entry in consent if entry.import_id for part in entry.parts}
    found = ((channel, channel_of(contact, channel)) for channel in CHANNELS)
    return [
        Chip(
            name,
            LABELS[name],
            each.opted_out,
            each.source,
            users.get(each.by or 0),
            each.at,
            each.own_out,
            imports.get((name, each.at)),
        )
        for name, each in found
    ]


def who_set(contact: Contact) -> dict[int, User]:
    """Return the users who set the contact's channels, by id."""
    return User.objects.in_bulk({channel_of(contact, channel).by for channel in CHANNELS} - {None})


def number(e164: str | None) -> Number | None:
    """Return a number as the record shows it."""
    return Number(phones.show(e164), e164, _region(phones.region_of(e164))) if e164 else None


def own_values(contact: Contact) -> list[tuple[str, str | None]]:
    """Return the fields without a place of their own on the page, each with the contact's value as text, or None."""
    return [
        (field.label, YES_NO.get(value, value) if value and field.kind is Kind.YES_NO else value)
        for field in (*OTHER_FIELDS, *schema_of(contact.team).custom)
        for value in [text_of(contact, field)]
    ]


def _region(code: str | None) -> str:
    return _regions().get(code or "", "")


@lru_cache
def _regions() -> dict[str, str]:
    return {code: words.rpartition(",")[0] for code, words in regions()}
