"""Checks of the installation that Django runs on a database: whether what is kept as hashes can still be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models.functions import Substr

from muster.contacts.consent.keyed_hash import NAMED, is_readable
from muster.contacts.models import StopWord


@checks.register(checks.Tags.database)
def hashes_can_be_compared(
    app_configs: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """The secret of every hash on the stop list is known: else a number that said STOP would be written to again."""
    asked = DEFAULT_DB_ALIAS in (databases or ())
    if not asked or StopWord._meta.db_table not in connection.introspection.table_names():
        return []  # before the first migration
    many = unreadable()
    if not many:
        return []
    return [
        checks.Warning(
            f"{many} numbers of erased people on stop lists were hashed with a secret key that is not set: "
            "STOP no longer counts for them.",
            hint="Put the earlier secret key into MUSTER_OLD_SECRET_KEYS.",
            id="muster.W002",
        )
    ]


def unreadable() -> int:
    """Return how many numbers are stopped by hashes that can no longer be compared."""
    hashed = StopWord.objects.filter(number__isnull=True).annotate(maker=Substr("key", 1, NAMED))
    makers = hashed.order_by().values_list("maker", flat=True).distinct()
    lost = [maker for maker in makers if not is_readable(maker)]
    return hashed.filter(maker__in=lost).count() if lost else 0
