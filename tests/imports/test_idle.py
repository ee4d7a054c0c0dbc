"""A worker with nothing to do costs next to nothing, and yet begins at once."""

import os
import threading
import time
from pathlib import Path

import pytest
from django.db import connection

from muster.connect.bell import BELL, Bell
from muster.core.fields import Options
from muster.imports import run
from muster.imports.models import Import, State
from muster.teams.models import Team
from tests.cast import Cast
from tests.imports.play import ANA, sheet
from tests.imports.processes import wait_for, workers
from tests.real.ports import wait_until

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
IDLE_SECONDS, MOST_OF_A_CORE = 15, 0.0075  # measured below half a percent; a busy machine takes more


def received(cast: Cast) -> Import:
    options = Options()
    return run.receive(
        cast.team, cast.alice, method="api", filename="a.csv", data=sheet(ANA), options=options, confirm=True
    )


def processor_seconds(pid: int) -> float:
    """What a process and its threads have taken so far; Linux tells."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.slow
def test_it_costs_next_to_nothing_and_begins_within_half_a_second(cast: Cast) -> None:
    with workers() as (worker,):
        wait_for(received(cast), State.DONE)
        time.sleep(2)
        before = processor_seconds(worker.pid)
        time.sleep(IDLE_SECONDS)
        cost = (processor_seconds(worker.pid) - before) / IDLE_SECONDS
        waits = []
        for _ in range(5):
            imp = wait_for(received(cast), State.DONE)
            assert imp.started_at
            assert imp.confirmed_at
            waits.append((imp.started_at - imp.confirmed_at).total_seconds())
            time.sleep(1)
    print(f"idle: {cost:.2%} of a core; from Confirm to start: {sorted(waits)}")
    assert cost < MOST_OF_A_CORE
    assert min(waits) < 0.5


def waited(bell: Bell, stop: threading.Event) -> float:
    """How many seconds, of one at most, it stays quiet."""
    begun = time.monotonic()
    bell.wait(bell.count(), stop, 1)
    return time.monotonic() - begun


def test_it_rings_for_whoever_waits(cast: Cast) -> None:
    bell, stop = Bell(), threading.Event()
    watching = threading.Thread(target=bell.watch, args=(stop,))
    watching.start()
    try:
        wait_until(lambda: bell.count() > 0, seconds=10, what=lambda: "it does not ring at first")
        if connection.vendor == "sqlite":  # the log of PostgreSQL tells of all its databases, those of others too
            wait_until(lambda: waited(bell, stop) > 0.9, seconds=20, what=lambda: "it rings though nothing was written")
        quiet = bell.count()
        Team.objects.filter(pk=cast.team.pk).update(name="Another")
        begun = time.monotonic()
        bell.wait(quiet, stop, 30)
        assert time.monotonic() - begun < 10
        assert bell.count() > quiet
    finally:
        stop.set()
        watching.join()


def test_it_looks_often_where_nobody_watches() -> None:
    begun = time.monotonic()
    BELL.wait(BELL.count(), threading.Event(), 60)
    assert time.monotonic() - begun < 10
