"""Applies what gateways passed on: in the order it came, inside the team's lock, each message once.

A team whose import is being saved waits for it, and its STOP then wins over it; other teams do not wait.
"""

from __future__ import annotations

import logging
import threading
from typing import NamedTuple

from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import QuerySet

from muster.connect import outbox
from muster.connect.bell import BELL, let_go
from muster.connect.db_router import CALLS
from muster.connect.models import NO_CONNECTION, Call, CallState, Connection
from muster.contacts.consent import channels
from muster.contacts.consent.channels import Heard, OtherMessage
from muster.contacts.mapping import channel_of
from muster.contacts.models import Contact, Source
from muster.core.sentences.language import gettext_noop
from muster.teams.lock import patience, version_of
from muster.teams.models import Team, User

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 5  # where nothing is written
AT_A_TIME = 50
MOST_ATTEMPTS = 5
SECONDS_FOR_LOCK = 0.25


def run(stop: threading.Event) -> None:
    """Apply what comes until told to stop."""
    while not stop.is_set():
        seen = BELL.count()
        try:
            applied = apply_waiting()
        except (OperationalError, InterfaceError) as error:
            log.warning("the database did not answer, calls wait: %s", error)
            applied = 0
            connections.close_all()
        let_go()
        if not applied:
            BELL.wait(seen, stop, SECONDS_BETWEEN_LOOKS)


def apply_waiting() -> int:
    """Apply what waits, team by team; return how many calls came to an end."""
    teams = Call.objects.filter(state=CallState.WAITING).order_by("team_id").values_list("team_id", flat=True)
    return sum(_apply_of_team(pk) for pk in list(teams.distinct()))


def _apply_of_team(pk: int) -> int:
    """Apply some of a team's calls in one transaction, until one cannot be applied now: none overtakes another."""
    team = Team.objects.filter(pk=pk).first()
    waiting = Call.objects.filter(team_id=pk, state=CallState.WAITING).order_by("id")
    if team is None:
        return waiting.delete()[0]
    calls, ended = list(waiting[:AT_A_TIME]), list[_Ended]()
    names = dict(Connection.objects.filter(team=pk).values_list("pk", "name"))
    try:
        with (
            patience(SECONDS_FOR_LOCK),
            transaction.atomic(),
        ):  # together: a transaction of the team costs more than a word
            stuck = _apply_in_order(team, calls, names, ended)
    except OperationalError as error:
        log.info("calls of team %s wait: %s", pk, error)
        return 0
    _keep(ended)
    if stuck:
        _put_off(stuck)
    return len(ended)


class _Ended(NamedTuple):
    """What came of a call."""

    call: Call
    state: CallState
    outcome: str
    changed: list[int]


def _apply_in_order(team: Team, calls: list[Call], names: dict[int, str], ended: list[_Ended]) -> Call | None:
    """Apply one after the other; return the one at which a fault of ours ended it, if any."""
    for call in calls:
        try:
            ended.append(_applied(team, call, names.get(call.connection_id, "")))
        except OperationalError:
            raise
        except Exception:
            log.exception("call %s was not applied", call.pk)
            return call
    return None


def _applied(team: Team, call: Call, name: str) -> _Ended:
    """Apply one. Killed before what came of it is kept, it is applied again, and heard before by then."""
    try:
        heard = (_by_contact if call.contact else _by_contact_id if call.contact_id else _by_number)(team, call, name)
    except OtherMessage:
        return _Ended(call, CallState.LEFT, gettext_noop("A message with this id said something else before"), [])
    contacts = heard.contacts if heard and heard.counted else []
    state = CallState.DONE if heard and heard.counted else CallState.LEFT
    return _Ended(call, state, _outcome(call, heard), [each.id for each in contacts])


def _by_number(team: Team, call: Call, through: str) -> Heard:
    heard = channels.hear(
        team,
        call.number,
        call.channel,
        opted_out=bool(call.opted_out),
        source=call.source,
        by=User.objects.filter(pk=call.by or 0).first(),
        said_text=call.heard,
        through=through or channels.API,
        message_id=_message_id(call),
        at=call.said_at or call.at,
        if_out=call.if_out,
    )
    if heard.counted and not heard.contacts:
        team.version = version_of(team.pk)
        told = {"id": None, "contact_id": None, "number": call.number, "channel": call.channel}
        outbox.write(team, outbox.CONSENT, {**told, "opted_out": call.opted_out, "source": Source.CONTACT.value})
    return heard


def _by_contact_id(team: Team, call: Call, through: str) -> Heard | None:
    """Hear a gateway that knows people by their ContactId; None when there is none."""
    return _about(Contact.objects.filter(team=team, contact_id=call.contact_id), call, through)


def _by_contact(team: Team, call: Call, through: str) -> Heard | None:
    """Apply what was said of one contact, by API or page; None when it is gone."""
    return _about(Contact.objects.filter(team=team, id=call.contact or 0), call, through)


def _about(found: QuerySet[Contact], call: Call, through: str) -> Heard | None:
    """Apply what was said of a contact, unless something was said since."""
    contact, at = found.select_related("team").first(), call.said_at or call.at
    if contact is None:
        return None
    now = channel_of(contact, call.channel)
    if now.at > at and now.source in {Source.CONTACT, call.source}:
        return Heard([], counted=False)
    changed = channels.set_consent(
        contact,
        channel=call.channel,
        opted_out=bool(call.opted_out),
        source=call.source,
        by=User.objects.filter(pk=call.by or 0).first(),
        message_id=_message_id(call),
        at=at,
        said_text=call.heard,
        through=through or channels.API,
    )
    return Heard([changed], counted=True)


def _message_id(call: Call) -> str | None:
    """The provider's own id, of this connection; a call without one counts by itself."""
    if call.connection_id == NO_CONNECTION:
        return call.message_id or None
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


def _put_off(call: Call) -> None:
    """Through a fault of ours: try again a few times, then say so on the page."""
    call.attempts += 1
    Call.objects.filter(pk=call.pk).update(attempts=call.attempts)
    if call.attempts >= MOST_ATTEMPTS:
        _keep([_Ended(call, CallState.FAILED, gettext_noop("Not applied, because of a problem on our side"), [])])


def _keep(ended: list[_Ended]) -> None:
    """Keep what came of calls, in one transaction of theirs."""
    with transaction.atomic(using=CALLS):
        for call, state, outcome, changed in ended:
            log.info("call %s: %s", call.pk, outcome)
            waiting = Call.objects.filter(pk=call.pk, state=CallState.WAITING)
            waiting.update(state=state, outcome=outcome, changed=changed)
