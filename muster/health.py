"""Whether this process is up, whether it can work, and what there is to measure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hmac import compare_digest
from ipaddress import ip_address, ip_network
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from muster import __version__, migrating
from muster.connect import metrics as connect
from muster.contacts.models import Erasure
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import listed
from muster.imports.models import Import, Mail, State
from muster.imports.process import lease, presence
from muster.settings import settings
from muster.teams.access import owner
from muster.teams.models import User
from muster.teams.pages.installation import keeps_mails
from muster.teams.sign_in.adapters import Accounts

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
    """Answer: imports can be made. If not, what is missing: the database, migrations, or a worker."""
    missing = lacking()
    if missing:
        return JsonResponse({"status": "not ready", "missing": missing}, status=503)
    return JsonResponse({"status": "ready", "missing": []})


def lacking() -> list[str]:
    """What keeps this installation from doing its work, in sentences without secrets."""
    try:
        names = migrating.unapplied()
        if names:
            return [_("Migrations are missing: run `muster migrate`. {listed}.", listed=listed(names))]
        if not presence.count():
            return [_("No worker has been seen for a minute: run `muster work`. Imports wait.")]
        migrating.refuse_later()
    except migrating.LaterDatabase as error:
        return [str(error)]
    except DatabaseError as error:
        logger.warning("no_database", detail=str(error))
        return [_("The database does not answer.")]
    return []


@require_safe
@owner
def status(request: HttpRequest, user: User) -> HttpResponse:
    """Show owners what waits, since when, and who works; the same numbers as /metrics."""
    told = {
        _named(sample): sample.value
        for metric in Queue().collect()
        for sample in metric.samples
        if metric.name != "muster_version"
    }
    return render(
        request, "owner/status.html", {"missing": lacking(), "told": told, "version": __version__, **keeps_mails()}
    )


def _named(sample: Sample) -> str:
    """A number's name in the template: muster_webhooks{state="off"} is webhooks_off."""
    return "_".join((sample.name.removeprefix("muster_"), *sample.labels.values()))


class Queue(Collector):
    """What the database knows: the same numbers from every process, and none of them about a person."""

    def collect(self) -> Iterator[Metric]:
        counts = dict(Import.objects.values_list("state").annotate(Count("pk")))
        by_state = GaugeMetricFamily("muster_imports", "Imports by state.", labels=["state"])
        for state in State.values:
            by_state.add_metric([state], counts.get(state, 0))
        yield by_state
        imports = Import.objects.filter(state=State.WAITING)
        files = Import.objects.filter(lease.is_free(), state=State.CHECKING)
        yield GaugeMetricFamily("muster_waiting_imports", "Imports that wait for a worker.", imports.count())
        yield GaugeMetricFamily(
            "muster_oldest_waiting_import_seconds", "How long the oldest has waited.", _age(imports, "confirmed_at")
        )
        yield GaugeMetricFamily("muster_waiting_files", "Files that wait to be looked at.", files.count())
        yield GaugeMetricFamily(
            "muster_oldest_waiting_file_seconds", "How long the oldest has waited.", _age(files, "created_at")
        )
        yield GaugeMetricFamily("muster_workers", "Workers seen in the last minute.", presence.count())
        unsent = Mail.objects.filter(sent_at=None)
        yield GaugeMetricFamily("muster_mails_unsent", "Mails in the outbox.", unsent.count())
        yield GaugeMetricFamily(
            "muster_mails_retried", "Of them, refused at least once.", unsent.exclude(attempts=0).count()
        )
        erasures = Erasure.objects.all()
        yield GaugeMetricFamily(
            "muster_erasures_waiting", "Erased contacts that past imports may still name.", erasures.count()
        )
        yield GaugeMetricFamily(
            "muster_oldest_erasure_seconds", "How long the oldest has waited.", _age(erasures, "at")
        )
        yield from connect.collect()
        version = GaugeMetricFamily("muster_version", "The version that answers.", labels=["version"])
        version.add_metric([__version__], 1)
        yield version


def _age(waiting: QuerySet[Any], since: str) -> float:
    """Seconds since the oldest began to wait; 0 when none does."""
    oldest = waiting.aggregate(at=Min(since))["at"]
    return float((timezone.now() - oldest if oldest else timedelta()).total_seconds())


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
    """Answer in Prometheus's own format, to whoever has the token or asks from an address that may."""
    if not may_measure(request):
        return HttpResponse("Not from this address: see MUSTER_METRICS and MUSTER_METRICS_TOKEN.\n", status=403)
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def may_measure(request: HttpRequest) -> bool:
    """Whether the metrics are for who asks."""
    token = settings().metrics_token
    if token and compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        return True
    networks = [ip_network(each.strip()) for each in settings().metrics.split(",") if each.strip()]
    address = ip_address(Accounts(request).get_client_ip(request))
    return any(address in network for network in networks)
