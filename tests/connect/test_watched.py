"""What an operator sees of connections, calls, deliveries and the feed: in the metrics and in the log."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from muster.api import changes
from muster.connect import connections, feed_use, retention
from muster.connect.incoming import listener
from muster.connect.models import FeedUse
from muster.connect.webhooks import manage, sender
from muster.contacts.consent import channels
from muster.contacts.models import Change
from muster.teams import tokens
from tests.cast import Cast
from tests.connect.test_gateways import TOKEN
from tests.connect.test_hook import call
from tests.imports.play import ANA, BO, imported, sheet
from tests.real.receiver import Receiver

pytestmark = pytest.mark.django_db(databases="__all__")


def metrics() -> dict[str, float]:
    """What `/metrics` says of them, without how long something has waited."""
    lines = Client().get("/metrics").content.decode().splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    ours = ("muster_connections", "muster_calls", "muster_deliveries", "muster_webhooks", "muster_feed")
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


def test_the_metrics_follow_readers_of_the_feed(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO))
    header = {"Authorization": f"Bearer {tokens.make(cast.alice, 'CRM')[1]}"}
    path = "/api/v1/teams/admissions/changes"
    before = feed_metrics()
    start = Client().get(f"{path}?after=0", headers=header).json()
    channels.hear(cast.team, "+17165551234", "text", opted_out=True)
    Change.objects.filter(action="consent").update(at=timezone.now() - timedelta(seconds=90))
    assert len(Client().get(f"{path}?after={start['cursor']}", headers=header).json()["items"]) == 1
    with feed_use.counted_as_waiting():
        held = [changes.waiting.acquire() for _ in range(changes.MOST_WAITING)]
        Client().get(f"{path}?after=0&wait=9", headers=header)
        for _ in held:
            changes.waiting.release()
        found = feed_metrics()

    gained = {name: found[name] - before.get(name, 0) for name in found}
    assert 90 <= gained.pop("muster_feed_lag_seconds_sum") < 180
    assert gained == {
        "muster_feed_reads_total": 3,
        "muster_feed_items_total": 5,
        "muster_feed_turned_away_total": 1,
        "muster_feed_waiting": 1,
        "muster_feed_lag_seconds_count": 1,
    }
    assert feed_metrics()["muster_feed_waiting"] == 0


def test_what_ended_processes_have_counted_stays_in_the_sum() -> None:
    long_ago = timezone.now() - feed_use.KEPT * 2
    for name in ("a", "b"):
        FeedUse.objects.create(process=name, at=long_ago, reads=2, items=30, waiting=1)
    FeedUse.objects.create(process="c", at=timezone.now(), reads=1)
    before = feed_metrics()
    retention.prune()

    assert set(FeedUse.objects.values_list("process", "reads", "items")) >= {("", 4, 60), ("c", 1, 0)}
    assert not FeedUse.objects.filter(process__in=["a", "b"]).exists()
    assert feed_metrics() == before


def feed_metrics() -> dict[str, float]:
    """What `/metrics` says of the feed."""
    lines = Client().get("/metrics").content.decode().splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if line.startswith("muster_feed"))
    return {name: float(value) for name, value in found.items() if not name.endswith("_created")}


def test_the_documentation_names_metrics_that_there_are() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "connect.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(muster_[a-z_]+)`", guide))
    there = Client().get("/metrics").content.decode()

    assert len(named) >= 10
    assert [name for name in named if name not in there] == []
