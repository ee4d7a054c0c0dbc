"""Calls of many requests kept in one transaction, by a thread that has its connection open.

A call is to be answered within 200 ms however many come. To open a connection for each, and to wait for the disk for
each, takes longer than that where hundreds come a second; and writers that wait for SQLite take naps.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connections

from muster.connect.db_router import CALLS
from muster.connect.models import Call

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200  # requests
SECONDS_TO_KEEP = 20.0
SECONDS_IDLE = 5.0  # after which the connection is given back


class NotKept(Exception):  # noqa: N818  says what happened
    """The calls could not be kept: whoever called is to call again."""


@dataclass(slots=True)
class _Share:
    """What one request has to keep, and what came of it."""

    rows: Sequence[Call]
    ended: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


_waiting: queue.SimpleQueue[_Share] = queue.SimpleQueue()
_lock = threading.Lock()  # whoever puts something into the line sees to it that there is somebody to write it
_writer: list[threading.Thread] = []


def keep(rows: Sequence[Call]) -> None:
    """Keep the rows: when this returns, they outlast whatever happens to us. Raises NotKept."""
    if connections[CALLS].in_atomic_block:
        Call.objects.bulk_create(rows)
        return
    share = _Share(rows)
    with _lock:
        _waiting.put(share)
        if not any(each.is_alive() for each in _writer):  # none yet, or none since this process was forked
            _writer[:] = [threading.Thread(target=_write, name="muster-calls", daemon=True)]
            _writer[0].start()
    if not share.ended.wait(SECONDS_TO_KEEP):
        raise NotKept("the database is busy")
    if share.error is not None:
        raise NotKept(str(share.error)) from share.error


def _write() -> None:
    """Write what is in line until there has been nothing for a while."""
    try:
        while shares := _next():
            _write_all(shares)
    finally:
        connections.close_all()


def _next() -> list[_Share]:
    """Return what is in line; nothing where nothing came, and then this thread is no writer any more."""
    try:
        shares = [_waiting.get(timeout=SECONDS_IDLE)]
    except queue.Empty:
        with _lock:
            if _waiting.empty():
                _writer.clear()
                return []
            shares = [_waiting.get()]
    while not _waiting.empty() and len(shares) < MOST_AT_ONCE:
        shares.append(_waiting.get())
    return shares


def _write_all(shares: list[_Share]) -> None:
    try:
        Call.objects.bulk_create([row for share in shares for row in share.rows])
    except Exception as error:
        log.exception("calls were not kept")
        connections[CALLS].close()  # the next ones get another
        for share in shares:
            share.error = error
    for share in shares:
        share.ended.set()
