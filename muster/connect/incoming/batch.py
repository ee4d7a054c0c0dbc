"""Applies calls of one team together: in their order, in one change of its contacts, each message once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from muster.connect import outbox
from muster.connect.models import NO_CONNECTION, Call, CallState, Connection
from muster.contacts.consent.hearing import Hearing
from muster.contacts.consent.words import API, Heard, OtherMessage, Word
from muster.contacts.mapping import channel_of
from muster.contacts.models import Contact, Source
from muster.core.sentences.language import gettext_noop
from muster.teams.lock import locked
from muster.teams.models import Team


class Ended(NamedTuple):
    """What came of a call."""

    call: Call
    state: CallState
    outcome: str
    changed: Sequence[int] = ()  # Contact.id


def apply(team: Team, calls: Sequence[Call]) -> list[Ended]:
    """Apply calls in one change of the team; return what came of each."""
    names = dict(Connection.objects.filter(team=team).values_list("pk", "name"))
    with locked(team) as current:
        asked = {each.contact_id for each in calls if each.contact_id}
        by_id = dict(Contact.objects.filter(team=team, contact_id__in=asked).values_list("contact_id", "id"))
        words = [_word(each, by_id, names) for each in calls]
        batch = _Batch(current, words)
        for call, word in zip(calls, words, strict=True):
            batch.apply(call, word)
        batch.save()
    return batch.ended


class _Batch:
    """Calls in one change of a team, and what has come of them so far."""

    def __init__(self, team: Team, words: Sequence[Word]) -> None:
        self.team = team
        self.ended: list[Ended] = []
        self.hearing = Hearing(team, words)
        self.nobodys: list[Word] = []  # said from a number that nobody has

    def apply(self, call: Call, word: Word) -> None:
        """Apply one. Killed before what came of it is kept, it is applied again, and heard before by then."""
        try:
            heard = self._heard(word)
        except OtherMessage:
            told = gettext_noop("A message with this id said something else before")
            self.ended.append(Ended(call, CallState.LEFT, told))
            return
        counted = heard is not None and heard.counted
        contacts = [each.id for each in heard.contacts] if heard and counted else []
        if counted and not contacts:
            self.nobodys.append(word)
        self.ended.append(Ended(call, CallState.DONE if counted else CallState.LEFT, _outcome(call, heard), contacts))

    def save(self) -> None:
        """Write what has come of them, and what webhooks are to be told of numbers that nobody has."""
        self.hearing.save()
        outbox.write_each(self.team, outbox.CONSENT, [_of_nobody(each) for each in self.nobodys])

    def _heard(self, word: Word) -> Heard | None:
        """Hear a word, of a contact unless something was said since; None when there is no such contact."""
        if word.number:
            return self.hearing.hear(word)
        known = self.hearing.reached.found([word.contact or 0])
        if not known:
            return None
        now = channel_of(self.hearing.reached.contact(known[0]), word.channel)
        if now.at > word.at and now.source in {Source.CONTACT, word.source}:
            return Heard([], counted=False)
        return self.hearing.hear(word)


def _of_nobody(word: Word) -> dict[str, Any]:
    """What webhooks are told of a number that nobody has."""
    who = {"id": None, "contact_id": None, "number": word.number, "channel": word.channel}
    return who | {"opted_out": word.opted_out, "source": Source.CONTACT.value}


def _word(call: Call, by_id: dict[str | None, int], names: dict[int, str]) -> Word:
    """What a call says; of a ContactId that nobody has, of no contact."""
    is_by_contact = bool(call.contact or call.contact_id)
    return Word(
        channel=call.channel,
        opted_out=bool(call.opted_out),
        source=call.source,
        by=call.by,
        at=call.said_at or call.at,
        number="" if is_by_contact else call.number,
        contact=call.contact or by_id.get(call.contact_id),
        said=call.heard,
        through=names.get(call.connection_id) or API,
        message_id=_message_id(call),
        if_out=call.if_out,
    )


def _message_id(call: Call) -> str:
    """The sender's own id, of this connection; a call without one counts by itself, once."""
    if call.connection_id == NO_CONNECTION and call.message_id:
        return call.message_id
    return f"{call.connection_id}:{call.message_id or f'call {call.pk}'}"


def _outcome(call: Call, heard: Heard | None) -> str:
    """What a person is told: whom it changed, or why nothing."""
    if heard is None:
        return (
            gettext_noop("No contact has this Contact ID") if call.contact_id else gettext_noop("The contact is gone")
        )
    if not heard.counted:
        return gettext_noop("Counts only for somebody who is out") if call.if_out else gettext_noop("Heard before")
    word = "Opted out" if call.opted_out else "Opted in"
    if not heard.contacts:
        return (
            gettext_noop("Nobody has this number: kept in the stop list")
            if call.opted_out
            else gettext_noop("Nobody has this number")
        )
    return f"{word}: {len(heard.contacts)} contact{'s' if len(heard.contacts) != 1 else ''}"  # as the API says it
