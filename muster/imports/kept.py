"""The results used last, kept in this process, up to a number of rows."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Kept(Generic[Result]):
    """Forgets what was not used for longest. The key must hold all that the result rests on."""

    def __init__(self, most_rows: int) -> None:
        self.most_rows = most_rows
        self.lock = threading.Lock()
        self.results: OrderedDict[Hashable, tuple[Result, int]] = OrderedDict()

    def find(self, key: Hashable) -> Result | None:
        """Return the result, if it is still here."""
        with self.lock:
            if key not in self.results:
                return None
            self.results.move_to_end(key)
            return self.results[key][0]

    def keep(self, key: Hashable, result: Result, rows: int) -> None:
        """Keep a result of so many rows."""
        with self.lock:
            self.results[key] = result, max(rows, 1_000)
            while sum(rows for _, rows in self.results.values()) > self.most_rows:
                self.results.popitem(last=False)

    def drop(self, key: Hashable) -> None:
        """Forget one result, if it is still here."""
        with self.lock:
            self.results.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.results.clear()
