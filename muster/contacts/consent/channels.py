"""Opting people in or out: by a user, or by their own word (STOP, START). Every change is kept in the history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from muster.contacts import counts, history
from muster.contacts.consent import stop_list
from muster.contacts.consent.keyed_hash import keyed_hash, keyed_hashes
from muster.contacts.mapping import as_history, channel_of, columns_of_channel
from muster.contacts.models import ConsentMessage, Contact, Source
from muster.core.consent import Channel, keyword
from muster.core.phones import spellings
from muster.teams import audit
from muster.teams.lock import locked
from muster.teams.models import Team, User

API = "api"
CONTACT = "contact:"  # before the id of a contact that a message is about, in place of a number


class OwnWord(Exception):  # noqa: N818  says what it is
    """The contact's own word was STOP: a user opts them in on the contact's page only, and says why."""


class OtherMessage(Exception):  # noqa: N818  says what it is
    """A message with this id was heard before, and said something else."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a word came to: the contacts it was about, as they are now, and whether it counted.

    A word counts once: not the same message again, not one older than the last, and YES only for who is out.
    """

    contacts: list[Contact]
    counted: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """What was said about a channel, by whom, when and why."""

    channel: str
    opted_out: bool
    source: str  # user or contact
    by: int | None
    at: datetime
    said: str = ""
    reason: str = ""


def hear(
    team: Team,
    number: str,
    channel: str,
    *,
    opted_out: bool,
    source: str = Source.CONTACT,
    by: User | None = None,
    said_text: str = "",
    through: str = API,
    message_id: str | None = None,
    at: datetime | None = None,
    if_out: bool = False,
) -> Heard:
    """Hear STOP or START from a number: E.164, in any spelling (`spellings.heard` reads what gateways send).

    The contact's own word is kept on the stop list, also when nobody has the number, and everybody who has it on
    the channel is opted out, or in. A user's word changes the contacts only, and opts nobody in whose own word was
    STOP. `said_text`: the keyword. `through`: "api", or the name of a connection. `at`: when it was said; now, if
    that is not known. `if_out`: it counts only for who is out (YES).

    Takes the team's lock. Raises OtherMessage where the message id has said something else about this number and
    channel, OwnWord where a user may not.
    """
    with locked(team) as current:
        said = _Word(channel, opted_out, source, by.id if by else None, at or timezone.now(), said_text)
        contacts = _with_ids(current, whose(current, number, channel, opted_out=opted_out))
        if if_out and not (_is_out(contacts, channel) or stop_list.word(current, number, channel)):
            return Heard(contacts, counted=False)
        if not _is_new(current, message_id, said, number):
            return Heard(contacts, counted=False)
        if source == Source.CONTACT and not _keep(current, number, said, through, message_id):
            return Heard(contacts, counted=False)
        _settle_all(contacts, said)
        return Heard(contacts, counted=True)


def hear_text(
    team: Team,
    number: str,
    channel: str,
    text: str,
    *,
    through: str,
    message_id: str | None = None,
    at: datetime | None = None,
) -> Heard | None:
    """Hear a message of which only the text is known; None where it is no keyword, of C10 or of the team's own."""
    found = keyword(text, team.out_words, team.in_words)
    if found is None:
        return None
    return hear(
        team,
        number,
        channel,
        opted_out=found.opted_out,
        said_text=found.word.upper(),
        through=through,
        message_id=message_id,
        at=at,
        if_out=found.if_out,
    )


def set_consent(
    contact: Contact,
    *,
    channel: str,
    opted_out: bool,
    source: str,
    by: User | None,
    message_id: str | None = None,
    reason: str = "",
    at: datetime | None = None,
    said_text: str = "",
    through: str = API,
) -> Contact:
    """Opt one contact in or out on one channel. The same message heard twice counts once.

    The contact's own word belongs to the number they have on the channel, and so to everybody who has it. `reason`:
    why a user opts somebody in whose own word was STOP; without one it raises OwnWord. `at`, `said_text`, `through`:
    as of `hear`.
    """
    with locked(contact.team) as team:
        said = _Word(channel, opted_out, source, by.id if by else None, at or timezone.now(), said_text, reason)
        current = _with_ids(team, [contact.id])[0]
        if not _is_new(team, message_id, said, f"{CONTACT}{contact.id}"):
            return current
        number, others = stop_list.numbers_of(current)[channel], set[int]()
        if source == Source.USER:
            if not opted_out and own_word(current, channel):
                _lift(current, said, number)
        elif number:
            _keep(team, number, said, through, message_id)
            others = set(whose(team, number, channel, opted_out=opted_out)) - {current.id}
        _settle_all([*_with_ids(team, others), current], said)
        return current


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
    """Opt everybody in or out whose number it is; nobody's number gives an empty list, and is kept (`hear`)."""
    return hear(team, number, channel, opted_out=opted_out, source=source, by=by, message_id=message_id).contacts


