"""A file that ends whoever takes it is tried a few times, by whatever worker, and then given up with a mail (P13)."""

import signal
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from muster.contacts.models import Contact
from muster.core.fields import Options
from muster.core.sentences import failures
from muster.imports import run, worker
from muster.imports.models import Import, Mail, State
from muster.settings import settings
from tests.cast import Cast
from tests.imports.play import ANA, drafted, sheet
from tests.imports.processes import WorkerProcess, wait_for

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
ROWS = "".join(f"S{number},Ana,Okafor,+1 716 555 {number:04d},\n" for number in range(9_000)) * 20


def waiting(cast: Cast) -> Import:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    return run.confirm(imp, cast.alice)


def unseen(cast: Cast) -> Import:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(state=State.CHECKING, lease_until=None, looked=-1, summary={})
    return imp


def ends_its_worker(imp: Import, name: str) -> bool:
    """Let a worker claim it and be heard of no more. False when there was nothing to claim."""
    taken = worker.claim(name) or worker.claim_unseen(name)
    Import.objects.filter(pk=imp.pk).exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))
    return taken is not None


@pytest.mark.parametrize("made", [waiting, unseen])
def test_it_gives_up_after_three_workers(cast: Cast, made: Any) -> None:
    imp = made(cast)

    assert [ends_its_worker(imp, f"worker {number}") for number in range(5)] == [True, True, True, False, False]

    imp.refresh_from_db()
    assert (imp.state, imp.failure) == (State.FAILED, failures.GIVEN_UP.format(tries=3))
    mail = Mail.objects.get()
    assert (mail.to, mail.about) == ("alice@example.edu", "failed")
    assert "It was tried 3 times." in mail.text
    assert "It was tried 3 times." in mail.html


@pytest.mark.parametrize("made", [waiting, unseen])
def test_it_can_be_tried_again_by_hand(cast: Cast, made: Any) -> None:
    imp = made(cast)
    for number in range(4):
        ends_its_worker(imp, f"worker {number}")
    imp.refresh_from_db()

    again = run.confirm(imp, cast.alice)
    assert (again.lost, again.failure) == (0, "")
    ended = worker.run_now(again)

    assert ended.state == (State.DONE if made is waiting else State.READY)


def test_it_does_not_count_a_worker_that_lives(cast: Cast) -> None:
    imp = unseen(cast)

    for _ in range(4):
        assert ends_its_worker(imp, "the same")

    imp.refresh_from_db()
    assert (imp.state, imp.lost) == (State.CHECKING, 0)


def test_it_forgets_what_was_lost_once_a_file_is_looked_at(cast: Cast) -> None:
    imp = unseen(cast)
    ends_its_worker(imp, "one")
    ends_its_worker(imp, "two")
    assert worker.one_round("three")

    imp.refresh_from_db()
    assert (imp.state, imp.lost, imp.attempts) == (State.READY, 0, 0)


def test_it_counts_a_page_that_ended_over_a_file(cast: Cast) -> None:
    imp = unseen(cast)
    Import.objects.filter(pk=imp.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    assert worker.claim_unseen("a worker")

    imp.refresh_from_db()
    assert imp.lost == 1


def received(cast: Cast) -> Import:
    data = sheet(ROWS)
    return run.receive(
        cast.team, cast.alice, method="api", filename="big.csv", data=data, options=Options(), confirm=True
    )


def ended(**env: str) -> int:
    """How a worker ends, by its own doing."""
    process = WorkerProcess(**env)
    try:
        return process.process.wait(60)
    finally:
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("little", "end"),
    [({"MUSTER_WORKER_SECONDS": "0.02"}, -signal.SIGPROF), ({"MUSTER_WORKER_MEMORY_MB": "170"}, 1)],
    ids=["time", "memory"],
)
def test_it_ends_a_worker_that_takes_too_much(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, little: dict[str, str], end: int
) -> None:
    monkeypatch.setattr(settings(), "page_rows", 1_000)
    imp = received(cast)
    assert (imp.state, imp.is_large) == (State.CHECKING, True)

    assert [ended(**little), ended(**little)] == [end] * 2

    other = waiting(cast)
    last = WorkerProcess(MUSTER_LOST_WORKERS="2")
    try:
        wait_for(imp, State.FAILED)
        wait_for(other, State.DONE)
    finally:
        last.kill()
    assert imp.failure == failures.GIVEN_UP.format(tries=2)
    assert [each.contact_id for each in Contact.objects.all()] == ["S1"]
    assert sorted(Mail.objects.values_list("about", flat=True)) == ["failed", "finished"]


def test_it_leaves_files_of_many_rows_to_the_worker(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "page_rows", 3)
    few, many = (drafted(cast.team, cast.alice, sheet(*[ANA] * rows), method="file") for rows in (2, 5))
    assert [(each.state, each.is_large) for each in (few, many)] == [(State.READY, False), (State.CHECKING, True)]

    assert worker.one_round("a worker")

    many.refresh_from_db()
    assert (many.state, many.rows) == (State.READY, 5)


def test_it_measures_anew_when_another_row_is_the_header(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "page_cells", 100)
    text = "A title\n" + sheet(ANA, ANA).decode().replace("\n", "," * 40 + "x\n", 1)
    imp = drafted(cast.team, cast.alice, text.encode(), method="file")
    assert (imp.state, imp.is_large) == (State.REFUSED, False)

    imp = run.revise(imp, cast.alice, Options(header_row=2))

    assert (imp.state, imp.is_large) == (State.CHECKING, True)
