"""Applies what gateways passed on: in the order it came, inside the team's lock, each message once.

A team whose import is being saved waits for it, and its STOP then wins over it; other teams do not wait.
"""

from __future__ import annotations

import logging
import threading

from django.db import InterfaceError, OperationalError, connections

from muster.connect.bell import BELL, let_go
from muster.connect.incoming import batch
from muster.connect.incoming.batch import Ended
from muster.connect.models import Call, CallState
from muster.contacts.consent.each_row import update_each
from muster.core.sentences.language import gettext_noop
from muster.teams.lock import patience
from muster.teams.models import Team

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 5  # where nothing is written
AT_A_TIME = 500
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
    """Apply some of a team's calls, until one cannot be applied now: none overtakes another."""
    team = Team.objects.filter(pk=pk).first()
    waiting = Call.objects.filter(team_id=pk, state=CallState.WAITING).order_by("id")
    if team is None:
        return waiting.delete()[0]
    ended = list[Ended]()
    try:
        with patience(SECONDS_FOR_LOCK):
            _apply(team, list(waiting[:AT_A_TIME]), ended)
    except OperationalError as error:
        log.info("calls of team %s wait: %s", pk, error)
    _keep(ended)
    return len(ended)


def _apply(team: Team, calls: list[Call], ended: list[Ended]) -> None:
    """Apply calls together; where a fault of ours ends that, one by one up to the one that it is at."""
    try:
        ended += batch.apply(team, calls)
    except OperationalError:
        raise
    except Exception as error:
        if len(calls) == 1:
            log.exception("call %s was not applied", calls[0].pk)
            _put_off(calls[0], ended)
            return
        log.warning("calls of team %s are applied one by one: %s", team.pk, error)
        for each in calls:
            before = len(ended)
            _apply(team, [each], ended)
            if len(ended) == before:
                return


def _put_off(call: Call, ended: list[Ended]) -> None:
    """Through a fault of ours: try again a few times, then say so on the page."""
    call.attempts += 1
    Call.objects.filter(pk=call.pk).update(attempts=call.attempts)
    if call.attempts >= MOST_ATTEMPTS:
        ended.append(Ended(call, CallState.FAILED, gettext_noop("Not applied, because of a problem on our side")))


def _keep(ended: list[Ended]) -> None:
    """Keep what came of calls, unless another worker was first."""
    for each in ended:
        log.info("call %s: %s", each.call.pk, each.outcome)
    rows = [(call.pk, state.value, outcome, list(changed)) for call, state, outcome, changed in ended]
    update_each(Call, ("state", "outcome", "changed"), rows, {"state": CallState.WAITING.value})
