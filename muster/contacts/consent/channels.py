"""Opting people in or out: by a user, or by their own word (STOP, START). Every change is kept in the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from muster.contacts.consent import stop_list
from muster.contacts.consent.hearing import Hearing
from muster.contacts.consent.words import API, Heard, Word
from muster.contacts.mapping import channel_of
from muster.contacts.models import Contact, Source
from muster.core.consent import keyword
from muster.teams.lock import locked
from muster.teams.models import Team, User


def hear_words(team: Team, words: Sequence[Word]) -> list[Heard]:
    """Hear what was said, one word after the other, or none of them; return what each came to.

    Takes the team's lock. Raises OtherMessage where a message id has said something else about this number or contact
    and channel, OwnWord where a user may not, Contact.DoesNotExist where one is gone.
    """
    with locked(team) as current:
        hearing = Hearing(current, words)
        heard = [hearing.hear(each) for each in words]
        hearing.save()
    return heard


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
    word = Word(
        channel=channel,
        opted_out=opted_out,
        source=source,
        by=by.id if by else None,
        number=number,
        said=said_text,
        through=through,
        message_id=message_id,
        if_out=if_out,
        at=at or timezone.now(),
    )
    return hear_words(team, [word])[0]


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
    word = Word(
        channel=channel,
        opted_out=opted_out,
        source=source,
        by=by.id if by else None,
        contact=contact.id,
        said=said_text,
        through=through,
        message_id=message_id,
        reason=reason,
        at=at or timezone.now(),
    )
    return hear_words(contact.team, [word])[0].contacts[0]


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
