"""Time-ordered 63-bit ids, made by whoever inserts the row: no identity column, no round trip."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import datetime

_EPOCH_MS = 1_735_689_600_000  # 2025-01-01, so that 42 bits of milliseconds last until 2164
_SEQUENCE_BITS = 21


class _Ids:
    """Gives out ids that ascend within this process; the random start keeps processes apart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def take(self, count: int) -> range:
        """Return that many fresh ids."""
        with self._lock:
            now = (time.time_ns() // 1_000_000 - _EPOCH_MS) << _SEQUENCE_BITS
            start = max(now + secrets.randbits(_SEQUENCE_BITS), self._last + 1)
            self._last = start + count - 1
        return range(start, start + count)


next_ids = _Ids().take


def next_id() -> int:
    """Return one fresh id."""
    return next_ids(1)[0]


def id_at(at: datetime) -> int:
    """Return the lowest id that is given out at a moment, or later."""
    return max(int(at.timestamp() * 1000) - _EPOCH_MS, 0) << _SEQUENCE_BITS
