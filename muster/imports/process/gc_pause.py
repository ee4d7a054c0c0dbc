"""Long runs of work that make millions of small objects and no cycles: the collector would look at them all in vain."""

from __future__ import annotations

import gc
import threading
from types import TracebackType


class _WithoutCollecting:
    """Keeps the cycle collector quiet while any thread is inside; reference counts go on freeing memory.

    A collector that was off before the first thread came in stays off.
    """

    def __init__(self) -> None:
        self.lock, self.inside, self.was_on = threading.Lock(), 0, False

    def __enter__(self) -> None:
        with self.lock:
            if not self.inside:
                self.was_on = gc.isenabled()
                gc.disable()
            self.inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.lock:
            self.inside -= 1
            if self.was_on and not self.inside:
                gc.enable()


without_collecting = _WithoutCollecting()
