"""Long runs of work that make millions of small objects and no cycles: the collector would look at them all in vain."""

from __future__ import annotations

import gc
import threading
from types import TracebackType


class _WithoutCollecting:
    """Keeps the cycle collector quiet while any thread is inside; reference counts go on freeing memory."""

    def __init__(self) -> None:
        self.lock, self.inside = threading.Lock(), 0

    def __enter__(self) -> None:
        with self.lock:
            self.inside += 1
            gc.disable()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.lock:
            self.inside -= 1
            if not self.inside:
                gc.enable()


without_collecting = _WithoutCollecting()
