"""Health and metrics."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from muster import health
from tests.cast import Cast


@pytest.mark.django_db
def test_it_is_up(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_it_is_ready_when_every_migration_is_applied(client: Client) -> None:
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_it_is_not_ready_while_a_migration_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'teams'")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "teams.0001_initial" in answer.json()["detail"]


def test_it_is_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> list[str]:
        raise OperationalError("nobody there")

    monkeypatch.setattr(health, "unapplied", away)

    assert client.get("/readyz").status_code == 503


@pytest.mark.django_db(databases="__all__")
def test_its_metrics_count_imports_by_state(client: Client, cast: Cast) -> None:
    text = client.get("/metrics").content.decode()

    assert 'muster_imports{state="waiting"} 0.0' in text
    assert "muster_mails_unsent 0.0" in text
    assert "alice" not in text
