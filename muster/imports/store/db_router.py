"""Keeps the progress of running imports on a connection of its own."""

from __future__ import annotations

from typing import Any

from django.db.models import Model


class ProgressRouter:
    """Sends the Progress model to the "progress" connection, and nothing else."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        asked = model._meta.app_label, model._meta.model_name  # not its label: the cache's model has none
        return "progress" if asked == ("imports", "progress") else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        """On SQLite the progress file holds that one table; on PostgreSQL both connections are one database."""
        return (model_name == "progress") == (db == "progress") if db == "progress" else None
