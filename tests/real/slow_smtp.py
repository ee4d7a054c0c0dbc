"""A mail server that takes connections and then says nothing, or says one letter a second and never ends a line."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Hanging:
    """One that hangs: `letters` are what it drips, a few a second. `calls`: who has connected."""

    port: int
    letters: bytes = b""
    calls: list[float] = field(default_factory=list)


@contextmanager
def hanging(letters: bytes = b"") -> Iterator[Hanging]:
    """Start one on a port of this machine."""
    stop = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.1)
    made = Hanging(listening.getsockname()[1], letters)

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while not stop.wait(0.1):
                connection.sendall(made.letters)

    def accept() -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                connection, _ = listening.accept()
                made.calls.append(0.0)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield made
    finally:
        stop.set()
        accepting.join()
        listening.close()
