"""What an operator sees of connections, calls, deliveries and the feed: in the metrics and in the log."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

from muster.api import changes
from muster.connect import connections
from muster.connect.incoming import listener
from muster.connect.webhooks import manage, sender
from muster.teams import tokens
from tests.cast import Cast
from tests.connect.test_gateways import TOKEN
from tests.connect.test_hook import call
from tests.real.receiver import Receiver

pytestmark = pytest.mark.django_db(databases="__all__")


def metrics() -> dict[str, float]:
    """What `/metrics` says of them, without how long something has waited."""
    lines = Client().get("/metrics").content.decode().splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    ours = ("muster_connections", "muster_calls", "muster_deliveries", "muster_webhooks")
    return {name: float(value) for name, value in found.items() if name.startswith(ours) and float(value)}


def test_the_metrics_count_connections_calls_and_webhooks(cast: Cast, receiving: Receiver) -> None:
    gateway = connections.add(cast.team, cast.alice, kind="twilio", name="Texting", secret=TOKEN)
    assert metrics() == {'muster_connections{kind="twilio"}': 1}

    call(gateway)
    gateway_of_somebody_else = Client().post(f"/hooks/{gateway.key}", "Body=STOP", "application/x-www-form-urlencoded")
    assert gateway_of_somebody_else.status_code == 403
    manage.send_test(manage.add(cast.team, cast.alice, url=receiving.url, events=["contacts.changed"])[0])
    found = metrics()
    assert found['muster_calls{state="waiting"}'] == 1
    assert found["muster_calls_refused_total"] == 1
    assert (found["muster_deliveries_waiting"], found['muster_webhooks{state="on"}']) == (1, 1)

    listener.apply_waiting()
    sender.send_due()
    assert metrics().keys() == {
        'muster_connections{kind="twilio"}',
        'muster_calls{state="done"}',
        "muster_calls_refused_total",
        'muster_webhooks{state="on"}',
    }


def test_the_log_follows_calls_messages_and_readers_and_names_nobody(
    cast: Cast, receiving: Receiver, caplog: Any
) -> None:
    gateway = connections.add(cast.team, cast.alice, kind="twilio", name="Texting", secret=TOKEN)
    webhook, _ = manage.add(cast.team, cast.alice, url=receiving.url, events=["contacts.changed"])
    header = {"Authorization": f"Bearer {tokens.make(cast.alice, 'CRM')[1]}"}
    with caplog.at_level(logging.INFO, logger="muster"):
        call(gateway)
        listener.apply_waiting()
        manage.send_test(webhook)
        sender.send_due()
        held = [changes.waiting.acquire() for _ in range(changes.MOST_WAITING)]
        Client().get("/api/v1/teams/admissions/changes?after=0.0&wait=9", headers=header)
        for _ in held:
            changes.waiting.release()

    said = [each.getMessage() for each in caplog.records if each.name.startswith(("muster.connect", "muster.api"))]
    for words in (
        f"connection {gateway.pk}: a call with 1 messages is kept",
        "Nobody has this number: kept in the stop list",
        f"webhook {webhook.pk}: test arrived: 200 thanks",
        "one is told to ask again",
    ):
        assert [each for each in said if words in each], words
    assert not [each for each in said if "716" in each or "alice" in each]
