"""What a worker does beside its imports, in a thread of its own, so that no import waits for it.

Erased people are blacked out of past imports, and what large undos would do is worked out. Each is a row of a table,
taken by a lease: a worker that is killed leaves it to another, which goes on with it. `erasure` and `undo_looks` name
their jobs here by `beside`, when the app is loaded.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connections

from muster.connect.bell import BELL, let_go

log = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 10  # where nothing is written: a lease runs out by time alone
SECONDS_AFTER_A_FAULT = 60
Job = Callable[[threading.Event | None], int]
_jobs: list[Job] = []


def beside(job: Job) -> Job:
    """Have a function called by every worker: it does what there is to do, until told to stop, and says how much."""
    _jobs.append(job)
    return job


def run(stop: threading.Event) -> None:
    """Do what there is to do until told to stop."""
    while not stop.is_set():
        seen = BELL.count()
        done = work_off(stop)
        let_go()
        if not done:
            BELL.wait(seen, stop, SECONDS_BETWEEN_LOOKS)


def work_off(stop: threading.Event | None = None) -> int:
    """Do what there is to do now; return how much it was. A fault of one job keeps nothing else from being done."""
    done = 0
    for job in _jobs:
        try:
            done += job(stop)
        except (OperationalError, InterfaceError) as error:
            log.warning("the database did not answer, again soon: %s", error)
            connections.close_all()
        except Exception:
            log.exception("a job beside imports failed")
            if stop:
                stop.wait(SECONDS_AFTER_A_FAULT)
    return done
