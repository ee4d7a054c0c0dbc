"""What there is to measure about connections and webhooks; no names, no numbers."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min, Sum
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from muster.connect import feed_use
from muster.connect.models import Call, CallState, Connection, Delivery, DeliveryState, Kind, Refusals, Webhook


def collect() -> Iterator[Metric]:
    """Yield the numbers, the same from every process."""
    connections = dict(Connection.objects.order_by().values_list("kind").annotate(Count("pk")))
    by_kind = GaugeMetricFamily("muster_connections", "Connections, by gateway.", labels=["kind"])
    for kind in Kind.values:
        by_kind.add_metric([kind], connections.get(kind, 0))
    yield by_kind
    calls = dict(Call.objects.order_by().values_list("state").annotate(Count("pk")))
    by_state = GaugeMetricFamily("muster_calls", "Kept calls of gateways, by what came of them.", labels=["state"])
    for state in CallState.values:
        by_state.add_metric([state], calls.get(state, 0))
    yield by_state
    refused = Refusals.objects.aggregate(count=Sum("count"))["count"] or 0
    yield CounterMetricFamily("muster_calls_refused", "Calls that their provider did not sign.", refused)
    yield _waiting_seconds("calls", Call.objects.filter(state=CallState.WAITING).aggregate(at=Min("at"))["at"])
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING)
    yield GaugeMetricFamily("muster_deliveries_waiting", "Events in line for webhooks.", waiting.count())
    yield _waiting_seconds("deliveries", waiting.aggregate(at=Min("at"))["at"])
    webhooks = Webhook.objects.all()
    states = {
        "on": webhooks.filter(enabled=True, failing_since=None),
        "failing": webhooks.filter(enabled=True, failing_since__isnull=False),
        "off": webhooks.filter(enabled=False),
    }
    listed = GaugeMetricFamily("muster_webhooks", "Webhooks by state.", labels=["state"])
    for state, found in states.items():
        listed.add_metric([state], found.count())
    yield listed
    yield from feed_use.collect()


def _waiting_seconds(what: str, oldest: object) -> Metric:
    waited = (timezone.now() - oldest).total_seconds() if oldest else 0.0  # type: ignore[operator]
    return GaugeMetricFamily(f"muster_oldest_waiting_{what}_seconds", "How long the oldest has waited.", waited)
