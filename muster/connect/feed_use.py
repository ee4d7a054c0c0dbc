"""How the feed of changes is used: counted by each web process, and kept so that /metrics says the same from every one.

A process writes what it has counted once a second at most, beside the calls: on SQLite no import holds that up.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from django.db import DatabaseError, transaction
from django.db.models import Sum
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily

from muster.connect.db_router import CALLS
from muster.connect.feed import Page
from muster.connect.models import FeedUse

log = logging.getLogger(__name__)

SECONDS_BETWEEN_WRITES = 1.0
SEEN_LATELY = timedelta(minutes=1)  # a process that waits for readers writes at least every half minute
KEPT = timedelta(days=1)  # the row of a process that has ended
ENDED = ""  # the row of all that have
COUNTED = ("reads", "items", "turned_away", "changes", "lag_ms")


class _Use:
    """What this process has counted. A process that is forked from it begins anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = 0
        self._name = ""
        self._counted: Counter[str] = Counter()
        self._waiting = 0
        self._written_at = 0.0
        self._unwritten = False

    def add(self, counted: Counter[str], *, waiting: int = 0) -> None:
        """Count, and write it if that is due."""
        with self._lock:
            if self._process != os.getpid():
                self._process, self._name, self._waiting = os.getpid(), uuid4().hex, 0
                self._counted.clear()
            self._counted.update(counted)
            self._waiting += waiting
            self._unwritten = True
            is_due = time.monotonic() - self._written_at >= SECONDS_BETWEEN_WRITES
        if is_due:
            self.write()

    def write(self) -> None:
        """Write what was counted since the last time."""
        with self._lock:
            if not self._unwritten or self._process != os.getpid():
                return
            row = FeedUse(process=self._name, waiting=self._waiting, at=timezone.now(), **self._counted)
            self._unwritten, self._written_at = False, time.monotonic()
        try:
            FeedUse.objects.bulk_create(
                [row],
                update_conflicts=True,
                unique_fields=["process"],
                update_fields=[*COUNTED, "waiting", "at"],
            )
        except DatabaseError as error:
            log.warning("the use of the feed was not written: %s", error)
            self._unwritten = True


_USE = _Use()


def count_read(page: Page) -> None:
    """Count an answer, and how long ago the changes in it were made."""
    now = timezone.now()
    ages = [now - item.change.at for item in page.items if item.change]
    lag_ms = sum(max(round(each.total_seconds() * 1000), 0) for each in ages)
    _USE.add(Counter(reads=1, items=len(page.items), changes=len(ages), lag_ms=lag_ms))


def count_turned_away() -> None:
    """Count a reader who is told to ask again, since too many wait already."""
    _USE.add(Counter(turned_away=1))


@contextmanager
def counted_as_waiting() -> Iterator[None]:
    """Count a reader who waits while the block runs."""
    _USE.add(Counter(), waiting=1)
    try:
        yield
    finally:
        _USE.add(Counter(), waiting=-1)


def collect() -> Iterable[Metric]:
    """Yield the numbers of all processes."""
    _USE.write()
    found = FeedUse.objects.aggregate(**{name: Sum(name, default=0) for name in COUNTED})
    lately = FeedUse.objects.filter(at__gte=timezone.now() - SEEN_LATELY)
    waiting = lately.aggregate(waiting=Sum("waiting", default=0))["waiting"]
    yield CounterMetricFamily("muster_feed_reads", "Answers of the feed of changes.", found["reads"])
    yield CounterMetricFamily("muster_feed_items", "Rows that the feed has handed out.", found["items"])
    yield CounterMetricFamily("muster_feed_turned_away", "Readers told to ask again.", found["turned_away"])
    yield GaugeMetricFamily("muster_feed_waiting", "Readers for whom an answer is held.", waiting)
    lag = SummaryMetricFamily("muster_feed_lag_seconds", "From a change to when it was handed out.")
    lag.add_metric([], found["changes"], found["lag_ms"] / 1000)
    yield lag


def prune() -> None:
    """Add up what processes have counted that have ended."""
    ended = FeedUse.objects.filter(at__lt=timezone.now() - KEPT).exclude(process=ENDED)
    with transaction.atomic(using=CALLS):
        rows = list(ended.values("pk", *COUNTED))
        if rows:
            total, _ = FeedUse.objects.get_or_create(process=ENDED, defaults={"at": timezone.now()})
            for name in COUNTED:
                setattr(total, name, getattr(total, name) + sum(row[name] for row in rows))
            total.save()
            FeedUse.objects.filter(pk__in=[row["pk"] for row in rows]).delete()
