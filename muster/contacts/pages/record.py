"""A contact as the pages show it: numbers in the format of their country, channels in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404
from django.utils.formats import date_format
from django.utils.timezone import localtime

from muster.contacts.history import LABELS, NAMES, YES_NO, Entry
from muster.contacts.mapping import channel_of, text_of
from muster.contacts.models import Contact, Source
from muster.contacts.schema import schema_of
from muster.contacts.search.filters import MOST
from muster.contacts.search.index import fold
from muster.core import phones
from muster.core.consent import Channel
from muster.core.fields import CHANNELS, NUMBER_OF, OTHER_FIELDS, Field, Kind
from muster.core.phones import spellings
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import gettext_of
from muster.teams.access import Access
from muster.teams.models import Membership, Team, User
from muster.teams.regions import region_name
from muster.teams.zones import zone_of


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
    entry: Entry | None = None  # the import that said so
    why: str = ""
    has_number: bool = True

    @property
    def short(self) -> str:
        """The channel, where there is little room."""
        return _("Marketing") if self.channel == "whatsapp_marketing" else self.label

    @property
    def state(self) -> str:
        """The words for it."""
        return _("Opted out") if self.opted_out else _("Opted in")

    @property
    def said(self) -> str:
        """Who said so, as the beginning of a sentence."""
        if self.source == Source.CONTACT:
            return _("Said by the contact")
        if self.source == Source.USER:
            return _("Set by {by}", by=self.by.name) if self.by else _("Set by a user who has left")
        return _("From an import")

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
    found_in: str = ""  # the field that a word was found in, and its value, where the line does not show it


def lines(team: Team, contacts: Iterable[Contact], typed: str = "") -> list[Line]:
    """Return contacts for the list; names are looked up once. `typed` says what they were found by."""
    listed, words = list(contacts), fold(typed).split()
    own = [each for each in schema_of(team).custom if each.searched] if words else []
    ids = {contact.assigned_id for contact in listed if contact.assigned_id}
    members = Membership.everybody.filter(team=team, id__in=ids).select_related("user")
    names = {member.id: member.name for member in members}
    return [
        Line(
            contact,
            phones.show(contact.mobile_number) if contact.mobile_number else "",
            phones.show(contact.whatsapp_number) if contact.whatsapp_number else "",
            chips(contact, {}),
            names.get(contact.assigned_id or 0, ""),
            found_in(contact, words, own),
        )
        for contact in listed
    ]


def found_in(contact: Contact, words: list[str], own: list[Field]) -> str:
    """Return the team's own field in which a word was found, and its value; "" where name, id or numbers have them."""
    shown = fold(f"{contact} {contact.contact_id or ''}")
    for word in words:
        if word in shown or not word.isalnum():
            continue
        for field in own:
            value = text_of(contact, field) or ""
            if word in fold(value):
                return f"{gettext_of(field.label) or field.name}: {value}"
    return ""


def chips(contact: Contact, users: dict[int, User], consent: Iterable[Entry] = ()) -> list[Chip]:
    """Return the three channels; `users` by id, where who set them matters, and the history of consent."""
    listed = list(consent)
    imports = {(part.key, entry.at): entry for entry in listed if entry.import_id for part in entry.parts}
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
            why(contact, name, each, listed),
            bool(getattr(contact, NUMBER_OF[name])),
        )
        for name, each in found
    ]


def why(contact: Contact, channel: str, state: Channel, consent: Iterable[Entry]) -> str:
    """Return why a channel is as it is, as a sentence, by the last entry that changed it; "" where none is known."""
    last = next((entry for entry in consent if any(part.key == channel for part in entry.about_consent)), None)
    if last is None:
        return ""
    on = date_format(localtime(state.at, zone_of(contact.team)), "DATE_FORMAT")
    if state.source == Source.CONTACT:
        said = last.said or ("STOP" if state.opted_out else "START")
        if last.source == Source.CONTACT:
            return _("Said {said} on {on}.", said=said, on=on)
        return _("Opted out when the contact got this number, which had said STOP on {on}.", on=on)
    if state.source == Source.USER:
        name = last.by.name if last.by else _("a user who has left")
        done = (
            _("Opted out by {name} on {on}", name=name, on=on)
            if state.opted_out
            else _("Opted in by {name} on {on}", name=name, on=on)
        )
        return f"{done}: {last.reason}" if last.reason else f"{done}."
    return _why_imported(contact, channel, last, on, opted_out=state.opted_out)


def _why_imported(contact: Contact, channel: str, entry: Entry, on: str, *, opted_out: bool) -> str:
    if not opted_out and entry.action == "created":
        said = _("Opted in since an import on {on}.", on=on)
    elif not opted_out:
        said = _("Opted in again by an import on {on}.", on=on)
    elif channel == "text" and _cannot_be_texted(contact, entry):
        code = f"+{phones.calling_code(contact.team.home_region)}"
        said = _("Opted out on {on}: the number came from WhatsApp and is not {code}.", on=on, code=code)
    else:
        said = _("Opted out on {on}: the file said {column} = Yes.", on=on, column=NAMES[channel])
    return said + (" " + _("Row {row} of the file.", row=entry.row) if entry.row else "")


def _cannot_be_texted(contact: Contact, entry: Entry) -> bool:
    """Whether a change inferred a mobile number of another calling code than the team's."""
    home = f"+{phones.calling_code(contact.team.home_region)}"
    keys = {part.key: part.after for part in entry.parts}
    return bool(keys.get("mobile_number_inferred")) and not (contact.mobile_number or home).startswith(home)


def who_set(contact: Contact) -> dict[int, User]:
    """Return the users who set the contact's channels, by id."""
    return User.objects.in_bulk({channel_of(contact, channel).by for channel in CHANNELS} - {None})


def number(e164: str | None) -> Number | None:
    """Return a number as the record shows it."""
    return Number(phones.show(e164), e164, region_name(phones.region_of(e164))) if e164 else None


def same_numbers(contact: Contact) -> list[Contact]:
    """Return other contacts whose mobile number is this one's in another spelling: they are shown, never merged."""
    spelled = spellings.of(contact.mobile_number) if contact.mobile_number else ()
    if len(spelled) < 2:
        return []
    others = Contact.objects.filter(team=contact.team, mobile_number__in=spelled).exclude(id=contact.id)
    return list(others.order_by("id"))


def own_values(contact: Contact) -> list[tuple[str, str | None]]:
    """Return the fields without a place of their own on the page, each with the contact's value as text, or None."""
    return [
        (
            gettext_of(field.label) or field.name,
            YES_NO.get(value, value) if value and field.kind is Kind.YES_NO else value,
        )
        for field in (*OTHER_FIELDS, *schema_of(contact.team).custom)
        for value in [text_of(contact, field)]
    ]


def contact_of(who: Access, pk: int) -> Contact:
    """Return a contact of the team. Raises Http404."""
    contact = Contact.objects.select_related("team").filter(team=who.team, id=pk).first() if pk <= MOST else None
    if contact is None:
        raise Http404("No such contact")
    return contact
