"""A real HTTP server that takes webhooks and verifies them with the official library; it can fail, too."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass
class Received:
    """One message that was taken."""

    id: str
    type: str
    data: dict[str, Any]


@dataclass
class Receiver:
    """What came, and how to answer: `status()` says with what."""

    secret: str = ""
    url: str = ""
    status: Callable[[], int] = lambda: 200
    taken: list[Received] = field(default_factory=list)  # in the order of arrival, verified
    requests: list[dict[str, str]] = field(default_factory=list)  # the headers of all
    answer: bytes = b"thanks\nmore"
    headers: dict[str, str] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.Lock)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        with self.lock:
            self.requests.append(headers)
            status = self.status()
            if status == 200:
                payload = json.loads(body)
                if self.secret:
                    Webhook(self.secret).verify(body, headers)  # raises, and the sender sees a broken connection
                self.taken.append(Received(headers["webhook-id"], payload["type"], payload["data"]))
            return status

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The data of every message of a kind, each id once."""
        return list({each.id: each.data for each in self.taken if each.type == kind}.values())


def failing(share: float, seed: int = 1) -> Callable[[], int]:
    """Fail so often, at random."""
    chance = random.Random(seed)
    return lambda: 500 if chance.random() < share else 200


@contextmanager
def receiver(**values: Any) -> Iterator[Receiver]:
    """Start one on a port of this machine."""
    made = Receiver(**values)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = made.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(made.answer)

        def log_message(self, *_: Any) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/hook?from=muster"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
