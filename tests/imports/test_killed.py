"""A worker killed at any moment loses nothing and doubles nothing: another one finishes the import (P7)."""

import json
import random
import time
from typing import Any

import pytest

from muster.contacts.models import Change, Contact
from muster.core.fields import Options
from muster.imports import run, worker
from muster.imports.models import Import, Mail, State
from muster.teams.models import Team, User
from tests.cast import Cast
from tests.imports.play import HEADER, everything
from tests.imports.processes import WorkerProcess, wait_for, workers

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.slow]

ROWS, MOMENTS = 20_000, 10


def big_sheet(rows: int, *, seed: int) -> bytes:
    """Some rows are bad, some numbers are taken twice, some people come twice."""
    chance = random.Random(seed)
    lines = [HEADER + ",OptedOut"]
    for number in range(rows):
        name = chance.choice(("Ana", "José", "Zoë", "Li"))
        mobile = f"+1 716 {200 + number // 10_000} {number % 10_000:04d}" if chance.random() > 0.02 else "4.41E+11"
        out = chance.choice(("", "yes", "no"))
        lines.append(f"S{number - (chance.random() < 0.01)},{name},Okafor,{mobile},,{out}")
    return "\n".join(lines).encode()


def with_contacts(cast: Cast, name: str) -> Team:
    """A team that knows a part of the file already, in an older form."""
    team = Team.objects.create(slug=name, name=name, notify=["office@example.edu"])
    team.memberships.create(user=cast.alice, role="admin")
    return team


def receive(team: Team, user: User, data: bytes) -> Import:
    return run.receive(
        team,
        user,
        method="api",
        filename="big.csv",
        data=data,
        options=Options(allow_mobile_updates=True),
        confirm=True,
    )


def traces(team: Team) -> Any:
    """All that an import leaves behind, without ids and times."""
    keys = dict(Contact.objects.filter(team=team).values_list("id", "contact_id"))
    contacts = [
        {key: value for key, value in each.items() if key not in ("id", "team_id") and not key.endswith("_at")}
        for each in everything(team)
    ]
    changes = [
        (keys[each.contact], each.row, each.action, timeless(each.before), timeless(each.after))
        for each in Change.objects.filter(team=team).order_by("id")
    ]
    imports = Import.objects.filter(team=team).order_by("created_at")
    sums = [(each.state, each.rows, each.created, each.updated, each.failed, each.summary) for each in imports]
    mails = sorted(Mail.objects.filter(of__team=team).values_list("to", "subject"))
    return contacts, changes, sums, [(to, subject.replace(team.name, "")) for to, subject in mails]


def timeless(kept: Any) -> str:
    """History without the moment a channel changed at."""
    values = {key: [*value[:3], value[4]] if isinstance(value, list) else value for key, value in (kept or {}).items()}
    return json.dumps(values, sort_keys=True)


def test_it_finishes_what_a_killed_worker_began(cast: Cast) -> None:
    first, second = big_sheet(ROWS // 5, seed=1), big_sheet(ROWS, seed=2)
    teams = [with_contacts(cast, f"killed-{moment}") for moment in range(MOMENTS)]
    calm = with_contacts(cast, "calm")
    for team in (calm, *teams):
        worker.run_now(receive(team, cast.alice, first))

    with workers(2) as running:
        takes = seconds_of(receive(calm, cast.alice, second))
        undisturbed = traces(calm)
        moments = [takes * moment / (MOMENTS - 2) for moment in range(MOMENTS)]
        killed_while = [
            kill_at(moment, team, cast.alice, second, running) for moment, team in zip(moments, teams, strict=True)
        ]

    assert [traces(team) == undisturbed for team in teams] == [True] * MOMENTS, killed_while
    assert (State.IMPORTING, False) in killed_while
    assert (State.IMPORTING, True) not in killed_while


def seconds_of(imp: Import) -> float:
    """How long an import takes from its claim to its end, for a worker that has just started."""
    wait_for(imp, State.IMPORTING, State.DONE)
    began = time.monotonic()
    wait_for(imp, State.DONE)
    return time.monotonic() - began


def kill_at(seconds: float, team: Team, user: User, data: bytes, running: list[WorkerProcess]) -> tuple[str, bool]:
    """Kill the worker that has the import, so many seconds after it took it; return what had come of it by then."""
    imp = wait_for(receive(team, user, data), State.IMPORTING, State.DONE)
    time.sleep(seconds)
    doomed = next(each for each in running if f":{each.pid}:" in imp.worker)
    doomed.kill()
    imp.refresh_from_db()
    saved = Contact.objects.filter(team=team, contact_id=f"S{ROWS - 3}").exists()
    running[running.index(doomed)] = WorkerProcess()
    killed_while = imp.state, saved
    wait_for(imp, State.DONE)
    return killed_while
