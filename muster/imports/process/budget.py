"""What one file may take of a worker: processor time and memory. A bad file ends a process, and not the service."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

MB = 2**20


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
    """Let this process have no more memory than this: beyond it Python raises MemoryError. 0: no limit."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = megabytes * MB
    if wanted and (most == resource.RLIM_INFINITY or wanted < most):
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))
