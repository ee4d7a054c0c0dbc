"""The connections by their addresses, each looked up once a second at most, however many calls come."""

from __future__ import annotations

import threading

from cachetools import TTLCache

from muster.connect.models import Connection

MOST, SECONDS = 1_000, 1.0  # another process's change counts after a second, one of this process at once

_found: TTLCache[str, Connection] = TTLCache(MOST, SECONDS)
_looking = threading.Lock()


def with_key(key: str) -> Connection | None:
    """Return the connection with this address, and its team; None where there is none."""
    with _looking:
        found = _found.get(key)
    if found is None:
        found = Connection.objects.select_related("team").filter(key=key).first()
        if found is not None:
            with _looking:
                _found[key] = found
    return found


def forget(connection: Connection) -> None:
    """Look a connection up anew: it is changed, or gone."""
    with _looking:
        _found.pop(connection.key, None)
