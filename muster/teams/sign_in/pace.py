"""How fast one person may ask: so many requests a second, with a burst, counted in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from functools import lru_cache

from muster.core.sentences.language import gettext
from muster.settings import settings
from muster.teams.models import User

MOST_PEOPLE = 10_000


class Pace:
    """A bucket for each person that fills by `per_second` up to `burst`; a request takes one."""

    def __init__(self, per_second: float, burst: int) -> None:
        self.per_second, self.burst = per_second, burst
        self._lock = threading.Lock()
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()  # what is in it, and when it was

    def allows(self, person: Hashable) -> bool:
        """Take one from the person's bucket; False when it is empty."""
        now = time.monotonic()
        with self._lock:
            held, at = self._buckets.pop(person, (float(self.burst), now))
            held = min(self.burst, held + (now - at) * self.per_second)
            self._buckets[person] = (held - 1 if held >= 1 else held), now
            if len(self._buckets) > MOST_PEOPLE:
                self._buckets.popitem(last=False)
        return held >= 1


class TooManyRequests(Exception):  # noqa: N818  says what happened
    """A person asks more often than a process answers one person."""


@lru_cache
def _of_everybody(per_second: int) -> Pace:
    return Pace(per_second, 10 * per_second)


def take_turn(user: User) -> None:
    """Count a request of a person. Raises TooManyRequests."""
    most = settings().user_requests
    if most and not _of_everybody(most).allows(user.pk):
        raise TooManyRequests(gettext("You ask too often. Wait a second, then try again."))