def own_word(contact: Contact, channel: str) -> bool:
    """Whether a contact is out on a channel by their own word, or by that of their number."""
    state = channel_of(contact, channel)
    if not state.opted_out:
        return False
    number = stop_list.numbers_of(contact)[channel]
    return state.own_out or bool(number and stop_list.word(contact.team, number, channel))


def whose(team: Team, number: str, channel: str, *, opted_out: bool) -> list[int]:
    """Return the ids of those who are reached at this number, in any spelling, on the channel.

    A WhatsApp message may come from somebody of whom only the mobile number is known. Where nobody is reached at the
    number, STOP counts for who has it as mobile number beside another for WhatsApp; START does not: it is not its word.
    """
    spelled = spellings.of(number)
    contacts = Contact.objects.filter(team=team).order_by("id")
    by_mobile = contacts.filter(mobile_number__in=spelled)
    if channel == "text":
        return list(by_mobile.values_list("id", flat=True))
    by_whatsapp = contacts.filter(whatsapp_number__in=spelled)
    only_mobile = by_mobile.filter(whatsapp_number__isnull=True)
    found = {*by_whatsapp.values_list("id", flat=True), *only_mobile.values_list("id", flat=True)}
    return sorted(found) or (list(by_mobile.values_list("id", flat=True)) if opted_out else [])


def _with_ids(team: Team, ids: Iterable[int]) -> list[Contact]:
    """Return the contacts with these ids. Raises Contact.DoesNotExist when one is gone."""
    return [Contact.objects.select_related("team").get(team=team, id=each) for each in sorted(ids)]


def _is_out(contacts: Iterable[Contact], channel: str) -> bool:
    return any(channel_of(each, channel).opted_out for each in contacts)


def contradicts(team: Team, message_id: str, channel: str, about: str, *, opted_out: bool) -> bool:
    """Whether a message was heard before about the same number or contact. Raises OtherMessage: it said otherwise."""
    plain = f"message:{team.pk}:{about if about.startswith(CONTACT) else spellings.key(about)}"
    heard = ConsentMessage.objects.filter(team=team, message_id=message_id, channel__in=(channel, ""))
    before = heard.filter(about__in=(*keyed_hashes(plain), "")).first() if message_id else None
    if before is not None and before.opted_out not in (None, opted_out):
        raise OtherMessage
    return before is not None


def _is_new(team: Team, message_id: str | None, said: _Word, about: str) -> bool:
    """Whether a message has not been heard before. The same id may speak of other numbers, contacts and channels."""
    if not message_id:
        return True
    if contradicts(team, message_id, said.channel, about, opted_out=said.opted_out):
        return False
    key = about if about.startswith(CONTACT) else spellings.key(about)
    kept = {"channel": said.channel, "about": keyed_hash(f"message:{team.pk}:{key}"), "opted_out": said.opted_out}
    ConsentMessage.objects.create(team=team, message_id=message_id, **kept)
    return True


def _keep(team: Team, number: str, said: _Word, through: str, message_id: str | None) -> bool:
    """Keep the contact's own word on the stop list; return whether it counts."""
    kept = stop_list.Said(said.channel, said.opted_out, said.at, said.said, through, said.by, message_id or "")
    return stop_list.write(team, number, kept)


def _lift(contact: Contact, said: _Word, number: str | None) -> None:
    """Let a user opt in somebody whose own word was STOP. Raises OwnWord without a reason."""
    if not said.reason.strip():
        raise OwnWord
    if number:
        stop_list.lift(contact.team, number, said.channel)
    by = User.objects.filter(pk=said.by or 0).first()
    audit.record(contact.team, by, "stop-lifted", contact=contact.contact_id or contact.id, channel=said.channel)


def _settle_all(contacts: Iterable[Contact], said: _Word) -> None:
    """Settle the contacts, and keep the counts once for all of them."""
    tally = counts.Tally()
    listed = list(contacts)
    for contact in listed:
        _settle(contact, said, tally)
    if listed:
        tally.keep(listed[0].team)


def _settle(contact: Contact, said: _Word, tally: counts.Tally) -> None:
    """Write the channel and its history, unless it stands so already."""
    old = channel_of(contact, said.channel)
    own_out = said.opted_out if said.source == Source.CONTACT else old.own_out
    if old.opted_out == said.opted_out and (
        said.source == Source.USER or (old.source, old.own_out) == (said.source, own_out)
    ):
        return
    if said.source == Source.USER and not said.opted_out and not said.reason and own_word(contact, said.channel):
        raise OwnWord
    now = timezone.now()
    new = Channel(said.opted_out, said.source, said.by, now, own_out)
    columns = {**columns_of_channel(said.channel, new), "updated_at": now}
    Contact.objects.filter(team=contact.team, id=contact.id).update(**columns)
    for column, value in columns.items():
        setattr(contact, column, value)
    before, after = (as_history({said.channel: each}, {}) for each in (old, new))
    words = {history.SAID: said.said, history.REASON: said.reason.strip()}
    after |= {key: text for key, text in words.items() if text}
    history.record(contact, "consent", source=said.source, by=said.by, before=before, after=after, tally=tally)
