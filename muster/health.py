"""Whether this process is up, whether it can work, and what there is to measure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from muster import __version__
from muster.imports.models import Import, Mail, State

logger = structlog.get_logger(__name__)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer: this process is up and reaches its database, without which it can serve nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("no_database", detail=str(error))
        return JsonResponse({"status": "no database", "version": __version__}, status=503)
    return JsonResponse({"status": "up", "version": __version__})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer: the database is reachable and every migration is applied."""
    try:
        missing = unapplied()
    except DatabaseError as error:
        return JsonResponse({"status": "no database", "detail": str(error)}, status=503)
    if missing:
        return JsonResponse({"status": "migrations missing", "detail": missing}, status=503)
    return JsonResponse({"status": "ready"})


def unapplied() -> list[str]:
    """The migrations that the database still lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


class Queue(Collector):
    """What the database knows: the same numbers from every process, and none of them about a person."""

    def collect(self) -> Iterator[Metric]:
        counts = dict(Import.objects.values_list("state").annotate(Count("pk")))
        imports = GaugeMetricFamily("muster_imports", "Imports by state.", labels=["state"])
        for state in State.values:
            imports.add_metric([state], counts.get(state, 0))
        yield imports
        oldest = Import.objects.filter(state=State.WAITING).aggregate(at=Min("confirmed_at"))["at"]
        waited = (timezone.now() - oldest if oldest else timedelta()).total_seconds()
        yield GaugeMetricFamily("muster_oldest_waiting_import_seconds", "How long the oldest has waited.", waited)
        unsent = Mail.objects.filter(sent_at=None)
        yield GaugeMetricFamily("muster_mails_unsent", "Mails in the outbox.", unsent.count())
        yield GaugeMetricFamily(
            "muster_mails_retried", "Of them, refused at least once.", unsent.exclude(attempts=0).count()
        )
        version = GaugeMetricFamily("muster_version", "The version that answers.", labels=["version"])
        version.add_metric([__version__], 1)
        yield version


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Queue())
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


REGISTRY = _registry()


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus's own format."""
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
