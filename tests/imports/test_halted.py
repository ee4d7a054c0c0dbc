"""A worker that is halted (SIGSTOP) for longer than its lease: another goes on, and it writes nothing when it wakes."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import connection

from muster.contacts.models import Change, Contact
from muster.imports.models import Import, Mail, State
from muster.imports.progress import progress
from muster.teams.models import Team, User
from tests.cast import Cast
from tests.imports.processes import LEASE_SECONDS, WorkerProcess, wait_for, workers
from tests.imports.test_killed import big_sheet, receive
from tests.real.ports import wait_until

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.slow]
ROWS = 20_000


@contextmanager
def halted(worker: WorkerProcess, holds: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Halt it; while it holds what it must not, let it go on a moment and try again."""
    os.kill(worker.pid, signal.SIGSTOP)
    while holds():
        os.kill(worker.pid, signal.SIGCONT)
        time.sleep(0.005)
        os.kill(worker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker.pid, signal.SIGCONT)


@contextmanager
def halted_while_it_reads(worker: WorkerProcess, team: Team, user: User) -> Iterator[Import]:
    """Halt it early in a large import, and give that one; where it was faster than we were, give it another."""
    for seed in range(2, 12):
        imp = wait_for(receive(team, user, big_sheet(60_000, seed=seed)), State.IMPORTING, State.DONE)
        with halted(worker, somebody_writes):
            imp.refresh_from_db()
            if imp.state == State.IMPORTING and progress(imp)["phase"] != "saving":
                yield imp
                return
        wait_for(imp, State.DONE)
    pytest.fail("ten times it was saving before it could be halted")


def somebody_writes() -> bool:
    """Whether SQLite's one lock is taken: a worker takes it to renew its lease, as well as to save."""
    if connection.vendor != "sqlite":
        return False
    with closing(sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=0)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


def saved(team: Team) -> tuple[int, int, int]:
    """How many contacts, changes and mails there are."""
    counted = Contact.objects.filter(team=team), Change.objects.filter(team=team), Mail.objects.filter(of__team=team)
    contacts, changes, mails = (each.count() for each in counted)
    return contacts, changes, mails


def test_another_takes_over_and_it_writes_nothing_when_it_wakes(cast: Cast) -> None:
    with workers(1) as running:
        wait_for(receive(cast.other_team, cast.charlie, big_sheet(100, seed=1)), State.DONE)
        with halted_while_it_reads(running[0], cast.team, cast.alice) as imp:
            assert imp.fence == 1
            running.append(WorkerProcess())
            wait_for(imp, State.DONE, seconds=120)
            by_another = saved(cast.team)
            assert (imp.fence, f":{running[1].pid}:" in imp.worker) == (2, True)
            running.pop().kill()
        again = wait_for(receive(cast.other_team, cast.charlie, big_sheet(200, seed=3)), State.DONE)
        assert f":{running[0].pid}:" in again.worker, "it lives, and works on"
        imp.refresh_from_db()
        assert (imp.state, imp.fence, saved(cast.team)) == (State.DONE, 2, by_another)


@pytest.mark.postgres
def test_one_that_is_halted_while_it_saves_holds_up_its_team_alone(cast: Cast) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: all of them wait until it wakes or is killed")
    with workers(1) as running:
        imp = wait_for(receive(cast.team, cast.alice, big_sheet(ROWS, seed=2)), State.IMPORTING)
        wait_until(lambda: progress(imp)["phase"] == "saving", seconds=60, what=lambda: f"it is {progress(imp)}")
        with halted(running[0]):
            running.append(WorkerProcess())
            time.sleep(LEASE_SECONDS + 1)
            wait_for(receive(cast.other_team, cast.charlie, big_sheet(100, seed=1)), State.DONE)
            imp.refresh_from_db()
            assert (imp.state, saved(cast.team)) == (State.IMPORTING, (0, 0, 0))
        imp = wait_for(Import.objects.get(pk=imp.pk), State.DONE)
        contacts, changes, mails = saved(cast.team)
        assert contacts == imp.created
        assert (changes, mails) == (imp.created + imp.updated, 1)
