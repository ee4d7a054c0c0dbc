"""The pools of database connections that a process holds, and giving them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db import connections

if TYPE_CHECKING:  # the driver takes a fifth of a second to load, for nothing where the database is SQLite
    from django.db.backends.postgresql.base import DatabaseWrapper


def close_pools() -> None:
    """Close every connection and pool of this process: before it forks, and before it ends.

    A forked process that inherits an open pool shares its sockets and has none of the threads that mend it.
    """
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.vendor == "postgresql":
            cast("DatabaseWrapper", connection).close_pool()
