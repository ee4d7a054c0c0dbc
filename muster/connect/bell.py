"""Rings when something was written to the database, so that a worker with nothing to do need not ask what there is.

One cheap question a few times a second takes the place of everybody's own: on SQLite the version of the data, on
PostgreSQL how far its log has come. Who waits has a look of its own every few seconds too, for what time alone brings.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Hashable

from django.db import DatabaseError, InterfaceError, connections

log = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_TO_NOTICE_THE_END = 1
QUESTIONS = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT pg_current_wal_insert_lsn()"}


class Bell:
    """Counts how often something was written, as far as that was noticed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._watchers = 0

    def count(self) -> int:
        """Return the count of now: remember it, look what there is to do, then wait for another one."""
        return self._count

    def wait(self, seen: int, stop: threading.Event, most: float) -> None:
        """Return once the count is another than `seen`, or `stop` is set, at the latest after `most` seconds."""
        until = time.monotonic() + (most if self._watchers else min(most, SECONDS_BETWEEN_LOOKS))
        with self._changed:
            while self._count == seen and not stop.is_set() and (left := until - time.monotonic()) > 0:
                self._changed.wait(min(left, SECONDS_TO_NOTICE_THE_END))

    def ring(self) -> None:
        """Let everybody look."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def watch(self, stop: threading.Event) -> None:
        """Ring whenever something was written, until told to stop. For a thread of its own."""
        last: Hashable = None
        self._watchers += 1
        try:
            while not stop.wait(SECONDS_BETWEEN_LOOKS):
                last = self._look(last)
        finally:
            self._watchers -= 1
            self.ring()
            connections.close_all()

    def _look(self, last: Hashable) -> Hashable:
        try:
            now = mark()
        except (DatabaseError, InterfaceError) as error:
            log.info("not known whether something was written: %s", error)
            connections.close_all()
            now = None
        if now is None or now != last:
            self.ring()
        return now


def mark() -> Hashable:
    """Return what is another value after anything was written by others."""
    aliases = ["default"] if connections["default"].vendor == "postgresql" else ["default", "calls"]
    found = []
    for alias in aliases:
        with connections[alias].cursor() as cursor:
            cursor.execute(QUESTIONS[connections[alias].vendor])
            found.append(cursor.fetchone())
    return tuple(found)


def let_go() -> None:
    """Give this thread's connections back to their pool before it waits, which mends those that are dead.

    SQLite has none, and stays open.
    """
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "postgresql":
            connection.close()


BELL = Bell()
