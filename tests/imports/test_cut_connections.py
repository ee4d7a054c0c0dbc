"""Connections to PostgreSQL that are cut, by a restart say: whoever holds one for long goes on with another."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, connections
from django.utils import timezone

from muster.imports import mail, worker
from muster.imports.mailing import mail_sender
from muster.imports.models import Import, Mail, Progress
from muster.imports.process import presence
from muster.settings import Settings
from tests.cast import Cast
from tests.imports.play import ANA, imported, sheet
from tests.imports.test_worker import claimed, waiting
from tests.real.ports import wait_until

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _postgres() -> Iterator[None]:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite is a file: there is no connection to cut")
    yield
    connections.close_all()


def cut() -> None:
    """End every other connection to the database, as a restart does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    for each in connections.all(initialized_only=True):
        if each.alias != connection.alias:
            each.close()  # this thread's own, to other databases


def test_a_lease_is_renewed_all_the_same(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "settings", lambda: Settings(lease_seconds=1))
    waiting(cast.team, cast.alice)
    mine = claimed()

    def lease() -> object:
        return Import.objects.values_list("lease_until", flat=True).get(pk=mine.pk)

    with worker.heartbeat(mine):
        first = lease()
        wait_until(lambda: lease() != first, seconds=10, what=lambda: "it is not renewed")
        cut()
        before = lease()
        wait_until(lambda: lease() != before, seconds=10, what=lambda: "it is not renewed any more")


def test_a_worker_is_seen_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "SECONDS_BETWEEN", 0.2)

    def seen() -> object:
        return Progress.objects.filter(phase=presence.WORKER).values_list("at", flat=True).first()

    with presence.told():
        wait_until(lambda: seen() is not None, seconds=10, what=lambda: "it is not there")
        cut()
        before = seen()
        wait_until(lambda: seen() != before, seconds=10, what=lambda: "it is not there any more")


def test_a_mail_that_was_sent_is_kept_as_sent(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    mail.write_failure(imp, timezone.now())
    written = Mail.objects.filter(of=imp, sent_at=None).first()
    assert written
    claimed_at, kept = threading.Event(), threading.Event()

    def keep() -> None:
        mail_sender.claim(written, timezone.now())
        claimed_at.set()
        kept.wait(10)
        mail_sender._keep(written, sent_at=timezone.now())
        connections.close_all()

    sending = threading.Thread(target=keep)
    sending.start()
    claimed_at.wait(10)
    cut()
    kept.set()
    sending.join(10)

    assert not sending.is_alive()
    assert Mail.objects.get(pk=written.pk).sent_at
