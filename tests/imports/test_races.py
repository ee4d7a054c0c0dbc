"""Many at once: no contact twice, no import twice, counts that add up (P6 to P8)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from muster.contacts.models import Change, Contact
from muster.core.fields import Options
from muster.imports import run
from muster.imports.models import Import, Mail, State, WrongState
from muster.teams.models import Team, User
from tests.cast import Cast
from tests.imports.play import sheet, totals
from tests.imports.processes import wait_for_all, workers

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.slow]


def at_once(*tasks: Callable[[], Import]) -> list[Import]:
    """Do everything at the same moment, each in a thread with a connection of its own."""
    barrier = Barrier(len(tasks))

    def one(task: Callable[[], Import]) -> Import:
        barrier.wait()
        try:
            return task()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(one, tasks))


def post(team: Team, user: User, data: bytes, key: str | None = None) -> Callable[[], Import]:
    return lambda: run.receive(
        team, user, method="api", filename="x.csv", data=data, options=Options(), confirm=True, idempotency_key=key
    )


def people(start: int, count: int) -> bytes:
    return sheet(*(f"S{n},Ana,Li,+1 716 555 {n:04d}," for n in range(start, start + count)))


def test_it_imports_the_same_file_once_however_often_it_is_posted_at_once(cast: Cast) -> None:
    with workers(2):
        imports = wait_for_all(at_once(*[post(cast.team, cast.alice, people(0, 2_000))] * 4))

    assert sorted(totals(each) for each in imports) == [(0, 0, 2_000, 0)] * 3 + [(2_000, 0, 0, 0)]
    assert (Contact.objects.count(), Change.objects.count()) == (2_000, 2_000)
    assert Mail.objects.count() == 4


def test_it_makes_one_import_of_posts_with_the_same_key(cast: Cast) -> None:
    imports = at_once(*[post(cast.team, cast.alice, people(0, 10), "the same")] * 4)

    assert len({each.pk for each in imports}) == 1
    assert Import.objects.count() == 1


def test_it_runs_two_imports_of_one_team_one_after_the_other(cast: Cast) -> None:
    with workers(2):
        imports = wait_for_all(
            at_once(post(cast.team, cast.alice, people(0, 2_000)), post(cast.team, cast.alice, people(1_000, 2_000)))
        )

    assert sorted(totals(each) for each in imports) == [(1_000, 0, 1_000, 0), (2_000, 0, 0, 0)]
    assert Contact.objects.count() == 3_000
    first, second = sorted(imports, key=lambda each: each.finished_at or each.created_at)
    assert first.finished_at
    assert second.started_at
    assert first.finished_at <= second.started_at


def test_it_runs_different_teams_side_by_side(cast: Cast) -> None:
    with workers(2):
        imports = wait_for_all(
            at_once(
                post(cast.team, cast.alice, people(0, 3_000)),
                post(cast.other_team, cast.charlie, people(0, 3_000)),
            )
        )

    assert [totals(each) for each in imports] == [(3_000, 0, 0, 0)] * 2
    assert Contact.objects.filter(team=cast.team).count() == 3_000


def test_it_confirms_once_however_many_press_the_button(cast: Cast) -> None:
    imp = run.receive(
        cast.team, cast.alice, method="file", filename="", data=people(0, 5), options=Options(), confirm=False
    )

    late = []

    def press() -> Import:
        try:
            return run.confirm(Import.objects.get(pk=imp.pk), cast.alice)
        except WrongState as wrong:
            late.append(wrong.state)
            return imp

    at_once(press, press, press)

    assert late == [State.WAITING, State.WAITING]
