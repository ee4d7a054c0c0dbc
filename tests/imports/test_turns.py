"""Teams come in turn, and no worker waits for one whose contacts somebody else is changing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections, transaction

from muster.imports import run, undo, worker
from muster.imports.models import Import, State
from muster.teams import lock
from muster.teams.lock import locked
from muster.teams.models import Team, User
from tests.cast import Cast
from tests.imports.play import ANA, BO, drafted, sheet

pytestmark = pytest.mark.django_db(databases="__all__")


def waiting(team: Team, user: User, row: str = ANA) -> Import:
    return run.confirm(drafted(team, user, sheet(row)), user)


def unseen(team: Team, user: User) -> Import:
    imp = drafted(team, user, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(state=State.CHECKING, lease_until=None)
    return imp


@contextmanager
def somebody_writes(team: Team) -> Iterator[None]:
    """Another process has the lock of the team."""
    begun, done = threading.Event(), threading.Event()

    def write() -> None:
        with locked(team):
            begun.set()
            done.wait(30)
        connections.close_all()

    writing = threading.Thread(target=write)
    writing.start()
    begun.wait(10)
    try:
        yield
    finally:
        done.set()
        writing.join()


def test_many_files_of_one_team_do_not_hold_up_another(cast: Cast) -> None:
    many = [unseen(cast.team, cast.alice) for _ in range(3)]
    other = unseen(cast.other_team, cast.charlie)

    taken = [found.pk for _ in range(4) if (found := worker.claim_unseen("me"))]

    assert taken == [many[0].pk, other.pk, many[1].pk, many[2].pk]


def test_many_imports_of_one_team_do_not_hold_up_another(cast: Cast) -> None:
    many = [waiting(cast.team, cast.alice, row) for row in (ANA, BO)]
    other = waiting(cast.other_team, cast.charlie)

    taken = []
    while found := worker.claim("me"):
        taken.append(found.pk)
        worker.carry_out(found)

    assert taken == [many[0].pk, other.pk, many[1].pk]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_it_takes_another_import_while_somebody_writes_to_the_team(cast: Cast) -> None:
    mine, other = waiting(cast.team, cast.alice), waiting(cast.other_team, cast.charlie)

    with somebody_writes(cast.team):
        found = worker.claim("me")
        assert found is not None
        assert found.pk == other.pk
        worker.carry_out(found)
        assert worker.claim("me") is None

    found = worker.claim("me")
    assert found is not None
    assert found.pk == mine.pk


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_it_lets_go_of_an_import_whose_team_is_locked_however_often(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SECONDS_FOR_LOCK", 0.05)
    imp = waiting(cast.team, cast.alice)
    for _ in range(worker.MOST_ATTEMPTS + 1):
        found = worker.claim("me")
        assert found is not None
        with somebody_writes(cast.team):
            worker.carry_out(found)
        imp.refresh_from_db()
        assert (imp.state, imp.attempts) == (State.WAITING, 0)

    assert worker.run_now(imp).state == State.DONE


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_it_asks_whether_a_team_is_free_without_waiting(cast: Cast) -> None:
    with somebody_writes(cast.team), transaction.atomic():
        assert not lock.is_free(cast.team.pk)
        assert lock.is_free(cast.other_team.pk)


def test_a_worker_for_small_imports_leaves_alone_what_takes_long(cast: Cast) -> None:
    large, file = waiting(cast.team, cast.alice), unseen(cast.team, cast.alice)
    Import.objects.filter(pk=large.pk).update(is_large=True)
    small = waiting(cast.other_team, cast.charlie)

    assert worker.one_round("small", small=True)
    assert not worker.one_round("small", small=True)

    states = [Import.objects.get(pk=each.pk).state for each in (large, file, small)]
    assert states == [State.WAITING, State.CHECKING, State.DONE]


def test_the_undo_of_a_large_import_takes_long_too(cast: Cast) -> None:
    done = worker.run_now(waiting(cast.team, cast.alice))
    Import.objects.filter(pk=done.pk).update(is_large=True)
    undo.undo(Import.objects.get(pk=done.pk), cast.alice)

    assert not worker.one_round("small", small=True)
    assert worker.one_round("any")
