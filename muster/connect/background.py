"""What a worker does beside its imports: hearing gateways and sending to webhooks, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from muster.connect import listener
from muster.connect.webhooks import sender

SECONDS_TO_FINISH = 12  # a message may take ten


@contextmanager
def beside() -> Iterator[None]:
    """Hear and send while the block runs."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=each, args=(stop,), name=f"muster-{name}", daemon=True)
        for name, each in (("listener", listener.run), ("sender", sender.run))
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(SECONDS_TO_FINISH)


def drain() -> None:
    """Hear and send what is due now, then come back."""
    while listener.apply_waiting() + sender.send_due():
        pass
