"""Bringing the database up to date: what is missing, and one process at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from muster.pools import close_pools
from muster.settings import settings

LOCK = 0x4D55535445  # for PostgreSQL, which knows its advisory locks by number


def migrate_database(*, quiet: bool) -> None:
    """Apply the migrations that are missing: on SQLite, progress and calls are files of their own."""
    with _alone():
        refuse_later()
        for alias in (DEFAULT_DB_ALIAS, "progress", "calls"):
            if alias == DEFAULT_DB_ALIAS or not settings().database_url:
                call_command("migrate", database=alias, interactive=False, verbosity=0 if quiet else 1)
        if settings().database_url:
            call_command("createcachetable", verbosity=0)
    close_pools()


def unapplied() -> list[str]:
    """The migrations that the database still lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


class LaterDatabase(Exception):  # noqa: N818  says what it is
    """A later version of the product has upgraded the database: this one would read it wrongly, or write it so."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"A later version of Muster has upgraded this database ({', '.join(names)}): install that one."
        )


def refuse_later() -> None:
    """Raise LaterDatabase where the database knows migrations of ours that this version does not."""
    loader = MigrationLoader(connection)
    ours = {each.label for each in apps.get_app_configs() if each.name.startswith("muster.")}
    later = set(loader.applied_migrations) - set(loader.disk_migrations)
    if names := sorted(f"{app}.{name}" for app, name in later if app in ours):
        raise LaterDatabase(names)


@contextmanager
def _alone() -> Iterator[None]:
    """Several may be started at once: the others wait, and then find nothing to do."""
    if settings().database_url:
        with connections["progress"].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        return
    opened = os.open(settings().data / "migrate.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
