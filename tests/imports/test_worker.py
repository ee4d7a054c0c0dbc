"""The worker: who gets which import, and what happens to a worker that was away too long."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, connections
from django.db.models import F
from django.utils import timezone

from muster.contacts.models import Contact
from muster.core.sentences import failures
from muster.imports import apply, retention, run, worker, workspace
from muster.imports.models import Content, Import, Mail, Overtaken, Progress, State
from muster.imports.progress import Clock, progress
from muster.imports.store import blobs
from muster.settings import Settings
from muster.teams.models import Team, User
from tests.cast import Cast
from tests.imports.play import ANA, BO, drafted, imported, sheet, totals

pytestmark = pytest.mark.django_db(databases="__all__")


def waiting(team: Team, user: User, *rows: str) -> Import:
    return run.confirm(drafted(team, user, sheet(*(rows or (ANA,)))), user)


def claimed(name: str = "me") -> Import:
    found = worker.claim(name)
    assert found is not None
    return found


def silence(imp: Import) -> None:
    """Its worker has not been heard of for longer than the lease."""
    Import.objects.filter(pk=imp.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_it_takes_the_oldest_first(cast: Cast) -> None:
    first = waiting(cast.team, cast.alice)
    waiting(cast.other_team, cast.charlie)

    mine = claimed()

    assert (mine.pk, mine.state, mine.worker, mine.fence, mine.attempts) == (first.pk, State.IMPORTING, "me", 1, 1)


def test_it_lets_one_import_of_a_team_run_at_a_time(cast: Cast) -> None:
    waiting(cast.team, cast.alice)
    waiting(cast.team, cast.alice, BO)
    other = waiting(cast.other_team, cast.charlie)
    claimed()

    assert claimed().pk == other.pk
    assert worker.claim("me") is None


def test_it_is_the_database_that_allows_one_import_of_a_team(cast: Cast) -> None:
    waiting(cast.team, cast.alice)
    second = waiting(cast.team, cast.alice, BO)
    claimed()

    with pytest.raises(IntegrityError):
        second.move(State.WAITING, to=State.IMPORTING)


def test_it_takes_over_from_a_worker_that_fell_silent(cast: Cast) -> None:
    waiting(cast.team, cast.alice)
    lost = claimed("lost")
    assert worker.claim("next") is None
    silence(lost)

    found = claimed("next")

    assert (found.pk, found.worker, found.fence, found.attempts) == (lost.pk, "next", 2, 2)


def test_it_saves_nothing_for_a_worker_that_was_overtaken(cast: Cast) -> None:
    waiting(cast.team, cast.alice)
    late = claimed("late")
    silence(late)
    quick = claimed("quick")

    with pytest.raises(Overtaken):
        run.run(late)
    assert not Contact.objects.exists()

    assert run.run(quick).totals["created"] == 1
    assert worker.carry_out(late) is None
    assert (Contact.objects.count(), Mail.objects.count()) == (1, 1)


def test_it_takes_a_file_that_nobody_looks_at(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(state=State.CHECKING, lease_until=timezone.now() + timedelta(seconds=9))
    assert worker.claim_unseen("me") is None
    silence(imp)

    assert worker.one_round("me")

    imp.refresh_from_db()
    assert (imp.state, imp.rows) == (State.READY, 1)


def test_it_says_that_nothing_was_saved_when_something_breaks(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    imp = waiting(cast.team, cast.alice)

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(apply, "apply", broken)
        worker.carry_out(claimed())
    imp.refresh_from_db()
    assert (imp.state, imp.failure) == (State.FAILED, failures.FAILURE)
    assert not Contact.objects.exists()
    assert Mail.objects.get().subject == "Import failed: nothing was saved (Admissions)"

    again = worker.run_now(run.confirm(imp, cast.alice))

    assert (again.state, totals(again)) == (State.DONE, (1, 0, 0, 0))
    assert sorted(Mail.objects.values_list("about", flat=True)) == ["failed", "finished"]


def test_it_fails_a_file_that_it_cannot_look_at(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(state=State.CHECKING, lease_until=None)

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(workspace, "look", broken)
    assert worker.one_round("me")

    imp.refresh_from_db()
    assert (imp.state, imp.failure) == (State.FAILED, failures.FAILURE)


def test_it_tries_again_for_a_while_when_the_database_is_busy(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    imp = waiting(cast.team, cast.alice)

    def busy(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(apply, "apply", busy)
    worker.carry_out(claimed())
    imp.refresh_from_db()
    assert (imp.state, imp.attempts) == (State.WAITING, 1)

    while imp.state == State.WAITING:
        worker.carry_out(claimed())
        imp.refresh_from_db()
    assert (imp.state, imp.attempts) == (State.FAILED, worker.MOST_ATTEMPTS)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_it_does_all_that_is_left_and_ends(cast: Cast) -> None:
    imports = [
        waiting(cast.team, cast.alice),
        waiting(cast.other_team, cast.charlie),
        waiting(cast.team, cast.alice, BO),
    ]
    worker.work(once=True)

    assert {Import.objects.get(pk=each.pk).state for each in imports} == {State.DONE}
    assert not Mail.objects.filter(sent_at=None).exists()


def test_it_tells_how_far_it_is(cast: Cast) -> None:
    imp = waiting(cast.team, cast.alice)
    assert progress(imp) == {"phase": "", "done": 0, "of": 1}
    mine = claimed()
    clock = Clock(mine)
    clock.begin("saving", 10)
    clock.tick(4)
    assert progress(mine) == {"phase": "saving", "done": 0, "of": 10}

    clock.told_at = 0
    clock.tick(4)
    assert progress(mine) == {"phase": "saving", "done": 4, "of": 10}

    worker.carry_out(mine)
    mine.refresh_from_db()
    assert progress(mine) == {"phase": "", "done": 1, "of": 1}
    assert not Progress.objects.exists()


def test_it_keeps_the_seconds_of_every_phase(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))

    assert set(imp.seconds) == {"parse", "check", "plan", "apply"}


def test_it_removes_originals_that_are_past_their_time(cast: Cast) -> None:
    old, young = imported(cast.team, cast.alice, sheet(ANA)), imported(cast.team, cast.alice, sheet(BO))
    Import.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31))
    Import.objects.filter(pk=young.pk).update(created_at=timezone.now() - timedelta(days=40))  # it was a draft for long
    retention.prune()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.original_removed_at is None, young.original_removed_at is None) == (False, True)
    assert list(Content.objects.filter(part="original").values_list("of", flat=True)) == [young.pk]


def test_it_cancels_drafts_that_were_left_alone(cast: Cast) -> None:
    old, young = drafted(cast.team, cast.alice, sheet(ANA)), drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    retention.prune()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, old.original_removed_at is None, young.state) == (State.CANCELLED, False, State.READY)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_it_renews_its_lease_while_it_works(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "settings", lambda: Settings(lease_seconds=1))
    waiting(cast.team, cast.alice)
    mine = claimed()
    before = mine.lease_until
    done = threading.Event()

    def watch() -> None:
        while Import.objects.get(pk=mine.pk).lease_until == before:
            done.wait(0.05)
        connections.close_all()

    with worker.heartbeat(mine):
        watching = threading.Thread(target=watch)
        watching.start()
        watching.join(10)
    assert not watching.is_alive()


@pytest.mark.parametrize("hours", [1, -1])
def test_it_takes_over_from_a_worker_whose_clock_is_wrong(cast: Cast, hours: int) -> None:
    waiting(cast.team, cast.alice)
    with time_machine.travel(timezone.now() + timedelta(hours=hours)):
        mine = claimed("wrong")
        assert worker.claim("wrong too") is None  # it is held, whatever the clock of who asks
    assert worker.claim("right") is None

    Import.objects.filter(pk=mine.pk).update(lease_until=F("lease_until") - timedelta(seconds=31))

    assert claimed("right").pk == mine.pk


def test_whoever_was_overtaken_does_not_fail_what_is_another_s(cast: Cast) -> None:
    imp = run.confirm(drafted(cast.team, cast.alice, sheet(ANA)), cast.alice)
    slow = worker.claim("slow")
    assert slow is not None
    Import.objects.filter(pk=imp.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert worker.claim("quick") is not None
    blobs.drop(imp, blobs.ORIGINAL)  # the slow one cannot even read it

    assert worker.carry_out(slow) is None

    imp.refresh_from_db()
    assert (imp.state, imp.worker, Mail.objects.count()) == (State.IMPORTING, "quick", 0)
