"""Opting a contact in or out: by hand, or by their own word (STOP, START). Every change is kept in the history."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from muster.contacts import history
from muster.contacts.lock import locked
from muster.contacts.mapping import as_history, channel_of, columns_of_channel
from muster.contacts.models import ConsentMessage, Contact, Source
from muster.core.consent import Channel
from muster.teams.models import Team, User


@dataclass(frozen=True, slots=True)
class Word:
    """What was said about a channel, and by whom."""

    channel: str
    opted_out: bool
    source: str  # user or contact
    by: int | None


def set_consent(
    contact: Contact,
    *,
    channel: str,
    opted_out: bool,
    source: str,
    by: User | None,
    message_id: str | None = None,
) -> Contact:
    """Opt one contact in or out on one channel. The same message heard twice counts once."""
    with locked(contact.team) as team:
        said = Word(channel, opted_out=opted_out, source=source, by=by.id if by else None)
        return _hear(team, [contact.id], said, message_id)[0]


def set_consent_of_number(
    team: Team,
    number: str,
    *,
    channel: str,
    opted_out: bool,
    source: str,
    by: User | None,
    message_id: str | None = None,
) -> list[Contact]:
    """Opt everybody in or out whose number it is, as E.164; nobody's number gives an empty list."""
    with locked(team) as current:
        said = Word(channel, opted_out=opted_out, source=source, by=by.id if by else None)
        return _hear(current, whose(current, number, channel), said, message_id)


def whose(team: Team, number: str, channel: str) -> list[int]:
    """Return the ids of those who are reached at this number on the channel.

    A WhatsApp message may come from somebody of whom only the mobile number is known.
    """
    contacts = Contact.objects.filter(team=team).order_by("id")
    by_mobile = contacts.filter(mobile_number=number).values_list("id", flat=True)
    by_whatsapp = contacts.filter(whatsapp_number=number).values_list("id", flat=True)
    return list(by_mobile) if channel == "text" else list(by_whatsapp) or list(by_mobile)


def _hear(team: Team, ids: list[int], said: Word, message_id: str | None) -> list[Contact]:
    """Do it to the contacts with these ids. Raises Contact.DoesNotExist when one is gone."""
    contacts = [Contact.objects.select_related("team").get(team=team, id=each) for each in ids]
    if not contacts or (message_id and not _is_new(team, message_id)):
        return contacts
    for contact in contacts:
        _settle(contact, said)
    return contacts


def _is_new(team: Team, message_id: str) -> bool:
    return ConsentMessage.objects.get_or_create(team=team, message_id=message_id)[1]


def _settle(contact: Contact, said: Word) -> None:
    """Write the channel and its history, unless it stands so already."""
    old = channel_of(contact, said.channel)
    own_out = said.opted_out if said.source == Source.CONTACT else old.own_out
    if old.opted_out == said.opted_out and (
        said.source == Source.USER or (old.source, old.own_out) == (said.source, own_out)
    ):
        return
    now = timezone.now()
    new = Channel(said.opted_out, said.source, said.by, now, own_out)
    columns = {**columns_of_channel(said.channel, new), "updated_at": now}
    Contact.objects.filter(team=contact.team, id=contact.id).update(**columns)
    for column, value in columns.items():
        setattr(contact, column, value)
    before, after = (as_history({said.channel: each}, {}) for each in (old, new))
    history.record(contact, "consent", source=said.source, by=said.by, before=before, after=after)
