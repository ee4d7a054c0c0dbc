"""What a worker does beside its imports: it hears gateways, sends to webhooks, and sends mails, each in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from muster.connect.bell import BELL
from muster.connect.incoming import listener
from muster.connect.webhooks import sender

SECONDS_TO_FINISH = 12  # a message may take ten
Job = Callable[[threading.Event], None]


@contextmanager
def beside(**more: Job) -> Iterator[None]:
    """Hear and send while the block runs, and do `more`: jobs by name, which end when their event is set."""
    stop = threading.Event()
    jobs: dict[str, Job] = {"bell": BELL.watch, "listener": listener.run, "sender": sender.run, **more}
    threads = [
        threading.Thread(target=each, args=(stop,), name=f"muster-{name}", daemon=True) for name, each in jobs.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        BELL.ring()  # whoever waits for it
        ends = time.monotonic() + SECONDS_TO_FINISH
        for thread in threads:
            thread.join(max(ends - time.monotonic(), 0))


def drain() -> None:
    """Hear and send what is due now, then come back."""
    while listener.apply_waiting() + sender.send_due():
        pass
