"""How long an import belongs to its worker, by the one clock that all workers share: the database's.

A worker's own clock may be an hour ahead; a lease by it would keep the others from taking over for as long.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from muster.settings import settings


def until() -> CombinedExpression:
    """When a lease taken or renewed now runs out."""
    return Now() + timedelta(seconds=settings().lease_seconds)


def has_run_out() -> Q:
    """The worker that holds it has fallen silent."""
    return Q(lease_until__lt=Now())


def is_free() -> Q:
    """Nobody holds it."""
    return Q(lease_until=None) | has_run_out()
