"""Finding a port nobody uses, and waiting until something answers."""

import socket
import time
from collections.abc import Callable


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], *, seconds: float, what: Callable[[], str]) -> None:
    """Look every tenth of a second; after `seconds`, fail and say what went wrong."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(what())
        time.sleep(0.1)
