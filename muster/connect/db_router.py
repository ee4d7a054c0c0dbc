"""Keeps the calls of gateways on a connection of their own.

A call is answered when it is kept, within 200 ms, whatever else is being written. SQLite lets one process write to a
file at a time, and an import writes for as long as it takes: so calls have a small file to themselves. On PostgreSQL
they are a table like any other.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model

CALLS = "calls"
KEPT_APART = {("connect", "call"), ("connect", "refusals"), ("connect", "feeduse")}


class CallsRouter:
    """Sends calls to the "calls" connection, and nothing else."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return CALLS if (model._meta.app_label, model._meta.model_name) in KEPT_APART else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        """On SQLite the file of the calls holds nothing else; on PostgreSQL it is all one database."""
        return (app_label, model_name) in KEPT_APART if db == CALLS else None
