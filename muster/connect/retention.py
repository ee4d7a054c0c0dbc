"""What is not kept for ever: calls beyond the last thousand of a connection, and deliveries past their time."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from muster.connect import feed_use
from muster.connect.incoming import calls
from muster.connect.models import Delivery, DeliveryState
from muster.settings import settings


def prune() -> None:
    """Remove what is past its time."""
    calls.prune()
    feed_use.prune()
    before = timezone.now() - timedelta(days=settings().delivery_days)
    Delivery.objects.filter(at__lt=before).exclude(state=DeliveryState.WAITING).delete()
