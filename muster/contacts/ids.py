"""Time-ordered 63-bit ids, made by whoever inserts the row: no identity column, no round trip."""

from __future__ import annotations

import secrets
import threading
import time

_EPOCH_MS = 1_735_689_600_000  # 2025-01-01, so that 42 bits of milliseconds last until 2164
_SEQUENCE_BITS = 21

_lock = threading.Lock()
_last = 0


def next_ids(count: int) -> range:
    """Return `count` fresh, ascending ids. Unique in the process; the random start keeps processes apart."""
    global _last
    with _lock:
        now = (time.time_ns() // 1_000_000 - _EPOCH_MS) << _SEQUENCE_BITS
        start = max(now + secrets.randbits(_SEQUENCE_BITS), _last + 1)
        _last = start + count - 1
    return range(start, start + count)


def next_id() -> int:
    """Return one fresh id."""
    return next_ids(1)[0]
