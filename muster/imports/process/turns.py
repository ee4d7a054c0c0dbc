"""Whose turn it is: of the teams that wait, the one that this worker has served longest ago."""

from __future__ import annotations

import time
from datetime import datetime

from django.db.models import Min, QuerySet

from muster.imports.models import Import

_served: dict[int, float] = {}


def in_turn(waiting: QuerySet[Import], since: str) -> list[int]:
    """Return the teams that have something waiting; of those never served, whoever has waited longest comes first."""
    oldest: dict[int, datetime] = dict(waiting.order_by().values_list("team").annotate(Min(since)))
    return sorted(oldest, key=lambda team: (_served.get(team, 0.0), oldest[team]))


def served(team: int) -> None:
    """Let the other teams go first from now on."""
    _served[team] = time.monotonic()


def forget() -> None:
    """Begin anew."""
    _served.clear()
