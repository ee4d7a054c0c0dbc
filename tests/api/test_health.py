"""Health and metrics."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from muster.imports.models import Import, Progress
from muster.imports.process import presence
from muster.settings import settings
from tests.cast import Cast
from tests.imports.play import drafted, sheet
from tests.real.ports import wait_until


@pytest.mark.django_db
def test_it_is_up(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db(databases="__all__")
def test_it_is_ready_when_every_migration_is_applied_and_a_worker_is_there(client: Client) -> None:
    presence.tell(uuid.uuid4())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "missing": []})


@pytest.mark.django_db(databases="__all__")
def test_it_is_not_ready_without_a_worker(client: Client) -> None:
    presence.tell(uuid.uuid4())
    Progress.objects.update(at=timezone.now() - timedelta(seconds=61))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "muster work" in str(answer.json()["missing"])


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_worker_is_seen_for_as_long_as_it_runs() -> None:
    with presence.told():
        wait_until(lambda: presence.count() == 1, seconds=10, what=lambda: "nobody seen")
    assert presence.count() == 0


@pytest.mark.django_db
def test_it_is_not_ready_while_a_migration_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'teams'")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "teams.0001_initial" in str(answer.json()["missing"])


@pytest.mark.django_db
def test_it_is_not_ready_without_a_database_and_tells_no_secret(client: Client) -> None:
    def away(*_: Any) -> None:
        raise OperationalError('connection to "db.example.edu" as "muster" failed')

    with connection.execute_wrapper(away):
        answers = [client.get(path) for path in ("/readyz", "/healthz")]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert "db.example.edu" not in str([answer.content for answer in answers])


@pytest.mark.parametrize(
    ("metrics", "token", "asked", "status"),
    [
        ("127.0.0.0/8", "", {}, 200),
        ("10.0.0.0/8", "", {}, 403),
        ("10.0.0.0/8, 127.0.0.1", "", {}, 200),
        ("", "", {}, 403),
        ("", "s3cret", {}, 403),
        ("", "s3cret", {"authorization": "Bearer s3cret"}, 200),
        ("", "s3cret", {"authorization": "Bearer else"}, 403),
        ("", "", {"authorization": "Bearer "}, 403),
    ],
)
@pytest.mark.django_db(databases="__all__")
def test_it_tells_its_metrics_only_to_whom_it_should(
    monkeypatch: pytest.MonkeyPatch, metrics: str, token: str, asked: dict[str, str], status: int
) -> None:
    monkeypatch.setattr(settings(), "metrics", metrics)
    monkeypatch.setattr(settings(), "metrics_token", token)
    assert Client().get("/metrics", headers=asked).status_code == status


@pytest.mark.django_db(databases="__all__")
def test_its_metrics_count_files_that_wait_to_be_looked_at(client: Client, cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet("S1,Ana,Li,+1 716 555 0101,"))
    Import.objects.filter(pk=imp.pk).update(state="checking", created_at=timezone.now() - timedelta(minutes=5))
    text = client.get("/metrics").content.decode()
    assert "muster_waiting_files 1.0" in text
    assert "muster_oldest_waiting_file_seconds 30" in text
    assert "muster_workers 0.0" in text


@pytest.mark.django_db(databases="__all__")
def test_its_metrics_count_imports_by_state(client: Client, cast: Cast) -> None:
    text = client.get("/metrics").content.decode()

    assert 'muster_imports{state="waiting"} 0.0' in text
    assert "muster_mails_unsent 0.0" in text
    assert "alice" not in text
