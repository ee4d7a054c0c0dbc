"""Which workers are there: each says so every few seconds, beside the progress of imports, by the database's clock."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connections
from django.db.models.functions import Now

from muster.connect.bell import let_go
from muster.imports.models import Progress

log = logging.getLogger(__name__)
SECONDS_BETWEEN = 20
GONE_AFTER = timedelta(seconds=60)
WORKER = "worker"  # the phase of a row that is about a worker, under an id of its own


@contextmanager
def told() -> Iterator[None]:
    """Say that a worker is here for as long as the block runs, from a thread that no import holds up."""
    me, stop = uuid.uuid4(), threading.Event()
    telling = threading.Thread(target=_tell, args=(me, stop), name="muster-presence", daemon=True)
    telling.start()
    try:
        yield
    finally:
        stop.set()
        telling.join()


def count() -> int:
    """How many workers have been seen lately."""
    return Progress.objects.filter(phase=WORKER, at__gt=Now() - GONE_AFTER).count()


def tell(me: uuid.UUID) -> None:
    """Say it once."""
    if not Progress.objects.filter(import_id=me).update(at=Now()):
        Progress.objects.create(import_id=me, phase=WORKER)
        Progress.objects.filter(import_id=me).update(at=Now())


def _tell(me: uuid.UUID, stop: threading.Event) -> None:
    try:
        while True:
            try:
                tell(me)
            except DatabaseError as error:
                log.info("not told that this worker is here: %s", error)
                let_go()
            if stop.wait(SECONDS_BETWEEN):
                break
        Progress.objects.filter(import_id=me).delete()
    except DatabaseError as error:
        log.info("not told that this worker is gone: %s", error)
    finally:
        connections.close_all()
