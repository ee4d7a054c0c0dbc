"""What one file may take of a worker: processor time and memory. A bad file ends a process, and not the service."""

from __future__ import annotations

import logging
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

MB = 2**20
SECONDS_BETWEEN_LOOKS = 0.5
BEYOND = 1024  # MB; what Python takes in that time is far less
_STATM = Path("/proc/self/statm")


@contextmanager
def processor_time(seconds: float) -> Iterator[None]:
    """End this process when the block takes more processor time than this.

    The operating system does it: an expression or a loop that keeps Python's lock would never let a thread of ours.
    Waiting for the database takes no processor time.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def limit_memory(megabytes: int) -> None:
    """End this process once it has more memory than this. 0: no limit.

    A thread looks twice a second. What grows faster meets the operating system's limit, a gigabyte further on. That
    one alone would not do: CPython 3.11 can loop for ever where even the MemoryError finds no memory.
    """
    if not megabytes:
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = (megabytes + BEYOND) * MB
    if most == resource.RLIM_INFINITY or wanted < most:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))
    threading.Thread(target=_watch, args=(megabytes,), name="muster-memory", daemon=True).start()


def _watch(megabytes: int) -> None:
    try:
        while _memory() <= megabytes * MB:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        log.error("this process takes more memory than the %s MB it may have, and ends", megabytes)
    finally:
        os._exit(1)  # also when there is none left to look with


def _memory() -> int:
    """Return how many bytes this process has in memory, or has had at most where the system does not tell."""
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
